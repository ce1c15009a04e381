//! Selects the packages that are built together for tests.
//!
//! Cargo unifies the features of a dependency over all packages of one command, and builds it again for another set of
//! features. The AWS SDK takes five minutes of CPU time, so only one of the two selections contains it. Its tests share
//! that build with the functions' binaries.

use crate::command::{Failed, failed, read};
use crate::functions;
use crate::network::Network;

/// The crates with the AWS SDK, beside the functions.
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
    /// The functions and the crates that call AWS.
    Aws,
    /// All other packages.
    WithoutAws,
}

impl Selection {
    /// The command line `cargo COMMAND --locked` for these packages.
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

/// Fails if a package outside of [`AWS_CRATES`] compiles the SDK.
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
            format!("a package that is not listed compiles {name}; `cargo tree -i {name}` shows it"),
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
