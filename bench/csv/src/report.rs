//! What did the comparison find? A report for docs, section by section.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use bench_kit::machine;
use bench_kit::process::Processors;
use bench_kit::trouble::Trouble;

use crate::arguments::Comparison;
use crate::generated;
use crate::parsing;
use crate::throttled;
use crate::writing;

/// Rows of the file whose size everything is about.
pub(crate) const ROWS: u64 = 1_000_000;
/// Rows of a file of 4 GB.
pub(crate) const ROWS_LARGE: u64 = 23_000_000;
/// One row in a hundred is bad, and not everybody minds all that is wrong with it.
pub(crate) const USABLE_MIN: f64 = 0.985;

const INTRODUCTION: &str = "\
# Catalog imports beside their peers

Written by `cargo xtask bench csv`. CPU time and peak memory are what the kernel counted for the whole process, its start \
included; each runs on a processor of its own, and what it talks to on another. Rounds are interleaved, figures are medians, \
ratios are medians of the ratios of each round. Only ratios within one run mean much.

";

pub(crate) fn compare(comparison: &Comparison) -> Result<(), Trouble> {
    let processors = Processors::divide()?;
    let versions = machine::description(&[("rustc", "--version"), ("node", "--version"), ("python3", "--version")]);
    let mut report = format!("{INTRODUCTION}{versions} {} rounds.\n", comparison.rounds());
    for missing in &comparison.setting.missing {
        // Writing to a text does not fail.
        let _ = write!(report, "\nNot measured: {missing}.\n");
    }
    let sections = [parsing::section, writing::section, throttled::section];
    let path = &comparison.setting.report;
    for section in sections {
        report.push_str(&section(comparison, &processors)?);
        // After each: what was measured stays, whatever happens to the rest.
        fs::write(path, &report).map_err(|reason| Trouble::new(path.display(), reason))?;
    }
    Ok(())
}

/// A catalog of so many rows: its path, and its bytes.
pub(crate) fn made(work: &Path, rows: u64) -> Result<(PathBuf, u64), Trouble> {
    fs::create_dir_all(work).map_err(|reason| Trouble::new(work.display(), reason))?;
    let path = work.join(format!("catalog-{rows}.csv"));
    if !path.exists() {
        eprintln!("    making {}", path.display());
        // Under another name until it is whole.
        let unfinished = path.with_extension("unfinished");
        generated::make(&unfinished, rows)?;
        fs::rename(&unfinished, &path).map_err(|reason| Trouble::new(path.display(), reason))?;
    }
    let size = fs::metadata(&path).map_err(|reason| Trouble::new(path.display(), reason))?;
    Ok((path, size.len()))
}

/// Of each round; the same index is the same round everywhere.
pub(crate) struct Rates {
    pub name: &'static str,
    pub rows: u64,
    pub rows_per_cpu_second: Vec<f64>,
    pub peaks_mb: Vec<f64>,
}

impl Rates {
    pub(crate) fn of(name: &'static str, rows: u64) -> Self {
        Self {
            name,
            rows,
            rows_per_cpu_second: Vec::new(),
            peaks_mb: Vec::new(),
        }
    }

    /// What one run cost.
    pub(crate) fn add(&mut self, cost: bench_kit::cost::Cost) {
        let rate = self.rows as f64 * 1000.0 / cost.cpu_ms;
        eprintln!(
            "    {}: {rate:.0} rows per CPU-second, {:.1} MB",
            self.name, cost.peak_mb
        );
        self.rows_per_cpu_second.push(rate);
        self.peaks_mb.push(cost.peak_mb);
    }

    pub(crate) fn rate(&self) -> f64 {
        bench_kit::median(self.rows_per_cpu_second.clone())
    }

    pub(crate) fn peak_mb(&self) -> f64 {
        bench_kit::median(self.peaks_mb.clone())
    }

    /// How many times as many rows as the other's.
    pub(crate) fn to(&self, other: &Self) -> f64 {
        let both = self.rows_per_cpu_second.iter().zip(&other.rows_per_cpu_second);
        bench_kit::median(both.map(|(own, other)| own / other).collect())
    }
}
