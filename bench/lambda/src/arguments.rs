//! What may be said to the bench? It is `cargo xtask` that says it.

use std::ffi::OsString;
use std::path::PathBuf;

use bench_kit::arguments::{self, Setting};
use bench_kit::trouble::Trouble;
use lexopt::{Parser, ValueExt as _};

/// Rounds of a comparison: an odd number, so that a median is one of them.
pub(crate) const ROUNDS: usize = 15;

/// A comparison with all that it needs.
#[derive(Debug)]
pub(crate) struct Comparison {
    /// The folder that our programs lie in.
    pub programs: PathBuf,
    /// The folder that the Rust peers lie in.
    pub rust_peers: PathBuf,
    /// The bundled handler.
    pub node: Option<PathBuf>,
    /// Says which of ours are in the table of all functions, too.
    pub setting: Setting,
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
    match arguments::command(&mut parser)?.as_str() {
        "compare" => compare(parser),
        "count" => Ok(Wanted::Count {
            program: parser.value()?.into(),
            function: parser.value()?.string()?,
            work: parser.value()?.into(),
        }),
        other => Err(arguments::unknown(other)),
    }
}

fn compare(parser: Parser) -> Result<Wanted, Trouble> {
    let (mut programs, mut rust_peers, mut node) = (PathBuf::new(), PathBuf::new(), None);
    let setting = Setting::read(parser, ROUNDS, |name, parser| {
        match name {
            "programs" => programs = parser.value()?.into(),
            "rust-peers" => rust_peers = parser.value()?.into(),
            "node" => node = Some(parser.value()?.into()),
            _ => return Ok(false),
        }
        Ok(true)
    })?;
    Ok(Wanted::Compare(Comparison {
        programs,
        rust_peers,
        node,
        setting,
    }))
}
