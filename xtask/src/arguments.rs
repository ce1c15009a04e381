//! The command line of `cargo xtask`. The texts here are its help pages.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::builder::PossibleValuesParser;
use clap::{ArgAction, Args, Parser, Subcommand};

use crate::check;
use crate::functions::Architecture;
use crate::parked::Where;
use crate::prove;
use crate::verify::Stage;

#[derive(Debug, Parser)]
#[command(
    bin_name = "cargo xtask",
    about = "The commands of this repository",
    after_help = "`cargo xtask COMMAND --help` explains one of them.",
    no_binary_name = true,
    disable_help_subcommand = true
)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Run all checks of CI, the fastest first
    Test {
        /// Skip steps that would have to download tools; the summary lists them
        #[arg(long)]
        offline: bool,
        /// Begin with step N, after a failure was mended; CI runs all steps
        #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u8).range(1..=i64::from(check::STEP_COUNT)))]
        from: u8,
        /// Run the remaining steps after a failure, too
        #[arg(long)]
        keep_going: bool,
    },
    /// Run the long checks that are too slow for every change
    Prove {
        /// The checks to run (default: all)
        #[arg(value_name = "WHAT", value_parser = PossibleValuesParser::new(prove::names()))]
        what: Vec<String>,
        /// List the checks with their usual duration, and run nothing
        #[arg(long)]
        list: bool,
    },
    /// The functions as Lambda takes them: target/lambda/FUNCTION/bootstrap.zip, which `infra/deploy_stage.py` deploys
    Build {
        /// The instruction set (default: that of this machine)
        #[arg(long, value_name = "ARCH", value_enum)]
        arch: Option<Architecture>,
        /// Only these functions
        #[arg(long = "function", value_name = "NAME", num_args = 1..)]
        functions: Vec<String>,
    },
    /// Write infra/openapi.yaml, infra/schemas/ and docs/problems.md from the types and the template
    Openapi {
        /// Copy them to infra/released instead: later changes are compared with these
        #[arg(long)]
        release: bool,
    },
    /// Deploy infra/template.yaml on MiniStack, an AWS emulator, and print how to use it; Ctrl-C ends it
    LocalCloud {
        /// Listen on 127.0.0.1:N (default: a free port)
        #[arg(long, value_name = "N")]
        port: Option<u16>,
        /// `false`: stop as soon as everything is deployed and has answered
        #[arg(long, value_name = "BOOL", action = ArgAction::Set, default_value_t = true)]
        keep_running: bool,
    },
    /// Place orders on the local cloud while calls of the functions fail, time out, repeat or are throttled
    Faults {
        /// The number of orders
        #[arg(long, value_name = "N", default_value_t = 200)]
        histories: u32,
        /// The seed of the injected faults
        #[arg(long, value_name = "N", default_value_t = 1)]
        seed: u32,
    },
    /// Test a deployed stage over its HTTP API; changes nothing unless --write is given
    Verify {
        #[command(flatten)]
        stage: DeployedStage,
        /// Also import a catalog, place and cancel an order and upload a photo; the imported products stay
        #[arg(long)]
        write: bool,
    },
    /// The orders that wait for an operator; docs/runbooks/parked-orders.md explains what to do
    Parked {
        #[command(flatten)]
        place: Place,
        /// Redrive the execution of this order from the failed state, instead of listing parked orders
        #[arg(long, value_name = "ORDER_ID")]
        redrive: Option<String>,
    },
    /// Give the items of earlier releases the attributes of the sharded indexes; docs/upgrading.md says when
    Backfill {
        #[command(flatten)]
        place: Place,
    },
    /// Count the DynamoDB units of each operation, and write docs/scale.md
    Scale,
    /// Simulate the sagas: every single fault, every pair of faults, and random histories
    Simulate(Simulation),
    /// Measure beside other implementations, and write the report to docs/benchmarks/
    Bench {
        #[command(subcommand)]
        bench: Bench,
    },
}

/// Where the shop runs.
#[derive(Debug, Args)]
#[group(multiple = false)]
pub(crate) struct Place {
    /// A local host on this port (default: 3000)
    #[arg(long, value_name = "N")]
    port: Option<u16>,
    /// The running local cloud
    #[arg(long)]
    local_cloud: bool,
    /// The stack of this name on AWS, with the credentials of the AWS CLI
    #[arg(long, value_name = "NAME")]
    stack: Option<String>,
}

impl From<Place> for Where {
    fn from(place: Place) -> Self {
        const LOCAL_HOST_PORT: u16 = 3000;
        match place {
            Place { stack: Some(name), .. } => Self::Stack(name),
            Place { local_cloud: true, .. } => Self::LocalCloud,
            Place { port, .. } => Self::LocalHost(port.unwrap_or(LOCAL_HOST_PORT)),
        }
    }
}

/// A stage on AWS or on the local cloud: one of these.
#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
pub(crate) struct DeployedStage {
    /// The stack of this name, with the shell's AWS credentials and region
    #[arg(long, value_name = "NAME")]
    stack: Option<String>,
    /// The local cloud that runs
    #[arg(long)]
    local_cloud: bool,
}

impl From<DeployedStage> for Stage {
    fn from(stage: DeployedStage) -> Self {
        stage.stack.map_or(Self::LocalCloud, Self::Stack)
    }
}

/// Passed on to the simulation, a program of its own.
#[derive(Debug, Args)]
pub(crate) struct Simulation {
    /// The number of faults to combine in every way (default: pairs)
    #[arg(long, value_parser = ["none", "single", "pairs"], value_name = "HOW_MANY")]
    faults: Option<String>,
    /// The number of random histories (default: 10000)
    #[arg(long, value_name = "N")]
    seeds: Option<u64>,
    /// Only print the history of this seed
    #[arg(long, value_name = "S")]
    seed: Option<u64>,
    /// Write the history of the seed to this file, for the console
    #[arg(long, value_name = "FILE", requires = "seed", value_parser = absolute)]
    export: Option<PathBuf>,
    /// Take the history of the seed from the shop with this defect, like "a swallowed compensation"
    #[arg(long, value_name = "NAME", requires = "seed")]
    variant: Option<String>,
    /// Only write the table of outcomes per fault to docs/saga.md
    #[arg(long)]
    write_docs: bool,
}

impl Simulation {
    /// The command line of the simulation.
    pub(crate) fn arguments(&self) -> Vec<String> {
        let mut arguments = Vec::new();
        arguments.extend(self.faults.as_ref().map(|faults| format!("--faults={faults}")));
        arguments.extend(self.seeds.map(|seeds| format!("--seeds={seeds}")));
        arguments.extend(self.seed.map(|seed| format!("--seed={seed}")));
        arguments.extend(self.variant.as_ref().map(|name| format!("--variant={name}")));
        arguments.extend(self.export.as_ref().map(|path| format!("--export={}", path.display())));
        arguments.extend(self.write_docs.then(|| "--write-docs".to_owned()));
        arguments
    }
}

#[derive(Debug, Subcommand)]
pub(crate) enum Bench {
    /// Thumbnails beside vipsthumbnail, sharp, Pillow and image: docs/benchmarks/images.md
    Images {
        /// Interleaved runs of each candidate (default: 9)
        #[arg(long, value_name = "N")]
        rounds: Option<usize>,
        /// Measure these images instead of generated ones
        #[arg(long = "image", value_name = "PATH", num_args = 1.., value_parser = absolute)]
        photos: Vec<PathBuf>,
    },
    /// orders-get beside a usual Rust handler, Node and Python, and all functions: docs/benchmarks/lambda.md
    Lambda {
        /// Interleaved runs of each candidate (default: 15)
        #[arg(long, value_name = "N")]
        rounds: Option<usize>,
        /// Measure only these functions, and write nothing to docs/
        #[arg(long = "function", value_name = "NAME", num_args = 1..)]
        functions: Vec<String>,
    },
    /// Catalog imports beside the plain SDKs and CSV readers: docs/benchmarks/csv.md
    Csv {
        /// Interleaved runs of each candidate (default: 5)
        #[arg(long, value_name = "N")]
        rounds: Option<usize>,
        /// Also read a file of 4 GB
        #[arg(long = "large")]
        with_large_file: bool,
    },
}

/// The benchmark runs in another folder, so paths must be absolute.
fn absolute(path: &str) -> Result<PathBuf, String> {
    std::path::absolute(path).map_err(|error| error.to_string())
}

/// Parses `arguments`, without the program's name. A request for help is an error, too: clap prints it and sets the
/// exit code.
pub(crate) fn parse(arguments: impl IntoIterator<Item = OsString>) -> Result<Command, clap::Error> {
    Arguments::try_parse_from(arguments).map(|arguments| arguments.command)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::panic, reason = "a panic in a test is a failed test")]
mod tests {
    use clap::CommandFactory as _;
    use clap::error::ErrorKind;

    use super::*;

    fn parsed(line: &str) -> Result<Command, clap::Error> {
        parse(line.split_whitespace().map(OsString::from))
    }

    #[test]
    fn the_definitions_of_the_commands_are_valid() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn several_functions_can_be_named() {
        let Ok(Command::Build {
            arch: Some(Architecture::Arm64),
            functions,
        }) = parsed("build --function orders-get saga-start --arch arm64")
        else {
            panic!("the command line was refused");
        };
        assert_eq!(functions, ["orders-get", "saga-start"]);
    }

    #[test]
    fn the_local_cloud_keeps_running_by_default() {
        let keeps_running = |line| match parsed(line) {
            Ok(Command::LocalCloud { keep_running, .. }) => keep_running,
            _ => panic!("the command line was refused"),
        };
        assert!(keeps_running("local-cloud"));
        assert!(!keeps_running("local-cloud --keep-running false"));
    }

    #[test]
    fn parked_orders_are_looked_for_in_one_place() {
        let place = |line| match parsed(line) {
            Ok(Command::Parked { place, .. }) => Where::from(place),
            _ => panic!("the command line was refused"),
        };
        assert_eq!(place("parked"), Where::LocalHost(3000));
        assert_eq!(place("parked --port 3100 --redrive o-1"), Where::LocalHost(3100));
        assert_eq!(place("parked --local-cloud"), Where::LocalCloud);
        assert_eq!(
            place("parked --stack popshop-prod"),
            Where::Stack("popshop-prod".to_owned())
        );
    }

    #[test]
    fn a_stage_is_verified_without_writing_unless_that_is_asked_for() {
        let verified = |line| match parsed(line) {
            Ok(Command::Verify { stage, write }) => (Stage::from(stage), write),
            _ => panic!("not understood"),
        };
        let dev = || Stage::Stack("popshop-dev".to_owned());
        assert_eq!(verified("verify --stack popshop-dev"), (dev(), false));
        assert_eq!(verified("verify --write --stack popshop-dev"), (dev(), true));
        assert_eq!(verified("verify --local-cloud"), (Stage::LocalCloud, false));
    }

    #[test]
    fn the_simulation_gets_the_same_arguments() {
        let Ok(Command::Simulate(simulation)) = parsed("simulate --seeds 5 --faults single") else {
            panic!("the command line was refused");
        };
        assert_eq!(simulation.arguments(), ["--faults=single", "--seeds=5"]);
        let Ok(Command::Simulate(simulation)) = parsed("simulate --seed 5 --variant broken --export /history.json")
        else {
            panic!("the command line was refused");
        };
        let expected = ["--seed=5", "--variant=broken", "--export=/history.json"];
        assert_eq!(simulation.arguments(), expected);
    }

    #[test]
    fn every_command_has_a_help_page_on_standard_output() {
        let lines = [
            "--help",
            "test --help",
            "prove --help",
            "build --help",
            "local-cloud --help",
            "faults --help",
            "parked --help",
            "backfill --help",
            "scale --help",
            "verify --help",
            "simulate --help",
            "bench --help",
            "bench images --help",
            "bench lambda --help",
            "bench csv -h",
        ];
        for line in lines {
            let help = parsed(line).unwrap_err();
            assert_eq!(help.kind(), ErrorKind::DisplayHelp, "{line}");
            assert!(!help.use_stderr(), "{line}");
            assert_eq!(help.exit_code(), 0, "{line}");
            let command = line.split(" -").next().filter(|command| !command.starts_with('-'));
            let usage = format!("Usage: cargo xtask {}", command.unwrap_or("<COMMAND>"));
            assert!(help.to_string().contains(&usage), "{help}");
        }
    }

    #[test]
    fn unknown_commands_options_and_values_are_refused() {
        for line in [
            "",
            "tset",
            "test --ofline",
            "prove everything",
            "build --arch mips",
            "local-cloud --port none",
            "local-cloud --port 70000",
            "parked --local-cloud --stack popshop-prod",
            "backfill --redrive o-1",
            "scale --rounds 3",
            "verify",
            "verify --local-cloud --stack popshop-prod",
            "simulate --sedes 5",
            "simulate --seeds many",
            "simulate --export history.json",
            "bench",
            "bench images --rounds few",
            "bench lambda --image a.jpg",
            "bench csv --image a.jpg",
        ] {
            let Err(fault) = parsed(line) else {
                panic!("{line} was accepted")
            };
            assert!(fault.use_stderr(), "{line}");
            assert_eq!(fault.exit_code(), 2, "{line}");
        }
    }
}
