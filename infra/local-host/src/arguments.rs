//! What may be said on the command line?

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::PathBuf;

use lexopt::{Arg, Parser, ValueExt as _};

use crate::shop::DataLocation;

const PORT_DEFAULT: u16 = 3000;
const DATA_FOLDER_DEFAULT: &str = ".popshop";

pub const USAGE: &str = "\
usage: local-host [--port N] [--data-dir DIR | --memory] [--parameter NAME=VALUE]... [--quiet]

  --port N                listen on 127.0.0.1:N (default 3000); 0 takes any free port
  --data-dir DIR          keep all state in DIR (default .popshop)
  --memory                keep nothing
  --parameter NAME=VALUE  a parameter of infra/template.yaml, instead of its default
  --quiet                 print the address alone, and log warnings only
  --help                  print this
";

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Arguments {
    pub port: u16,
    pub data: DataLocation,
    /// Of the template, by name.
    pub parameters: BTreeMap<String, String>,
    pub quiet: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wanted {
    Run(Arguments),
    Help,
}

/// What was said makes no sense.
#[derive(Debug, thiserror::Error)]
pub enum ArgumentFault {
    #[error(transparent)]
    Syntax(#[from] lexopt::Error),
    #[error("--data-dir and --memory exclude each other")]
    FolderInMemory,
    #[error("--parameter wants NAME=VALUE")]
    ParameterWithoutValue,
}

/// `arguments` without the program's name.
pub fn parse(arguments: impl IntoIterator<Item = OsString>) -> Result<Wanted, ArgumentFault> {
    let mut parser = Parser::from_args(arguments);
    let (mut port, mut folder, mut memory, mut quiet) = (PORT_DEFAULT, None, false, false);
    let mut parameters = BTreeMap::new();
    while let Some(argument) = parser.next()? {
        match argument {
            Arg::Long("port") => port = parser.value()?.parse()?,
            Arg::Long("data-dir") => folder = Some(PathBuf::from(parser.value()?)),
            Arg::Long("memory") => memory = true,
            Arg::Long("parameter") => {
                let parameter = parser.value()?.string()?;
                let (name, value) = parameter.split_once('=').ok_or(ArgumentFault::ParameterWithoutValue)?;
                parameters.insert(name.to_owned(), value.to_owned());
            }
            Arg::Long("quiet") => quiet = true,
            Arg::Long("help") | Arg::Short('h') => return Ok(Wanted::Help),
            other => return Err(other.unexpected().into()),
        }
    }
    let data = match (folder, memory) {
        (Some(_), true) => return Err(ArgumentFault::FolderInMemory),
        (None, true) => DataLocation::Memory,
        (folder, false) => DataLocation::Folder(folder.unwrap_or_else(|| PathBuf::from(DATA_FOLDER_DEFAULT))),
    };
    Ok(Wanted::Run(Arguments {
        port,
        data,
        parameters,
        quiet,
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(arguments: &[&str]) -> Result<Wanted, ArgumentFault> {
        parse(arguments.iter().map(OsString::from))
    }

    #[test]
    fn nothing_said_means_port_3000_and_a_folder_that_is_kept() {
        let data = DataLocation::Folder(PathBuf::from(".popshop"));
        assert_eq!(
            parsed(&[]).unwrap(),
            Wanted::Run(Arguments {
                port: 3000,
                data,
                parameters: BTreeMap::new(),
                quiet: false
            })
        );
    }

    #[test]
    fn everything_can_be_said() {
        let said = [
            "--port=0",
            "--data-dir",
            "shop data",
            "--parameter",
            "Stage=a=b",
            "--parameter=DomainName=",
            "--quiet",
        ];
        let Wanted::Run(arguments) = parsed(&said).unwrap() else {
            panic!("no run");
        };
        let parameters = [("Stage", "a=b"), ("DomainName", "")];
        let data = DataLocation::Folder(PathBuf::from("shop data"));
        assert_eq!(
            arguments,
            Arguments {
                port: 0,
                data,
                parameters: parameters
                    .map(|(name, value)| (name.to_owned(), value.to_owned()))
                    .into(),
                quiet: true
            }
        );
        let Wanted::Run(arguments) = parsed(&["--memory"]).unwrap() else {
            panic!("no run")
        };
        assert_eq!(arguments.data, DataLocation::Memory);
        assert_eq!(parsed(&["--help"]).unwrap(), Wanted::Help);
    }

    #[test]
    fn what_is_not_understood_is_refused() {
        for arguments in [
            &["--prot", "1"][..],
            &["--port"],
            &["--port", "70000"],
            &["--port", "x"],
            &["here"],
            &["-q"],
            &["--memory=yes"],
            &["--memory", "--data-dir", "a"],
            &["--parameter"],
            &["--parameter", "Stage"],
        ] {
            assert!(parsed(arguments).is_err(), "{arguments:?}");
        }
    }
}
