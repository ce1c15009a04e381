//! What is every comparison told? `cargo xtask bench` says it.

use std::ffi::OsString;
use std::path::PathBuf;

use lexopt::{Arg, Parser, ValueExt as _};

use crate::trouble::Trouble;

/// What a comparison needs whatever it compares.
#[derive(Debug)]
pub struct Setting {
    /// With the packages of the bench's requirements installed.
    pub python: Option<PathBuf>,
    /// Why a peer is not there, in its own words.
    pub missing: Vec<String>,
    pub rounds: usize,
    /// For files that are made on the way.
    pub work: PathBuf,
    pub report: PathBuf,
    /// What is measured, where that is said.
    pub what: Vec<OsString>,
}

impl Setting {
    /// Reads all arguments; `own` takes those that only this bench knows, by name. Where nothing else is said, there are so
    /// many rounds: an odd number, so that a median is one of them.
    pub fn read(
        mut parser: Parser,
        rounds: usize,
        mut own: impl FnMut(&str, &mut Parser) -> Result<bool, Trouble>,
    ) -> Result<Self, Trouble> {
        let mut setting = Self {
            python: None,
            missing: Vec::new(),
            rounds,
            work: PathBuf::new(),
            report: PathBuf::new(),
            what: Vec::new(),
        };
        while let Some(argument) = parser.next()? {
            let name = match argument {
                Arg::Long(name) => name.to_owned(),
                Arg::Value(what) => {
                    setting.what.push(what);
                    continue;
                }
                Arg::Short(_) => return Err(argument.unexpected().into()),
            };
            match name.as_str() {
                "python" => setting.python = Some(parser.value()?.into()),
                "missing" => setting.missing.push(parser.value()?.string()?),
                "rounds" => setting.rounds = parser.value()?.parse()?,
                "work" => setting.work = parser.value()?.into(),
                "report" => setting.report = parser.value()?.into(),
                other => {
                    if !own(other, &mut parser)? {
                        return Err(Trouble::new("arguments", format!("--{other} is not known")));
                    }
                }
            }
        }
        Ok(setting)
    }
}

/// The first argument: what is to be done.
pub fn command(parser: &mut Parser) -> Result<String, Trouble> {
    match parser.next()? {
        Some(Arg::Value(command)) => Ok(command.string()?),
        _ => Err(Trouble::new("arguments", "a command is missing")),
    }
}

pub fn unknown(command: &str) -> Trouble {
    Trouble::new("arguments", format!("{command} is no command"))
}
