//! Fails if a change makes the functions larger or slower. It counts instructions instead of time, which load disturbs.

use std::fs;
use std::path::Path;

use serde_json::{Value, json};

use crate::bench_lambda;
use crate::command::{Failed, below_root, exists, failed, read, workspace_root};
use crate::functions::{self, ZIP_BYTES_TARGET};
use crate::network::Network;
use crate::package::{self, Compression};
use crate::steps::Outcome;

/// The current figures. A change that makes them smaller on purpose, or larger for a reason, updates this file.
const FIGURES: &str = "bench/lambda/budgets.json";
/// The growth that is tolerated. Releases of the compiler and of C libraries differ by less.
const TOLERANCE_PERCENT: u64 = 3;
const WORK: &str = "target/bench/lambda/budgets";
/// aws-lc gathers entropy for 25 CPU-ms before its first handshake. A default feature of any crate of the SDK brings
/// it.
const FORBIDDEN: &str = "aws-lc-sys";

/// Builds the functions that have figures as for a deployment, and compares. Only few functions have figures, because
/// each takes a minute of CPU time.
pub(crate) fn check(network: Network) -> Result<Outcome, Failed> {
    nothing_forbidden_is_locked()?;
    let text =
        fs::read_to_string(workspace_root().join(FIGURES)).map_err(|error| failed(FIGURES, error.to_string()))?;
    let figures: Value = serde_json::from_str(&text).map_err(|error| failed(FIGURES, error.to_string()))?;
    let names: Vec<String> = figures
        .as_object()
        .into_iter()
        .flatten()
        .map(|(name, _)| name.clone())
        .collect();
    if names.is_empty() {
        return Err(failed(FIGURES, "the file names no function"));
    }
    let programs = functions::build_programs(network, None, &names)?;
    let uncounted = reason_not_to_count()?;
    let mut faults = Vec::new();
    let mut found = Value::default();
    for name in &names {
        let program = programs.join(name);
        found[name] = measure(network, name, &program, uncounted.is_none())?;
        for (figure, was) in figures[name].as_object().into_iter().flatten() {
            faults.extend(fault(name, figure, was.as_u64(), found[name][figure].as_u64()));
        }
    }
    eprintln!("    {found}");
    if faults.is_empty() {
        return Ok(match uncounted {
            None => Outcome::Passed,
            Some(reason) => Outcome::PassedWithout(vec![format!("the counted instructions ({reason})")]),
        });
    }
    Err(failed(
        FIGURES,
        format!(
            "the budget is exceeded: {}. If the growth is intended, write {found}",
            faults.join(", ")
        ),
    ))
}

/// A crate that is not in the lock file is in no binary, with any features.
fn nothing_forbidden_is_locked() -> Result<(), Failed> {
    let lock = fs::read_to_string(workspace_root().join("Cargo.lock"));
    let lock = lock.map_err(|error| failed("Cargo.lock", error.to_string()))?;
    if lock.contains(&format!("name = \"{FORBIDDEN}\"")) {
        return Err(failed(
            "Cargo.lock",
            format!("the file contains {FORBIDDEN}; `cargo tree -i {FORBIDDEN}` shows which crate depends on it"),
        ));
    }
    Ok(())
}

/// Measures the size of a function's package and, if this machine can count them, its instructions until the first
/// event and per warm event.
fn measure(network: Network, name: &str, program: &Path, with_instructions: bool) -> Result<Value, Failed> {
    let archive = workspace_root().join(WORK).join(name).join("bootstrap.zip");
    let zip_bytes = package::write(program, &archive, Compression::Small);
    let zip_bytes = zip_bytes.map_err(|error| failed(name, error.to_string()))?;
    if !with_instructions {
        return Ok(json!({ "zip_bytes": zip_bytes }));
    }
    let bench = bench_lambda::build_bench(network)?;
    let counted = read(&bench, &["count", &program.to_string_lossy(), name, &below_root(WORK)])?;
    let counted: Value =
        serde_json::from_str(&counted).map_err(|error| failed("bench-lambda count", error.to_string()))?;
    Ok(json!({
        "zip_bytes": zip_bytes,
        "init_instructions": counted["init"],
        "warm_instructions": counted["warm"],
    }))
}

/// The reason why this machine cannot count instructions, if there is one. On CI, a missing valgrind is a failure.
fn reason_not_to_count() -> Result<Option<&'static str>, Failed> {
    if !cfg!(target_arch = "x86_64") {
        return Ok(Some("the figures are for x86_64"));
    }
    if exists("valgrind", &["--version"]) {
        return Ok(None);
    }
    if std::env::var_os("CI").is_some() {
        return Err(failed(
            "valgrind",
            "valgrind is not installed; it is needed to count instructions",
        ));
    }
    Ok(Some("valgrind is not installed"))
}

/// Compares one figure. A figure that this machine did not count is not compared.
fn fault(name: &str, figure: &str, was: Option<u64>, is: Option<u64>) -> Option<String> {
    let (was, is) = (was?, is?);
    let limit = was + was * TOLERANCE_PERCENT / 100;
    let limit = if figure == "zip_bytes" {
        limit.min(ZIP_BYTES_TARGET)
    } else {
        limit
    };
    (is > limit).then(|| format!("{figure} of {name} is {is}, was {was}, limit {limit}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_figure_may_grow_by_at_most_three_percent() {
        assert_eq!(fault("f", "warm_instructions", Some(1_000), Some(1_030)), None);
        let fault = fault("f", "warm_instructions", Some(1_000), Some(1_031));
        assert_eq!(
            fault.as_deref(),
            Some("warm_instructions of f is 1031, was 1000, limit 1030")
        );
    }

    #[test]
    fn no_package_exceeds_the_target_size() {
        assert!(fault("f", "zip_bytes", Some(ZIP_BYTES_TARGET), Some(ZIP_BYTES_TARGET + 1)).is_some());
    }

    #[test]
    fn a_figure_that_was_not_counted_is_not_compared() {
        assert_eq!(fault("f", "init_instructions", Some(1_000), None), None);
    }

    #[test]
    fn the_lock_file_does_not_contain_aws_lc() {
        assert!(nothing_forbidden_is_locked().is_ok());
    }
}
