//! How much of HTTP does a bench need to serve? Requests with a length, answers with a length, one connection after
//! another request by request. Cheaply: who is measured shares the machine with this.

use std::fs::File;
use std::io::{self, Read, Write};
use std::os::unix::fs::FileExt as _;
use std::sync::Arc;

use serde_json::Value;

/// Of a request's line and headers together.
const HEAD_BYTES_MAX: usize = 64 * 1024;
/// A function's answer, or what it writes to a service.
const BODY_BYTES_MAX: usize = 16 * 1024 * 1024;
/// Of a file, read and sent at a time.
const CHUNK_BYTES: usize = 256 * 1024;
const HEAD_END: &[u8] = b"\r\n\r\n";

/// A request in the bytes that it was read into.
pub struct Request<'a> {
    /// The first line and the headers.
    head: &'a str,
    pub body: &'a [u8],
}

impl<'a> Request<'a> {
    pub fn method(&self) -> &'a str {
        self.head.split(' ').next().unwrap_or_default()
    }

    /// With its query.
    pub fn path(&self) -> &'a str {
        self.head.split(' ').nth(1).unwrap_or_default()
    }

    pub fn header(&self, name: &str) -> Option<&'a str> {
        let mut lines = self.head.split("\r\n").skip(1);
        lines.find_map(|line| {
            let value = line.get(name.len()..)?.strip_prefix(':')?;
            line[..name.len()].eq_ignore_ascii_case(name).then(|| value.trim())
        })
    }
}

pub enum Response {
    /// All of it as it is sent, for an answer that is given again and again.
    Ready(&'static str),
    Made {
        status: u16,
        headers: Vec<(&'static str, String)>,
        body: Body,
    },
}

impl Response {
    pub fn made(status: u16, headers: Vec<(&'static str, String)>, body: impl Into<Vec<u8>>) -> Self {
        Self::Made {
            status,
            headers,
            body: Body::Bytes(body.into()),
        }
    }

    /// As services with a JSON protocol answer.
    pub fn json(answer: &Value) -> Self {
        let headers = vec![
            ("content-type", "application/x-amz-json-1.0".to_owned()),
            ("x-amzn-requestid", "request-of-the-sink".to_owned()),
        ];
        Self::made(200, headers, answer.to_string())
    }

    /// As S3 answers.
    pub fn xml(status: u16, text: &str) -> Self {
        let headers = vec![("content-type", "application/xml".to_owned())];
        Self::made(status, headers, format!("<?xml version=\"1.0\"?>{text}"))
    }
}

pub enum Body {
    Bytes(Vec<u8>),
    /// These bytes of a file, the last one excluded.
    File {
        file: Arc<File>,
        begin: u64,
        end: u64,
    },
}

/// Answers every request on this connection until the other side closes it.
pub fn serve(
    mut connection: impl Read + Write,
    mut answer: impl FnMut(&Request<'_>) -> Option<Response>,
) -> io::Result<()> {
    let mut arrived = Arrived::default();
    let mut output = Vec::new();
    while let Some((head, body)) = arrived.request(&mut connection)? {
        let request = Request {
            head: std::str::from_utf8(&arrived.bytes[..head]).map_err(io::Error::other)?,
            body: &arrived.bytes[head + HEAD_END.len()..][..body],
        };
        let Some(response) = answer(&request) else {
            return Ok(());
        };
        arrived.forget(head + HEAD_END.len() + body);
        match response {
            Response::Ready(text) => connection.write_all(text.as_bytes())?,
            Response::Made { status, headers, body } => write(&mut connection, &mut output, status, &headers, body)?,
        }
        connection.flush()?;
    }
    Ok(())
}

/// What has come over a connection, from the beginning of a request on.
#[derive(Default)]
struct Arrived {
    bytes: Vec<u8>,
    filled: usize,
}

impl Arrived {
    /// Reads until a request is whole: where its head ends, and how long its body is. `None` when the connection was closed
    /// between two requests.
    fn request(&mut self, connection: &mut (impl Read + Write)) -> io::Result<Option<(usize, usize)>> {
        let mut searched = 0;
        let head = loop {
            let from = searched;
            let found = self.bytes[from..self.filled]
                .windows(HEAD_END.len())
                .position(|window| window == HEAD_END);
            if let Some(place) = found {
                break from + place;
            }
            searched = self.filled.saturating_sub(HEAD_END.len() - 1);
            if self.filled > HEAD_BYTES_MAX {
                return Err(io::Error::other("the head of a request is too long"));
            }
            if !self.read(connection, self.filled + 1)? {
                return match self.filled {
                    0 => Ok(None),
                    _ => Err(io::Error::other("a request without an end")),
                };
            }
        };
        let text = std::str::from_utf8(&self.bytes[..head]).map_err(io::Error::other)?;
        let request = Request { head: text, body: &[] };
        if request.header("transfer-encoding").is_some() {
            return Err(io::Error::other("a body in chunks, which this server does not take"));
        }
        let is_waiting = request.header("expect").is_some();
        let body = request.header("content-length").map_or(Ok(0), str::parse::<usize>);
        let body = body.map_err(io::Error::other)?;
        if body > BODY_BYTES_MAX {
            return Err(io::Error::other("a body that is too long"));
        }
        let whole = head + HEAD_END.len() + body;
        if is_waiting && self.filled < whole {
            connection.write_all(b"HTTP/1.1 100 Continue\r\n\r\n")?;
            connection.flush()?;
        }
        while self.filled < whole {
            if !self.read(connection, whole)? {
                return Err(io::Error::other("a body without an end"));
            }
        }
        Ok(Some((head, body)))
    }

    /// Reads once, with room for so many bytes and some more. `false` at the end.
    fn read(&mut self, connection: &mut impl Read, wanted: usize) -> io::Result<bool> {
        const ROOM: usize = 16 * 1024;
        if self.bytes.len() < wanted.max(ROOM) {
            self.bytes.resize(wanted.max(ROOM) + ROOM, 0);
        }
        let bytes = connection.read(&mut self.bytes[self.filled..])?;
        self.filled += bytes;
        Ok(bytes > 0)
    }

    fn forget(&mut self, bytes: usize) {
        self.bytes.copy_within(bytes..self.filled, 0);
        self.filled -= bytes;
    }
}

fn write(
    connection: &mut impl Write,
    output: &mut Vec<u8>,
    status: u16,
    headers: &[(&'static str, String)],
    body: Body,
) -> io::Result<()> {
    let length = match &body {
        Body::Bytes(bytes) => bytes.len() as u64,
        Body::File { begin, end, .. } => end - begin,
    };
    output.clear();
    write!(output, "HTTP/1.1 {status} -\r\ncontent-length: {length}\r\n")?;
    for (name, value) in headers {
        write!(output, "{name}: {value}\r\n")?;
    }
    output.extend_from_slice(b"\r\n");
    match body {
        Body::Bytes(bytes) => {
            output.extend_from_slice(&bytes);
            // In one go: two segments would be two wake-ups of whoever is measured.
            connection.write_all(output)
        }
        Body::File { file, mut begin, end } => {
            connection.write_all(output)?;
            output.resize(CHUNK_BYTES, 0);
            while begin < end {
                let wanted = usize::try_from(end - begin).unwrap_or(usize::MAX).min(CHUNK_BYTES);
                let bytes = file.read_at(&mut output[..wanted], begin)?;
                if bytes == 0 {
                    return Err(io::Error::other("the file is shorter than it was"));
                }
                connection.write_all(&output[..bytes])?;
                begin += bytes as u64;
            }
            Ok(())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Gives its input in small pieces, and keeps what is written.
    struct Connection<'a> {
        input: &'a [u8],
        output: Vec<u8>,
    }

    impl Read for Connection<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            let piece = self.input.len().min(buffer.len()).min(7);
            self.input.split_off(..piece).unwrap().read(buffer)
        }
    }

    impl Write for Connection<'_> {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.output.extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn requests_are_answered_one_by_one_however_they_are_cut() {
        let input = b"POST /a?b=c HTTP/1.1\r\nContent-Length: 5\r\nX-Amz-Target: T.Op\r\n\r\nhello\
                      GET /d HTTP/1.1\r\nhost: h\r\n\r\n";
        let mut connection = Connection {
            input,
            output: Vec::new(),
        };
        let mut seen = Vec::new();
        serve(&mut connection, |request| {
            let target = request.header("x-amz-target").map(str::to_owned);
            let said = [request.method(), request.path()].map(str::to_owned);
            seen.push((said, target, request.body.to_vec()));
            Some(Response::Ready("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n"))
        })
        .unwrap();
        let said = |method: &str, path: &str| [method.to_owned(), path.to_owned()];
        let expected = [
            (said("POST", "/a?b=c"), Some("T.Op".to_owned()), b"hello".to_vec()),
            (said("GET", "/d"), None, Vec::new()),
        ];
        assert_eq!(seen, expected);
    }

    #[test]
    fn a_request_that_breaks_off_is_an_error() {
        let mut connection = Connection {
            input: b"POST / HTTP/1.1\r\ncontent-length: 9\r\n\r\nhello",
            output: Vec::new(),
        };
        assert!(serve(&mut connection, |_| None).is_err());
    }
}
