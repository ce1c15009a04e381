//! Fuzzes the renderer. `cargo run -p fuzz-images -- [--minutes N] [--seed N] [FILE...]` damages photos of its own and
//! those given, until the time is over.
//!
//! It needs no coverage, and so no special toolchain. It damages the formats where they are sensitive (markers,
//! lengths, tables, chunks) and mends checksums afterwards. Every case follows from the seed and its number: `--seed S
//! --case N` repeats one. It runs in the profile for development, where an overflow is a panic.
#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a command line tool talks to its terminal"
)]

mod chance;
mod containers;
mod judge;
mod mutate;
mod originals;

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use chance::Chance;
use clap::Parser;
use judge::Finding;
use originals::Original;

/// A case takes milliseconds. One that takes this long would let a function run into its timeout.
const CASE_MAX: Duration = Duration::from_secs(10);
/// Where a case is kept that found something.
const FOUND: &str = "target/fuzz-images";
const REPORT_EVERY: u64 = 100_000;

/// Throws damaged photos at the renderer until the time is over
#[derive(Debug, Parser)]
struct Arguments {
    /// How long
    #[arg(long, default_value_t = 1, value_name = "N")]
    minutes: u64,
    /// Decides what is damaged, and how
    #[arg(long, default_value_t = 1, value_name = "N")]
    seed: u64,
    /// Show this case again, and no other
    #[arg(long, value_name = "N")]
    case: Option<u64>,
    /// Photos to be damaged, beside our own
    files: Vec<PathBuf>,
}

fn main() -> ExitCode {
    match run(&Arguments::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(reason) => {
            eprintln!("fuzz-images: {reason}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &Arguments) -> Result<(), String> {
    let originals = originals::all(&arguments.files)?;
    match arguments.case {
        Some(case) => one(&originals, arguments.seed, case),
        None => many(&originals, arguments),
    }
}

fn many(originals: &[Original], arguments: &Arguments) -> Result<(), String> {
    let end = Instant::now() + Duration::from_secs(60 * arguments.minutes);
    let number = Arc::new(AtomicU64::new(0));
    watch(Arc::clone(&number), arguments.seed);
    let (mut case, mut accepted, mut findings) = (0_u64, 0_u64, 0_u64);
    let mut slowest = Duration::ZERO;
    while Instant::now() < end {
        case += 1;
        number.store(case, Ordering::Relaxed);
        let photo = damaged(originals, arguments.seed, case);
        let start = Instant::now();
        match judge::judge(&photo) {
            Ok(is_accepted) => accepted += u64::from(is_accepted),
            Err(finding) => {
                findings += 1;
                keep(case, &photo, &finding)?;
            }
        }
        slowest = slowest.max(start.elapsed());
        if case.is_multiple_of(REPORT_EVERY) {
            println!("{case} cases, {accepted} still pictures, slowest {slowest:?}, {findings} findings");
        }
    }
    println!("{case} cases, {accepted} still pictures, slowest {slowest:?}, {findings} findings");
    if findings > 0 {
        return Err(format!("{findings} findings, in {FOUND}"));
    }
    Ok(())
}

fn one(originals: &[Original], seed: u64, case: u64) -> Result<(), String> {
    let photo = damaged(originals, seed, case);
    match judge::judge(&photo) {
        Ok(is_accepted) => {
            println!("case {case} is {}", if is_accepted { "a picture" } else { "refused" });
            Ok(())
        }
        Err(finding) => keep(case, &photo, &finding).and(Err(finding.to_string())),
    }
}

fn damaged(originals: &[Original], seed: u64, case: u64) -> mutate::Damaged {
    mutate::damage(originals, &mut Chance::of(seed, case))
}

fn keep(case: u64, photo: &mutate::Damaged, finding: &Finding) -> Result<(), String> {
    eprintln!("case {case}, from {}: {finding}", photo.origin);
    std::fs::create_dir_all(FOUND).map_err(|reason| format!("{FOUND}: {reason}"))?;
    std::fs::write(format!("{FOUND}/{case}"), &photo.bytes).map_err(|reason| format!("{FOUND}: {reason}"))
}

/// Ends the process when a case does not end.
fn watch(number: Arc<AtomicU64>, seed: u64) {
    std::thread::spawn(move || {
        loop {
            let before = number.load(Ordering::Relaxed);
            std::thread::sleep(CASE_MAX);
            if number.load(Ordering::Relaxed) == before && before > 0 {
                eprintln!("case {before} of seed {seed} takes more than {CASE_MAX:?}");
                std::process::exit(1);
            }
        }
    });
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::panic, reason = "a panic in a test is a failed test")]
mod tests {
    use super::{damaged, judge, originals};

    /// As many as fit into a few seconds; another seed than that of the long runs.
    const CASES: u64 = 6_000;
    const SEED: u64 = 20_26;

    #[test]
    fn thousands_of_damaged_photos_do_no_harm() {
        let originals = originals::all(&[]).unwrap();
        let mut accepted = 0;
        for case in 1..=CASES {
            let photo = damaged(&originals, SEED, case);
            match judge::judge(&photo) {
                Ok(is_accepted) => accepted += u64::from(is_accepted),
                Err(finding) => panic!("case {case}, from {}: {finding}", photo.origin),
            }
        }
        // Damage that is always found in the first bytes would test nothing else.
        assert!(accepted > CASES / 50, "only {accepted} are still pictures");
    }

    #[test]
    fn every_original_is_a_picture() {
        for original in originals::all(&[]).unwrap() {
            let photo = original.untouched();
            assert!(matches!(judge::judge(&photo), Ok(true)), "{}", original.name);
        }
    }
}
