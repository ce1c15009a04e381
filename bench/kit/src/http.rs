//! A minimal HTTP/1.1 server for benchmarks: requests and responses with a content length, one at a time per
//! connection.
//!
//! It is cheap, because the measured processes run on the same machine.

use std::fs::File;
use std::io::{self, Read, Write};
use std::os::unix::fs::FileExt as _;
use std::sync::Arc;

use serde_json::Value;

/// Bytes of the request line and headers, at most.
const HEAD_BYTES_MAX: usize = 64 * 1024;
/// Bytes of a request body, at most: a function's answer, or data for a service.
const BODY_BYTES_MAX: usize = 16 * 1024 * 1024;
/// Bytes of a file that are read and sent at once.
const CHUNK_BYTES: usize = 256 * 1024;
const HEAD_END: &[u8] = b"\r\n\r\n";

/// A request, borrowed from the buffer that it was read into.
pub struct Request<'a> {
    /// The request line and the headers.
    head: &'a str,
    pub body: &'a [u8],
}

impl<'a> Request<'a> {
    pub fn method(&self) -> &'a str {
        self.head.split(' ').next().unwrap_or_default()
    }

    /// The path with its query.
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
    /// A complete response, for answers that are sent many times.
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

    /// A response in the JSON protocol of AWS.
    pub fn json(answer: &Value) -> Self {
        let headers = vec![
            ("content-type", "application/x-amz-json-1.0".to_owned()),
            ("x-amzn-requestid", "request-of-the-sink".to_owned()),
        ];
        Self::made(200, headers, answer.to_string())
    }

    /// A response of S3.
    pub fn xml(status: u16, text: &str) -> Self {
        let headers = vec![("content-type", "application/xml".to_owned())];
        Self::made(status, headers, format!("<?xml version=\"1.0\"?>{text}"))
    }
}

pub enum Body {
    Bytes(Vec<u8>),
    /// A range of a file; `end` is exclusive.
    File {
        file: Arc<File>,
        begin: u64,
        end: u64,
    },
}

/// Answers every request on this connection until the client closes it.
pub fn serve(
    mut connection: impl Read + Write,
    mut answer: impl FnMut(&Request<'_>) -> Option<Response>,
) -> io::Result<()> {
    let mut buffer = RequestBuffer::default();
    let mut output = Vec::new();
    while let Some((head, body)) = buffer.request(&mut connection)? {
        let request = Request {
            head: std::str::from_utf8(&buffer.bytes[..head]).map_err(io::Error::other)?,
            body: &buffer.bytes[head + HEAD_END.len()..][..body],
        };
        let Some(response) = answer(&request) else {
            return Ok(());
        };
        buffer.discard(head + HEAD_END.len() + body);
        match response {
            Response::Ready(text) => connection.write_all(text.as_bytes())?,
            Response::Made { status, headers, body } => write(&mut connection, &mut output, status, &headers, body)?,
        }
        connection.flush()?;
    }
    Ok(())
}

/// The buffer of a connection. It starts at the beginning of a request.
#[derive(Default)]
struct RequestBuffer {
    bytes: Vec<u8>,
    filled: usize,
}

impl RequestBuffer {
    /// Reads a whole request. Returns the end of its head and the length of its body, or `None` if the connection was
    /// closed between two requests.
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
                return Err(io::Error::other("the head of the request is too long"));
            }
            if !self.read(connection, self.filled + 1)? {
                return match self.filled {
                    0 => Ok(None),
                    _ => Err(io::Error::other("the connection closed inside the head of a request")),
                };
            }
        };
        let text = std::str::from_utf8(&self.bytes[..head]).map_err(io::Error::other)?;
        let request = Request { head: text, body: &[] };
        if request.header("transfer-encoding").is_some() {
            return Err(io::Error::other("this server does not accept chunked bodies"));
        }
        let is_waiting = request.header("expect").is_some();
        let body = request.header("content-length").map_or(Ok(0), str::parse::<usize>);
        let body = body.map_err(io::Error::other)?;
        if body > BODY_BYTES_MAX {
            return Err(io::Error::other("the body of the request is too long"));
        }
        let whole = head + HEAD_END.len() + body;
        if is_waiting && self.filled < whole {
            connection.write_all(b"HTTP/1.1 100 Continue\r\n\r\n")?;
            connection.flush()?;
        }
        while self.filled < whole {
            if !self.read(connection, whole)? {
                return Err(io::Error::other("the connection closed inside the body of a request"));
            }
        }
        Ok(Some((head, body)))
    }

    /// Reads once, with space for at least `wanted` bytes in total. Returns `false` at the end of the connection.
    fn read(&mut self, connection: &mut impl Read, wanted: usize) -> io::Result<bool> {
        const SPARE_BYTES: usize = 16 * 1024;
        if self.bytes.len() < wanted.max(SPARE_BYTES) {
            self.bytes.resize(wanted.max(SPARE_BYTES) + SPARE_BYTES, 0);
        }
        let bytes = connection.read(&mut self.bytes[self.filled..])?;
        self.filled += bytes;
        Ok(bytes > 0)
    }

    /// Removes the request that was answered.
    fn discard(&mut self, bytes: usize) {
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
            // One write: two segments would wake the measured process twice.
            connection.write_all(output)
        }
        Body::File { file, mut begin, end } => {
            connection.write_all(output)?;
            output.resize(CHUNK_BYTES, 0);
            while begin < end {
                let wanted = usize::try_from(end - begin).unwrap_or(usize::MAX).min(CHUNK_BYTES);
                let bytes = file.read_at(&mut output[..wanted], begin)?;
                if bytes == 0 {
                    return Err(io::Error::other("the file became shorter"));
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

    /// Returns its input in small pieces, and keeps its output.
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
    fn requests_are_answered_one_by_one_in_pieces_of_any_size() {
        let input = b"POST /a?b=c HTTP/1.1\r\nContent-Length: 5\r\nX-Amz-Target: T.Op\r\n\r\nhello\
                      GET /d HTTP/1.1\r\nhost: h\r\n\r\n";
        let mut connection = Connection {
            input,
            output: Vec::new(),
        };
        let mut requests = Vec::new();
        serve(&mut connection, |request| {
            let target = request.header("x-amz-target").map(str::to_owned);
            let line = [request.method(), request.path()].map(str::to_owned);
            requests.push((line, target, request.body.to_vec()));
            Some(Response::Ready("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n"))
        })
        .unwrap();
        let line = |method: &str, path: &str| [method.to_owned(), path.to_owned()];
        let expected = [
            (line("POST", "/a?b=c"), Some("T.Op".to_owned()), b"hello".to_vec()),
            (line("GET", "/d"), None, Vec::new()),
        ];
        assert_eq!(requests, expected);
    }

    #[test]
    fn an_incomplete_request_is_an_error() {
        let mut connection = Connection {
            input: b"POST / HTTP/1.1\r\ncontent-length: 9\r\n\r\nhello",
            output: Vec::new(),
        };
        assert!(serve(&mut connection, |_| None).is_err());
    }
}
