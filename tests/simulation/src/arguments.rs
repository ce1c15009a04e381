//! What may be asked of the simulation?

use std::ffi::OsString;

use lexopt::{Arg, Parser, ValueExt as _};

/// Seeds that are run unless another number is asked for.
const SEEDS_DEFAULT: u64 = 10_000;

pub(crate) enum Wanted {
    Everything {
        faults: Faults,
        seeds: u64,
    },
    /// One history, told.
    Seed(u64),
    WriteDocs,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Faults {
    None,
    Single,
    Pairs,
}

/// `arguments` without the program's name.
pub(crate) fn parse(arguments: impl IntoIterator<Item = OsString>) -> Result<Wanted, lexopt::Error> {
    let mut parser = Parser::from_args(arguments);
    let (mut faults, mut seeds, mut seed, mut writes_docs) = (Faults::Pairs, SEEDS_DEFAULT, None, false);
    while let Some(argument) = parser.next()? {
        match argument {
            Arg::Long("faults") => {
                faults = match parser.value()?.string()?.as_str() {
                    "none" => Faults::None,
                    "single" => Faults::Single,
                    "pairs" => Faults::Pairs,
                    other => return Err(format!("--faults is none, single or pairs, and not {other}").into()),
                }
            }
            Arg::Long("seeds") => seeds = parser.value()?.parse()?,
            Arg::Long("seed") => seed = Some(parser.value()?.parse()?),
            Arg::Long("write-docs") => writes_docs = true,
            other => return Err(other.unexpected()),
        }
    }
    Ok(match seed {
        _ if writes_docs => Wanted::WriteDocs,
        Some(seed) => Wanted::Seed(seed),
        None => Wanted::Everything { faults, seeds },
    })
}
