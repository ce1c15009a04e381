//! The program of `cargo xtask simulate`: tries every single fault, every pair of faults, and random histories.
#![expect(clippy::print_stdout, reason = "a command line tool talks to the terminal")]

mod arguments;

use std::error::Error;
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Instant;

use simulation::design::Design;
use simulation::exhaustive::{self, Depth, Finding, Summary};
use simulation::history::{History, Report};
use simulation::random::{self, Failing};
use simulation::shrink::shrunk;
use simulation::{coverage, matrix, variants};

use arguments::{Arguments, Faults};
use clap::Parser as _;

/// Findings that are printed completely; the others are counted.
const SHOWN_MAX: usize = 3;

fn main() -> ExitCode {
    let outcome = match Arguments::parse() {
        Arguments { write_docs: true, .. } => write_docs(),
        Arguments {
            seed: Some(seed),
            variant,
            export,
            ..
        } => replay(seed, variant.as_deref(), export.as_deref()),
        Arguments { faults, seeds, .. } => everything(faults, seeds),
    };
    match outcome {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(fault) => {
            println!("simulation: {fault}");
            ExitCode::from(2)
        }
    }
}

fn everything(faults: Faults, seeds: u64) -> Result<bool, Box<dyn Error>> {
    let design = Arc::new(Design::ours()?);
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let started = Instant::now();
    let mut summary = Summary::default();
    let depth = match faults {
        Faults::None => None,
        Faults::Single => Some(Depth::Single),
        Faults::Pairs => Some(Depth::Pairs),
    };
    if let Some(depth) = depth {
        for scenario in exhaustive::scenarios() {
            let begun = Instant::now();
            let found = exhaustive::run(&design, std::slice::from_ref(&scenario), depth, threads);
            let seconds = begun.elapsed().as_secs_f32();
            println!("{:24} {:>8} histories {seconds:>6.1} s", scenario.name, found.histories);
            summary.merge(found);
        }
    }
    let begun = Instant::now();
    let (drawn, failing) = random::run(&design, random::history, 0..seeds, threads);
    println!(
        "{:24} {:>8} histories {:>6.1} s",
        "random histories",
        drawn.histories,
        begun.elapsed().as_secs_f32()
    );
    summary.merge(drawn);
    println!("\n{}", coverage::table(&summary));
    let is_tried = depth.is_none_or(|depth| everything_was_tried(&summary, depth));
    for finding in summary.findings.iter().take(SHOWN_MAX) {
        show_finding(&design, finding);
    }
    if let Some(failing) = &failing {
        show_seed(&design, failing);
    }
    let points: usize = summary.sites.values().map(|reach| usize::from(reach.points)).sum();
    let reached: u64 = summary.sites.values().map(|reach| reach.reached).sum();
    let violations = summary.findings.len() + usize::from(failing.is_some());
    let seconds = started.elapsed().as_secs_f32();
    println!(
        "{} histories, {points} distinct fault points reached {reached} times, {violations} violations, {seconds:.1} s",
        summary.histories
    );
    Ok(violations == 0 && is_tried)
}

/// Checks that a fault was injected at every site. Single faults cannot reach sites behind another fault.
fn everything_was_tried(summary: &Summary, depth: Depth) -> bool {
    let untried = match depth {
        Depth::Single => Vec::new(),
        Depth::Pairs => coverage::untried(summary),
    };
    let unknown = coverage::unknown(summary);
    for (place, operation) in &untried {
        println!("never tried: {place} {operation}");
    }
    for (place, operation) in &unknown {
        println!("missing in the list of sites: {place} {operation}");
    }
    untried.is_empty() && unknown.is_empty()
}

fn show_finding(design: &Arc<Design>, finding: &Finding) {
    let scenarios = exhaustive::scenarios();
    if let Some(scenario) = scenarios.iter().find(|scenario| scenario.name == finding.scenario) {
        println!("--- {}", finding.scenario);
        show(&scenario.history(finding.faults.clone()).run_with_timeline(design));
    }
}

fn show_seed(design: &Arc<Design>, failing: &Failing) {
    let whole = random::history(failing.seed);
    let shortest = shrunk(design, &whole, failing);
    println!("--- the shortest failing history of seed {}", failing.seed);
    show(&shortest.run_with_timeline(design));
    println!("the complete history: cargo xtask simulate --seed {}", failing.seed);
}

fn show(report: &Report) {
    for line in &report.timeline {
        println!("{line}");
    }
    for (number, outcome) in report.outcomes.iter().enumerate() {
        println!("order-{:05} ends {outcome}", number + 1);
    }
    for violation in &report.violations {
        println!("VIOLATED {violation}");
    }
}

/// Prints the history of a seed, and writes it to a file that the console opens.
fn replay(seed: u64, variant: Option<&str>, export: Option<&Path>) -> Result<bool, Box<dyn Error>> {
    let (history, design): (History, Design) = match variant {
        None => (random::history(seed), Design::ours()?),
        Some(name) => {
            let (variant, design) = variants::named(name)?;
            (variant.history(seed), design)
        }
    };
    let design = Arc::new(design);
    let report = history.run_with_timeline(&design);
    show(&report);
    if let Some(path) = export {
        let (_, file) = history.run_exported(&design)?;
        std::fs::write(path, format!("{file:#}\n")).map_err(|fault| format!("write {}: {fault}", path.display()))?;
        println!("wrote {}; open it in the console", path.display());
    }
    Ok(report.violations.is_empty())
}

fn write_docs() -> Result<bool, Box<dyn Error>> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/saga.md");
    let page = std::fs::read_to_string(&path)?;
    let renewed = matrix::renewed(&page)?.ok_or("docs/saga.md has no marks around its generated part")?;
    std::fs::write(&path, renewed)?;
    println!("wrote docs/saga.md");
    Ok(true)
}
