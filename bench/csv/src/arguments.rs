//! What may be said to the bench? It is `cargo xtask bench csv` that says it.

use std::ffi::OsString;
use std::path::PathBuf;

use lexopt::{Arg, Parser, ValueExt as _};

use crate::baseline::How;
use crate::trouble::Trouble;

/// Rounds of a comparison: an odd number, so that a median is one of them.
const ROUNDS: usize = 5;

/// A comparison with all that it needs.
#[derive(Debug, Default)]
pub(crate) struct Comparison {
    /// The SDK as its guide shows it.
    pub plain_sdk: Option<PathBuf>,
    /// With boto3, polars and `DuckDB` installed.
    pub python: Option<PathBuf>,
    /// The folder of Python's scripts.
    pub scripts: PathBuf,
    /// The script, in the folder that its modules are installed in.
    pub javascript: Option<PathBuf>,
    /// Why a peer is not there, in its own words.
    pub missing: Vec<String>,
    pub rounds: usize,
    /// Also reads a file of 4 GB.
    pub with_large_file: bool,
    /// For the files that are made.
    pub work: PathBuf,
    /// Its plots lie beside it.
    pub report: PathBuf,
}

pub(crate) enum Wanted {
    Make { file: PathBuf, rows: u64 },
    Compare(Comparison),
    Measure { line: Vec<OsString> },
    Import { file: PathBuf, rows_max: u64 },
    Parse { how: How, file: PathBuf },
}

pub(crate) fn parse(arguments: impl IntoIterator<Item = OsString>) -> Result<Wanted, Trouble> {
    let mut parser = Parser::from_args(arguments);
    let command: String = parser.value()?.parse()?;
    Ok(match command.as_str() {
        "make" => Wanted::Make {
            file: parser.value()?.into(),
            rows: parser.value()?.parse()?,
        },
        "measure" => Wanted::Measure {
            line: parser.raw_args()?.collect(),
        },
        "import" => Wanted::Import {
            file: parser.value()?.into(),
            rows_max: parser.value()?.parse()?,
        },
        "parse" => Wanted::Parse {
            how: how(&parser.value()?)?,
            file: parser.value()?.into(),
        },
        "compare" => comparison(parser)?,
        other => return Err(Trouble::new("arguments", format!("no such command: {other}"))),
    })
}

fn how(name: &OsString) -> Result<How, Trouble> {
    match name.to_str() {
        Some("ours") => Ok(How::Ours),
        Some("serde") => Ok(How::Serde),
        Some("csv") => Ok(How::Csv),
        Some("simd-csv") => Ok(How::Simd),
        _ => Err(Trouble::new("arguments", "no such parser")),
    }
}

fn comparison(mut parser: Parser) -> Result<Wanted, Trouble> {
    let mut comparison = Comparison {
        rounds: ROUNDS,
        ..Comparison::default()
    };
    while let Some(argument) = parser.next()? {
        match argument {
            Arg::Long("plain-sdk") => comparison.plain_sdk = Some(parser.value()?.into()),
            Arg::Long("python") => comparison.python = Some(parser.value()?.into()),
            Arg::Long("scripts") => comparison.scripts = parser.value()?.into(),
            Arg::Long("javascript") => comparison.javascript = Some(parser.value()?.into()),
            Arg::Long("missing") => comparison.missing.push(parser.value()?.string()?),
            Arg::Long("rounds") => comparison.rounds = parser.value()?.parse()?,
            Arg::Long("large") => comparison.with_large_file = true,
            Arg::Long("work") => comparison.work = parser.value()?.into(),
            Arg::Long("report") => comparison.report = parser.value()?.into(),
            other => return Err(other.unexpected().into()),
        }
    }
    Ok(Wanted::Compare(comparison))
}
