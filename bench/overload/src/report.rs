//! The measurement as a Markdown table.

use std::fmt::Write as _;
use std::time::Duration;

use crate::measure::{Measurement, latencies};

const HEADING: &str = "| load | offered/s | accepted/s | refused/s | order p50 | order p99 | read p50 | read p99 | normal after | sagas done after | CPU s |
|---|---|---|---|---|---|---|---|---|---|---|
";

pub fn table(measurement: &Measurement) -> String {
    let Measurement {
        best,
        best_cpu_seconds,
        best_drained,
        ..
    } = measurement;
    let mut text = HEADING.to_owned();
    let (p50, p99) = latencies(&best.accepted);
    // Writing to a string cannot fail.
    writeln!(
        text,
        "| closed loop | | {:.0} | {:.0} | {} | {} | | | | {} | {best_cpu_seconds:.1} |",
        best.accepted_per_second(),
        best.refused_per_second(),
        milliseconds(Some(p50)),
        milliseconds(Some(p99)),
        milliseconds(*best_drained),
    )
    .unwrap_or_default();
    for overload in &measurement.overloads {
        let answers = &overload.answers;
        let (order_p50, order_p99) = latencies(&answers.accepted);
        let (read_p50, read_p99) = latencies(&overload.reads.served);
        writeln!(
            text,
            "| {} times | {:.0} | {:.0} | {:.0} | {} | {} | {} | {} | {} | {} | {:.1} |",
            overload.factor,
            overload.offered_per_second,
            answers.accepted_per_second(),
            answers.refused_per_second(),
            milliseconds(Some(order_p50)),
            milliseconds(Some(order_p99)),
            milliseconds(Some(read_p50)),
            milliseconds(Some(read_p99)),
            milliseconds(overload.recovery),
            milliseconds(overload.drained),
            overload.cpu_seconds,
        )
        .unwrap_or_default();
    }
    let (peak, accepted) = (measurement.peak_memory_kb / 1_024, measurement.accepted);
    writeln!(
        text,
        "\nPeak memory {peak} MB. {accepted} orders accepted, {} of them not CONFIRMED at the end.",
        measurement.unfinished.len()
    )
    .unwrap_or_default();
    text
}

fn milliseconds(duration: Option<Duration>) -> String {
    duration.map_or_else(|| "never".to_owned(), |duration| format!("{} ms", duration.as_millis()))
}
