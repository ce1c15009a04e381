//! The long checks ("proofs") that are too slow for every change. `cargo xtask prove` runs them, and so does the
//! nightly workflow.
//!
//! To add one, add an entry to [`PROOFS`]: the help page, the list and the summary follow.

use std::time::{SystemTime, UNIX_EPOCH};

use clap::builder::PossibleValue;

use crate::command::{self, Failed, below_root, failed, run_cargo, run_in, workspace_root};
use crate::network::Network;
use crate::selection::Selection;
use crate::steps::{AfterFailure, Outcome, Step, run_all};
use crate::{api, console, faults, functions, libraries, pictures, rust_tools, simulate};

const LINE: &str = "cargo xtask prove";
const SECONDS_PER_DAY: u64 = 24 * 60 * 60;
const DRAWN_HISTORIES: u64 = 200_000;
const FUZZ_MINUTES: u64 = 10;
const JPEG_DECODER: &str = "libs/scaled-jpeg";
/// Rows of a catalog on the local host: ten times as many as in `cargo xtask test`.
const IMPORT_ROWS: &str = "200000";
const FAULTS: faults::Size = faults::Size {
    histories: 200,
    import_rows: Some(20_000),
};

struct Proof {
    step: Step,
    about: &'static str,
    /// The usual duration on two idle processors, including the build.
    usual_minutes: u32,
}

/// In this order: the cheapest first.
const PROOFS: [Proof; 11] = [
    Proof {
        step: Step {
            name: "libraries",
            run: libraries::package,
        },
        about: "package every crate of libs/, and build each package without this workspace",
        usual_minutes: 2,
    },
    Proof {
        step: Step {
            name: "simulation",
            run: simulate_at_length,
        },
        about: "simulate the sagas with every pair of faults, and with 200,000 random histories",
        usual_minutes: 10,
    },
    Proof {
        step: Step {
            name: "console",
            run: console::browser_at_length,
        },
        about: "drive the console with a browser: idle for a minute, and with 10,000 events",
        usual_minutes: 10,
    },
    Proof {
        step: Step {
            name: "api",
            run: api::many_requests,
        },
        about: "send 20,000 random requests that fit the API's document, as staff and as a customer",
        usual_minutes: 10,
    },
    Proof {
        step: Step {
            name: "imports",
            run: import_at_length,
        },
        about: "import a catalog of 200,000 rows on a local host that is killed every few seconds",
        usual_minutes: 10,
    },
    Proof {
        step: Step {
            name: "pictures",
            run: pictures::compare,
        },
        about: "thumbnails of the pictures in the folder PICTURES beside those of Pillow and libvips",
        usual_minutes: 10,
    },
    Proof {
        step: Step {
            name: "fuzz-images",
            run: fuzz_images,
        },
        about: "render damaged photos of every format for ten minutes",
        usual_minutes: 12,
    },
    Proof {
        step: Step {
            name: "fuzz-jpeg",
            run: fuzz_jpeg,
        },
        about: "fuzz the JPEG decoder for ten minutes, guided by coverage",
        usual_minutes: 12,
    },
    Proof {
        step: Step {
            name: "overload",
            run: overload,
        },
        about: "a local host that gets 1.5 and 3 times the orders that it can fulfil, a minute each",
        usual_minutes: 15,
    },
    Proof {
        step: Step {
            name: "faults",
            run: fail_at_length,
        },
        about: "place 200 orders and import 20,000 rows on the local cloud while calls fail",
        usual_minutes: 25,
    },
    Proof {
        step: Step {
            name: "functions",
            run: build_functions,
        },
        about: "build and pack every function as for a deployment",
        usual_minutes: 25,
    },
];

/// The names of the proofs with their descriptions, for clap.
pub(crate) fn names() -> Vec<PossibleValue> {
    let described = |proof: &Proof| PossibleValue::new(proof.step.name).help(description(proof));
    PROOFS.iter().map(described).collect()
}

#[expect(clippy::print_stdout, reason = "the list is the answer of the command")]
pub(crate) fn print_list() {
    print!("{}", list());
}

/// The list of proofs, one per line.
fn list() -> String {
    let lines = PROOFS
        .iter()
        .map(|proof| format!("{:12} {}\n", proof.step.name, description(proof)));
    lines.collect()
}

/// Runs the proofs of these names, or all proofs if there are no names.
pub(crate) fn run(names: &[String]) -> Result<(), Failed> {
    let is_wanted = |proof: &&Proof| names.is_empty() || names.iter().any(|name| name == proof.step.name);
    let steps: Vec<Step> = PROOFS.iter().filter(is_wanted).map(|proof| proof.step).collect();
    run_all(LINE, &steps, Network::Allowed, AfterFailure::Continue)
}

fn description(proof: &Proof) -> String {
    format!("{} (about {} min)", proof.about, proof.usual_minutes)
}

fn simulate_at_length(network: Network) -> Result<Outcome, Failed> {
    simulate::run(network, &[format!("--seeds={DRAWN_HISTORIES}")])?;
    Ok(Outcome::Passed)
}

fn import_at_length(network: Network) -> Result<Outcome, Failed> {
    let command = Selection::WithoutAws.command("test")?;
    let mut test: Vec<&str> = command.iter().map(String::as_str).collect();
    test.extend(["--test", "local_host", "--", "imports::"]);
    run_cargo(network, &test, &[("IMPORT_ROWS", IMPORT_ROWS)])?;
    Ok(Outcome::Passed)
}

fn fuzz_images(network: Network) -> Result<Outcome, Failed> {
    let (minutes, seed) = (FUZZ_MINUTES.to_string(), seed_of_today().to_string());
    let build = ["run", "--locked", "-p", "fuzz-images", "--"];
    let fuzz = ["--minutes", &minutes, "--seed", &seed];
    run_cargo(network, &[&build[..], &fuzz[..]].concat(), &[])?;
    Ok(Outcome::Passed)
}

/// Fuzzes on the stable toolchain, without a sanitizer: the decoder is safe Rust.
fn fuzz_jpeg(network: Network) -> Result<Outcome, Failed> {
    let Some(cargo_fuzz) = rust_tools::program("cargo-fuzz", network)? else {
        return Ok(Outcome::not_installed());
    };
    // The fuzzer writes new inputs to the first folder, and only reads the fixtures.
    let corpus = below_root("target/fuzz-jpeg");
    std::fs::create_dir_all(&corpus).map_err(|error| failed(&corpus, error.to_string()))?;
    let time = format!("-max_total_time={}", FUZZ_MINUTES * 60);
    let fuzz = [
        "run",
        "--sanitizer",
        "none",
        "decode",
        &corpus,
        "tests/fixtures",
        "--",
        &time,
    ];
    run_in(&workspace_root().join(JPEG_DECODER), &cargo_fuzz, &fuzz)?;
    Ok(Outcome::Passed)
}

/// On release builds: the limits are promised for them.
fn overload(network: Network) -> Result<Outcome, Failed> {
    let packages = ["-p", "local-host", "-p", "bench-overload"];
    run_cargo(
        network,
        &[&["build", "--release", "--locked"][..], &packages[..]].concat(),
        &[],
    )?;
    let program = below_root("target/release/local-host");
    command::run(&below_root("target/release/bench-overload"), &["--program", &program])?;
    Ok(Outcome::Passed)
}

fn fail_at_length(_: Network) -> Result<Outcome, Failed> {
    faults::run(FAULTS, seed_of_today())?;
    Ok(Outcome::Passed)
}

fn build_functions(_: Network) -> Result<Outcome, Failed> {
    functions::build_release(None, &[])?;
    Ok(Outcome::Passed)
}

/// The seed of today: the number of days since 1970, so that every night tries other inputs.
fn seed_of_today() -> u64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    now.as_secs() / SECONDS_PER_DAY
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a panic in a test is a failed test")]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_proof_has_a_unique_name_and_a_usual_duration() {
        let names: BTreeSet<&str> = PROOFS.iter().map(|proof| proof.step.name).collect();
        assert_eq!(names.len(), PROOFS.len());
        for proof in &PROOFS {
            let listed = format!("(about {} min)", proof.usual_minutes);
            assert!(list().contains(&listed), "{}", proof.step.name);
        }
    }

    #[test]
    fn the_jpeg_decoder_has_its_fuzz_target_and_fixtures() {
        let decoder = workspace_root().join(JPEG_DECODER);
        assert!(decoder.join("fuzz/fuzz_targets/decode.rs").is_file());
        assert!(decoder.join("tests/fixtures").read_dir().unwrap().next().is_some());
    }
}
