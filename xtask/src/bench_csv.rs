//! Prepares the tools for the benchmark of catalog imports, and runs it (`bench/csv`).

use crate::bench::{create, missing, rust_peers, script};
use crate::command::{Failed, below_root, run};
use crate::functions;
use crate::network::Network;
use crate::python::Environment;

const PEERS: &str = "bench/csv/peers";
const WORK: &str = "target/bench/csv";
const REPORT: &str = "docs/benchmarks/csv.md";

/// The function that is measured as a whole.
const FUNCTION: &str = "csv-ingester";

/// Measures, and writes the report with its plots. The report names the peers that could not be prepared.
pub(crate) fn compare(rounds: Option<usize>, with_large_file: bool) -> Result<(), Failed> {
    let programs = functions::build_programs(Network::Allowed, None, &[FUNCTION.to_owned()])?;
    run("cargo", &["build", "--release", "--locked", "-p", "bench-csv"])?;
    let mut line = vec!["compare".to_owned()];
    let mut say = |name: &str, value: &str| line.extend([name.to_owned(), value.to_owned()]);
    say("--ingester", &programs.join(FUNCTION).to_string_lossy());
    let plain_sdk = rust_peers(&format!("{PEERS}/plain-sdk/Cargo.toml"), &format!("{WORK}/plain-sdk"))?;
    say("--plain-sdk", &plain_sdk.join("plain-sdk").to_string_lossy());
    match script(
        &format!("{WORK}/javascript"),
        &format!("{PEERS}/javascript"),
        "write.mjs",
    )? {
        Some(script) => say("--javascript", &script.to_string_lossy()),
        None => missing(&mut say, "the SDK for JavaScript (npm is needed to install it)"),
    }
    let requirements = format!("{PEERS}/requirements.txt");
    match Environment::prepare(&format!("{WORK}/venv"), &requirements, Network::Allowed) {
        Ok(Some(environment)) => say("--python", &environment.program("python")),
        Ok(None) => missing(&mut say, "Python (its packages may not be downloaded)"),
        Err(failure) => missing(&mut say, &format!("Python ({failure})")),
    }
    say("--scripts", &below_root(PEERS));
    if let Some(rounds) = rounds {
        say("--rounds", &rounds.to_string());
    }
    say("--work", &below_root(&format!("{WORK}/made")));
    create(REPORT)?;
    say("--report", &below_root(REPORT));
    if with_large_file {
        line.push("--large".to_owned());
    }
    let bench = functions::target_folder().join("release/bench-csv");
    let line: Vec<&str> = line.iter().map(String::as_str).collect();
    run(&bench.to_string_lossy(), &line)
}
