//! Writes the report of the comparison for the documents, section by section.

use std::fmt::Write as _;
use std::fs;

use bench_kit::machine;
use bench_kit::process::Processors;
use bench_kit::trouble::Trouble;

use crate::arguments::Comparison;
use crate::parsing;
use crate::throttled;
use crate::writing;

const INTRODUCTION: &str = "\
# Catalog imports compared with other programs

Written by `cargo xtask bench csv`. The kernel counts CPU time and peak memory of the whole process, its start included. \
Each program runs on a processor of its own, and the server that it calls on another. Rounds are interleaved; figures are \
medians, and ratios are medians of the ratios of each round. Compare only ratios of one run.

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
