//! Prepares the tools for the benchmark of the thumbnailer, and runs it (`bench/images`).

use std::fs;
use std::path::PathBuf;

use crate::command::{Failed, below_root, exists, failed, read, run, run_with, workspace_root};
use crate::functions;
use crate::network::Network;
use crate::node;
use crate::python::Environment;

const PEERS: &str = "bench/images/peers";
const WORK: &str = "target/bench/images";
const REPORT: &str = "docs/benchmarks/images.md";

/// Measures `photos`, or generated images if there are none, and writes the report. The report names the peers that
/// could not be prepared.
pub(crate) fn images(rounds: Option<usize>, photos: &[PathBuf]) -> Result<(), Failed> {
    let programs = build()?;
    let mut line = vec!["compare".to_owned()];
    let mut say = |name: &str, value: &str| line.extend([name.to_owned(), value.to_owned()]);
    say("--ours", &programs.join("examples/thumbnail").to_string_lossy());
    if !exists("vipsthumbnail", &["--vips-version"]) {
        missing(
            &mut say,
            "vipsthumbnail (not installed; Debian has it in libvips-tools)",
        );
    }
    match script(&format!("{WORK}/sharp"), &format!("{PEERS}/sharp"), "thumbnail.mjs")? {
        Some(script) => say("--sharp", &script.to_string_lossy()),
        None => missing(&mut say, "sharp (npm is needed to install it)"),
    }
    let requirements = format!("{PEERS}/requirements.txt");
    let python = match Environment::prepare(&format!("{WORK}/venv"), &requirements, Network::Allowed) {
        Ok(environment) => environment.map(|environment| environment.program("python")),
        Err(failure) => {
            eprintln!("    {failure}");
            None
        }
    };
    match &python {
        Some(python) => say("--python", python),
        None => missing(
            &mut say,
            "Pillow with draft() (Python is needed to install it); quality is not measured without it",
        ),
    }
    if let Some(rounds) = rounds {
        say("--rounds", &rounds.to_string());
    }
    say("--work", &below_root(&format!("{WORK}/thumbnails")));
    say("--report", &below_root(REPORT));
    let bench = programs.join("bench-images").to_string_lossy().into_owned();
    line.extend(match (photos, &python) {
        ([], Some(python)) => generated(&bench, python)?,
        ([], None) => {
            return Err(failed(
                "bench images",
                "Pillow is needed to generate the images; install Python or pass images with --image",
            ));
        }
        (photos, _) => photos
            .iter()
            .map(|photo| photo.to_string_lossy().into_owned())
            .collect(),
    });
    create(REPORT)?;
    let line: Vec<&str> = line.iter().map(String::as_str).collect();
    run(&bench, &line)
}

pub(crate) fn missing(say: &mut impl FnMut(&str, &str), why: &str) {
    eprintln!("\n==> skipped: {why}");
    say("--missing", why);
}

/// Builds the thumbnailer and the benchmark with the release profile, and returns the folder of the programs.
fn build() -> Result<PathBuf, Failed> {
    let release = ["build", "--release", "--locked"];
    run(
        "cargo",
        &[&release[..], &["-p", "imaging", "--example", "thumbnail"]].concat(),
    )?;
    run("cargo", &[&release[..], &["-p", "bench-images"]].concat())?;
    Ok(functions::target_folder().join("release"))
}

/// Installs a Node script with its dependencies at `folder`. Node looks for modules beside the script.
pub(crate) fn script(folder: &str, locked: &str, name: &str) -> Result<Option<PathBuf>, Failed> {
    let Some(folder) = node::install(folder, locked, Network::Allowed)? else {
        return Ok(None);
    };
    let script = folder.join(name);
    fs::copy(workspace_root().join(locked).join(name), &script).map_err(|error| failed(locked, error.to_string()))?;
    Ok(Some(script))
}

/// Builds the Rust peers, and returns the folder of the programs. They are a separate workspace with a separate target
/// folder, so that the functions do not get the features of their dependencies.
pub(crate) fn rust_peers(manifest: &str, target: &str) -> Result<PathBuf, Failed> {
    let target = below_root(target);
    run_with(
        "cargo",
        &["build", "--release", "--locked", "--manifest-path", manifest],
        &[("CARGO_TARGET_DIR", &target)],
    )?;
    Ok(PathBuf::from(target).join("release"))
}

fn generated(bench: &str, python: &str) -> Result<Vec<String>, Failed> {
    let folder = below_root(&format!("{WORK}/made"));
    eprintln!("\n==> generating the images, in {folder}");
    let made = read(bench, &["make", &folder, python])?;
    Ok(made.lines().map(str::to_owned).collect())
}

/// The folder of a report.
pub(crate) fn create(report: &str) -> Result<(), Failed> {
    let folder = workspace_root().join(report);
    let folder = folder.parent().unwrap_or(&folder);
    fs::create_dir_all(folder).map_err(|error| failed(report, error.to_string()))
}
