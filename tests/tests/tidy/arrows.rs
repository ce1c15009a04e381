//! Checks the dependencies between crates, as `cargo metadata` reports them: they must point inwards.

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

use serde_json::Value;

/// The crates of the shop with their allowed dependencies. All functions have the same rule below.
const ALLOWED: &[(&str, &[&str])] = &[
    ("bench-csv", &["bench-kit", "domain", "progress"]),
    ("bench-images", &["bench-kit", "imaging", "progress"]),
    ("bench-kit", &[]),
    ("bench-lambda", &["bench-kit", "progress"]),
    ("bench-overload", &["bench-kit"]),
    ("fuzz-images", &["domain", "imaging", "scaled-jpeg"]),
    ("domain", &[]),
    ("events", &[]),
    ("telemetry", &["events"]),
    ("entry", &["events", "telemetry"]),
    ("lambda", &["aws-errors", "events", "telemetry"]),
    ("shop", &["domain", "entry", "events", "<functions>"]),
    ("door", &["domain", "entry", "events", "telemetry", "wire"]),
    ("state-machine", &[]),
    ("progress", &[]),
    ("xtask", &["progress"]),
    ("stored-items", &[]),
    ("scaled-jpeg", &[]),
    (
        "scale",
        &[
            "adapter-dynamodb",
            "adapter-memory",
            "domain",
            "function-tests",
            "recorded-aws",
            "shop",
            "tests",
        ],
    ),
    ("lossy-webp", &[]),
    ("wire", &["domain"]),
    ("imaging", &["domain", "imaging-resize", "lossy-webp", "scaled-jpeg"]),
    ("imaging-resize", &[]),
    (
        "function-tests",
        &["adapter-memory", "domain", "entry", "events", "shop", "telemetry"],
    ),
    ("port-contracts", &["domain"]),
    ("recorded-aws", &["lambda"]),
    ("adapter-cognito", &["aws-errors", "domain"]),
    (
        "adapter-dynamodb",
        &["aws-errors", "domain", "sandbox-gateway", "telemetry", "wire"],
    ),
    ("adapter-embedded", &["domain", "sandbox-gateway", "wire"]),
    ("adapter-memory", &["domain", "sandbox-gateway"]),
    ("adapter-s3", &["aws-errors", "domain"]),
    ("adapter-ses", &["aws-errors", "domain"]),
    ("adapter-stepfunctions", &["aws-errors", "domain", "wire"]),
    ("adapter-system", &["domain"]),
    ("api-document", &["domain", "entry", "local-host", "wire"]),
    ("aws-errors", &["domain"]),
    ("sandbox-gateway", &["domain"]),
    (
        "operator",
        &[
            "adapter-dynamodb",
            "adapter-stepfunctions",
            "domain",
            "lambda",
            "telemetry",
            "wire",
        ],
    ),
    (
        "local-host",
        &[
            "adapter-embedded",
            "adapter-system",
            "domain",
            "entry",
            "events",
            "imaging",
            "state-machine",
            "telemetry",
            "wire",
            "shop",
        ],
    ),
    (
        "simulation",
        &[
            "adapter-memory",
            "domain",
            "door",
            "entry",
            "events",
            "function-tests",
            "local-host",
            "progress",
            "sandbox-gateway",
            "state-machine",
            "wire",
            "shop",
        ],
    ),
    (
        "tests",
        &[
            "adapter-dynamodb",
            "adapter-embedded",
            "adapter-system",
            "bench-overload",
            "domain",
            "entry",
            "events",
            "function-tests",
            "imaging",
            "lambda",
            "local-host",
            "progress",
            "recorded-aws",
            "state-machine",
            "telemetry",
            "wire",
            "shop",
        ],
    ),
];
const FUNCTION_MAY_USE: [&str; 6] = ["domain", "door", "entry", "events", "telemetry", "wire"];
/// Crates that a function may use with its feature `aws`, for its binary but not for its handler.
const BINARY_MAY_USE: [&str; 8] = [
    "adapter-cognito",
    "adapter-dynamodb",
    "adapter-s3",
    "adapter-ses",
    "adapter-stepfunctions",
    "adapter-system",
    "imaging",
    "lambda",
];
/// What the domain may build on: nothing that knows a cloud, HTTP, JSON, time or chance.
const DOMAIN_LIBRARIES: [&str; 4] = ["async-trait", "futures-util", "sha2", "thiserror"];

struct Package {
    name: String,
    is_function: bool,
    normal: BTreeSet<String>,
    optional: BTreeSet<String>,
}

fn packages() -> Vec<Package> {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version", "1", "--no-deps", "--offline"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let metadata: Value = serde_json::from_slice(&output.stdout).unwrap();
    let packages = metadata["packages"].as_array().unwrap().iter().map(|package| Package {
        name: package["name"].as_str().unwrap().to_owned(),
        is_function: package["manifest_path"].as_str().unwrap().contains("/functions/"),
        normal: dependencies(package, false),
        optional: dependencies(package, true),
    });
    packages.collect()
}

fn dependencies(package: &Value, optional: bool) -> BTreeSet<String> {
    let all = package["dependencies"].as_array().unwrap().iter();
    all.filter(|dependency| dependency["kind"].is_null() && dependency["optional"] == optional)
        .map(|dependency| dependency["name"].as_str().unwrap().to_owned())
        .collect()
}

#[test]
fn crates_depend_inwards_only() {
    let packages = packages();
    let ours: BTreeSet<&str> = packages.iter().map(|package| package.name.as_str()).collect();
    let functions: BTreeSet<&str> = packages
        .iter()
        .filter(|package| package.is_function)
        .map(|package| package.name.as_str())
        .collect();
    let allowed: BTreeMap<&str, &[&str]> = ALLOWED.iter().copied().collect();
    for package in &packages {
        let may_use: &[&str] = if package.is_function {
            &FUNCTION_MAY_USE
        } else {
            allowed
                .get(package.name.as_str())
                .unwrap_or_else(|| panic!("{} is missing in the list of allowed dependencies", package.name))
        };
        for dependency in package
            .normal
            .iter()
            .filter(|dependency| ours.contains(dependency.as_str()))
        {
            let is_allowed = may_use.contains(&dependency.as_str())
                || (may_use.contains(&"<functions>") && functions.contains(dependency.as_str()));
            assert!(is_allowed, "{} must not depend on {dependency}", package.name);
        }
        for dependency in package
            .optional
            .iter()
            .filter(|dependency| ours.contains(dependency.as_str()))
        {
            let may_use = if package.is_function { &BINARY_MAY_USE } else { may_use };
            let is_allowed = may_use.contains(&dependency.as_str());
            assert!(
                is_allowed,
                "{} must not depend on {dependency}, even optionally",
                package.name
            );
        }
    }
}

#[test]
fn the_domain_builds_on_a_handful_of_libraries() {
    let packages = packages();
    let domain = packages.iter().find(|package| package.name == "domain").unwrap();
    for dependency in &domain.normal {
        assert!(
            DOMAIN_LIBRARIES.contains(&dependency.as_str()),
            "domain must not depend on {dependency}"
        );
    }
}
