//! What has to hold before a change lands?

use crate::command::{Failed, failed, read, run, run_cargo, run_with};
use crate::local_cloud::{Content, LocalCloud, STACK};
use crate::{budgets, faults, functions, lint, local_cloud, simulate};

/// Whether the package registries may be asked.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Network {
    Allowed,
    Offline,
}

/// Crates that the local host must never compile: the first run is part of the product.
const FORBIDDEN_IN_LOCAL_HOST: [&str; 3] = ["aws-sdk-", "aws-config", "aws-lc-"];
const LOCAL_HOST_CRATES_MAX: usize = 300;

/// Test targets that ask the cloud that `LOCAL_CLOUD_URL` names; ignored by a plain `cargo test`.
const NEED_A_CLOUD: [&str; 6] = ["cognito", "dynamodb", "s3", "ses", "stepfunctions", "two_engines"];

pub(crate) fn everything(network: Network) -> Result<(), Failed> {
    run("cargo", &["fmt", "--all", "--check"])?;
    local_host_is_light(network)?;
    run_cargo(
        network,
        &[
            "clippy",
            "--workspace",
            "--all-targets",
            "--locked",
            "--",
            "-D",
            "warnings",
        ],
        &[],
    )?;
    // A link in the documentation that leads nowhere is a fault like any other.
    let strict = [("RUSTDOCFLAGS", "-D warnings")];
    run_cargo(network, &["doc", "--workspace", "--no-deps", "--locked"], &strict)?;
    // The end-to-end tests start this binary; it is built on its own, as `cargo run` would, so that no feature leaks in.
    run_cargo(network, &["build", "--locked", "-p", "local-host"], &[])?;
    run_cargo(network, &["test", "--workspace", "--locked"], &[])?;
    // The tests try single faults; pairs of them have found what those could not.
    simulate::run(network, &[])?;
    lint::templates(network)?;
    lint::state_machines(network)?;
    lint::dependencies(network)?;
    budgets::check(network)?;
    local_cloud(network)
}

/// What only a cloud can answer: first an empty one, for the adapters; then one with the whole shop on it.
fn local_cloud(network: Network) -> Result<(), Failed> {
    let Some(environment) = local_cloud::prepare(network)? else {
        eprintln!("\n==> skipped: every test on the local cloud (not installed)");
        return Ok(());
    };
    let python = environment.program("python");
    let shim = [
        "-m",
        "unittest",
        "discover",
        "-s",
        "infra/local-cloud",
        "-p",
        "*_test.py",
    ];
    run(&python, &shim)?;
    let cloud = LocalCloud::start(&environment, Content::Nothing)?;
    ask_cloud(network, &NEED_A_CLOUD, &[("LOCAL_CLOUD_URL", &cloud.url)])?;
    drop(cloud);
    let packages = functions::build_for_local_cloud(network)?;
    let cloud = LocalCloud::start(&environment, Content::Shop(&packages))?;
    let outputs = cloud.outputs.to_string_lossy();
    ask_cloud(
        network,
        &["end_to_end", "local_cloud"],
        &[("LOCAL_CLOUD_OUTPUTS", &outputs)],
    )?;
    told_nothing_private(network, &python, &cloud, &[("ALL_FUNCTIONS_WERE_CALLED", "yes")])?;
    run(&python, &["infra/local-cloud/alarms.py", &cloud.url])?;
    // Last: it looks back on everything that was asked of this cloud.
    run_with(
        &python,
        &[
            "infra/local-cloud/granted.py",
            STACK,
            &cloud.decisions.to_string_lossy(),
        ],
        &[("LOCAL_CLOUD_URL", &cloud.url)],
    )?;
    drop(cloud);
    faults::on_local_cloud(network, &environment, &packages, &[])
}

/// Reads everything that the functions of this cloud logged, counted and traced so far.
pub(crate) fn told_nothing_private(
    network: Network,
    python: &str,
    cloud: &LocalCloud,
    more: &[(&str, &str)],
) -> Result<(), Failed> {
    let outputs = cloud.outputs.to_string_lossy();
    let told = cloud.outputs.with_file_name("told.jsonl");
    run(
        python,
        &["infra/local-cloud/told.py", &cloud.url, &told.to_string_lossy()],
    )?;
    let place = [("LOCAL_CLOUD_OUTPUTS", outputs.as_ref())];
    ask_cloud(network, &["told"], &[&place[..], more].concat())
}

/// Test targets of the whole workspace, and not of one crate: that would build the AWS SDK again, with other features.
pub(crate) fn ask_cloud(network: Network, targets: &[&str], variables: &[(&str, &str)]) -> Result<(), Failed> {
    let mut all = vec!["test", "--workspace", "--locked"];
    all.extend(targets.iter().flat_map(|target| ["--test", target]));
    all.extend(["--", "--include-ignored", "--show-output"]);
    run_cargo(network, &all, variables)
}

fn local_host_is_light(network: Network) -> Result<(), Failed> {
    const LINE: &str = "cargo tree -p local-host -e normal";
    let mut arguments = vec![
        "tree",
        "-p",
        "local-host",
        "-e",
        "normal",
        "--prefix",
        "none",
        "--no-dedupe",
        "--locked",
    ];
    if network == Network::Offline {
        arguments.push("--offline");
    }
    let tree = read("cargo", &arguments)?;
    let mut crates: Vec<&str> = tree
        .lines()
        .filter_map(|line| line.split(' ').next())
        .filter(|name| !name.is_empty())
        .collect();
    crates.sort_unstable();
    crates.dedup();
    if let Some(name) = crates
        .iter()
        .find(|name| FORBIDDEN_IN_LOCAL_HOST.iter().any(|prefix| name.starts_with(prefix)))
    {
        return Err(failed(
            LINE,
            format!("names {name}, which the local host must not compile"),
        ));
    }
    if crates.len() > LOCAL_HOST_CRATES_MAX {
        return Err(failed(
            LINE,
            format!("names {} crates, more than {LOCAL_HOST_CRATES_MAX}", crates.len()),
        ));
    }
    eprintln!(
        "    the local host has {} crates, none of them of the AWS SDK",
        crates.len()
    );
    Ok(())
}
