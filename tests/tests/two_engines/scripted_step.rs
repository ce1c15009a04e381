//! The program of every function in this test: forwards each event to the test, and returns the test's answer.
//!
//! The interface: <https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html>.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a panic ends the step, and fails the test that waits for it"
)]

use std::env::var;

fn main() {
    let test = var("STEP_URL").unwrap();
    let runtime = format!(
        "http://{}/2018-06-01/runtime/invocation",
        var("AWS_LAMBDA_RUNTIME_API").unwrap()
    );
    let config = ureq::Agent::config_builder()
        .http_status_as_error(false)
        .proxy(None)
        .build();
    let agent = ureq::Agent::from(config);
    loop {
        let mut event = agent.get(format!("{runtime}/next")).call().unwrap();
        if !event.status().is_success() {
            // The environment is shutting down.
            return;
        }
        let id = event.headers()["Lambda-Runtime-Aws-Request-Id"]
            .to_str()
            .unwrap()
            .to_owned();
        let mut answer = agent.post(&test).send(event.body_mut().read_to_vec().unwrap()).unwrap();
        let kind = if answer.status().is_success() {
            "response"
        } else {
            "error"
        };
        agent
            .post(format!("{runtime}/{id}/{kind}"))
            .send(answer.body_mut().read_to_vec().unwrap())
            .unwrap();
    }
}
