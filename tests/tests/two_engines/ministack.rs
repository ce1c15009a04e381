//! Runs a case on `MiniStack`: deploys the state machines, with functions that get their answers from the test.

use std::collections::BTreeMap;
use std::io::{Cursor, Write as _};
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use tests::api::Cloud;
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use crate::case::{Case, Deviation, Ended, Run, comparable_input, input};
use crate::files::{FILES, File};
use crate::steps::Steps;

/// The deployed code. It starts the program at its build location, because the local cloud runs functions on this
/// machine.
const BOOTSTRAP: &[u8] = b"#!/bin/sh\nexec \"$STEP_PROGRAM\"\n";
const STEP_PROGRAM: &str = env!("CARGO_BIN_EXE_scripted-step");
/// Longer than the silence of any step, so that the state times out and not its function.
const FUNCTION_TIMEOUT_SECONDS: u32 = 60;
/// The longest execution waits three minutes between its retries, if the local cloud does not shorten them.
const ENDS_WITHIN: Duration = Duration::from_mins(5);
const POLL_EVERY: Duration = Duration::from_millis(50);
/// The largest page of a history.
const HISTORY_PAGE: u32 = 1_000;

pub(crate) struct MiniStack {
    cloud: Cloud,
    steps: Steps,
    functions: Vec<String>,
    /// By the name of the file, and whether it is rewritten.
    machines: BTreeMap<(&'static str, bool), String>,
}

impl MiniStack {
    pub(crate) fn deploy(cases: &[Arc<Case>]) -> Self {
        let cloud = Cloud::of_environment();
        let steps = Steps::serve(cases);
        let started = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis();
        let prefix = format!("two-engines-{started:x}");
        let role = cloud.create_role(&prefix);
        let mut arns = BTreeMap::new();
        for step in FILES.iter().flat_map(File::steps) {
            arns.entry(step.function).or_insert_with_key(|name| {
                let created = cloud.create_function(&function(&prefix, name, &steps.url, &role));
                created["FunctionArn"].as_str().unwrap().to_owned()
            });
        }
        let mut machines = BTreeMap::new();
        for file in FILES {
            for (rewritten, definition) in [(true, file.rewritten()), (false, file.definition())] {
                let machine = json!({
                    "name": format!("{prefix}-{}-{rewritten}", file.name),
                    "definition": substituted(&file, &definition, &arns),
                    "roleArn": role,
                });
                let created = cloud.states("CreateStateMachine", &machine);
                let arn = created["stateMachineArn"].as_str().unwrap().to_owned();
                machines.insert((file.name, rewritten), arn);
            }
        }
        Self {
            cloud,
            steps,
            functions: arns.into_values().collect(),
            machines,
        }
    }

    pub(crate) fn run(&self, number: usize, case: &Case) -> Run {
        let rewritten = !matches!(case.deviation, Some(Deviation::OutputIgnored));
        let execution = json!({
            "stateMachineArn": self.machines[&(case.file.name, rewritten)],
            "name": format!("case-{number}"),
            "input": input(number).to_string(),
        });
        let started = self.cloud.states("StartExecution", &execution);
        let arn = started["executionArn"].as_str().unwrap();
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let ended = self.ended(case, arn);
        let ended = match ended["status"].as_str().unwrap() {
            "SUCCEEDED" => Ended::Succeeded {
                output: serde_json::from_str(&text(&ended["output"])).unwrap(),
            },
            "FAILED" => Ended::failed(&text(&ended["error"]), &text(&ended["cause"])),
            other => panic!("{} ended {other}", case.name),
        };
        let mut run = Run {
            ended,
            entered: self.entered(arn),
            lanes: BTreeMap::new(),
        };
        for (step, input) in self.steps.calls(number) {
            run.called(&step, input);
        }
        run
    }

    fn ended(&self, case: &Case, arn: &str) -> Value {
        let started = Instant::now();
        loop {
            let execution = self.cloud.states("DescribeExecution", &json!({ "executionArn": arn }));
            if execution["status"] != "RUNNING" {
                return execution;
            }
            assert!(started.elapsed() < ENDS_WITHIN, "{} did not end", case.name);
            std::thread::sleep(POLL_EVERY);
        }
    }

    fn entered(&self, arn: &str) -> Vec<(String, Value)> {
        let request = json!({ "executionArn": arn, "maxResults": HISTORY_PAGE });
        let history = self.cloud.states("GetExecutionHistory", &request);
        assert!(history["nextToken"].is_null(), "the history does not fit one page");
        let events = history["events"].as_array().unwrap().iter();
        let details = events.filter_map(|event| event.get("stateEnteredEventDetails"));
        details
            .map(|entered| {
                let input = serde_json::from_str(entered["input"].as_str().unwrap()).unwrap();
                (entered["name"].as_str().unwrap().to_owned(), comparable_input(input))
            })
            .collect()
    }
}

/// Deletes the functions, which ends their processes.
impl Drop for MiniStack {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            for function in &self.functions {
                self.cloud.delete_function(function);
            }
        }
    }
}

fn function(prefix: &str, function: &str, test_url: &str, role: &str) -> Value {
    json!({
        "FunctionName": format!("{prefix}-{function}"),
        "Runtime": "provided.al2023",
        "Handler": "bootstrap",
        "Role": role,
        "Timeout": FUNCTION_TIMEOUT_SECONDS,
        "Code": { "ZipFile": STANDARD.encode(package()) },
        "Environment": {
            "Variables": { "STEP_PROGRAM": STEP_PROGRAM, "STEP_URL": format!("{test_url}/{function}") },
        },
    })
}

/// A deployment package with only the bootstrap file.
fn package() -> Vec<u8> {
    let mut package = ZipWriter::new(Cursor::new(Vec::new()));
    package.start_file("bootstrap", SimpleFileOptions::default()).unwrap();
    package.write_all(BOOTSTRAP).unwrap();
    package.finish().unwrap().into_inner()
}

fn substituted(file: &File, definition: &Value, arns: &BTreeMap<String, String>) -> String {
    let mut text = definition.to_string();
    for (placeholder, arn) in file.substitutions(|function| arns[function].clone()) {
        text = text.replace(&format!("${{{placeholder}}}"), &arn);
    }
    text
}
