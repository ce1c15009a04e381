//! A mail as a file that every mail program opens (RFC 5322), written and read back.
//!
//! Both forms of the text are quoted-printable (RFC 2045, 6.7): readable in an editor, whatever the language. Line by
//! line, so that a text comes back with exactly the line breaks that it had; left to choose, `mail-builder` makes all
//! of them CRLF.

use domain::ports::Email;
use domain::values::{EmailAddress, Timestamp};
use encodify::{Fold, qp, rfc2047};
use mail_builder::MessageBuilder;
use mail_builder::headers::HeaderType;
use mail_builder::headers::content_type::ContentType;
use mail_builder::headers::raw::Raw;
use mail_builder::headers::text::Text;
use mail_builder::mime::{BodyPart, MimePart};

const SENDER: (&str, &str) = ("Popshop", "shop@example.test");
const SUBJECT: &str = "Subject";
const CHARSET: &str = "utf-8";

/// Why a mail cannot be written or read.
#[derive(Debug, thiserror::Error)]
pub(crate) enum EmlFault {
    #[error("the time is out of range")]
    Time(#[source] jiff::Error),
    #[error("the mail cannot be written")]
    Write(#[source] std::io::Error),
    #[error("the file is not a mail that this shop wrote")]
    NotOurs,
}

/// The file's text. `id` is unique, and makes the message id and the boundary between the parts.
pub(crate) fn write(email: &Email, id: &str, at: Timestamp) -> Result<String, EmlFault> {
    let date = jiff::Timestamp::from_millisecond(at.unix_ms()).map_err(EmlFault::Time)?;
    let parts = vec![part("text/plain", &email.text), part("text/html", &email.html)];
    let alternatives = ContentType::new("multipart/alternative").attribute("boundary", id);
    MessageBuilder::new()
        .from(SENDER)
        .to(email.to.reveal())
        .header(SUBJECT, subject(&email.subject))
        .date(date.as_second())
        .message_id(format!("{id}@example.test"))
        .body(MimePart::new(alternatives, BodyPart::Multipart(parts)))
        .write_to_string()
        .map_err(EmlFault::Write)
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
        let lines = body.strip_suffix("\r\n").unwrap_or(body).replace("\r\n", "\n");
        let text = qp::BODY.strict().decode(&lines).ok()?.into_owned();
        String::from_utf8(text).ok()
    });
    let mut body = || bodies.next().flatten().ok_or(EmlFault::NotOurs);
    let to = header("To")?.trim().trim_start_matches('<').trim_end_matches('>');
    Ok(Email {
        to: EmailAddress::parse(to).map_err(|_| EmlFault::NotOurs)?,
        subject: rfc2047::decode_text(header(SUBJECT)?.as_bytes(), rfc2047::utf8_charset).into_owned(),
        text: body()?,
        html: body()?,
    })
}

fn part<'a>(kind: &'a str, text: &str) -> MimePart<'a> {
    // No line end within a line: what is left of one is escaped.
    let lines: Vec<String> = text.split('\n').map(|line| qp::BINARY.encode(line)).collect();
    MimePart::new(
        ContentType::new(kind).attribute("charset", CHARSET),
        lines.join("\r\n") + "\r\n",
    )
    .transfer_encoding("quoted-printable")
}

/// Plain where it can be, else encoded words (RFC 2047). A line break in a subject cannot begin a new header.
fn subject(text: &str) -> HeaderType<'_> {
    let is_printable = text.bytes().all(|byte| matches!(byte, b' '..=b'~'));
    if is_printable && text.trim() == text && !text.contains("=?") {
        return Text::new(text).into();
    }
    let (mut words, mut column) = (String::new(), SUBJECT.len() + 2);
    rfc2047::B.encode_words(CHARSET, text, &mut column, Fold::HEADER, &mut words);
    Raw::new(words).into()
}

#[cfg(test)]
mod tests {
    use mail_parser::MessageParser;

    use super::*;

    fn email(subject: &str, text: &str) -> Email {
        Email {
            to: EmailAddress::parse("ann@example.test").unwrap(),
            subject: subject.to_owned(),
            text: text.to_owned(),
            html: format!("<p>{text}</p>"),
        }
    }

    /// As a mail program reads it.
    fn read_by_others(file: &str) -> Email {
        let message = MessageParser::new().parse(file).unwrap();
        // Each part ends with an empty line that is not part of the text.
        let text = |body: &str| body.strip_suffix("\r\n").unwrap().replace("\r\n", "\n");
        let to = message.to().and_then(|to| to.first()?.address()).unwrap();
        Email {
            to: EmailAddress::parse(to).unwrap(),
            subject: message.subject().unwrap_or_default().to_owned(),
            text: text(&message.body_text(0).unwrap()),
            html: text(&message.body_html(0).unwrap()),
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
            assert_eq!(read_by_others(&written), email(subject, text), "{written}");
            assert!(written.is_ascii());
            assert!(written.split("\r\n").all(|line| line.len() <= 78), "{written}");
        }
    }

    #[test]
    fn a_subject_cannot_add_a_header() {
        let at = Timestamp::from_unix_ms(0);
        let written = write(&email("Hello\r\nBcc: everybody@example.test", "x"), "0190", at).unwrap();
        assert!(!written.contains("\r\nBcc"));
        let message = MessageParser::new().parse(&written).unwrap();
        assert!(message.bcc().is_none(), "{written}");
        assert_eq!(message.headers().len(), 7, "{written}");
    }

    #[test]
    fn the_file_is_what_mail_programs_expect() {
        let at = Timestamp::from_unix_ms(1_700_000_000_000);
        let written = write(&email("Hello", "Good day, Käthe."), "0190", at).unwrap();
        let expected = [
            "From: \"Popshop\" <shop@example.test>",
            "To: <ann@example.test>",
            "Subject: Hello",
            "Date: Tue, 14 Nov 2023 22:13:20 +0000",
            "Message-ID: <0190@example.test>",
            "MIME-Version: 1.0",
            "Content-Type: multipart/alternative; boundary=\"0190\"",
            "",
            "--0190",
            "Content-Type: text/plain; charset=\"utf-8\"",
            "Content-Transfer-Encoding: quoted-printable",
            "",
            "Good day, K=C3=A4the.",
            "",
            "--0190",
            "Content-Type: text/html; charset=\"utf-8\"",
            "Content-Transfer-Encoding: quoted-printable",
            "",
            "<p>Good day, K=C3=A4the.</p>",
            "",
            "--0190--",
            "",
        ];
        assert_eq!(written, expected.join("\r\n"));
    }

    /// Written before `mail-builder` wrote them: without quotes and brackets, and with another name of the zone.
    #[test]
    fn a_file_of_an_earlier_version_is_read() {
        let file = [
            "From: Popshop <shop@example.test>",
            "To: ann@example.test",
            "Subject: =?utf-8?B?U2Now7ZuZSBHcsO8w59lIOiMtueilw==?=",
            "Date: Tue, 14 Nov 2023 22:13:20 -0000",
            "Message-ID: <0190@example.test>",
            "MIME-Version: 1.0",
            "Content-Type: multipart/alternative; boundary=\"0190\"",
            "",
            "--0190",
            "Content-Type: text/plain; charset=utf-8",
            "Content-Transfer-Encoding: quoted-printable",
            "",
            "Good day, K=C3=A4the.=0D",
            "=20",
            "",
            "--0190",
            "Content-Type: text/html; charset=utf-8",
            "Content-Transfer-Encoding: quoted-printable",
            "",
            "<p>Good=",
            " day</p>",
            "",
            "--0190--",
            "",
        ];
        let read = read(&file.join("\r\n")).unwrap();
        assert_eq!(read.subject, "Schöne Grüße 茶碗");
        assert_eq!(read.text, "Good day, Käthe.\r\n ");
        assert_eq!(read.html, "<p>Good day</p>");
    }
}
