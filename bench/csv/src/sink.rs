//! What do the imports write into? A server that takes every update at once, or so many per second and no more.
//!
//! It understands as much of HTTP as clients of DynamoDB speak, and does nothing with what it reads: what is measured is
//! who writes.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use crate::trouble::Trouble;

/// What is not used is granted for so long. A table keeps it for longer, which is easier to live with.
const SAVED: Duration = Duration::from_millis(100);
/// Of the record of what came.
pub(crate) const SLOT: Duration = Duration::from_millis(250);
const HEAD_LINES_MAX: usize = 64;
const BODY_BYTES_MAX: usize = 1 << 20;

const TAKEN: &str = "HTTP/1.1 200 OK\r\ncontent-type: application/x-amz-json-1.0\r\nx-amz-crc32: 2745614147\r\n\
                     content-length: 2\r\n\r\n{}";
const THROTTLED: &str = "HTTP/1.1 400 Bad Request\r\ncontent-type: application/x-amz-json-1.0\r\n\
                         content-length: 84\r\n\r\n\
                         {\"__type\":\"com.amazonaws.dynamodb.v20120810#ProvisionedThroughputExceededException\"}";

/// What came in one slot of time.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Slot {
    pub taken: u64,
    pub throttled: u64,
}

#[derive(Debug)]
struct State {
    /// None: without a limit.
    writes_per_second: Option<f64>,
    granted: f64,
    filled_at: Instant,
    began_at: Instant,
    slots: Vec<Slot>,
}

/// Listens until the process ends.
#[derive(Debug, Clone)]
pub(crate) struct Sink {
    pub address: SocketAddr,
    state: Arc<Mutex<State>>,
}

impl Sink {
    pub(crate) fn start() -> Result<Self, Trouble> {
        let listener = TcpListener::bind("127.0.0.1:0").map_err(|reason| Trouble::new("listen", reason))?;
        let address = listener.local_addr().map_err(|reason| Trouble::new("listen", reason))?;
        let sink = Self {
            address,
            state: Arc::new(Mutex::new(State::new(None))),
        };
        let accepting = sink.clone();
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let sink = accepting.clone();
                // A connection that breaks is its client's to mend.
                thread::spawn(move || sink.serve(&stream).ok());
            }
        });
        Ok(sink)
    }

    /// Forgets what came.
    pub(crate) fn limit(&self, writes_per_second: Option<f64>) {
        *self.state.lock().unwrap_or_else(PoisonError::into_inner) = State::new(writes_per_second);
    }

    pub(crate) fn slots(&self) -> Vec<Slot> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner).slots.clone()
    }

    fn serve(&self, stream: &TcpStream) -> std::io::Result<()> {
        stream.set_nodelay(true)?;
        let mut reader = BufReader::with_capacity(16 * 1024, stream);
        let mut writer = stream;
        let mut line = Vec::new();
        let mut body = Vec::new();
        loop {
            let mut length = 0;
            for number in 0..HEAD_LINES_MAX {
                line.clear();
                if reader.read_until(b'\n', &mut line)? == 0 {
                    return Ok(());
                }
                if line == b"\r\n" && number > 0 {
                    break;
                }
                if let Some(value) = content_length(&line) {
                    length = value.min(BODY_BYTES_MAX);
                }
            }
            body.resize(length, 0);
            reader.read_exact(&mut body)?;
            let answer = if self.takes() { TAKEN } else { THROTTLED };
            writer.write_all(answer.as_bytes())?;
        }
    }

    fn takes(&self) -> bool {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let now = Instant::now();
        if state.slots.is_empty() {
            // Time begins with the first call.
            (state.began_at, state.filled_at) = (now, now);
        }
        let takes = state.grants(now);
        let slot = now.duration_since(state.began_at).as_millis() / SLOT.as_millis();
        let slot = usize::try_from(slot).unwrap_or(0);
        if state.slots.len() <= slot {
            state.slots.resize(slot + 1, Slot::default());
        }
        let slot = &mut state.slots[slot];
        if takes {
            slot.taken += 1;
        } else {
            slot.throttled += 1;
        }
        takes
    }
}

impl State {
    fn new(writes_per_second: Option<f64>) -> Self {
        let now = Instant::now();
        Self {
            writes_per_second,
            granted: 0.0,
            filled_at: now,
            began_at: now,
            slots: Vec::new(),
        }
    }

    fn grants(&mut self, now: Instant) -> bool {
        let Some(rate) = self.writes_per_second else {
            return true;
        };
        let earned = now.duration_since(self.filled_at).as_secs_f64() * rate;
        self.filled_at = now;
        self.granted = (self.granted + earned).min(rate * SAVED.as_secs_f64());
        let takes = self.granted >= 1.0;
        if takes {
            self.granted -= 1.0;
        }
        takes
    }
}

fn content_length(line: &[u8]) -> Option<usize> {
    let (name, value) = std::str::from_utf8(line).ok()?.split_once(':')?;
    name.eq_ignore_ascii_case("content-length")
        .then(|| value.trim().parse().ok())?
}
