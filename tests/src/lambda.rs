//! How does a test run a function's real binary? Under a Runtime API of its own, as Lambda does.
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

/// Nothing here waits for a network; a busy machine may be slow to start a process.
const PATIENCE: Duration = Duration::from_secs(30);
/// What a function has for one invocation.
const INVOCATION_TIMEOUT: Duration = Duration::from_secs(10);

/// What a function answered: the response, or Lambda's `{"errorType": …, "errorMessage": …}`.
pub type Answer = Result<Value, Value>;

/// The items of a batch that its function answered as failed.
pub fn failed_ids(answer: &Value) -> Vec<&str> {
    let failures = answer["batchItemFailures"].as_array().unwrap().iter();
    failures
        .map(|failure| failure["itemIdentifier"].as_str().unwrap())
        .collect()
}

/// A function that has come up and asks for events. Ending it fails the test if it has told what nobody may read in a log.
pub struct Lambda {
    process: Child,
    /// What it prints, which all becomes its log on Lambda.
    printed: Option<Printed>,
    events: UnboundedSender<(Value, Option<String>)>,
    /// Behind a lock, so that several functions can be invoked at once.
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

    /// Once the process has ended.
    fn lines(self) -> Vec<String> {
        self.0.into_iter().flat_map(|stream| stream.join().unwrap()).collect()
    }
}

/// Taken as it comes: a full pipe would hold the function up.
fn listening(stream: impl Read + Send + 'static) -> JoinHandle<Vec<String>> {
    std::thread::spawn(move || BufReader::new(stream).lines().map_while(Result::ok).collect())
}

struct RuntimeApi {
    asked: Sender<()>,
    events: Mutex<UnboundedReceiver<(Value, Option<String>)>>,
    answers: Sender<Answer>,
}

impl Lambda {
    /// Starts `function` with these variables and no others but Lambda's own.
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
            assert!(started.elapsed() < PATIENCE, "{function} neither comes up nor ends");
        }
    }

    /// Sends an event and waits for what becomes of it.
    pub fn invoke(&self, event: &Value) -> Answer {
        self.invoke_in(None, event)
    }

    /// The same as part of a trace: with the header that Lambda would send along.
    pub fn invoke_in(&self, trace_header: Option<&str>, event: &Value) -> Answer {
        self.events
            .send((event.clone(), trace_header.map(str::to_owned)))
            .unwrap();
        let answer = self.answers.lock().unwrap().recv_timeout(INVOCATION_TIMEOUT + PATIENCE);
        answer.expect("the function answers")
    }

    pub fn process_id(&self) -> u32 {
        self.process.id()
    }

    /// Ends the function, and tells what it has logged.
    pub fn log(mut self) -> Vec<Value> {
        let lines = self.end();
        lines.iter().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    fn end(&mut self) -> Vec<String> {
        // Killing a process that has ended by itself is no fault of the test.
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
    // Who asks again after the test has ended hears nothing any more.
    api.asked.send(()).ok();
    let Some((event, trace_header)) = api.events.lock().await.recv().await else {
        return std::future::pending().await;
    };
    let deadline = SystemTime::now().duration_since(UNIX_EPOCH).unwrap() + INVOCATION_TIMEOUT;
    let mut headers = HeaderMap::new();
    let known = [
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
    for (name, value) in known.into_iter().chain(trace) {
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

/// Builds the binaries of all functions once per test run, and finds one of them; in the folder that `FUNCTIONS_DIR`
/// names, if somebody has built them already.
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

/// Every function there is, by its crate's name.
pub fn functions() -> Vec<String> {
    repository::names_in("functions")
}
