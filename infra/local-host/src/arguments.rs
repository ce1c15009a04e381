//! What may be said on the command line?

use std::ffi::OsString;
use std::path::PathBuf;

use lexopt::{Arg, Parser, ValueExt as _};

use crate::shop::DataLocation;

const PORT_DEFAULT: u16 = 3000;
const DATA_FOLDER_DEFAULT: &str = ".popshop";

pub const USAGE: &str = "\
usage: local-host [--port N] [--data-dir DIR | --memory] [--quiet]

  --port N        listen on 127.0.0.1:N (default 3000); 0 takes any free port
  --data-dir DIR  keep all state in DIR (default .popshop)
  --memory        keep nothing
  --quiet         print the address alone, and log warnings only
  --help          print this
";

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Arguments {
    pub port: u16,
    pub data: DataLocation,
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
}

/// `arguments` without the program's name.
pub fn parse(arguments: impl IntoIterator<Item = OsString>) -> Result<Wanted, ArgumentFault> {
    let mut parser = Parser::from_args(arguments);
    let (mut port, mut folder, mut memory, mut quiet) = (PORT_DEFAULT, None, false, false);
    while let Some(argument) = parser.next()? {
        match argument {
            Arg::Long("port") => port = parser.value()?.parse()?,
            Arg::Long("data-dir") => folder = Some(PathBuf::from(parser.value()?)),
            Arg::Long("memory") => memory = true,
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
    Ok(Wanted::Run(Arguments { port, data, quiet }))
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
                quiet: false
            })
        );
    }

    #[test]
    fn everything_can_be_said() {
        let Wanted::Run(arguments) = parsed(&["--port=0", "--data-dir", "shop data", "--quiet"]).unwrap() else {
            panic!("no run");
        };
        let data = DataLocation::Folder(PathBuf::from("shop data"));
        assert_eq!(
            arguments,
            Arguments {
                port: 0,
                data,
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
        ] {
            assert!(parsed(arguments).is_err(), "{arguments:?}");
        }
    }
}
