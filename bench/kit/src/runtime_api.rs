//! How does a process get its events? From a Runtime API that hands out one at a time and tells when it is asked for one.
//!
//! The interface: <https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html>.

use std::net::{TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crate::http::{self, Request, Response};
use crate::trouble::Trouble;

/// Until a process has come up: Python takes a second, valgrind ten; what takes longer hangs.
const PATIENCE: Duration = Duration::from_mins(1);
/// Sampled: what a trace costs counts.
const TRACE: &str = "Root=1-6ae6c1a0-3f5e8c2b7d9a4e6f1b2c3d4e;Parent=53995c3f42cd8ad8;Sampled=1";

/// What the process does between events.
enum Told {
    AsksForAnEvent,
    Answered(Vec<u8>),
}

pub struct RuntimeApi {
    pub address: String,
    events: Sender<Vec<u8>>,
    told: Receiver<Told>,
    timeout: Duration,
}

/// What the connections share.
struct Shared {
    events: Mutex<Receiver<Vec<u8>>>,
    tell: Sender<Told>,
    timeout: Duration,
}

impl RuntimeApi {
    /// Each invocation is told that it has so much time.
    pub fn start(timeout: Duration) -> Result<Self, Trouble> {
        let trouble = |reason| Trouble::new("runtime API", reason);
        let listener = TcpListener::bind("127.0.0.1:0").map_err(trouble)?;
        let address = listener.local_addr().map_err(trouble)?.to_string();
        let (events, pending) = channel();
        let (tell, told) = channel();
        let shared = Arc::new(Shared {
            events: Mutex::new(pending),
            tell,
            timeout,
        });
        thread::spawn(move || {
            for connection in listener.incoming().flatten() {
                let shared = Arc::clone(&shared);
                // A connection that breaks is the end of the process, which is found out elsewhere.
                thread::spawn(move || serve(connection, &shared).unwrap_or_default());
            }
        });
        Ok(Self {
            address,
            events,
            told,
            timeout,
        })
    }

    /// Returns when the process asks for its next event.
    pub fn until_asked(&self) -> Result<(), Trouble> {
        match self.told.recv_timeout(PATIENCE) {
            Ok(Told::AsksForAnEvent) => Ok(()),
            Ok(Told::Answered(_)) => Err(Trouble::new("runtime API", "an answer to nothing")),
            Err(reason) => Err(Trouble::new("runtime API", reason)),
        }
    }

    /// Hands out an event; the answer to it.
    pub fn invoke(&self, event: &[u8]) -> Result<Vec<u8>, Trouble> {
        let gone = |_| Trouble::new("runtime API", "nobody there any more");
        self.events.send(event.to_vec()).map_err(gone)?;
        match self.told.recv_timeout(self.timeout) {
            Ok(Told::Answered(answer)) => Ok(answer),
            Ok(Told::AsksForAnEvent) => Err(Trouble::new("runtime API", "the event was left without an answer")),
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
    shared.tell.send(Told::AsksForAnEvent).ok()?;
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
    shared.tell.send(Told::Answered(request.body.to_vec())).ok()?;
    Some(Response::made(202, Vec::new(), "{\"status\":\"OK\"}"))
}
