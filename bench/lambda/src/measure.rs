//! Measures one process from its start to its last event.

use std::time::Duration;

use bench_kit::process::{Line, Place, Process, Processors};
use bench_kit::runtime_api::RuntimeApi;
use bench_kit::trouble::Trouble;

/// The timeout of each event.
pub(crate) const INVOCATION_TIMEOUT: Duration = Duration::from_mins(1);
/// Events before the first that counts as warm.
const EVENTS_TO_WARM: usize = 30;

/// The parts of a run.
#[derive(Debug, Clone)]
pub(crate) struct Subject {
    pub name: String,
    pub line: Line,
    pub event: Vec<u8>,
    /// The deployed code: a program, a file or a folder.
    pub code: std::path::PathBuf,
}

#[derive(Debug, Clone, Copy)]
pub(crate) struct Figures {
    pub init_ms: f64,
    pub first_ms: f64,
    pub warm_us: f64,
    pub peak_mb: f64,
}

impl Figures {
    pub(crate) fn init_and_first_ms(&self) -> f64 {
        self.init_ms + self.first_ms
    }
}

/// One run: the figures, and the answer to the first event.
pub(crate) fn run(subject: &Subject, processors: &Processors, warm_events: u32) -> Result<(Figures, Vec<u8>), Trouble> {
    let api = RuntimeApi::start(INVOCATION_TIMEOUT)?;
    let line = subject.line.clone().variable("AWS_LAMBDA_RUNTIME_API", &api.address);
    let process = Process::start(&line, processors, Place::Measured)?;
    measured(&api, &process, &subject.event, warm_events).map_err(|trouble| {
        Trouble::new(
            &subject.name,
            format!("{trouble}; its standard error: {}", process.stderr_text()),
        )
    })
}

fn measured(
    api: &RuntimeApi,
    process: &Process,
    event: &[u8],
    warm_events: u32,
) -> Result<(Figures, Vec<u8>), Trouble> {
    let handle = || {
        let answer = api.invoke(event)?;
        api.until_asked()?;
        Ok::<_, Trouble>(answer)
    };
    api.until_asked()?;
    let init_ms = process.cpu_ms_at_rest()?;
    let first = handle()?;
    let first_ms = process.cpu_ms_at_rest()? - init_ms;
    for _ in 0..EVENTS_TO_WARM {
        handle()?;
    }
    let before = process.cpu_ms_at_rest()?;
    for _ in 0..warm_events {
        handle()?;
    }
    let warm_us = (process.cpu_ms_at_rest()? - before) * 1000.0 / f64::from(warm_events);
    let figures = Figures {
        init_ms,
        first_ms,
        warm_us,
        peak_mb: process.peak_mb()?,
    };
    Ok((figures, first))
}
