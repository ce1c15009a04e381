//! Starts the local host on a terminal and on a pipe, and looks at the log lines.

use std::fs::File;
use std::io::Read as _;
use std::process::{Command, Stdio};

use nix::pty::openpty;
use tests::local::binary;

/// The message that the import of the first catalog logs, soon after the start.
const FIRST_MESSAGE: &str = "catalog imported";
const OUTPUT_BYTES_MAX: usize = 100_000;
const ESCAPE: char = '\u{1b}';

/// The first output up to the end of the line of [`FIRST_MESSAGE`], without the banner.
fn log(on_terminal: bool, arguments: &[&str], no_color: &str) -> String {
    let mut command = Command::new(binary());
    command
        .args(["--memory", "--port", "0"])
        .args(arguments)
        .env("NO_COLOR", no_color)
        .env("TERM", "xterm");
    let (mut process, mut reader) = if on_terminal {
        let terminal = openpty(None, None).unwrap();
        let process = command.stdout(Stdio::from(terminal.slave)).spawn().unwrap();
        (process, File::from(terminal.master))
    } else {
        let mut process = command.stdout(Stdio::piped()).spawn().unwrap();
        let output = process.stdout.take().unwrap();
        (process, File::from(std::os::fd::OwnedFd::from(output)))
    };
    let mut output = String::new();
    let is_whole = |output: &str| {
        let after = output.split_once(FIRST_MESSAGE).map(|(_, after)| after);
        after.is_some_and(|after| after.contains('\n'))
    };
    let mut buffer = [0; 4_096];
    while !is_whole(&output) && output.len() < OUTPUT_BYTES_MAX {
        let count = reader.read(&mut buffer).unwrap();
        output.push_str(&String::from_utf8_lossy(&buffer[..count]));
    }
    process.kill().unwrap();
    process.wait().unwrap();
    let first = output.lines().next().unwrap();
    assert!(
        first.contains("http://127.0.0.1:") && first.contains("console"),
        "{first}"
    );
    let (_, log) = output.split_once("Log lines follow.").expect("a banner");
    log.replace('\r', "")
}

#[test]
fn a_terminal_gets_readable_lines_in_colour_unless_no_color_forbids_it() {
    let coloured = log(true, &[], "");
    assert!(
        coloured.contains(&format!("{ESCAPE}[32mINFO {ESCAPE}[0m")),
        "{coloured}"
    );
    assert!(!coloured.contains("\"level\""), "{coloured}");
    let plain = log(true, &[], "1");
    assert!(!plain.contains(ESCAPE), "{plain}");
    assert!(
        plain.contains(" INFO  csv-ingester catalog imported rows_written="),
        "{plain}"
    );
}

#[test]
fn a_pipe_gets_json_and_the_option_overrides_both() {
    let is_json = |log: &str| {
        log.lines()
            .filter(|line| !line.is_empty())
            .all(|line| line.starts_with('{'))
    };
    assert!(is_json(&log(false, &[], "")));
    assert!(is_json(&log(true, &["--log-format", "json"], "")));
    let readable = log(false, &["--log-format", "pretty"], "");
    assert!(readable.contains(" INFO  csv-ingester catalog imported"), "{readable}");
    assert!(!readable.contains(ESCAPE), "{readable}");
}
