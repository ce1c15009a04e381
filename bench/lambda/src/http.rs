//! How much of HTTP does a bench need to serve? Requests with a length, answers with a length, one connection after
//! another request by request.

use std::io::{self, BufRead, BufReader, Read, Write};

/// Of a request's line and headers together.
const HEAD_BYTES_MAX: usize = 64 * 1024;
/// A function's answer, or what it writes to a service.
const BODY_BYTES_MAX: usize = 16 * 1024 * 1024;

pub(crate) struct Request {
    pub method: String,
    pub path: String,
    /// Names in lower case.
    headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Request {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.as_str())
    }
}

pub(crate) struct Response {
    pub status: u16,
    pub headers: Vec<(&'static str, String)>,
    pub body: Vec<u8>,
}

/// Answers every request on this connection until the other side closes it.
pub(crate) fn serve(
    connection: impl Read + Write,
    mut answer: impl FnMut(Request) -> Option<Response>,
) -> io::Result<()> {
    let mut connection = BufReader::new(connection);
    while let Some(request) = read(&mut connection)? {
        let Some(response) = answer(request) else {
            return Ok(());
        };
        write(connection.get_mut(), &response)?;
    }
    Ok(())
}

/// `None` when the connection was closed between two requests.
fn read(connection: &mut BufReader<impl Read + Write>) -> io::Result<Option<Request>> {
    let mut head = Vec::new();
    loop {
        let mut line = Vec::new();
        let room = HEAD_BYTES_MAX.saturating_sub(head.len());
        connection.take(room as u64).read_until(b'\n', &mut line)?;
        if line.is_empty() && head.is_empty() {
            return Ok(None);
        }
        if !line.ends_with(b"\n") {
            return Err(io::Error::other("a request without an end, or too long"));
        }
        if line == b"\r\n" {
            break;
        }
        head.extend_from_slice(&line);
    }
    let head = String::from_utf8_lossy(&head).into_owned();
    let mut lines = head.lines();
    let mut first = lines.next().unwrap_or_default().split(' ');
    let (method, path) = (first.next().unwrap_or_default(), first.next().unwrap_or_default());
    let headers: Vec<(String, String)> = lines
        .filter_map(|line| line.split_once(':'))
        .map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned()))
        .collect();
    let mut request = Request {
        method: method.to_owned(),
        path: path.to_owned(),
        headers,
        body: Vec::new(),
    };
    if request.header("transfer-encoding").is_some() {
        return Err(io::Error::other("a body in chunks, which this server does not take"));
    }
    if request.header("expect").is_some() {
        connection.get_mut().write_all(b"HTTP/1.1 100 Continue\r\n\r\n")?;
    }
    let length = request.header("content-length").map_or(Ok(0), str::parse::<usize>);
    let length = length.map_err(io::Error::other)?;
    if length > BODY_BYTES_MAX {
        return Err(io::Error::other("a body that is too long"));
    }
    request.body.resize(length, 0);
    connection.read_exact(&mut request.body)?;
    Ok(Some(request))
}

fn write(connection: &mut impl Write, response: &Response) -> io::Result<()> {
    let mut bytes = format!(
        "HTTP/1.1 {} -\r\ncontent-length: {}\r\n",
        response.status,
        response.body.len()
    )
    .into_bytes();
    for (name, value) in &response.headers {
        write!(bytes, "{name}: {value}\r\n")?;
    }
    bytes.extend_from_slice(b"\r\n");
    bytes.extend_from_slice(&response.body);
    // In one go: two segments would be two wake-ups of whoever is measured.
    connection.write_all(&bytes)?;
    connection.flush()
}
