//! Runs the whole of csv-ingester: the program that is deployed, with an event of a bucket, under a Runtime API. It
//! reads the file from the sink and writes into the sink.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use bench_kit::cost::Cost;
use bench_kit::process::{Line, Place, Process, Processors};
use bench_kit::runtime_api::RuntimeApi;
use bench_kit::trouble::Trouble;
use serde_json::Value;

use crate::sink::PRODUCTS;

/// As the template gives it.
pub(crate) const TIMEOUT: Duration = Duration::from_mins(15);

pub(crate) struct Ingester<'a> {
    pub program: &'a Path,
    pub processors: &'a Processors,
    /// For `AWS_ENDPOINT_URL`.
    pub url: &'a str,
    /// Certificate authorities that it trusts in addition to Amazon's.
    pub roots: Option<&'a Path>,
}

/// The result of one invocation, and the cost of its process from its start.
pub(crate) struct Import {
    pub cost: Cost,
    /// `DONE`, or `HANDED_OVER` when it ran out of time.
    pub outcome: String,
    pub rows_written: u64,
    pub rows_rejected: u64,
}

impl Ingester<'_> {
    /// Imports the catalog of the sink, which is `size_bytes` long, as the upload of this number.
    pub(crate) fn import(
        &self,
        size_bytes: u64,
        number: u32,
        place: Place,
        timeout: Duration,
    ) -> Result<Import, Trouble> {
        let api = RuntimeApi::start(timeout)?;
        let mut line = Line::of(self.program)
            .variable("AWS_LAMBDA_RUNTIME_API", &api.address)
            .variable("AWS_ENDPOINT_URL", self.url)
            .variable("PRODUCTS_TABLE", PRODUCTS)
            // All of it in this invocation.
            .variable("DIVIDE_ABOVE_BYTES", u64::MAX.to_string());
        if let Some(roots) = self.roots {
            line = line.variable("TLS_ROOTS", roots.to_string_lossy());
        }
        let process = Process::start(&line, self.processors, place)?;
        invoked(&api, &process, &event(size_bytes, number)?).map_err(|trouble| {
            Trouble::new(
                "csv-ingester",
                format!("{trouble}; its standard error: {}", process.stderr_text()),
            )
        })
    }
}

fn invoked(api: &RuntimeApi, process: &Process, event: &[u8]) -> Result<Import, Trouble> {
    api.until_asked()?;
    let answer = api.invoke(event)?;
    api.until_asked()?;
    let cost = Cost {
        cpu_ms: process.cpu_ms_at_rest()?,
        peak_mb: process.peak_mb()?,
    };
    let answer: Value = serde_json::from_slice(&answer).map_err(|reason| Trouble::new("answer", reason))?;
    let outcome = answer["outcome"].as_str();
    let outcome = outcome.ok_or_else(|| Trouble::new("import", &answer))?.to_owned();
    Ok(Import {
        cost,
        outcome,
        rows_written: answer["rows_written"].as_u64().unwrap_or(0),
        rows_rejected: answer["rows_rejected"].as_u64().unwrap_or(0),
    })
}

/// The one of `events/`, of a file this long and of an upload of this number.
fn event(size_bytes: u64, number: u32) -> Result<Vec<u8>, Trouble> {
    let path = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../events/csv-ingester.json"));
    let trouble = |reason: &dyn std::fmt::Display| Trouble::new(path.display(), reason);
    let text = fs::read(&path).map_err(|reason| trouble(&reason))?;
    let mut event: Value = serde_json::from_slice(&text).map_err(|reason| trouble(&reason))?;
    let object = &mut event["detail"]["object"];
    object["key"] = format!("catalogs/0192e5a0-7c11-7b3a-9c5d-{number:012x}.csv").into();
    object["size"] = size_bytes.into();
    Ok(event.to_string().into_bytes())
}
