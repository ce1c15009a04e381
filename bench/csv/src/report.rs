//! Who needs how much? Interleaved rounds, medians, and a report for docs.

use std::ffi::OsString;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread;

use crate::arguments::Comparison;
use crate::generated;
use crate::measure::{self, Cost};
use crate::plot;
use crate::sink::{SLOT, Sink, Slot};
use crate::trouble::Trouble;

const ROWS: u64 = 1_000_000;
/// Times as many make a file of 4 GB.
const LARGE: u64 = 23;
/// Rows that who writes gets: enough for some seconds, fewer for who is slow.
const ROWS_RUST: u64 = 100_000;
const ROWS_JAVASCRIPT: u64 = 20_000;
const ROWS_BOTO3: u64 = 4_000;
/// Writes per second that the table grants, and processes that share them.
const GRANTED: [(u32, u32); 3] = [(1_000, 1), (10_000, 1), (40_000, 4)];
const THROTTLED_SECONDS: u32 = 20;
/// One row in a hundred is bad, and not everybody minds all that is wrong with it.
const USABLE_MIN: f64 = 0.985;
/// More than anybody has.
const ALL: &str = "18446744073709551615";

struct Peer {
    name: &'static str,
    line: Vec<OsString>,
    rows: u64,
}

pub(crate) fn compare(comparison: &Comparison) -> Result<(), Trouble> {
    let own = std::env::current_exe().map_err(|reason| Trouble::new("this program", reason))?;
    let file = made(&comparison.work, ROWS)?;
    let sink = Sink::start()?;
    let mut report = introduction(comparison);
    parsing(&mut report, comparison, &own, &file)?;
    writing(&mut report, comparison, &own, &sink)?;
    throttled(&mut report, comparison, &own, &file, &sink)?;
    let path = &comparison.report;
    fs::write(path, report).map_err(|reason| Trouble::new(path.display(), reason))
}

fn made(work: &Path, rows: u64) -> Result<PathBuf, Trouble> {
    fs::create_dir_all(work).map_err(|reason| Trouble::new(work.display(), reason))?;
    let path = work.join(format!("catalog-{rows}.csv"));
    if !path.exists() {
        eprintln!("    making {}", path.display());
        generated::make(&path, rows)?;
    }
    Ok(path)
}

fn introduction(comparison: &Comparison) -> String {
    let mut text = String::from(
        "# Catalog imports beside their peers\n\n\
         Written by `cargo xtask bench csv`. CPU time and peak memory are what the kernel counted for the whole process, \
         its start included; rounds are interleaved, figures are medians. Only ratios within one run mean much.\n",
    );
    let rounds = comparison.rounds;
    // Writing to a text does not fail.
    let _ = write!(text, "\n{} {rounds} rounds.\n", machine());
    for missing in &comparison.missing {
        let _ = write!(text, "\nNot measured: {missing}.\n");
    }
    text
}

/// The processor, the kernel, the versions and the day.
fn machine() -> String {
    let processor = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = processor
        .lines()
        .find_map(|line| line.strip_prefix("model name")?.split_once(": "))
        .map_or("an unknown processor", |(_, model)| model);
    let count = processor.lines().filter(|line| line.starts_with("processor")).count();
    let said = |program: &str, arguments: &[&str]| {
        let output = Command::new(program).args(arguments).output().ok()?;
        Some(String::from_utf8_lossy(&output.stdout).trim().to_owned())
    };
    let system = said("uname", &["-sr"]).unwrap_or_default();
    let day = said("date", &["-u", "+%Y-%m-%d"]).unwrap_or_default();
    let rustc = said("rustc", &["--version"]).unwrap_or_default();
    let node = said("node", &["--version"]).unwrap_or_else(|| "none".to_owned());
    format!("{day}, {model}, {count} virtual processors, {system}, {rustc}, Node {node}.")
}

/// Runs everybody in turn, as often as asked for; answers with each one's median.
fn rounds(peers: &[Peer], rounds: usize, own: &Path, sink: Option<&Sink>) -> Result<Vec<Cost>, Trouble> {
    let mut costs: Vec<Vec<Cost>> = peers.iter().map(|_| Vec::new()).collect();
    for round in 1..=rounds {
        for (peer, costs) in peers.iter().zip(&mut costs) {
            if let Some(sink) = sink {
                sink.limit(None);
            }
            let mut cost = measure::run(own, &peer.line, sink.map(|sink| sink.address))?;
            let rows = peer.rows as f64;
            if !(rows * USABLE_MIN..=rows).contains(&cost.rows) {
                return Err(Trouble::new(peer.name, format!("took {} of {rows} rows", cost.rows)));
            }
            // All were read and judged, the bad ones too.
            cost.rows = rows;
            eprintln!(
                "    round {round}: {} {:.0} rows per CPU-second",
                peer.name,
                cost.rows_per_cpu_second()
            );
            costs.push(cost);
        }
    }
    Ok(costs.into_iter().map(median).collect())
}

fn median(mut costs: Vec<Cost>) -> Cost {
    costs.sort_by(|one, other| one.cpu_s.total_cmp(&other.cpu_s));
    costs[costs.len() / 2]
}

fn line(parts: &[&Path]) -> Vec<OsString> {
    parts.iter().map(|part| part.as_os_str().to_owned()).collect()
}

fn parsing(report: &mut String, comparison: &Comparison, own: &Path, file: &Path) -> Result<(), Trouble> {
    eprintln!("==> parsing");
    let parser = |name, how: &str, file| Peer {
        name,
        line: line(&[own, Path::new("parse"), Path::new(how), file]),
        rows: ROWS,
    };
    let mut peers = vec![
        parser("Popshop", "ours", file),
        parser("simd-csv", "simd-csv", file),
        parser("csv, ByteRecord", "csv", file),
        parser("csv with serde", "serde", file),
    ];
    if let Some(python) = &comparison.python {
        for (name, how) in [("polars", "polars"), ("DuckDB", "duckdb"), ("Python csv", "csv")] {
            peers.push(Peer {
                name,
                line: line(&[python, &comparison.scripts.join("parse.py"), Path::new(how), file]),
                rows: ROWS,
            });
        }
    }
    let costs = rounds(&peers, comparison.rounds, own, None)?;
    let _ = write!(
        report,
        "\n## Parse and check\n\n{ROWS} rows of 15 columns, {} MB: quoted fields, UTF-8, line ends and doubled quotes \
         within quotes, one row in a hundred bad. Popshop checks what an import checks; the others check that texts are \
         there and numbers are numbers.\n\n| | rows per CPU-second | peak MB |\n|---|---|---|\n",
        fs::metadata(file).map_or(0, |data| data.len() / 1_000_000)
    );
    for (peer, cost) in peers.iter().zip(&costs) {
        let millions = cost.rows_per_cpu_second() / 1e6;
        let _ = writeln!(report, "| {} | {millions:.2} M | {:.1} |", peer.name, cost.peak_mb);
    }
    if comparison.with_large_file {
        let large = made(&comparison.work, ROWS * LARGE)?;
        let mut peer = parser("Popshop, 4 GB", "ours", &large);
        peer.rows *= LARGE;
        let cost = rounds(&[peer], 1, own, None)?[0];
        let millions = cost.rows_per_cpu_second() / 1e6;
        let _ = writeln!(
            report,
            "| Popshop, {} rows, 4 GB | {millions:.2} M | {:.1} |",
            ROWS * LARGE,
            cost.peak_mb
        );
    }
    Ok(())
}

fn writing(report: &mut String, comparison: &Comparison, own: &Path, sink: &Sink) -> Result<(), Trouble> {
    eprintln!("==> writing");
    let work = &comparison.work;
    let rust = made(work, ROWS_RUST)?;
    let mut peers = vec![Peer {
        name: "Popshop",
        line: line(&[own, Path::new("import"), &rust, Path::new(ALL)]),
        rows: ROWS_RUST,
    }];
    if let Some(plain) = &comparison.plain_sdk {
        peers.push(Peer {
            name: "SDK for Rust, plain loop",
            line: line(&[plain, &rust]),
            rows: ROWS_RUST,
        });
    }
    if let Some(script) = &comparison.javascript {
        let file = made(work, ROWS_JAVASCRIPT)?;
        peers.push(Peer {
            name: "SDK for JavaScript v3, csv-parse",
            line: line(&[Path::new("node"), script, &file]),
            rows: ROWS_JAVASCRIPT,
        });
    }
    if let Some(python) = &comparison.python {
        let file = made(work, ROWS_BOTO3)?;
        peers.push(Peer {
            name: "boto3",
            line: line(&[python, &comparison.scripts.join("write.py"), &file]),
            rows: ROWS_BOTO3,
        });
    }
    let costs = rounds(&peers, comparison.rounds, own, Some(sink))?;
    report.push_str(
        "\n## Write\n\nThe same conditional `UpdateItem` for each row, over plain HTTP, into a sink that takes each one \
         at once. Rows per CPU-second of the writer alone; times as many as what it is compared with.\n\n\
         | | rows | rows per CPU-second | µs per row | Popshop's is | peak MB |\n|---|---|---|---|---|---|\n",
    );
    let ours = costs[0].rows_per_cpu_second();
    for (peer, cost) in peers.iter().zip(&costs) {
        let rate = cost.rows_per_cpu_second();
        let _ = writeln!(
            report,
            "| {} | {} | {rate:.0} | {:.1} | {:.2} | {:.1} |",
            peer.name,
            peer.rows,
            1e6 / rate,
            ours / rate,
            cost.peak_mb
        );
    }
    Ok(())
}

fn throttled(
    report: &mut String,
    comparison: &Comparison,
    own: &Path,
    file: &Path,
    sink: &Sink,
) -> Result<(), Trouble> {
    eprintln!("==> throttled");
    let _ = write!(
        report,
        "\n## A table kept busy\n\nThe sink grants so many writes per second, saves up what is not used for a tenth of \
         a second, and throttles the rest. The import does not know how many. Everything from the first call to the last \
         is counted, the search at the beginning too.\n\n\
         | granted per second | processes | seconds | written, of what was granted | calls throttled |\n\
         |---|---|---|---|---|\n"
    );
    let mut plots = String::new();
    for (granted, processes) in GRANTED {
        sink.limit(Some(f64::from(granted)));
        let rows = OsString::from((granted * THROTTLED_SECONDS / processes).to_string());
        let line = [
            own.as_os_str().to_owned(),
            "import".into(),
            file.as_os_str().to_owned(),
            rows,
        ];
        thread::scope(|scope| {
            let importers: Vec<_> = (0..processes)
                .map(|_| scope.spawn(|| measure::run(own, &line, Some(sink.address))))
                .collect();
            let costs = importers
                .into_iter()
                .map(|importer| importer.join().map_err(|_panic| Trouble::new("import", "panicked"))?);
            costs.collect::<Result<Vec<Cost>, Trouble>>()
        })?;
        let slots = sink.slots();
        let (used, refused) = shares(&slots, f64::from(granted));
        let _ = writeln!(
            report,
            "| {granted} | {processes} | {:.1} | {:.1} % | {:.2} % |",
            slots.len() as f64 * SLOT.as_secs_f64(),
            used * 100.0,
            refused * 100.0
        );
        let name = format!("csv-throttled-{granted}.svg");
        let title = format!("{granted} writes per second granted, {processes} writing");
        let path = comparison.report.with_file_name(&name);
        fs::write(&path, plot::svg(&title, f64::from(granted), &slots))
            .map_err(|reason| Trouble::new(path.display(), reason))?;
        let _ = write!(plots, "\n![{title}]({name})\n");
    }
    report.push_str(&plots);
    Ok(())
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
