//! What may be said after `cargo xtask`?

use std::ffi::OsString;
use std::path::PathBuf;

use lexopt::{Arg, Parser, ValueExt as _};

use crate::check::Network;
use crate::functions::Architecture;
use crate::parked::Where;

pub(crate) const USAGE: &str = "\
usage: cargo xtask test [--offline]
       cargo xtask build [--arch x86_64|arm64] [--function NAME...]
       cargo xtask local-cloud [--port N] [--keep-running true|false]
       cargo xtask faults [--histories N] [--seed N]
       cargo xtask parked [--port N | --local-cloud | --stack NAME] [--redrive ORDER_ID]
       cargo xtask simulate [--faults none|single|pairs] [--seeds N] [--seed S] [--write-docs]
       cargo xtask bench images [--rounds N] [--image PATH...]
       cargo xtask bench lambda [--rounds N] [--function NAME...]
       cargo xtask bench csv [--rounds N] [--large]

  test             everything that CI runs, in the order in which it fails fastest
    --offline      without what needs the package registries; says what it skipped
  build            the functions as Lambda takes them: target/lambda/<function>/bootstrap.zip
    --arch         the instruction set (default: this machine's)
    --function     only these
  local-cloud      deploys infra/template.yaml on MiniStack and tells how to use it; Ctrl-C ends it
    --port         listen on 127.0.0.1:N (default: a free port)
    --keep-running false: end as soon as everything is deployed and has answered
  faults           orders on the local cloud while the functions' calls get lost, late, repeated or throttled
    --histories    how many orders (default: 200)
    --seed         which faults they meet (default: 1)
  parked           the orders that wait for an operator; docs/runbooks/parked-orders.md says what to do
    --port         of a local host there (default: 3000)
    --local-cloud  of the local cloud that runs
    --stack        of the stack of this name, with the AWS CLI's credentials
    --redrive      sends this order's execution on from where it stopped
  simulate         the sagas in simulated time: every single fault, every pair, and histories drawn from seeds
    --faults       how many faults are tried together in every way (default: pairs)
    --seeds        how many histories are drawn (default: 10000)
    --seed         tells the history of this seed, and nothing else
    --write-docs   writes what every single fault leads to into docs/saga.md, and nothing else
  bench images     thumbnails beside vipsthumbnail, sharp, Pillow and image: docs/benchmarks/images.md
    --rounds       interleaved runs of each (default: 9)
    --image        these instead of generated ones
  bench lambda     orders-get beside a usual handler, Node and Python, and every function: docs/benchmarks/lambda.md
    --rounds       interleaved runs of each (default: 15)
    --function     only these, and nothing is written to docs/
  bench csv        catalog imports beside the plain SDKs and CSV readers: docs/benchmarks/csv.md
    --rounds       interleaved runs of each (default: 5)
    --large        also reads a file of 4 GB";

pub(crate) enum Wanted {
    Test(Network),
    Build {
        architecture: Option<Architecture>,
        /// All, when empty.
        functions: Vec<String>,
    },
    LocalCloud {
        port: Option<u16>,
        keep_running: bool,
    },
    Faults {
        histories: u32,
        seed: u32,
    },
    Parked {
        place: Where,
        /// This order, instead of listing all.
        redrive: Option<String>,
    },
    /// With arguments that the simulation reads itself.
    Simulate(Vec<String>),
    BenchImages {
        rounds: Option<usize>,
        /// Generated, when empty.
        photos: Vec<PathBuf>,
    },
    BenchLambda {
        rounds: Option<usize>,
        /// All, when empty.
        functions: Vec<String>,
    },
    BenchCsv {
        rounds: Option<usize>,
        with_large_file: bool,
    },
    Help,
}

/// `arguments` without the program's name.
pub(crate) fn parse(arguments: impl IntoIterator<Item = OsString>) -> Result<Wanted, lexopt::Error> {
    let mut parser = Parser::from_args(arguments);
    match parser.next()? {
        Some(Arg::Value(command)) => match command.to_str() {
            Some("test") => test(parser),
            Some("build") => build(parser),
            Some("local-cloud") => local_cloud(parser),
            Some("faults") => faults(parser),
            Some("parked") => parked(parser),
            Some("simulate") => simulate(parser),
            Some("bench") => bench(parser),
            _ => Err(Arg::Value(command).unexpected()),
        },
        Some(Arg::Long("help") | Arg::Short('h')) => Ok(Wanted::Help),
        Some(other) => Err(other.unexpected()),
        None => Err("a command is missing".into()),
    }
}

fn test(mut parser: Parser) -> Result<Wanted, lexopt::Error> {
    let mut network = Network::Allowed;
    while let Some(argument) = parser.next()? {
        match argument {
            Arg::Long("offline") => network = Network::Offline,
            other => return Err(other.unexpected()),
        }
    }
    Ok(Wanted::Test(network))
}

fn build(mut parser: Parser) -> Result<Wanted, lexopt::Error> {
    let (mut architecture, mut functions) = (None, Vec::new());
    while let Some(argument) = parser.next()? {
        match argument {
            Arg::Long("arch") => architecture = Some(parser.value()?.parse()?),
            Arg::Long("function") => {
                for name in parser.values()? {
                    functions.push(name.string()?);
                }
            }
            other => return Err(other.unexpected()),
        }
    }
    Ok(Wanted::Build {
        architecture,
        functions,
    })
}

fn local_cloud(mut parser: Parser) -> Result<Wanted, lexopt::Error> {
    let (mut port, mut keep_running) = (None, true);
    while let Some(argument) = parser.next()? {
        match argument {
            Arg::Long("port") => port = Some(parser.value()?.parse()?),
            Arg::Long("keep-running") => keep_running = parser.value()?.parse()?,
            other => return Err(other.unexpected()),
        }
    }
    Ok(Wanted::LocalCloud { port, keep_running })
}

fn faults(mut parser: Parser) -> Result<Wanted, lexopt::Error> {
    let (mut histories, mut seed) = (200, 1);
    while let Some(argument) = parser.next()? {
        match argument {
            Arg::Long("histories") => histories = parser.value()?.parse()?,
            Arg::Long("seed") => seed = parser.value()?.parse()?,
            other => return Err(other.unexpected()),
        }
    }
    Ok(Wanted::Faults { histories, seed })
}

fn parked(mut parser: Parser) -> Result<Wanted, lexopt::Error> {
    let (mut place, mut redrive) = (Where::LocalHost(3000), None);
    while let Some(argument) = parser.next()? {
        match argument {
            Arg::Long("port") => place = Where::LocalHost(parser.value()?.parse()?),
            Arg::Long("local-cloud") => place = Where::LocalCloud,
            Arg::Long("stack") => place = Where::Stack(parser.value()?.string()?),
            Arg::Long("redrive") => redrive = Some(parser.value()?.string()?),
            other => return Err(other.unexpected()),
        }
    }
    Ok(Wanted::Parked { place, redrive })
}

fn simulate(mut parser: Parser) -> Result<Wanted, lexopt::Error> {
    let mut arguments = Vec::new();
    while let Some(argument) = parser.next()? {
        match argument {
            Arg::Long(name @ ("faults" | "seeds" | "seed")) => {
                let name = name.to_owned();
                arguments.push(format!("--{name}={}", parser.value()?.string()?));
            }
            Arg::Long("write-docs") => arguments.push("--write-docs".to_owned()),
            other => return Err(other.unexpected()),
        }
    }
    Ok(Wanted::Simulate(arguments))
}

fn bench(mut parser: Parser) -> Result<Wanted, lexopt::Error> {
    match parser.next()? {
        Some(Arg::Value(what)) if what == "images" => bench_images(parser),
        Some(Arg::Value(what)) if what == "lambda" => bench_lambda(parser),
        Some(Arg::Value(what)) if what == "csv" => bench_csv(parser),
        Some(other) => Err(other.unexpected()),
        None => Err("a bench is missing".into()),
    }
}

fn bench_images(mut parser: Parser) -> Result<Wanted, lexopt::Error> {
    let (mut rounds, mut photos) = (None, Vec::new());
    while let Some(argument) = parser.next()? {
        match argument {
            Arg::Long("rounds") => rounds = Some(parser.value()?.parse()?),
            Arg::Long("image") => {
                for path in parser.values()? {
                    photos.push(std::path::absolute(path).map_err(|error| error.to_string())?);
                }
            }
            other => return Err(other.unexpected()),
        }
    }
    Ok(Wanted::BenchImages { rounds, photos })
}

fn bench_lambda(mut parser: Parser) -> Result<Wanted, lexopt::Error> {
    let (mut rounds, mut functions) = (None, Vec::new());
    while let Some(argument) = parser.next()? {
        match argument {
            Arg::Long("rounds") => rounds = Some(parser.value()?.parse()?),
            Arg::Long("function") => {
                for name in parser.values()? {
                    functions.push(name.string()?);
                }
            }
            other => return Err(other.unexpected()),
        }
    }
    Ok(Wanted::BenchLambda { rounds, functions })
}

fn bench_csv(mut parser: Parser) -> Result<Wanted, lexopt::Error> {
    let (mut rounds, mut with_large_file) = (None, false);
    while let Some(argument) = parser.next()? {
        match argument {
            Arg::Long("rounds") => rounds = Some(parser.value()?.parse()?),
            Arg::Long("large") => with_large_file = true,
            other => return Err(other.unexpected()),
        }
    }
    Ok(Wanted::BenchCsv {
        rounds,
        with_large_file,
    })
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::panic, reason = "a panic in a test is a failed test")]
mod tests {
    use super::*;

    fn parsed(line: &str) -> Result<Wanted, lexopt::Error> {
        parse(line.split_whitespace().map(OsString::from))
    }

    #[test]
    fn functions_are_named_one_after_another() {
        let Ok(Wanted::Build {
            architecture: Some(Architecture::Arm64),
            functions,
        }) = parsed("build --function orders-get saga-start --arch arm64")
        else {
            panic!("not understood");
        };
        assert_eq!(functions, ["orders-get", "saga-start"]);
    }

    #[test]
    fn the_local_cloud_keeps_running_unless_told_otherwise() {
        let keeps_running = |line| match parsed(line) {
            Ok(Wanted::LocalCloud { keep_running, .. }) => keep_running,
            _ => panic!("not understood"),
        };
        assert!(keeps_running("local-cloud"));
        assert!(!keeps_running("local-cloud --keep-running false"));
    }

    #[test]
    fn the_simulation_is_told_what_was_said() {
        let Ok(Wanted::Simulate(arguments)) = parsed("simulate --seeds 5 --faults single") else {
            panic!("not understood");
        };
        assert_eq!(arguments, ["--seeds=5", "--faults=single"]);
    }

    #[test]
    fn what_is_not_known_is_refused() {
        for line in [
            "",
            "tset",
            "test --ofline",
            "build --arch mips",
            "local-cloud --port none",
            "simulate --sedes 5",
            "bench",
            "bench images --rounds few",
            "bench lambda --image a.jpg",
            "bench csv --image a.jpg",
        ] {
            assert!(parsed(line).is_err(), "{line}");
        }
    }
}
