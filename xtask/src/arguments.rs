//! What may be said after `cargo xtask`?

use std::ffi::OsString;
use std::path::PathBuf;

use lexopt::{Arg, Parser, ValueExt as _};

use crate::check::Network;
use crate::functions::Architecture;

pub(crate) const USAGE: &str = "\
usage: cargo xtask test [--offline]
       cargo xtask build [--arch x86_64|arm64] [--function NAME...]
       cargo xtask local-cloud [--port N] [--keep-running true|false]
       cargo xtask bench images [--rounds N] [--image PATH...]

  test             everything that CI runs, in the order in which it fails fastest
    --offline      without what needs the package registries; says what it skipped
  build            the functions as Lambda takes them: target/lambda/<function>/bootstrap.zip
    --arch         the instruction set (default: this machine's)
    --function     only these
  local-cloud      deploys infra/template.yaml on MiniStack and tells how to use it; Ctrl-C ends it
    --port         listen on 127.0.0.1:N (default: a free port)
    --keep-running false: end as soon as everything is deployed and has answered
  bench images     thumbnails beside vipsthumbnail, sharp, Pillow and image: docs/benchmarks/images.md
    --rounds       interleaved runs of each (default: 9)
    --image        these instead of generated ones";

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
    BenchImages {
        rounds: Option<usize>,
        /// Generated, when empty.
        photos: Vec<PathBuf>,
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

fn bench(mut parser: Parser) -> Result<Wanted, lexopt::Error> {
    match parser.next()? {
        Some(Arg::Value(what)) if what == "images" => bench_images(parser),
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
    fn what_is_not_known_is_refused() {
        for line in [
            "",
            "tset",
            "test --ofline",
            "build --arch mips",
            "local-cloud --port none",
            "bench",
            "bench images --rounds few",
        ] {
            assert!(parsed(line).is_err(), "{line}");
        }
    }
}
