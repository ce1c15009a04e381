//! What has to hold before a change lands?

use crate::command::{Failed, exists, failed, read, run, run_with};

/// Whether the package registries may be asked.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Network {
    Allowed,
    Offline,
}

/// Crates that the local host must never compile: the first run is part of the product.
const FORBIDDEN_IN_LOCAL_HOST: [&str; 3] = ["aws-sdk-", "aws-config", "aws-lc-"];
const LOCAL_HOST_CRATES_MAX: usize = 300;

fn run_cargo(network: Network, arguments: &[&str]) -> Result<(), Failed> {
    run_cargo_with(network, arguments, &[])
}

fn run_cargo_with(network: Network, arguments: &[&str], variables: &[(&str, &str)]) -> Result<(), Failed> {
    let mut all = arguments.to_vec();
    if network == Network::Offline {
        all.insert(1, "--offline");
    }
    run_with("cargo", &all, variables)
}

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
    )?;
    // A link in the documentation that leads nowhere is a fault like any other.
    let strict = [("RUSTDOCFLAGS", "-D warnings")];
    run_cargo_with(network, &["doc", "--workspace", "--no-deps", "--locked"], &strict)?;
    // The end-to-end tests start this binary; it is built on its own, as `cargo run` would, so that no feature leaks in.
    run_cargo(network, &["build", "--locked", "-p", "local-host"])?;
    run_cargo(network, &["test", "--workspace", "--locked"])?;
    dependency_rules(network)
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

fn dependency_rules(network: Network) -> Result<(), Failed> {
    if !exists("cargo", &["deny", "--version"]) {
        eprintln!("\n==> skipped: `cargo deny check bans licenses sources` (cargo-deny is not installed)");
        return Ok(());
    }
    if network == Network::Offline {
        return run("cargo", &["deny", "--offline", "check", "bans", "licenses", "sources"]);
    }
    run("cargo", &["deny", "check", "bans", "licenses", "sources"])
}
