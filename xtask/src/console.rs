//! Checks of the console: the types of its modules, and a browser that drives it on a local host.

use std::fs;
use std::path::{Path, PathBuf};

use crate::command::{Failed, below_root, exists, failed, run, run_cargo, run_in, run_with, workspace_root};
use crate::network::Network;
use crate::node;
use crate::steps::Outcome;

/// The tests of the console, in the repository.
const TESTS: &str = "tests/browser";
/// Where they run.
const WORK: &str = "target/browser";
/// Types of the API's document that the console's modules use.
const TYPES: &str = "infra/local-host/src/console/types/openapi.d.ts";
/// Programs that are Chromium. The variable `CHROMIUM` names another one.
const BROWSERS: [&str; 4] = [
    "/usr/bin/chromium",
    "/usr/bin/chromium-browser",
    "/usr/bin/google-chrome",
    "/snap/bin/chromium",
];
/// The tests of every change.
const EVERY_CHANGE: [&str; 6] = [
    "console.test.mjs",
    "questions.test.mjs",
    "screenshots.test.mjs",
    "story_file.test.mjs",
    "switches.test.mjs",
    "walks.test.mjs",
];
/// How long an idle page is observed, in seconds: on every change, and in the long proof.
const IDLE_SECONDS: &str = "20";
const PROOF_IDLE_SECONDS: &str = "60";

/// Generates the types of the API again and checks the console's modules against them.
pub(crate) fn types(network: Network) -> Result<Outcome, Failed> {
    let Some(folder) = node_folder(network)? else {
        return Ok(Outcome::not_installed());
    };
    let generated = in_folder(&folder, "openapi.d.ts");
    let generator = in_folder(&folder, "node_modules/openapi-typescript/bin/cli.js");
    run(
        "node",
        &[&generator, &below_root("infra/openapi.yaml"), "--output", &generated],
    )?;
    let read = |path: &str| fs::read_to_string(path).map_err(|error| failed(path, error.to_string()));
    let (found, committed) = (read(&generated)?, read(&below_root(TYPES))?);
    if found != committed {
        let message = format!("is stale: the types of infra/openapi.yaml changed. Copy {generated} over it");
        return Err(failed(TYPES, message));
    }
    let project = below_root(&format!("{TESTS}/tsconfig.json"));
    run_in(
        &folder,
        "node",
        &["node_modules/typescript/bin/tsc", "--project", &project],
    )?;
    Ok(Outcome::Passed)
}

/// Drives the console with a browser.
pub(crate) fn browser(network: Network) -> Result<Outcome, Failed> {
    drive(network, &EVERY_CHANGE, IDLE_SECONDS)
}

/// The same, and a long look at an idle page and at one with 10,000 events.
pub(crate) fn browser_at_length(network: Network) -> Result<Outcome, Failed> {
    let tests = [&EVERY_CHANGE[..], &["load.test.mjs"]].concat();
    drive(network, &tests, PROOF_IDLE_SECONDS)
}

fn drive(network: Network, tests: &[&str], idle_seconds: &str) -> Result<Outcome, Failed> {
    let Some(folder) = node_folder(network)? else {
        return Ok(Outcome::not_installed());
    };
    let Some(browser) = find_browser(network)? else {
        let reason = "Chromium is not installed: `apt install chromium`, or name the program in CHROMIUM";
        return Ok(Outcome::Skipped(reason.to_owned()));
    };
    run_cargo(network, &["build", "--locked", "-p", "local-host"], &[])?;
    let root = workspace_root().to_string_lossy();
    let files: Vec<String> = tests.iter().map(|test| in_folder(&folder, test)).collect();
    // One after another: each starts a browser and a local host.
    let mut arguments = vec!["--test", "--test-concurrency=1"];
    arguments.extend(files.iter().map(String::as_str));
    let variables = [
        ("REPOSITORY", root.as_ref()),
        ("CHROMIUM", browser.as_str()),
        ("IDLE_SECONDS", idle_seconds),
    ];
    run_with("node", &arguments, &variables)?;
    Ok(Outcome::Passed)
}

/// The path of a browser. On a machine whose packages may be changed, apt installs it.
fn find_browser(network: Network) -> Result<Option<String>, Failed> {
    let named = std::env::var("CHROMIUM").ok();
    if let Some(named) = &named
        && !Path::new(named).is_file()
    {
        return Err(failed("CHROMIUM", format!("names no file: {named}")));
    }
    let installed = || {
        BROWSERS
            .iter()
            .map(|path| (*path).to_owned())
            .find(|path| Path::new(path).is_file())
    };
    if let Some(browser) = named.or_else(installed) {
        return Ok(Some(browser));
    }
    // Hosted runners and containers for development are the machines without a browser where this is root.
    let may_install =
        network == Network::Allowed && exists("apt-get", &["--version"]) && exists("test", &["-w", "/usr/bin"]);
    if may_install && let Err(failure) = run("apt-get", &["install", "--yes", "--no-install-recommends", "chromium"]) {
        eprintln!("{failure}");
    }
    Ok(installed())
}

/// The folder with the packages and a copy of the tests.
fn node_folder(network: Network) -> Result<Option<PathBuf>, Failed> {
    let Some(folder) = node::install(&format!("{WORK}/node"), TESTS, network)? else {
        return Ok(None);
    };
    let named = |error: std::io::Error| failed(TESTS, error.to_string());
    for entry in fs::read_dir(workspace_root().join(TESTS)).map_err(named)? {
        let path = entry.map_err(named)?.path();
        if let Some(name) = path.file_name()
            && path.extension().is_some_and(|extension| extension == "mjs")
        {
            fs::copy(&path, folder.join(name)).map_err(named)?;
        }
    }
    Ok(Some(folder))
}

fn in_folder(folder: &Path, file: &str) -> String {
    folder.join(file).to_string_lossy().into_owned()
}
