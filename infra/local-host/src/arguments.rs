//! The command line of the local host.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::PathBuf;

use clap::Parser;
use clap::builder::{PathBufValueParser, TypedValueParser};

use crate::state::DataLocation;
use crate::terminal::LogFormat;

/// The shop on this machine, from the files that AWS gets
// A script may add arguments to those that it was given: the last one counts.
#[derive(Debug, Parser)]
#[command(name = "local-host", no_binary_name = true, args_override_self = true)]
struct CommandLine {
    /// Listen on 127.0.0.1:N; 0 takes any free port
    #[arg(long, value_name = "N", default_value_t = 3000, value_parser = port)]
    port: u16,
    /// Keep all state in this folder
    #[arg(long, value_name = "DIR", default_value = ".popshop", conflicts_with = "memory", value_parser = folder())]
    data_dir: PathBuf,
    /// Keep state in memory only
    #[arg(long)]
    memory: bool,
    /// A parameter of infra/template.yaml, instead of its default; may be repeated
    #[arg(long = "parameter", value_name = "NAME=VALUE", value_parser = parameter)]
    parameters: Vec<(String, String)>,
    /// The format of log lines (default: pretty on a terminal, else json)
    #[arg(long, value_name = "FORMAT", value_enum)]
    log_format: Option<LogFormat>,
    /// Print only the address, and log only warnings
    #[arg(long)]
    quiet: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Arguments {
    pub port: u16,
    pub data: DataLocation,
    /// Of the template, by name.
    pub parameters: BTreeMap<String, String>,
    pub log_format: Option<LogFormat>,
    pub quiet: bool,
}

/// `arguments` without the program's name. A request for help is an error, too: clap prints it and knows its exit code.
pub fn parse(arguments: impl IntoIterator<Item = OsString>) -> Result<Arguments, clap::Error> {
    let line = CommandLine::try_parse_from(arguments)?;
    Ok(Arguments {
        port: line.port,
        data: if line.memory {
            DataLocation::Memory
        } else {
            DataLocation::Folder(line.data_dir)
        },
        parameters: line.parameters.into_iter().collect(),
        log_format: line.log_format,
        quiet: line.quiet,
    })
}

/// Refuses an empty name: it would mean the current folder, and is usually an unset shell variable.
fn folder() -> impl TypedValueParser<Value = PathBuf> {
    let parser = PathBufValueParser::new();
    parser.try_map(|path| {
        let is_named = !path.as_os_str().is_empty();
        is_named
            .then_some(path)
            .ok_or("a folder is needed; `.` is the current one")
    })
}

/// The template checks names and values when it is read.
fn parameter(text: &str) -> Result<(String, String), &'static str> {
    match text.split_once('=') {
        Some((name, value)) if !name.is_empty() => Ok((name.to_owned(), value.to_owned())),
        _ => Err("NAME=VALUE is needed, for example LogLevel=debug"),
    }
}

fn port(text: &str) -> Result<u16, String> {
    text.parse()
        .map_err(|_| format!("a port is a number from 0 to {}; 0 takes any free port", u16::MAX))
}

#[cfg(test)]
mod tests {
    use clap::error::ErrorKind;

    use super::*;

    fn parsed(arguments: &[&str]) -> Result<Arguments, clap::Error> {
        parse(arguments.iter().map(OsString::from))
    }

    #[test]
    fn without_arguments_the_port_is_3000_and_the_folder_is_kept() {
        let data = DataLocation::Folder(PathBuf::from(".popshop"));
        assert_eq!(
            parsed(&[]).unwrap(),
            Arguments {
                port: 3000,
                data,
                parameters: BTreeMap::new(),
                log_format: None,
                quiet: false
            }
        );
    }

    #[test]
    fn every_argument_can_be_set() {
        let arguments = [
            "--port=0",
            "--data-dir",
            "shop data",
            "--parameter",
            "Stage=a=b",
            "--parameter=DomainName=",
            "--log-format=json",
            "--quiet",
        ];
        let parameters = [("Stage", "a=b"), ("DomainName", "")];
        let data = DataLocation::Folder(PathBuf::from("shop data"));
        assert_eq!(
            parsed(&arguments).unwrap(),
            Arguments {
                port: 0,
                data,
                parameters: parameters
                    .map(|(name, value)| (name.to_owned(), value.to_owned()))
                    .into(),
                log_format: Some(LogFormat::Json),
                quiet: true
            }
        );
        assert_eq!(parsed(&["--memory"]).unwrap().data, DataLocation::Memory);
    }

    #[test]
    fn the_last_of_a_repeated_argument_counts() {
        let arguments = [
            "--port",
            "1",
            "--parameter",
            "Stage=a",
            "--port",
            "2",
            "--parameter",
            "Stage=b",
        ];
        let arguments = parsed(&arguments).unwrap();
        assert_eq!(arguments.port, 2);
        assert_eq!(arguments.parameters["Stage"], "b");
    }

    #[test]
    fn help_goes_to_standard_output() {
        for flag in ["--help", "-h"] {
            let help = parsed(&[flag]).unwrap_err();
            assert_eq!(help.kind(), ErrorKind::DisplayHelp);
            assert!(!help.use_stderr());
            assert_eq!(help.exit_code(), 0);
            for option in [
                "--port",
                "--data-dir",
                "--memory",
                "--parameter",
                "--log-format",
                "--quiet",
            ] {
                assert!(help.to_string().contains(option), "{help}");
            }
        }
    }

    #[test]
    fn invalid_arguments_are_refused() {
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
            &["--parameter", "=prod"],
            &["--data-dir", ""],
            &["--data-dir="],
            &["--log-format", "xml"],
            &["--log-format"],
        ] {
            let fault = parsed(arguments).unwrap_err();
            assert!(fault.use_stderr(), "{arguments:?}");
            assert_eq!(fault.exit_code(), 2, "{arguments:?}");
        }
    }

    #[test]
    fn a_refusal_lists_what_is_accepted() {
        let port = "a port is a number from 0 to 65535; 0 takes any free port";
        for (arguments, accepted) in [
            (&["--port", "70000"][..], port),
            (&["--port=-1"], port),
            (&["--port", "3000.5"], port),
            (&["--port", ""], port),
            (
                &["--parameter", "LogLevel:debug"],
                "NAME=VALUE is needed, for example LogLevel=debug",
            ),
            (&["--log-format", "xml"], "possible values: json, pretty"),
            (&["--prot", "1"], "'--port'"),
            (&["--data-dri", "a"], "'--data-dir'"),
        ] {
            let fault = parsed(arguments).unwrap_err().to_string();
            assert!(fault.contains(accepted), "{arguments:?}: {fault}");
        }
    }
}
