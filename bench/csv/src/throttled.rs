//! Measures how much of a table's granted writes the import uses, and how many of its calls are throttled.

use std::fmt::Write as _;
use std::fs;
use std::thread;

use bench_kit::process::{Place, Processors};
use bench_kit::trouble::Trouble;

use crate::arguments::Comparison;
use crate::generated::made;
use crate::ingester::{Import, Ingester, TIMEOUT};
use crate::plot;
use crate::sink::{SLOT, Sink, Slot};

/// Writes per second that the table grants, processes that share them, and for how many seconds there is work. Not for
/// long where a small machine cannot follow.
const GRANTED: [(u32, u32, u32); 7] = [
    (1_000, 1, 20),
    (1_000, 4, 20),
    (2_500, 1, 20),
    (5_000, 1, 20),
    (5_000, 4, 20),
    (10_000, 4, 10),
    (40_000, 4, 3),
];
/// The part of the granted writes that an import is to use.
const USED_MIN: f64 = 0.95;
/// The part of its calls that may be throttled.
const THROTTLED_MAX: f64 = 0.02;

const INTRODUCTION: &str = "
## Use of a table that throttles

The sink grants a number of writes per second, saves up unused writes for a tenth of a second, and throttles the rest. \
Each process is a csv-ingester with its own file, and has no information about the granted rate or the other processes. \
The count covers everything from the first call to the last, including the search at the beginning. Here the processes and \
the sink share all processors of the machine. If *written* is far below the granted rate and nothing is throttled, the \
machine was slower than the table.

| granted per second | processes | seconds | written, of what was granted | calls throttled | |
|---|---|---|---|---|---|
";

pub(crate) fn section(comparison: &Comparison, processors: &Processors) -> Result<String, Trouble> {
    eprintln!("==> throttled");
    let sink = Sink::start(None)?;
    let ingester = &Ingester {
        program: &comparison.ingester,
        processors,
        url: &sink.url,
        roots: None,
    };
    let (mut text, mut plots) = (String::from(INTRODUCTION), String::new());
    for (granted, processes, seconds) in GRANTED {
        let (file, bytes) = made(&comparison.setting.work, u64::from(granted * seconds / processes))?;
        let rate = f64::from(granted);
        sink.begin(&file, Some(rate))?;
        thread::scope(|scope| {
            let imports: Vec<_> = (1..=processes)
                .map(|number| scope.spawn(move || ingester.import(bytes, number, Place::Anywhere, TIMEOUT)))
                .collect();
            let imports = imports
                .into_iter()
                .map(|import| import.join().map_err(|_panic| Trouble::new("import", "panicked"))?);
            imports.collect::<Result<Vec<Import>, Trouble>>()
        })?;
        let slots = sink.slots();
        let (used, throttled) = shares(&slots, rate);
        let verdict = if used >= USED_MIN && throttled < THROTTLED_MAX {
            "met"
        } else {
            "**missed**"
        };
        eprintln!("    {granted} by {processes}: {used:.3} used, {throttled:.4} throttled");
        // Writing to a text does not fail.
        let _ = writeln!(
            text,
            "| {granted} | {processes} | {:.1} | {:.1} % | {:.2} % | {verdict} |",
            slots.len() as f64 * SLOT.as_secs_f64(),
            used * 100.0,
            throttled * 100.0
        );
        let name = format!("csv-throttled-{granted}-by-{processes}.svg");
        let title = format!("{granted} writes per second granted, {processes} writing");
        let path = comparison.setting.report.with_file_name(&name);
        fs::write(&path, plot::svg(&title, rate, &slots)).map_err(|reason| Trouble::new(path.display(), reason))?;
        let _ = write!(plots, "\n![{title}]({name})\n");
    }
    text.push_str(&plots);
    Ok(text)
}

/// Of what was granted, how much was used; of all calls, how many were throttled. The last slot is not whole.
fn shares(slots: &[Slot], granted: f64) -> (f64, f64) {
    let whole = &slots[..slots.len().saturating_sub(1)];
    let taken: u64 = whole.iter().map(|slot| slot.taken).sum();
    let throttled: u64 = whole.iter().map(|slot| slot.throttled).sum();
    let seconds = whole.len() as f64 * SLOT.as_secs_f64();
    (
        taken as f64 / (granted * seconds),
        throttled as f64 / (taken + throttled) as f64,
    )
}
