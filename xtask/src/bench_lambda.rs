//! Builds the functions and their peers for the benchmark, and runs it (`bench/lambda`).

use std::path::PathBuf;

use crate::bench::{create, missing, rust_peers};
use crate::command::{Failed, below_root, failed, run, run_cargo, run_with, workspace_root};
use crate::functions;
use crate::network::Network;
use crate::node;
use crate::python::Environment;

const PEERS: &str = "bench/lambda/peers";
const WORK: &str = "target/bench/lambda";
const REPORT: &str = "docs/benchmarks/lambda.md";
/// The function that the peers reimplement.
const COMPARED: &str = "orders-get";

/// Measures `only` these functions (all, if it is empty) and the peers. The report is written to `docs/` if all
/// functions were measured, else below `target/`. It names the peers that could not be prepared.
pub(crate) fn compare(rounds: Option<usize>, only: &[String]) -> Result<(), Failed> {
    let existing = functions::all()?;
    if let Some(unknown) = only.iter().find(|name| !existing.contains(name)) {
        return Err(failed(
            "bench lambda",
            format!(
                "there is no function {unknown}; the functions are {}",
                existing.join(", ")
            ),
        ));
    }
    let measured = if only.is_empty() { &existing } else { only };
    let mut built = measured.to_vec();
    if !built.iter().any(|name| name == COMPARED) {
        built.push(COMPARED.to_owned());
    }
    let programs = functions::build_programs(Network::Allowed, None, &built)?;
    let bench = build_bench(Network::Allowed)?;
    let mut line = vec!["compare".to_owned()];
    let mut say = |name: &str, value: &str| line.extend([name.to_owned(), value.to_owned()]);
    say("--programs", &programs.to_string_lossy());
    let peers = rust_peers(&format!("{PEERS}/rust/Cargo.toml"), &format!("{WORK}/rust"))?;
    say("--rust-peers", &peers.to_string_lossy());
    match bundle()? {
        Some(bundle) => say("--node", &bundle.to_string_lossy()),
        None => missing(&mut say, "Node (npm is needed to install the SDK)"),
    }
    let requirements = format!("{PEERS}/python/requirements.txt");
    match Environment::prepare(&format!("{WORK}/venv"), &requirements, Network::Allowed) {
        Ok(Some(environment)) => say("--python", &environment.program("python")),
        Ok(None) => missing(&mut say, "Python (its packages may not be downloaded)"),
        Err(failure) => missing(&mut say, &format!("Python ({failure})")),
    }
    if let Some(rounds) = rounds {
        say("--rounds", &rounds.to_string());
    }
    say("--work", &below_root(WORK));
    let report = if only.is_empty() {
        REPORT.to_owned()
    } else {
        format!("{WORK}/lambda.md")
    };
    create(&report)?;
    say("--report", &below_root(&report));
    line.extend(measured.iter().cloned());
    let line: Vec<&str> = line.iter().map(String::as_str).collect();
    run(&bench, &line)
}

/// Builds the measuring program with the development profile, because it is not measured.
pub(crate) fn build_bench(network: Network) -> Result<String, Failed> {
    run_cargo(network, &["build", "--locked", "-p", "bench-lambda"], &[])?;
    let bench = functions::development_folder().join("bench-lambda");
    Ok(bench.to_string_lossy().into_owned())
}

/// Bundles the Node handler and the parts of the SDK that it uses into one file, as for a deployment.
fn bundle() -> Result<Option<PathBuf>, Failed> {
    let locked = format!("{PEERS}/node");
    let Some(folder) = node::install(&format!("{WORK}/node"), &locked, Network::Allowed)? else {
        return Ok(None);
    };
    let bundle = folder.join("orders-get.mjs");
    let modules = folder.join("node_modules");
    let script = workspace_root().join(&locked).join("orders-get.mjs");
    let output = format!("--outfile={}", bundle.display());
    run_with(
        &modules.join(".bin/esbuild").to_string_lossy(),
        &[
            &script.to_string_lossy(),
            "--bundle",
            "--minify",
            "--platform=node",
            "--target=node20",
            "--format=esm",
            "--main-fields=module,main",
            // CommonJS modules call `require` at run time.
            "--banner:js=import{createRequire}from'node:module';const require=createRequire(import.meta.url);",
            &output,
        ],
        &[("NODE_PATH", &modules.to_string_lossy())],
    )?;
    Ok(Some(bundle))
}
