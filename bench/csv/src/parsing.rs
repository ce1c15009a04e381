//! Compares the cost of reading and checking a catalog.

use std::fmt::Write as _;
use std::path::Path;

use bench_kit::process::Processors;
use bench_kit::trouble::Trouble;
use progress::Progress;

use crate::arguments::Comparison;
use crate::generated::{ROWS, ROWS_LARGE, USABLE_MIN, made};
use crate::peers::{self, Peer};
use crate::rates::Rates;

pub(crate) fn section(comparison: &Comparison, processors: &Processors) -> Result<String, Trouble> {
    eprintln!("==> parsing");
    let own = peers::own()?;
    let (file, bytes) = made(&comparison.setting.work, ROWS)?;
    let peers = all(comparison, &own, &file);
    let mut measured: Vec<Rates> = peers.iter().map(|peer| Rates::of(peer.name, ROWS)).collect();
    let progress = Progress::start("parsing", "rounds", comparison.rounds() as u64);
    for _ in 0..comparison.rounds() {
        for (peer, rates) in peers.iter().zip(&mut measured) {
            run(peer, &own, processors, rates)?;
        }
        progress.advance();
    }
    drop(progress);
    let mut text = format!(
        "\n## Parse and check\n\n{ROWS} rows of 15 columns, {} MB: quoted fields, UTF-8, line ends and doubled quotes \
         within quotes, one row in a hundred bad. Popshop checks what an import checks; the others check that texts are \
         there and numbers are numbers.\n\n| | rows per CPU-second | slowest and fastest round | peak MB |\n\
         |---|---|---|---|\n",
        bytes / 1_000_000
    );
    for rates in &measured {
        row(&mut text, rates.name, rates);
    }
    if comparison.with_large_file {
        let (large, bytes) = made(&comparison.setting.work, ROWS_LARGE)?;
        let mut rates = Rates::of("Popshop", ROWS_LARGE);
        run(&ours(&own, &large), &own, processors, &mut rates)?;
        let name = format!("Popshop, {ROWS_LARGE} rows, {:.1} GB", bytes as f64 / 1e9);
        row(&mut text, &name, &rates);
    }
    Ok(text)
}

fn row(text: &mut String, name: &str, rates: &Rates) {
    let millions = |rate: f64| format!("{:.2} M", rate / 1e6);
    let slowest = rates.rows_per_cpu_second.iter().copied().fold(f64::INFINITY, f64::min);
    let fastest = rates.rows_per_cpu_second.iter().copied().fold(0.0, f64::max);
    // Writing to a text does not fail.
    let _ = writeln!(
        text,
        "| {name} | {} | {}, {} | {:.1} |",
        millions(rates.rate()),
        millions(slowest),
        millions(fastest),
        rates.peak_mb()
    );
}

fn ours(own: &Path, file: &Path) -> Peer {
    Peer::new("Popshop", &[own, Path::new("parse"), Path::new("ours"), file])
}

fn all(comparison: &Comparison, own: &Path, file: &Path) -> Vec<Peer> {
    let mut peers = vec![ours(own, file)];
    for (name, how) in [
        ("simd-csv", "simd-csv"),
        ("csv, ByteRecord", "csv"),
        ("csv with serde", "serde"),
    ] {
        peers.push(Peer::new(name, &[own, Path::new("parse"), Path::new(how), file]));
    }
    if let Some(python) = &comparison.setting.python {
        let script = comparison.scripts.join("parse.py");
        for (name, how) in [("polars", "polars"), ("DuckDB", "duckdb"), ("Python csv", "csv")] {
            let peer = Peer::new(name, &[python, &script, Path::new(how), file]);
            // One thread, where it would take more.
            peers.push(peer.with("POLARS_MAX_THREADS", "1"));
        }
    }
    peers
}

fn run(peer: &Peer, own: &Path, processors: &Processors, rates: &mut Rates) -> Result<(), Trouble> {
    let (cost, usable) = peer.run(own, processors)?;
    let rows = rates.rows as f64;
    if !(rows * USABLE_MIN..=rows).contains(&(usable as f64)) {
        return Err(Trouble::new(peer.name, format!("accepts {usable} of {rows} rows")));
    }
    // All were read and checked, the bad ones too.
    rates.add(cost);
    Ok(())
}
