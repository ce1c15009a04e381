//! The steps of `cargo xtask test`: all checks that a change must pass.

use std::path::PathBuf;

use crate::cloud_tests::{check_privacy, run_targets};
use crate::command::{Failed, failed, read, run, run_cargo, run_with};
use crate::local_cloud::{Content, LocalCloud, STACK};
use crate::network::Network;
use crate::python::Environment;
use crate::selection::{self, Selection};
use crate::steps::{AfterFailure, Outcome, Step, run_all};
use crate::{api, budgets, console, faults, functions, lint, local_cloud, simulate, verify};

/// Crates that the local host must never compile, because they would make the first `cargo run` slow.
const FORBIDDEN_IN_LOCAL_HOST: [&str; 3] = ["aws-sdk-", "aws-config", "aws-lc-"];
const LOCAL_HOST_CRATES_MAX: usize = 300;

/// Test targets that need the cloud at `LOCAL_CLOUD_URL`. A plain `cargo test` ignores them.
const NEED_A_CLOUD: [(Selection, &[&str]); 2] = [
    (Selection::Aws, &["cognito", "dynamodb", "s3", "ses", "stepfunctions"]),
    (Selection::WithoutAws, &["two_engines"]),
];

pub(crate) const STEP_COUNT: u8 = 22;

/// The fastest steps come first.
const STEPS: [Step; STEP_COUNT as usize] = [
    step("format", format),
    step("crates without the AWS SDK", light_crates),
    step("lints", clippy),
    step("documentation", documentation),
    step("local host", build_local_host),
    step("tests: functions and AWS", tests_with_aws),
    step("tests: all others", tests_without_aws),
    step("API: contract gate", api::gate),
    step("API: generated clients", api::clients),
    step("API: drawn requests", api::requests),
    step("console: types", console::types),
    step("console: browser", console::browser),
    step("simulation", simulation),
    step("templates: sam and cfn-lint", lint::templates),
    step("templates: checkov", lint::policies),
    step("state machines: asl-validator", lint::state_machines),
    step("dependencies: cargo-deny", lint::dependencies),
    step("budgets", budgets::check),
    step("local cloud: its scripts", cloud_scripts),
    step("local cloud: adapters", cloud_adapters),
    step("local cloud: the shop", cloud_shop),
    step("local cloud: faults", cloud_faults),
];

const fn step(name: &'static str, run: fn(Network) -> Result<Outcome, Failed>) -> Step {
    Step { name, run }
}

/// Runs the steps from number `from` on; the first one has number 1.
pub(crate) fn everything(network: Network, from: u8, after: AfterFailure) -> Result<(), Failed> {
    let line = match network {
        Network::Allowed => "cargo xtask test",
        Network::Offline => "cargo xtask test --offline",
    };
    let mut steps = STEPS;
    for left_out in steps.iter_mut().take(usize::from(from) - 1) {
        left_out.run = |_| Ok(Outcome::Skipped("--from begins behind it".to_owned()));
    }
    run_all(line, &steps, network, after)
}

fn format(_: Network) -> Result<Outcome, Failed> {
    run("cargo", &["fmt", "--all", "--check"])?;
    Ok(Outcome::Passed)
}

fn clippy(network: Network) -> Result<Outcome, Failed> {
    let all = ["clippy", "--workspace", "--all-targets", "--locked"];
    run_cargo(network, &[&all[..], &["--", "-D", "warnings"]].concat(), &[])?;
    Ok(Outcome::Passed)
}

/// Builds the documentation; a broken link is an error.
fn documentation(network: Network) -> Result<Outcome, Failed> {
    let strict = [("RUSTDOCFLAGS", "-D warnings")];
    run_cargo(network, &["doc", "--workspace", "--no-deps", "--locked"], &strict)?;
    Ok(Outcome::Passed)
}

/// Builds the local host for the end-to-end tests. It is built separately, like `cargo run` does, so that no other
/// package enables features of its dependencies.
fn build_local_host(network: Network) -> Result<Outcome, Failed> {
    run_cargo(network, &["build", "--locked", "-p", "local-host"], &[])?;
    Ok(Outcome::Passed)
}

fn tests_with_aws(network: Network) -> Result<Outcome, Failed> {
    build_functions(network)?;
    cargo(network, &Selection::Aws.command("test")?, &[])?;
    Ok(Outcome::Passed)
}

/// Runs all other tests. Those that start functions as processes use the binaries of the previous step.
fn tests_without_aws(network: Network) -> Result<Outcome, Failed> {
    let programs = functions::development_folder();
    let programs = [("FUNCTIONS_DIR", programs.to_string_lossy())];
    let variables = programs.each_ref().map(|(name, value)| (*name, value.as_ref()));
    cargo(network, &Selection::WithoutAws.command("test")?, &variables)?;
    Ok(Outcome::Passed)
}

/// Builds the functions together with the tests of the AWS crates, so that the SDK is built once. Returns the folder of
/// the programs.
fn build_functions(network: Network) -> Result<PathBuf, Failed> {
    let mut build = Selection::Aws.command("build")?;
    build.extend(["--bins", "--tests"].map(str::to_owned));
    cargo(network, &build, &[])?;
    Ok(functions::development_folder())
}

fn cargo(network: Network, arguments: &[String], variables: &[(&str, &str)]) -> Result<(), Failed> {
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    run_cargo(network, &arguments, variables)
}

/// Simulates pairs of faults. The tests cover single faults only, and pairs have found more defects.
fn simulation(network: Network) -> Result<Outcome, Failed> {
    simulate::run(network, &[])?;
    Ok(Outcome::Passed)
}

/// Runs the tests of the local cloud's scripts.
fn cloud_scripts(network: Network) -> Result<Outcome, Failed> {
    let tests = [
        "-m",
        "unittest",
        "discover",
        "-s",
        "infra/local-cloud",
        "-p",
        "*_test.py",
    ];
    on_cloud(network, |environment| run(&environment.program("python"), &tests))
}

/// Runs the adapters' contracts against an empty local cloud.
fn cloud_adapters(network: Network) -> Result<Outcome, Failed> {
    on_cloud(network, |environment| {
        let cloud = LocalCloud::start(environment, Content::Nothing)?;
        let place = [("LOCAL_CLOUD_URL", cloud.url.as_str())];
        NEED_A_CLOUD
            .iter()
            .try_for_each(|(selection, targets)| run_targets(network, *selection, targets, &place))
    })
}

/// Runs the whole shop on the local cloud, from its template and with the functions' binaries.
fn cloud_shop(network: Network) -> Result<Outcome, Failed> {
    on_cloud(network, |environment| {
        let python = environment.program("python");
        let packages = functions::pack_for_local_cloud(&build_functions(network)?)?;
        let cloud = LocalCloud::start(environment, Content::Shop(&packages))?;
        let outputs = cloud.outputs.to_string_lossy();
        let place = [("LOCAL_CLOUD_OUTPUTS", outputs.as_ref())];
        run_targets(network, Selection::WithoutAws, &["end_to_end", "local_cloud"], &place)?;
        check_privacy(network, &python, &cloud, &[("ALL_FUNCTIONS_WERE_CALLED", "yes")])?;
        run(&python, &["infra/local-cloud/alarms.py", &cloud.url])?;
        // Looks back on everything that was asked of this cloud.
        let decisions = cloud.decisions.to_string_lossy();
        let audit = ["infra/local-cloud/granted.py", STACK, &decisions];
        run_with(&python, &audit, &[("LOCAL_CLOUD_URL", &cloud.url)])?;
        let redeploy = ["infra/local-cloud/redeploy.py", &cloud.url, &packages.to_string_lossy()];
        run(&python, &redeploy)?;
        // As `cargo xtask verify` tests a stage on AWS: here, what the last deployment made.
        verify::at_local_cloud(network, environment, &cloud.url, true)
    })
}

fn cloud_faults(network: Network) -> Result<Outcome, Failed> {
    on_cloud(network, |environment| {
        let packages = functions::pack_for_local_cloud(&build_functions(network)?)?;
        faults::on_local_cloud(network, environment, &packages, &[])
    })
}

/// Runs `work` with the tools of the local cloud, if they are installed or may be downloaded.
fn on_cloud(network: Network, work: impl Fn(&Environment) -> Result<(), Failed>) -> Result<Outcome, Failed> {
    match local_cloud::prepare(network)? {
        Some(environment) => work(&environment).map(|()| Outcome::Passed),
        None => Ok(Outcome::not_installed()),
    }
}

/// Checks that the local host, and the tests without AWS, do not compile the SDK.
fn light_crates(network: Network) -> Result<Outcome, Failed> {
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
            format!("the output contains {name}, which the local host must not compile"),
        ));
    }
    if crates.len() > LOCAL_HOST_CRATES_MAX {
        return Err(failed(
            LINE,
            format!(
                "the output has {} crates, more than {LOCAL_HOST_CRATES_MAX}",
                crates.len()
            ),
        ));
    }
    selection::check(network)?;
    eprintln!(
        "    the local host has {} crates, none of them of the AWS SDK",
        crates.len()
    );
    Ok(Outcome::Passed)
}
