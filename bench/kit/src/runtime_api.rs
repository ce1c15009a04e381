//! A Lambda Runtime API for one process: delivers one event at a time, and reports when the process asks for the next.
//!
//! The interface: <https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html>.

use std::net::{TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crate::http::{self, Request, Response};
use crate::trouble::Trouble;

/// The longest time until a process asks for an event. Python needs a second, and a process under valgrind ten.
const START_TIMEOUT: Duration = Duration::from_mins(1);
/// A sampled trace, so that the cost of tracing is measured.
const TRACE: &str = "Root=1-6ae6c1a0-3f5e8c2b7d9a4e6f1b2c3d4e;Parent=53995c3f42cd8ad8;Sampled=1";

/// A call of the process to the Runtime API.
enum Call {
    NextEvent,
    Answer(Vec<u8>),
}

/// The Runtime API of one process.
pub struct RuntimeApi {
    pub address: String,
    events: Sender<Vec<u8>>,
    calls: Receiver<Call>,
    timeout: Duration,
}

/// The state that all connections share.
struct Shared {
    events: Mutex<Receiver<Vec<u8>>>,
    calls: Sender<Call>,
    timeout: Duration,
}

impl RuntimeApi {
    /// Listens on a free port. Every invocation gets this timeout.
    pub fn start(timeout: Duration) -> Result<Self, Trouble> {
        let trouble = |reason| Trouble::new("runtime API", reason);
        let listener = TcpListener::bind("127.0.0.1:0").map_err(trouble)?;
        let address = listener.local_addr().map_err(trouble)?.to_string();
        let (events, pending) = channel();
        let (sender, calls) = channel();
        let shared = Arc::new(Shared {
            events: Mutex::new(pending),
            calls: sender,
            timeout,
        });
        thread::spawn(move || {
            for connection in listener.incoming().flatten() {
                let shared = Arc::clone(&shared);
                // A broken connection means that the process ended; the caller detects this by its timeout.
                thread::spawn(move || serve(connection, &shared).unwrap_or_default());
            }
        });
        Ok(Self {
            address,
            events,
            calls,
            timeout,
        })
    }

    /// Waits until the process asks for its next event.
    pub fn until_asked(&self) -> Result<(), Trouble> {
        match self.calls.recv_timeout(START_TIMEOUT) {
            Ok(Call::NextEvent) => Ok(()),
            Ok(Call::Answer(_)) => Err(Trouble::new(
                "runtime API",
                "the process sent an answer without an event",
            )),
            Err(reason) => Err(Trouble::new("runtime API", reason)),
        }
    }

    /// Delivers an event, and returns the answer to it.
    pub fn invoke(&self, event: &[u8]) -> Result<Vec<u8>, Trouble> {
        let gone = |_| Trouble::new("runtime API", "the process has ended");
        self.events.send(event.to_vec()).map_err(gone)?;
        match self.calls.recv_timeout(self.timeout) {
            Ok(Call::Answer(answer)) => Ok(answer),
            Ok(Call::NextEvent) => Err(Trouble::new(
                "runtime API",
                "the process asked for the next event without answering this one",
            )),
            Err(reason) => Err(Trouble::new("runtime API", reason)),
        }
    }
}

fn serve(connection: TcpStream, shared: &Shared) -> std::io::Result<()> {
    connection.set_nodelay(true)?;
    http::serve(connection, |request| {
        if request.path().ends_with("/next") {
            return next(shared);
        }
        answered(shared, request)
    })
}

fn next(shared: &Shared) -> Option<Response> {
    shared.calls.send(Call::NextEvent).ok()?;
    let event = shared.events.lock().ok()?.recv().ok()?;
    let deadline = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default() + shared.timeout;
    let headers = vec![
        ("content-type", "application/json".to_owned()),
        (
            "lambda-runtime-aws-request-id",
            "8476a536-e9f4-11e8-9739-2dfe598c3fcd".to_owned(),
        ),
        ("lambda-runtime-deadline-ms", deadline.as_millis().to_string()),
        (
            "lambda-runtime-invoked-function-arn",
            "arn:aws:lambda:eu-central-1:123456789012:function:bench:live".to_owned(),
        ),
        ("lambda-runtime-trace-id", TRACE.to_owned()),
    ];
    Some(Response::made(200, headers, event))
}

fn answered(shared: &Shared, request: &Request<'_>) -> Option<Response> {
    shared.calls.send(Call::Answer(request.body.to_vec())).ok()?;
    Some(Response::made(202, Vec::new(), "{\"status\":\"OK\"}"))
}
