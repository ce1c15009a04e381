//! Writes the report of the comparison in Markdown, with the date and a description of the machine.

use std::fmt::Write as _;
use std::fs;
use std::net::UdpSocket;
use std::thread;

use bench_kit::certificates::Certificates;
use bench_kit::machine;
use bench_kit::process::Processors;
use bench_kit::trouble::Trouble;
use progress::Progress;
use serde_json::Value;

use crate::arguments::Comparison;
use crate::limits;
use crate::measure::Figures;
use crate::rounds::{self, Measured};
use crate::sink;
use crate::subjects::{COMPARED, OURS, OURS_WARMED_UP, Surroundings, WarmUp};

const WARM_EVENTS: u32 = 300;
/// Rounds for the table of all functions, which needs less precision.
const TABLE_ROUNDS: usize = 5;
const TABLE_WARM_EVENTS: u32 = 100;
const BYTES_PER_MB: f64 = 1_000_000.0;

pub(crate) fn compare(comparison: &Comparison) -> Result<(), Trouble> {
    let processors = Processors::divide()?;
    let certificates = Certificates::make(&comparison.setting.work)?;
    let endpoint = sink::start(Some(certificates.server.clone()))?;
    let surroundings = Surroundings {
        comparison,
        certificates: &certificates,
        endpoint: &endpoint,
        daemon: &daemon()?,
    };
    let mut subjects = vec![
        surroundings.function(COMPARED, OURS, WarmUp::Off)?,
        surroundings.function(COMPARED, OURS_WARMED_UP, WarmUp::On)?,
    ];
    subjects.extend(surroundings.peers()?);
    println!("measures {COMPARED} beside its peers, {} rounds", comparison.rounds());
    let progress = Progress::start(COMPARED, "rounds", comparison.rounds() as u64);
    let peers = rounds::measure(&subjects, &processors, comparison.rounds(), WARM_EVENTS, &progress)?;
    drop(progress);
    let mut text = String::from(INTRODUCTION);
    // Writing to a string cannot fail.
    let _ = writeln!(
        text,
        "{} {} rounds.\n",
        machine::description(&[("rustc", "--version"), ("node", "--version")]),
        comparison.rounds()
    );
    for why in &comparison.setting.missing {
        let _ = writeln!(text, "Not measured: {why}.\n");
    }
    let _ = writeln!(text, "## {COMPARED} beside its peers\n\n{}", table(&peers));
    let _ = writeln!(text, "{LIMITS}{}", limits::table(&peers));
    if !comparison.setting.what.is_empty() {
        text.push_str(ALL);
        text.push_str(&all_functions(&surroundings, &processors)?);
    }
    println!("{text}");
    fs::write(&comparison.setting.report, text)
        .map_err(|reason| Trouble::new(comparison.setting.report.display(), reason))?;
    println!("wrote {}", comparison.setting.report.display());
    Ok(())
}

const INTRODUCTION: &str = "\
# A function beside its peers

Written by `cargo xtask bench lambda`. Each process runs on one processor under a Runtime API of the bench and calls a \
cloud of the bench that answers at once, over TLS. CPU time is what the kernel counted for the process and all its threads: \
*init* from its start until it asks for its first event, *first* from there until it asks for the second, *warm* for each \
of 300 more. Memory is the most that was resident. Every trace is sampled, every log line is written, every metric counted. \
Rounds are interleaved, figures are medians, ratios are medians of the ratios of each round. The peers are in \
`bench/lambda/peers`: *usual Rust* is `lambda_http`, `aws_config::load_defaults`, the SDK's default features, thin LTO, \
`panic = \"abort\"`; Node and Python run in a loop of twenty lines, where Lambda's own runtime does more.

";

const LIMITS: &str = "\
## The limits

The limits of a function. A ratio below one is in Popshop's favour. A warm-up call moves work of the first invocation into INIT; it is off \
unless the row says otherwise.

";

const ALL: &str = "\
## Every function

Its event of `events/`, answered by a cloud that says yes to every change and has no files. *got* is what that led to: a \
function that refuses does less than one that does not.

";

fn table(all: &[Measured]) -> String {
    let mut text = String::from(
        "| | zip MB | init, CPU ms | first, CPU ms | init and first, CPU ms | warm, CPU µs | memory MB |\n|---|---|---|---|---|---|---|\n",
    );
    for measured in all {
        let _ = writeln!(
            text,
            "| {} | {:.2} | {:.2} | {:.2} | {:.2} | {:.0} | {:.1} |",
            measured.name,
            megabytes(measured.zip_bytes),
            measured.median(|figures| figures.init_ms),
            measured.median(|figures| figures.first_ms),
            measured.median(Figures::init_and_first_ms),
            measured.median(|figures| figures.warm_us),
            measured.median(|figures| figures.peak_mb),
        );
    }
    text
}

fn all_functions(surroundings: &Surroundings<'_>, processors: &Processors) -> Result<String, Trouble> {
    let mut text = String::from(
        "| function | got | zip MB | init, CPU ms | init and first, CPU ms | init, warmed up | first, warmed up | warm, CPU µs | memory MB |\n|---|---|---|---|---|---|---|---|---|\n",
    );
    let functions = &surroundings.comparison.setting.what;
    let progress = Progress::start("every function", "rounds", (functions.len() * TABLE_ROUNDS) as u64);
    for function in functions {
        let function = &*function.to_string_lossy();
        println!("measures {function}");
        let subjects = [
            surroundings.function(function, OURS, WarmUp::Off)?,
            surroundings.function(function, OURS_WARMED_UP, WarmUp::On)?,
        ];
        let measured = rounds::measure(&subjects, processors, TABLE_ROUNDS, TABLE_WARM_EVENTS, &progress)?;
        let [cold, warmed_up] = measured.as_slice() else {
            return Err(Trouble::new(function, "was not measured"));
        };
        let _ = writeln!(
            text,
            "| {function} | {} | {:.2} | {:.2} | {:.2} | {:.2} | {:.2} | {:.0} | {:.1} |",
            outcome(&cold.answer),
            megabytes(cold.zip_bytes),
            cold.median(|figures| figures.init_ms),
            cold.median(Figures::init_and_first_ms),
            warmed_up.median(|figures| figures.init_ms),
            warmed_up.median(|figures| figures.first_ms),
            cold.median(|figures| figures.warm_us),
            cold.median(|figures| figures.peak_mb),
        );
    }
    Ok(text)
}

/// The outcome of an answer: a status, an error type, or `ok`.
fn outcome(answer: &[u8]) -> String {
    let answer: Value = serde_json::from_slice(answer).unwrap_or_default();
    if let Some(status) = answer["statusCode"].as_u64() {
        return status.to_string();
    }
    if let Some(error) = answer["errorType"].as_str() {
        return error.to_owned();
    }
    match answer["batchItemFailures"].as_array().map(Vec::len) {
        Some(failures) if failures > 0 => format!("{failures} failed"),
        _ => "done".to_owned(),
    }
}

#[expect(clippy::cast_precision_loss, reason = "megabytes")]
fn megabytes(bytes: u64) -> f64 {
    bytes as f64 / BYTES_PER_MB
}

/// Receives traces and discards them.
fn daemon() -> Result<String, Trouble> {
    let trouble = |reason| Trouble::new("daemon", reason);
    let socket = UdpSocket::bind("127.0.0.1:0").map_err(trouble)?;
    let address = socket.local_addr().map_err(trouble)?.to_string();
    thread::spawn(move || {
        let mut datagram = vec![0; 64 * 1024];
        while socket.recv(&mut datagram).is_ok() {}
    });
    Ok(address)
}
