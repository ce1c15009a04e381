//! Serves read-only views of the machinery, for the console and for tests. They exist on the local host only.

use std::sync::Arc;

use adapter_embedded::executions::{self, Execution};
use adapter_embedded::mail::{Outbox, SentEmail};
use axum::Router;
use axum::extract::{Path, RawQuery, State};
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::get;
use domain::orders::order::Order;
use domain::values::Timestamp;
use serde_json::{Value, json};
use wire::order::OrderJson;

use crate::answers::{answer, answer_with, limit};
use crate::counted::Counted;
use crate::event_log::stories::MadeBy;
use crate::events::EventPlane;
use crate::events::clock::rfc3339;
use crate::invoker::Invoker;
use crate::map;
use crate::prices;
use crate::state::HostState;
use crate::template::Deployment;
use crate::workflows::Machines;
use crate::workflows::journal::{self, ExecutionKey};

const EMAILS_SHOWN: usize = 100;
const EXECUTIONS_SHOWN: usize = 100;
const ORDERS_SHOWN: usize = 100;
const STORIES_SHOWN: usize = 50;

pub(crate) struct Machinery {
    pub(crate) shop: Arc<HostState>,
    pub(crate) events: Arc<EventPlane>,
    pub(crate) invoker: Arc<Invoker>,
    pub(crate) machines: Machines,
    pub(crate) counted: Arc<Counted>,
    pub(crate) deployment: Arc<Deployment>,
}

type Shared = State<Arc<Machinery>>;

pub(crate) fn router(machinery: Machinery) -> Router {
    Router::new()
        .route("/dev/emails", get(emails))
        .route("/dev/invocations", get(invocations))
        .route("/dev/environments", get(environments))
        .route("/dev/executions", get(executions))
        .route("/dev/orders", get(orders))
        .route("/dev/queues", get(queues))
        .route("/dev/metrics", get(metrics))
        .route(
            "/dev/map",
            get(async |State(machinery): Shared| answer(Ok(map::to_json(&machinery.deployment)))),
        )
        .route("/dev/prices", get(async || answer(Ok(prices::to_json()))))
        .route("/dev/state-machines", get(state_machines))
        .route("/dev/stories", get(stories))
        .route("/dev/stories/{story}", get(story))
        .with_state(Arc::new(machinery))
}

async fn emails(State(machinery): Shared) -> Response {
    let outbox = machinery.shop.mailer.newest(EMAILS_SHOWN).await;
    answer(outbox.map(|Outbox { emails, unreadable }| {
        json!({ "emails": emails.iter().map(email).collect::<Value>(), "unreadable": unreadable })
    }))
}

fn email(sent: &SentEmail) -> Value {
    json!({
        "to": sent.email.to.reveal(),
        "subject": sent.email.subject,
        "text": sent.email.text,
        "html": sent.email.html,
        "at": time(sent.at),
    })
}

async fn invocations(State(machinery): Shared) -> Response {
    answer(Ok(json!({ "invocations": machinery.invoker.log().to_json() })))
}

async fn environments(State(machinery): Shared) -> Response {
    answer(Ok(machinery.invoker.environments()))
}

async fn metrics(State(machinery): Shared) -> Response {
    answer(Ok(json!({ "metrics": machinery.counted.to_json() })))
}

async fn executions(State(machinery): Shared) -> Response {
    let recent = machinery.shop.database.read("list executions", |connection| {
        let executions = executions::recent(connection, EXECUTIONS_SHOWN)?;
        let with_states = executions.into_iter().map(|execution| {
            let states = journal::states(connection, &ExecutionKey::of(&execution))?;
            Ok((execution, states))
        });
        with_states.collect::<rusqlite::Result<Vec<_>>>()
    });
    let recent = recent.await.map(|executions| {
        let shown = executions
            .iter()
            .map(|(execution, states)| shown_execution(&machinery.machines, execution, states));
        json!({ "executions": shown.collect::<Value>() })
    });
    answer(recent)
}

fn shown_execution(machines: &Machines, execution: &Execution, states: &[String]) -> Value {
    let arn = machines.arn(execution.workflow);
    json!({
        "arn": arn.execution(&execution.name),
        "state_machine": arn.name,
        "name": execution.name,
        "status": execution.status.as_str(),
        "states": states,
        "error": execution.error,
        "cause": execution.cause,
        "started_at": rfc3339(execution.started_at_ms),
        "ended_at": execution.ended_at_ms.map(rfc3339),
    })
}

async fn orders(State(machinery): Shared) -> Response {
    let recent = machinery
        .shop
        .database
        .read("list recent orders", |connection| {
            adapter_embedded::orders::recent(connection, ORDERS_SHOWN)
        })
        .await;
    answer(recent.map(|orders| json!({ "orders": orders.iter().map(order).collect::<Value>() })))
}

fn order(order: &Order) -> Value {
    let mut shown = json!(OrderJson::from(order));
    shown["customer"] = json!(order.customer.as_str());
    shown["correlation_id"] = json!(order.correlation_id.as_str());
    shown
}

async fn queues(State(machinery): Shared) -> Response {
    let depths = machinery.events.queue_depths().await;
    answer(depths.map(|depths| {
        let shown = depths
            .iter()
            .map(|(name, depth)| json!({ "name": name, "depth": depth }));
        json!({ "queues": shown.collect::<Value>() })
    }))
}

async fn state_machines(State(machinery): Shared) -> Response {
    answer(Ok(json!({ "machines": map::machines(&machinery.deployment) })))
}

async fn stories(State(machinery): Shared, RawQuery(query): RawQuery) -> Response {
    let limit = match limit(query.as_deref(), STORIES_SHOWN) {
        Ok(limit) => limit,
        Err(refusal) => return *refusal,
    };
    answer(Ok(machinery.events.log.stories(limit)))
}

async fn story(State(machinery): Shared, Path(story): Path<String>) -> Response {
    let file = machinery
        .events
        .log
        .export(&story, MadeBy::LocalHost, &machinery.deployment);
    match file {
        Some(file) => answer(Ok(file)),
        None => answer_with(
            StatusCode::NOT_FOUND,
            &json!({ "message": format!("the event log has no story {story}") }),
        ),
    }
}

fn time(at: Timestamp) -> String {
    rfc3339(at.unix_ms())
}
