//! Which packages are built together for tests.
//!
//! Cargo gives a dependency the features that all packages of one command ask for, and builds it once more for another
//! set of features. The AWS SDK takes five minutes of processor time, so exactly one of these two selections has it; and
//! its tests share it with the functions' binaries.

use crate::command::{Failed, failed, read};
use crate::functions;
use crate::network::Network;

/// Beside the functions.
const AWS_CRATES: [&str; 11] = [
    "adapter-cognito",
    "adapter-dynamodb",
    "adapter-s3",
    "adapter-ses",
    "adapter-stepfunctions",
    "aws-errors",
    "lambda",
    "operator",
    "recorded-aws",
    "scale",
    "stored-items",
];
const SDK: &str = "aws-sdk-";

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Selection {
    /// The functions and what talks to AWS for them.
    Aws,
    /// All others.
    WithoutAws,
}

impl Selection {
    /// `cargo COMMAND --locked` for these packages.
    pub(crate) fn command(self, command: &str) -> Result<Vec<String>, Failed> {
        let mut arguments = vec![command.to_owned(), "--locked".to_owned()];
        let flag = match self {
            Self::Aws => "--package",
            Self::WithoutAws => {
                arguments.push("--workspace".to_owned());
                "--exclude"
            }
        };
        for name in functions::all()?.into_iter().chain(AWS_CRATES.map(str::to_owned)) {
            arguments.extend([flag.to_owned(), name]);
        }
        Ok(arguments)
    }
}

/// Fails when a package that belongs to no AWS compiles the SDK.
pub(crate) fn check(network: Network) -> Result<(), Failed> {
    let mut arguments = Selection::WithoutAws.command("tree")?;
    arguments.extend(["--prefix", "none", "--no-dedupe"].map(str::to_owned));
    if network == Network::Offline {
        arguments.push("--offline".to_owned());
    }
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let tree = read("cargo", &arguments)?;
    let sdk = tree.lines().find(|line| line.starts_with(SDK));
    match sdk.and_then(|line| line.split(' ').next()) {
        None => Ok(()),
        Some(name) => Err(failed(
            "xtask/src/selection.rs",
            format!("lacks a package that compiles {name}; `cargo tree -i {name}` shows it"),
        )),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a panic in a test is a failed test")]
mod tests {
    use super::*;

    #[test]
    fn only_the_selection_of_aws_compiles_the_sdk() {
        check(Network::Offline).unwrap();
        let aws = Selection::Aws.command("test").unwrap();
        assert!(
            aws.windows(2).any(|pair| pair == ["--package", "orders-get"]),
            "{aws:?}"
        );
    }
}
