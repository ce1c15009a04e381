//! What may be said to the bench? It is `cargo xtask bench csv` that says it.

use std::ffi::OsString;
use std::path::PathBuf;

use bench_kit::arguments::{self, Setting};
use bench_kit::trouble::Trouble;
use lexopt::{Parser, ValueExt as _};

use crate::baseline::How;

const ROUNDS: usize = 5;

/// A comparison with all that it needs.
#[derive(Debug)]
pub(crate) struct Comparison {
    /// csv-ingester, as it is deployed.
    pub ingester: PathBuf,
    /// The SDK as its guide shows it.
    pub plain_sdk: Option<PathBuf>,
    /// The folder of Python's scripts.
    pub scripts: PathBuf,
    /// The script, in the folder that its modules are installed in.
    pub javascript: Option<PathBuf>,
    /// Also reads a file of 4 GB.
    pub with_large_file: bool,
    /// The report's plots lie beside it.
    pub setting: Setting,
}

pub(crate) enum Wanted {
    Make { file: PathBuf, rows: u64 },
    Compare(Comparison),
    Measure { line: Vec<OsString> },
    Parse { how: How, file: PathBuf },
}

pub(crate) fn parse(arguments: impl IntoIterator<Item = OsString>) -> Result<Wanted, Trouble> {
    let mut parser = Parser::from_args(arguments);
    match arguments::command(&mut parser)?.as_str() {
        "make" => Ok(Wanted::Make {
            file: parser.value()?.into(),
            rows: parser.value()?.parse()?,
        }),
        "measure" => Ok(Wanted::Measure {
            line: parser.raw_args()?.collect(),
        }),
        "parse" => Ok(Wanted::Parse {
            how: how(&parser.value()?)?,
            file: parser.value()?.into(),
        }),
        "compare" => compare(parser),
        other => Err(arguments::unknown(other)),
    }
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

fn compare(parser: Parser) -> Result<Wanted, Trouble> {
    let (mut ingester, mut scripts) = (PathBuf::new(), PathBuf::new());
    let (mut plain_sdk, mut javascript, mut with_large_file) = (None, None, false);
    let setting = Setting::read(parser, ROUNDS, |name, parser| {
        match name {
            "ingester" => ingester = parser.value()?.into(),
            "plain-sdk" => plain_sdk = Some(parser.value()?.into()),
            "scripts" => scripts = parser.value()?.into(),
            "javascript" => javascript = Some(parser.value()?.into()),
            "large" => with_large_file = true,
            _ => return Ok(false),
        }
        Ok(true)
    })?;
    Ok(Wanted::Compare(Comparison {
        ingester,
        plain_sdk,
        scripts,
        javascript,
        with_large_file,
        setting,
    }))
}
