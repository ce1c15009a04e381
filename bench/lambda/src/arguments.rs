//! What may be said to the bench? It is `cargo xtask` that says it.

use std::ffi::OsString;
use std::path::PathBuf;

use lexopt::{Arg, Parser, ValueExt as _};

use crate::trouble::Trouble;

/// Rounds of a comparison: an odd number, so that a median is one of them.
pub(crate) const ROUNDS: usize = 15;

/// A comparison with all that it needs.
#[derive(Debug)]
pub(crate) struct Comparison {
    /// The folder that our programs lie in.
    pub programs: PathBuf,
    /// Ours, by name, for the table of all functions.
    pub functions: Vec<String>,
    /// The folder that the Rust peers lie in.
    pub rust_peers: PathBuf,
    /// The bundled handler.
    pub node: Option<PathBuf>,
    /// With boto3 installed.
    pub python: Option<PathBuf>,
    /// Why a peer is not there, in its own words.
    pub missing: Vec<String>,
    pub rounds: usize,
    /// For certificates.
    pub work: PathBuf,
    pub report: PathBuf,
}

pub(crate) enum Wanted {
    Compare(Comparison),
    /// Counts the instructions of one function.
    Count {
        program: PathBuf,
        function: String,
        work: PathBuf,
    },
}

pub(crate) fn parse(arguments: impl IntoIterator<Item = OsString>) -> Result<Wanted, Trouble> {
    let mut parser = Parser::from_args(arguments);
    let command = match parser.next()? {
        Some(Arg::Value(command)) => command.string()?,
        _ => return Err(Trouble::new("arguments", "a command is missing")),
    };
    match command.as_str() {
        "compare" => compare(parser),
        "count" => Ok(Wanted::Count {
            program: parser.value()?.into(),
            function: parser.value()?.string()?,
            work: parser.value()?.into(),
        }),
        other => Err(Trouble::new("arguments", format!("{other} is no command"))),
    }
}

fn compare(mut parser: Parser) -> Result<Wanted, Trouble> {
    let mut comparison = Comparison {
        programs: PathBuf::new(),
        functions: Vec::new(),
        rust_peers: PathBuf::new(),
        node: None,
        python: None,
        missing: Vec::new(),
        rounds: ROUNDS,
        work: PathBuf::new(),
        report: PathBuf::new(),
    };
    while let Some(argument) = parser.next()? {
        match argument {
            Arg::Long("programs") => comparison.programs = parser.value()?.into(),
            Arg::Long("rust-peers") => comparison.rust_peers = parser.value()?.into(),
            Arg::Long("node") => comparison.node = Some(parser.value()?.into()),
            Arg::Long("python") => comparison.python = Some(parser.value()?.into()),
            Arg::Long("missing") => comparison.missing.push(parser.value()?.string()?),
            Arg::Long("rounds") => comparison.rounds = parser.value()?.parse()?,
            Arg::Long("work") => comparison.work = parser.value()?.into(),
            Arg::Long("report") => comparison.report = parser.value()?.into(),
            Arg::Value(function) => comparison.functions.push(function.string()?),
            other => return Err(other.unexpected().into()),
        }
    }
    Ok(Wanted::Compare(comparison))
}
