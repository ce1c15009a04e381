//! What may be said to the bench? It is `cargo xtask bench images` that says it.

use std::ffi::OsString;
use std::path::PathBuf;

use lexopt::{Arg, Parser, ValueExt as _};

use crate::trouble::Trouble;

/// Rounds of a comparison: an odd number, so that a median is one of them.
pub(crate) const ROUNDS: usize = 9;

/// Who makes a thumbnail in this process.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum InProcess {
    Ours,
    ImageCrate,
}

/// A comparison with all that it needs.
#[derive(Debug)]
pub(crate) struct Comparison {
    /// The program that makes our thumbnails.
    pub ours: PathBuf,
    /// With Pillow installed.
    pub python: Option<PathBuf>,
    /// The folder that sharp is installed in.
    pub sharp: Option<PathBuf>,
    /// Why a peer is not there, in its own words.
    pub missing: Vec<String>,
    pub rounds: usize,
    pub photos: Vec<PathBuf>,
    /// For what the peers write.
    pub work: PathBuf,
    pub report: PathBuf,
}

pub(crate) enum Wanted {
    Make {
        folder: PathBuf,
        python: PathBuf,
    },
    Compare(Comparison),
    Measure {
        line: Vec<OsString>,
    },
    Warm {
        who: InProcess,
        photo: PathBuf,
        sizes_px: Vec<u32>,
        turns: usize,
        is_opaque: bool,
    },
    ImageCrate {
        photo: PathBuf,
        target: PathBuf,
        size_px: u32,
    },
}

pub(crate) fn parse(arguments: impl IntoIterator<Item = OsString>) -> Result<Wanted, Trouble> {
    let mut parser = Parser::from_args(arguments);
    let command = match parser.next()? {
        Some(Arg::Value(command)) => command.string()?,
        _ => return Err(Trouble::new("arguments", "a command is missing")),
    };
    match command.as_str() {
        "make" => Ok(Wanted::Make {
            folder: parser.value()?.into(),
            python: parser.value()?.into(),
        }),
        "compare" => compare(parser),
        "measure" => Ok(Wanted::Measure {
            line: parser.raw_args()?.collect(),
        }),
        "warm" => Ok(Wanted::Warm {
            who: match parser.value()?.string()?.as_str() {
                "ours" => InProcess::Ours,
                _ => InProcess::ImageCrate,
            },
            photo: parser.value()?.into(),
            sizes_px: parser
                .value()?
                .parse_with(|list| list.split(',').map(str::parse).collect::<Result<_, _>>())?,
            turns: parser.value()?.parse()?,
            is_opaque: parser.value()? == "jpg",
        }),
        "image-crate" => Ok(Wanted::ImageCrate {
            photo: parser.value()?.into(),
            target: parser.value()?.into(),
            size_px: parser.value()?.parse()?,
        }),
        other => Err(Trouble::new("arguments", format!("{other} is no command"))),
    }
}

fn compare(mut parser: Parser) -> Result<Wanted, Trouble> {
    let mut comparison = Comparison {
        ours: PathBuf::new(),
        python: None,
        sharp: None,
        missing: Vec::new(),
        rounds: ROUNDS,
        photos: Vec::new(),
        work: PathBuf::new(),
        report: PathBuf::new(),
    };
    while let Some(argument) = parser.next()? {
        match argument {
            Arg::Long("ours") => comparison.ours = parser.value()?.into(),
            Arg::Long("python") => comparison.python = Some(parser.value()?.into()),
            Arg::Long("sharp") => comparison.sharp = Some(parser.value()?.into()),
            Arg::Long("missing") => comparison.missing.push(parser.value()?.string()?),
            Arg::Long("rounds") => comparison.rounds = parser.value()?.parse()?,
            Arg::Long("work") => comparison.work = parser.value()?.into(),
            Arg::Long("report") => comparison.report = parser.value()?.into(),
            Arg::Value(photo) => comparison.photos.push(photo.into()),
            other => return Err(other.unexpected().into()),
        }
    }
    Ok(Wanted::Compare(comparison))
}
