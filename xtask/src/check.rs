//! What has to hold before a change lands: the steps of `cargo xtask test`.

use crate::cloud_tests::{check_privacy, run_targets};
use crate::command::{Failed, failed, read, run, run_cargo, run_with};
use crate::local_cloud::{Content, LocalCloud, STACK};
use crate::network::Network;
use crate::python::Environment;
use crate::steps::{AfterFailure, Outcome, Step, run_all};
use crate::{budgets, faults, functions, lint, local_cloud, simulate};

/// Crates that the local host must never compile: the first run is part of the product.
const FORBIDDEN_IN_LOCAL_HOST: [&str; 3] = ["aws-sdk-", "aws-config", "aws-lc-"];
const LOCAL_HOST_CRATES_MAX: usize = 300;

/// Test targets that ask the cloud that `LOCAL_CLOUD_URL` names; ignored by a plain `cargo test`.
const NEED_A_CLOUD: [&str; 6] = ["cognito", "dynamodb", "s3", "ses", "stepfunctions", "two_engines"];

/// In the order in which they fail fastest.
const STEPS: [Step; 16] = [
    step("format", format),
    step("crates of the local host", local_host_is_light),
    step("lints", clippy),
    step("documentation", documentation),
    step("local host", build_local_host),
    step("tests", tests),
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

pub(crate) fn everything(network: Network) -> Result<(), Failed> {
    let line = match network {
        Network::Allowed => "cargo xtask test",
        Network::Offline => "cargo xtask test --offline",
    };
    run_all(line, &STEPS, network, AfterFailure::Stop)
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

/// A link in the documentation that leads nowhere is a fault like any other.
fn documentation(network: Network) -> Result<Outcome, Failed> {
    let strict = [("RUSTDOCFLAGS", "-D warnings")];
    run_cargo(network, &["doc", "--workspace", "--no-deps", "--locked"], &strict)?;
    Ok(Outcome::Passed)
}

/// The end-to-end tests start this binary; it is built on its own, as `cargo run` would, so that no feature leaks in.
fn build_local_host(network: Network) -> Result<Outcome, Failed> {
    run_cargo(network, &["build", "--locked", "-p", "local-host"], &[])?;
    Ok(Outcome::Passed)
}

fn tests(network: Network) -> Result<Outcome, Failed> {
    run_cargo(network, &["test", "--workspace", "--locked"], &[])?;
    Ok(Outcome::Passed)
}

/// The tests try single faults; pairs of them have found what those could not.
fn simulation(network: Network) -> Result<Outcome, Failed> {
    simulate::run(network, &[])?;
    Ok(Outcome::Passed)
}

/// The tests of the scripts that run the local cloud.
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

/// An empty cloud for the adapters.
fn cloud_adapters(network: Network) -> Result<Outcome, Failed> {
    on_cloud(network, |environment| {
        let cloud = LocalCloud::start(environment, Content::Nothing)?;
        run_targets(network, &NEED_A_CLOUD, &[("LOCAL_CLOUD_URL", &cloud.url)])
    })
}

/// The whole shop, from its template and with the functions' binaries.
fn cloud_shop(network: Network) -> Result<Outcome, Failed> {
    on_cloud(network, |environment| {
        let python = environment.program("python");
        let packages = functions::build_for_local_cloud(network)?;
        let cloud = LocalCloud::start(environment, Content::Shop(&packages))?;
        let outputs = cloud.outputs.to_string_lossy();
        let place = [("LOCAL_CLOUD_OUTPUTS", outputs.as_ref())];
        run_targets(network, &["end_to_end", "local_cloud"], &place)?;
        check_privacy(network, &python, &cloud, &[("ALL_FUNCTIONS_WERE_CALLED", "yes")])?;
        run(&python, &["infra/local-cloud/alarms.py", &cloud.url])?;
        // Last: it looks back on everything that was asked of this cloud.
        let decisions = cloud.decisions.to_string_lossy();
        let audit = ["infra/local-cloud/granted.py", STACK, &decisions];
        run_with(&python, &audit, &[("LOCAL_CLOUD_URL", &cloud.url)])
    })
}

fn cloud_faults(network: Network) -> Result<Outcome, Failed> {
    on_cloud(network, |environment| {
        let packages = functions::build_for_local_cloud(network)?;
        faults::on_local_cloud(network, environment, &packages, &[])
    })
}

/// Does `work` with what the local cloud is made of, if it is there or may be fetched.
fn on_cloud(network: Network, work: impl Fn(&Environment) -> Result<(), Failed>) -> Result<Outcome, Failed> {
    match local_cloud::prepare(network)? {
        Some(environment) => work(&environment).map(|()| Outcome::Passed),
        None => Ok(Outcome::not_installed()),
    }
}

fn local_host_is_light(network: Network) -> Result<Outcome, Failed> {
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
    Ok(Outcome::Passed)
}
