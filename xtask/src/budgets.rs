//! Did a change make the functions larger or slower? Counted, not timed, so that a busy machine has no say.

use std::fs;
use std::path::Path;

use serde_json::{Value, json};

use crate::bench_lambda;
use crate::command::{Failed, below_root, exists, failed, read, workspace_root};
use crate::functions::{self, ZIP_BYTES_AIM};
use crate::network::Network;
use crate::package::{self, Compression};
use crate::steps::Outcome;

/// Today's figures. Who makes them smaller on purpose, or larger with a reason, writes the new ones.
const FIGURES: &str = "bench/lambda/budgets.json";
/// A figure may grow by this much unseen: compilers' releases and C libraries differ by less.
const TOLERANCE_PERCENT: u64 = 3;
const WORK: &str = "target/bench/lambda/budgets";
/// aws-lc gathers entropy for 25 CPU-ms before its first handshake. A default feature of any crate of the SDK brings it.
const FORBIDDEN: &str = "aws-lc-sys";

/// Builds the functions that have figures as they are deployed, and compares. One takes a minute of processor time, so
/// they are few.
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
        return Err(failed(FIGURES, "names no function"));
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
        format!("is exceeded: {}. If that is meant, write {found}", faults.join(", ")),
    ))
}

/// What is not in the lock file is in no binary, whatever features are asked for.
fn nothing_forbidden_is_locked() -> Result<(), Failed> {
    let lock = fs::read_to_string(workspace_root().join("Cargo.lock"));
    let lock = lock.map_err(|error| failed("Cargo.lock", error.to_string()))?;
    if lock.contains(&format!("name = \"{FORBIDDEN}\"")) {
        return Err(failed(
            "Cargo.lock",
            format!("names {FORBIDDEN}; `cargo tree -i {FORBIDDEN}` says who brought it"),
        ));
    }
    Ok(())
}

/// The size of its package; and, where they can be counted, its instructions until it asks for its first event, and for
/// each one when it is warm.
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

/// Why instructions cannot be counted on this machine; on CI, a missing valgrind is a failure.
fn reason_not_to_count() -> Result<Option<&'static str>, Failed> {
    if !cfg!(target_arch = "x86_64") {
        return Ok(Some("the figures are those of x86_64"));
    }
    if exists("valgrind", &["--version"]) {
        return Ok(None);
    }
    if std::env::var_os("CI").is_some() {
        return Err(failed(
            "valgrind",
            "is needed to count instructions, and is not installed",
        ));
    }
    Ok(Some("valgrind is not installed"))
}

/// What is not counted here is not compared here.
fn fault(name: &str, figure: &str, was: Option<u64>, is: Option<u64>) -> Option<String> {
    let (was, is) = (was?, is?);
    let limit = was + was * TOLERANCE_PERCENT / 100;
    let limit = if figure == "zip_bytes" {
        limit.min(ZIP_BYTES_AIM)
    } else {
        limit
    };
    (is > limit).then(|| format!("{figure} of {name} is {is}, was {was}, may be {limit}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_figure_may_grow_by_three_percent_and_not_by_more() {
        assert_eq!(fault("f", "warm_instructions", Some(1_000), Some(1_030)), None);
        let fault = fault("f", "warm_instructions", Some(1_000), Some(1_031));
        assert_eq!(
            fault.as_deref(),
            Some("warm_instructions of f is 1031, was 1000, may be 1030")
        );
    }

    #[test]
    fn no_package_grows_beyond_the_aim() {
        assert!(fault("f", "zip_bytes", Some(ZIP_BYTES_AIM), Some(ZIP_BYTES_AIM + 1)).is_some());
    }

    #[test]
    fn what_was_not_counted_is_no_fault() {
        assert_eq!(fault("f", "init_instructions", Some(1_000), None), None);
    }

    #[test]
    fn nothing_that_is_locked_gathers_entropy() {
        assert!(nothing_forbidden_is_locked().is_ok());
    }
}
