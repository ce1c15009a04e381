//! How is a mail written to a file that every mail program opens (RFC 5322), and read back?
//!
//! Both forms of the text are quoted-printable (RFC 2045, 6.7): readable in an editor, whatever the language.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use domain::ports::Email;
use domain::values::{EmailAddress, Timestamp};

const SENDER: &str = "Popshop <shop@example.test>";
/// Characters of a line, its soft break included (RFC 2045).
const LINE_MAX: usize = 76;
/// Bytes of text in one encoded word, which as a whole has at most 75 characters (RFC 2047).
const WORD_BYTES_MAX: usize = 42;

/// What keeps a mail from being written or read.
#[derive(Debug, thiserror::Error)]
pub(crate) enum EmlFault {
    #[error("the time is out of range")]
    Time(#[source] jiff::Error),
    #[error("the file is not a mail of ours")]
    NotOurs,
}

/// The file's text. `id` is unique, and makes the message id and the boundary between the parts.
pub(crate) fn write(email: &Email, id: &str, at: Timestamp) -> Result<String, EmlFault> {
    let date = jiff::Timestamp::from_millisecond(at.unix_ms()).map_err(EmlFault::Time)?;
    let date = jiff::fmt::rfc2822::DateTimePrinter::new()
        .timestamp_to_string(&date)
        .map_err(EmlFault::Time)?;
    let headers = [
        ("From", SENDER.to_owned()),
        ("To", email.to.reveal().to_owned()),
        ("Subject", header_text(&email.subject)),
        ("Date", date),
        ("Message-ID", format!("<{id}@example.test>")),
        ("MIME-Version", "1.0".to_owned()),
        ("Content-Type", format!("multipart/alternative; boundary=\"{id}\"")),
    ];
    let mut lines: Vec<String> = headers.iter().map(|(name, value)| format!("{name}: {value}")).collect();
    for (kind, body) in [("plain", &email.text), ("html", &email.html)] {
        lines.extend([
            String::new(),
            format!("--{id}"),
            format!("Content-Type: text/{kind}; charset=utf-8"),
            "Content-Transfer-Encoding: quoted-printable".to_owned(),
            String::new(),
            quoted_printable(body),
        ]);
    }
    lines.extend([String::new(), format!("--{id}--"), String::new()]);
    Ok(lines.join("\r\n"))
}

/// Reads what [`write`] wrote.
pub(crate) fn read(file: &str) -> Result<Email, EmlFault> {
    let (headers, _) = file.split_once("\r\n\r\n").ok_or(EmlFault::NotOurs)?;
    let unfolded = headers.replace("\r\n ", " ");
    let header = |name: &str| {
        let mut values = unfolded
            .split("\r\n")
            .filter_map(|line| line.strip_prefix(name)?.strip_prefix(": "));
        values.next().ok_or(EmlFault::NotOurs)
    };
    let boundary = header("Content-Type")?.split('"').nth(1).ok_or(EmlFault::NotOurs)?;
    let delimiter = format!("\r\n--{boundary}");
    // The headers, then the plain and the other form, each with headers of its own.
    let mut bodies = file.split(delimiter.as_str()).skip(1).map(|part| {
        let (_, body) = part.split_once("\r\n\r\n")?;
        // The empty line before a delimiter is not part of the text.
        from_quoted_printable(body.strip_suffix("\r\n").unwrap_or(body))
    });
    let mut body = || bodies.next().flatten().ok_or(EmlFault::NotOurs);
    Ok(Email {
        to: EmailAddress::parse(header("To")?).map_err(|_| EmlFault::NotOurs)?,
        subject: from_header_text(header("Subject")?).ok_or(EmlFault::NotOurs)?,
        text: body()?,
        html: body()?,
    })
}

fn quoted_printable(text: &str) -> String {
    let lines: Vec<String> = text.split('\n').map(quoted_printable_line).collect();
    lines.join("\r\n")
}

fn quoted_printable_line(line: &str) -> String {
    let mut encoded = String::with_capacity(line.len());
    let mut column = 0;
    let mut bytes = line.bytes().peekable();
    while let Some(byte) = bytes.next() {
        let is_last = bytes.peek().is_none();
        // A space at the end of a line gets lost on the way.
        let literal = matches!(byte, b'!'..=b'<' | b'>'..=b'~') || (matches!(byte, b' ' | b'\t') && !is_last);
        let token = if literal {
            char::from(byte).to_string()
        } else {
            format!("={byte:02X}")
        };
        if column + token.len() >= LINE_MAX {
            encoded.push_str("=\r\n");
            column = 0;
        }
        column += token.len();
        encoded.push_str(&token);
    }
    encoded
}

fn from_quoted_printable(text: &str) -> Option<String> {
    let joined = text.replace("=\r\n", "").replace("\r\n", "\n");
    let mut bytes = Vec::with_capacity(joined.len());
    let mut rest = joined.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        if *first == b'=' {
            let (digits, after) = after.split_at_checked(2)?;
            bytes.push(u8::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()?);
            rest = after;
        } else {
            bytes.push(*first);
            rest = after;
        }
    }
    String::from_utf8(bytes).ok()
}

/// Plain where it can be, else encoded words. A line break in a subject cannot begin a new header.
fn header_text(text: &str) -> String {
    let plain = text.len() < LINE_MAX && text.bytes().all(|byte| matches!(byte, b' '..=b'~')) && !text.contains("=?");
    if plain {
        return text.to_owned();
    }
    let mut words: Vec<String> = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        let (word, after) = rest.split_at(rest.floor_char_boundary(WORD_BYTES_MAX));
        words.push(format!("=?utf-8?B?{}?=", STANDARD.encode(word)));
        rest = after;
    }
    words.join("\r\n ")
}

fn from_header_text(text: &str) -> Option<String> {
    if !text.starts_with("=?") {
        return Some(text.to_owned());
    }
    let mut bytes = Vec::new();
    for word in text.split(' ') {
        let encoded = word.strip_prefix("=?utf-8?B?")?.strip_suffix("?=")?;
        bytes.extend(STANDARD.decode(encoded).ok()?);
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn email(subject: &str, text: &str) -> Email {
        Email {
            to: EmailAddress::parse("ann@example.test").unwrap(),
            subject: subject.to_owned(),
            text: text.to_owned(),
            html: format!("<p>{text}</p>"),
        }
    }

    #[test]
    fn a_mail_reads_back_as_it_was_written() {
        let at = Timestamp::from_unix_ms(1_700_000_000_000);
        let long = "Käse & Brot = gut; ".repeat(40);
        for (subject, text) in [
            ("Your order", "Hello\n\nall is well.\n"),
            ("Schöne Grüße 茶碗", "trailing space \n=3D\r\n\t\n.\n"),
            (long.as_str(), long.as_str()),
            ("", ""),
            ("=?utf-8?B?tricked?=", "--boundary\nFrom me"),
        ] {
            let written = write(&email(subject, text), "0190", at).unwrap();
            assert_eq!(read(&written).unwrap(), email(subject, text), "{written}");
            assert!(written.is_ascii());
            assert!(written.split("\r\n").all(|line| line.len() <= 78), "{written}");
        }
    }

    #[test]
    fn a_subject_cannot_add_a_header() {
        let at = Timestamp::from_unix_ms(0);
        let written = write(&email("Hello\r\nBcc: everybody@example.test", "x"), "0190", at).unwrap();
        assert!(!written.contains("\r\nBcc"));
    }

    #[test]
    fn the_file_is_what_mail_programs_expect() {
        let at = Timestamp::from_unix_ms(1_700_000_000_000);
        let written = write(&email("Hello", "Good day, Käthe."), "0190", at).unwrap();
        let expected = [
            "From: Popshop <shop@example.test>",
            "To: ann@example.test",
            "Subject: Hello",
            "Date: Tue, 14 Nov 2023 22:13:20 -0000",
            "Message-ID: <0190@example.test>",
            "MIME-Version: 1.0",
            "Content-Type: multipart/alternative; boundary=\"0190\"",
            "",
            "--0190",
            "Content-Type: text/plain; charset=utf-8",
            "Content-Transfer-Encoding: quoted-printable",
            "",
            "Good day, K=C3=A4the.",
            "",
            "--0190",
            "Content-Type: text/html; charset=utf-8",
            "Content-Transfer-Encoding: quoted-printable",
            "",
            "<p>Good day, K=C3=A4the.</p>",
            "",
            "--0190--",
            "",
        ];
        assert_eq!(written, expected.join("\r\n"));
    }
}
