//! A server in the test that answers for the steps on `MiniStack`: every deployed function calls it.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::routing::post;
use serde_json::Value;
use tokio::net::TcpListener;
use tokio::runtime::Runtime;

use crate::case::{Attempt, Case, failure, order_id, outcome};
use crate::files::Step;

/// Longer than the `TimeoutSeconds` of every state.
const SILENCE: Duration = Duration::from_secs(17);

pub(crate) struct Steps {
    pub(crate) url: String,
    played: Arc<Mutex<BTreeMap<String, Played>>>,
    /// Serves until the test ends.
    _runtime: Runtime,
}

/// The progress of a case.
struct Played {
    case: Arc<Case>,
    steps: Vec<Step>,
    calls: Vec<(Step, Value)>,
}

type Shared = Arc<Mutex<BTreeMap<String, Played>>>;

impl Steps {
    pub(crate) fn serve(cases: &[Arc<Case>]) -> Self {
        let played = cases.iter().enumerate().map(|(number, case)| {
            let played = Played {
                case: Arc::clone(case),
                steps: case.file.steps(),
                calls: Vec::new(),
            };
            (order_id(number), played)
        });
        let played: Shared = Arc::new(Mutex::new(played.collect()));
        let router = Router::new()
            .route("/{function}", post(step))
            .with_state(Arc::clone(&played));
        let runtime = Runtime::new().unwrap();
        let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        runtime.spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self {
            url,
            played,
            _runtime: runtime,
        }
    }

    /// Every attempt of a case, in the order of their starts.
    pub(crate) fn calls(&self, number: usize) -> Vec<(Step, Value)> {
        self.played.lock().unwrap()[&order_id(number)].calls.clone()
    }
}

async fn step(State(shared): State<Shared>, Path(function): Path<String>, event: String) -> (StatusCode, String) {
    let event: Value = serde_json::from_str(&event).unwrap();
    let (step, attempt) = {
        let mut shared = shared.lock().unwrap();
        let played = shared.get_mut(event["order_id"].as_str().unwrap()).unwrap();
        let is_called = |step: &&Step| step.function == function && step.notice == event["notice"];
        let step = played.steps.iter().find(is_called).unwrap().clone();
        let made = played.calls.iter().filter(|(made, _)| made.state == step.state).count();
        let attempt = played.case.attempt(&step.state, made);
        played.calls.push((step.clone(), event));
        (step, attempt)
    };
    match attempt {
        Attempt::Done => {}
        Attempt::Silent => tokio::time::sleep(SILENCE).await,
        Attempt::Fails(error) => return (StatusCode::INTERNAL_SERVER_ERROR, failure(error).to_string()),
    }
    (StatusCode::OK, outcome(&step).to_string())
}
