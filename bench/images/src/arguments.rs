//! What may be said to the bench? It is `cargo xtask bench images` that says it.

use std::ffi::OsString;
use std::path::PathBuf;

use bench_kit::arguments::{self, Setting};
use bench_kit::trouble::Trouble;
use lexopt::{Parser, ValueExt as _};

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
    /// The script, in the folder that sharp is installed in.
    pub sharp: Option<PathBuf>,
    /// Says which photos, too.
    pub setting: Setting,
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
    match arguments::command(&mut parser)?.as_str() {
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
        other => Err(arguments::unknown(other)),
    }
}

fn compare(parser: Parser) -> Result<Wanted, Trouble> {
    let (mut ours, mut sharp) = (PathBuf::new(), None);
    let setting = Setting::read(parser, ROUNDS, |name, parser| {
        match name {
            "ours" => ours = parser.value()?.into(),
            "sharp" => sharp = Some(parser.value()?.into()),
            _ => return Ok(false),
        }
        Ok(true)
    })?;
    Ok(Wanted::Compare(Comparison { ours, sharp, setting }))
}
