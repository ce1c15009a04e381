//! Runs a function's real binary in a test, with a Runtime API like Lambda's.
//!
//! The interface: <https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html>.

use std::io::{BufRead as _, BufReader, Read};
use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, OnceLock};
use std::thread::JoinHandle;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use axum::Router;
use axum::extract::{Path as Segment, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use function_tests::privacy;
use serde_json::Value;
use tokio::net::TcpListener;
use tokio::runtime::Runtime;
use tokio::sync::Mutex;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

use crate::repository;

/// The timeout for the start of a process on a busy machine.
const START_TIMEOUT: Duration = Duration::from_secs(30);
/// The timeout of an invocation.
const INVOCATION_TIMEOUT: Duration = Duration::from_secs(10);
/// The time that an invocation has, as the function sees it: more than the longest record of any batch needs.
const INVOCATION_DEADLINE: Duration = Duration::from_secs(30);

/// The response of a function, or its error in the form `{"errorType": …, "errorMessage": …}`.
pub type Answer = Result<Value, Value>;

/// The ids in a partial batch response.
pub fn failed_ids(answer: &Value) -> Vec<&str> {
    let failures = answer["batchItemFailures"].as_array().unwrap().iter();
    failures
        .map(|failure| failure["itemIdentifier"].as_str().unwrap())
        .collect()
}

/// A running function. When it ends, the test fails if its log contains private data.
pub struct Lambda {
    process: Child,
    /// Its output, which is its log on Lambda.
    printed: Option<Printed>,
    events: UnboundedSender<(Value, Option<String>)>,
    /// In a mutex, so that threads can share the function.
    answers: std::sync::Mutex<Receiver<Answer>>,
    /// Serves the Runtime API until the test ends.
    _runtime: Runtime,
}

/// A function that ended before it asked for its first event.
#[derive(Debug)]
pub struct InitFailed {
    pub status: ExitStatus,
    pub output: String,
}

/// Standard output and standard error.
struct Printed([JoinHandle<Vec<String>>; 2]);

impl Printed {
    fn of(process: &mut Child) -> Self {
        let (output, error) = (process.stdout.take().unwrap(), process.stderr.take().unwrap());
        Self([listening(output), listening(error)])
    }

    /// All lines, after the process has ended.
    fn lines(self) -> Vec<String> {
        self.0.into_iter().flat_map(|stream| stream.join().unwrap()).collect()
    }
}

/// Reads the output continuously: a full pipe would block the function.
fn listening(stream: impl Read + Send + 'static) -> JoinHandle<Vec<String>> {
    std::thread::spawn(move || BufReader::new(stream).lines().map_while(Result::ok).collect())
}

struct RuntimeApi {
    asked: Sender<()>,
    events: Mutex<UnboundedReceiver<(Value, Option<String>)>>,
    answers: Sender<Answer>,
}

impl Lambda {
    /// Starts `function` with only these variables and those of Lambda.
    pub fn start(function: &str, variables: &[(String, String)]) -> Result<Self, InitFailed> {
        let (asked, is_up) = channel();
        let (events, pending) = unbounded_channel();
        let (answer, answers) = channel();
        let api = RuntimeApi {
            asked,
            events: Mutex::new(pending),
            answers: answer,
        };
        let runtime = Runtime::new().unwrap();
        let address = runtime.block_on(serve(api));
        let mut process = Command::new(binary(function))
            .env_clear()
            .env("AWS_LAMBDA_RUNTIME_API", address)
            .env("AWS_LAMBDA_FUNCTION_NAME", function)
            .env("AWS_LAMBDA_FUNCTION_VERSION", "1")
            .env("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "256")
            .env("AWS_LAMBDA_LOG_GROUP_NAME", "test")
            .env("AWS_LAMBDA_LOG_STREAM_NAME", "test")
            .envs(variables.iter().map(|(name, value)| (name, value)))
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let printed = Printed::of(&mut process);
        let started = Instant::now();
        loop {
            if is_up.recv_timeout(Duration::from_millis(20)).is_ok() {
                return Ok(Self {
                    process,
                    printed: Some(printed),
                    events,
                    answers: answers.into(),
                    _runtime: runtime,
                });
            }
            if let Some(status) = process.try_wait().unwrap() {
                let lines = printed.lines();
                privacy::assert_no_private_data(function, lines.iter().map(String::as_str));
                let output = lines.join("\n");
                return Err(InitFailed { status, output });
            }
            assert!(started.elapsed() < START_TIMEOUT, "{function} neither starts nor ends");
        }
    }

    /// Sends an event, and waits for the answer.
    pub fn invoke(&self, event: &Value) -> Answer {
        self.invoke_in(None, event)
    }

    /// Like [`Lambda::invoke`], but with a trace header.
    pub fn invoke_in(&self, trace_header: Option<&str>, event: &Value) -> Answer {
        self.events
            .send((event.clone(), trace_header.map(str::to_owned)))
            .unwrap();
        let answer = self
            .answers
            .lock()
            .unwrap()
            .recv_timeout(INVOCATION_TIMEOUT + START_TIMEOUT);
        answer.expect("the function answers")
    }

    pub fn process_id(&self) -> u32 {
        self.process.id()
    }

    /// Ends the function, and returns its log lines.
    pub fn log(mut self) -> Vec<Value> {
        let lines = self.end();
        lines.iter().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    fn end(&mut self) -> Vec<String> {
        // The process may have ended already.
        self.process.kill().ok();
        self.process.wait().ok();
        let lines = self.printed.take().map(Printed::lines).unwrap_or_default();
        privacy::assert_no_private_data("a function", lines.iter().map(String::as_str));
        lines
    }
}

impl Drop for Lambda {
    fn drop(&mut self) {
        self.end();
    }
}

async fn serve(api: RuntimeApi) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let router = Router::new()
        .route("/2018-06-01/runtime/invocation/next", get(next))
        .route("/2018-06-01/runtime/invocation/{id}/response", post(response))
        .route("/2018-06-01/runtime/invocation/{id}/error", post(error))
        .with_state(Arc::new(api));
    tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    address
}

async fn next(State(api): State<Arc<RuntimeApi>>) -> Response {
    // After the end of the test no event comes any more.
    api.asked.send(()).ok();
    let Some((event, trace_header)) = api.events.lock().await.recv().await else {
        return std::future::pending().await;
    };
    let deadline = SystemTime::now().duration_since(UNIX_EPOCH).unwrap() + INVOCATION_DEADLINE;
    let mut headers = HeaderMap::new();
    let fixed = [
        (
            "lambda-runtime-aws-request-id",
            "8476a536-e9f4-11e8-9739-2dfe598c3fcd".to_owned(),
        ),
        ("lambda-runtime-deadline-ms", deadline.as_millis().to_string()),
        (
            "lambda-runtime-invoked-function-arn",
            "arn:aws:lambda:eu-central-1:123456789012:function:test:live".to_owned(),
        ),
    ];
    let trace = trace_header.map(|header| ("lambda-runtime-trace-id", header));
    for (name, value) in fixed.into_iter().chain(trace) {
        headers.insert(name, value.parse().unwrap());
    }
    (headers, event.to_string()).into_response()
}

async fn response(State(api): State<Arc<RuntimeApi>>, Segment(_): Segment<String>, body: String) -> StatusCode {
    api.answers.send(Ok(serde_json::from_str(&body).unwrap())).unwrap();
    StatusCode::ACCEPTED
}

async fn error(State(api): State<Arc<RuntimeApi>>, Segment(_): Segment<String>, body: String) -> StatusCode {
    api.answers.send(Err(serde_json::from_str(&body).unwrap())).unwrap();
    StatusCode::ACCEPTED
}

/// The binary of a function. Builds all functions once per test run, unless `FUNCTIONS_DIR` is the folder of their
/// binaries.
fn binary(function: &str) -> PathBuf {
    static FOLDER: OnceLock<PathBuf> = OnceLock::new();
    let folder = FOLDER.get_or_init(|| {
        if let Some(folder) = std::env::var_os("FUNCTIONS_DIR") {
            return folder.into();
        }
        repository::built(&functions()).parent().unwrap().to_owned()
    });
    folder.join(function)
}

/// The crate names of all functions.
pub fn functions() -> Vec<String> {
    repository::names_in("functions")
}
