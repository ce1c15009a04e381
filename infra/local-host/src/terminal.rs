//! Writes log lines for people: one short line per event, in colour on a terminal.
//!
//! The lines are made from the JSON lines of [`telemetry::log`], so that what is removed or cut there is not shown here
//! either. Scripts and tests read the JSON lines themselves.

use std::ffi::OsStr;
use std::fmt::Write as _;

use clap::ValueEnum;
use serde_json::{Map, Value};

/// The format of log lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum LogFormat {
    /// All fields, for programs
    Json,
    /// Short lines, for people
    Pretty,
}

impl LogFormat {
    /// The default: readable lines on a terminal, JSON for a pipe or a file.
    pub fn of_output(is_terminal: bool) -> Self {
        if is_terminal { Self::Pretty } else { Self::Json }
    }
}

/// Whether to colour lines. A value of `NO_COLOR` forbids it (<https://no-color.org>), and so does a dumb terminal.
pub fn is_coloured(is_terminal: bool, no_color: Option<&OsStr>, term: Option<&OsStr>) -> bool {
    is_terminal && no_color.is_none_or(OsStr::is_empty) && term.is_none_or(|term| term != "dumb")
}

/// Fields with a place of their own at the beginning of a line.
const LEADING: [&str; 5] = ["timestamp", "level", "target", "function", "message"];
/// Fields for programs only. The JSON lines have them.
const HIDDEN: [&str; 2] = ["request_id", "trace_id"];

/// The time of day in a timestamp, to the millisecond: `10:00:00.123`.
const TIME_OF_DAY: std::ops::Range<usize> = 11..23;

const RESET: &str = "\u{1b}[0m";
const BOLD: &str = "\u{1b}[1m";
const DIM: &str = "\u{1b}[2m";
const RED: &str = "\u{1b}[31m";
const GREEN: &str = "\u{1b}[32m";
const YELLOW: &str = "\u{1b}[33m";
const BLUE: &str = "\u{1b}[34m";

/// A JSON log line as a line for people, with its line feed. A line that is not a JSON object stays as it is.
pub fn readable(line: &str, is_coloured: bool) -> String {
    let Ok(fields) = serde_json::from_str::<Map<String, Value>>(line) else {
        return line.to_owned();
    };
    let paint = |colour: &'static str, text: &str| {
        if is_coloured {
            format!("{colour}{text}{RESET}")
        } else {
            text.to_owned()
        }
    };
    let field = |name: &str| fields.get(name).and_then(Value::as_str).unwrap_or_default();
    let time = field("timestamp");
    let level = field("level");
    let colour = match level {
        "ERROR" => RED,
        "WARN" => YELLOW,
        "INFO" => GREEN,
        _ => BLUE,
    };
    let origin = if fields.contains_key("function") {
        field("function")
    } else {
        field("target")
    };
    let mut readable = format!(
        "{} {} {} {}",
        paint(DIM, time.get(TIME_OF_DAY).unwrap_or(time)),
        paint(colour, &format!("{level:5}")),
        paint(BOLD, &printable(origin)),
        printable(field("message")),
    );
    for (name, value) in &fields {
        let is_warm_start = name == "cold_start" && value == false;
        if LEADING.contains(&name.as_str()) || HIDDEN.contains(&name.as_str()) || is_warm_start {
            continue;
        }
        // Writing to a string cannot fail.
        write!(readable, " {}{}", paint(DIM, &format!("{name}=")), shown(value)).unwrap_or_default();
    }
    readable.push('\n');
    readable
}

/// A value of a field, quoted if it is not one word.
fn shown(value: &Value) -> String {
    match value {
        Value::String(text) if text.is_empty() || text.contains([' ', '"', '=']) => format!("\"{}\"", printable(text)),
        Value::String(text) => printable(text),
        other => other.to_string(),
    }
}

/// The text with control characters as escapes, so that no value can move the cursor or start a line.
fn printable(text: &str) -> String {
    let mut printable = String::with_capacity(text.len());
    for character in text.chars() {
        if character.is_control() {
            printable.extend(character.escape_default());
        } else {
            printable.push(character);
        }
    }
    printable
}

#[cfg(test)]
mod tests {
    use super::*;

    const LINE: &str = r#"{"timestamp":"2026-11-01T10:00:00.123Z","level":"WARN","target":"entry::http","message":"invocation ended","status":422,"route":"POST /orders","function":"orders-place","request_id":"r","trace_id":"t","cold_start":false,"order_id":"o-1"}"#;

    #[test]
    fn a_line_shows_time_level_function_and_message_before_the_other_fields() {
        assert_eq!(
            readable(LINE, false),
            "10:00:00.123 WARN  orders-place invocation ended status=422 route=\"POST /orders\" order_id=o-1\n"
        );
        let cold = LINE.replace("\"cold_start\":false", "\"cold_start\":true");
        assert!(readable(&cold, false).contains(" cold_start=true "));
        let host = r#"{"timestamp":"2026-11-01T10:00:00.123Z","level":"INFO","target":"local_host::s3","message":"m"}"#;
        assert_eq!(readable(host, false), "10:00:00.123 INFO  local_host::s3 m\n");
    }

    #[test]
    fn colours_add_nothing_but_escapes() {
        let coloured = readable(LINE, true);
        assert!(coloured.contains("\u{1b}[33mWARN \u{1b}[0m"), "{coloured:?}");
        let plain = [RESET, BOLD, DIM, RED, GREEN, YELLOW, BLUE]
            .iter()
            .fold(coloured, |text, escape| text.replace(escape, ""));
        assert_eq!(plain, readable(LINE, false));
    }

    #[test]
    fn no_value_can_move_the_cursor_or_begin_a_line() {
        let line = serde_json::json!({
            "timestamp": "2026-11-01T10:00:00.123Z", "level": "INFO", "target": "t",
            "message": "a\u{1b}[2Jb", "path": "c\r\nd e\u{9b}", "empty": "",
        });
        let readable = readable(&line.to_string(), false);
        assert_eq!(
            readable,
            "10:00:00.123 INFO  t a\\u{1b}[2Jb path=\"c\\r\\nd e\\u{9b}\" empty=\"\"\n"
        );
    }

    #[test]
    fn what_is_not_a_json_object_stays_as_it_is() {
        for line in ["plain\n", "[1]\n", "{\"half\":\n", ""] {
            assert_eq!(readable(line, true), line);
        }
    }

    #[test]
    fn the_output_decides_about_format_and_colour() {
        assert_eq!(LogFormat::of_output(true), LogFormat::Pretty);
        assert_eq!(LogFormat::of_output(false), LogFormat::Json);
        let xterm = Some(OsStr::new("xterm-256color"));
        assert!(is_coloured(true, None, xterm));
        assert!(
            is_coloured(true, Some(OsStr::new("")), None),
            "an empty value is no wish"
        );
        assert!(!is_coloured(true, Some(OsStr::new("1")), xterm));
        assert!(!is_coloured(true, Some(OsStr::new("0")), xterm), "any value counts");
        assert!(!is_coloured(true, None, Some(OsStr::new("dumb"))));
        assert!(!is_coloured(false, None, xterm));
    }
}
