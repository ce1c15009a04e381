//! Runs a handler for one HTTP request, and always returns an HTTP response: failures and panics become problems.

use std::future::Future;
use std::pin::pin;
use std::time::Instant;

use events::api_event::ApiEvent;
use events::invocation::{Invocation, Reply};
use events::json_fault;
use serde_json::Value;
use telemetry::context::invocation_span;
use telemetry::metric::Metric;
use telemetry::metrics::count;
use telemetry::observation::{Observation, observed};
use tracing::Instrument as _;

use crate::elapsed::elapsed_ms;
use crate::panics::catching_future;
use crate::problem::Problem;
use crate::request::{CORRELATION_ID_HEADER, HttpRequest, correlation_id_of, undecodable};
use crate::response::HttpResponse;

/// Serves one event of an API Gateway HTTP API (payload format 2.0).
///
/// Always answers: a problem, a panic and an event that cannot be read become `application/problem+json`, so that the
/// caller never gets the gateway's bare 500. Adds `X-Correlation-Id` to every response, and `Cache-Control: no-store`
/// to problems and to responses for callers with a token.
pub async fn http<F, Fut>(invocation: Invocation, handler: F) -> Reply
where
    F: FnOnce(HttpRequest) -> Fut,
    Fut: Future<Output = Result<HttpResponse, Problem>>,
{
    let started = Instant::now();
    let Invocation { event, context } = invocation;
    let event = event.read::<ApiEvent>();
    let readable = event.as_ref().ok();
    let correlation_id = correlation_id_of(readable.map(|event| &event.headers), &context);
    let route = readable.and_then(|event| event.route_key.clone()).unwrap_or_default();
    let personal = readable.is_some_and(|event| {
        event.headers.get("authorization").is_some() || event.request_context.authorizer.is_some()
    });
    let span = invocation_span(&context, Some(&correlation_id));
    let observation = Observation::of(&context);
    let work = pin!(async move {
        // Also covers reading the request and calling the handler: either may panic before it returns a future.
        let outcome = catching_future(async {
            let event = event.map_err(|fault| undecodable(&format!("http event: {}", json_fault::describe(&fault))))?;
            let request = HttpRequest::of(event, &context, correlation_id.clone())?;
            sendable(handler(request).await?)
        });
        let outcome = outcome.await.unwrap_or_else(|panicked| {
            let cause = format!("panic at {}: {}", panicked.location, panicked.message);
            Err(Problem::internal_because(cause))
        });
        log_end(&outcome, &route, elapsed_ms(started));
        if outcome
            .as_ref()
            .map_or_else(|problem| problem.status, |response| response.status)
            >= 500
        {
            count(Metric::Faults);
        }
        Ok(answer(outcome, personal, &correlation_id))
    });
    observed(observation, work).instrument(span).await
}

fn sendable(response: HttpResponse) -> Result<HttpResponse, Problem> {
    match response.malformed_header() {
        Some(name) => Err(Problem::internal_because(format!(
            "the response has a malformed header {name:?}"
        ))),
        None => Ok(response),
    }
}

fn answer(outcome: Result<HttpResponse, Problem>, personal: bool, correlation_id: &str) -> Value {
    let no_store = personal || outcome.is_err();
    let mut response = outcome.unwrap_or_else(|problem| HttpResponse::from(&problem));
    if no_store && !response.has_header("Cache-Control") {
        response = response.header("Cache-Control", "no-store");
    }
    response
        .header(CORRELATION_ID_HEADER, correlation_id)
        .into_gateway_json()
}

fn log_end(outcome: &Result<HttpResponse, Problem>, route: &str, duration_ms: u64) {
    let problem = match outcome {
        Ok(response) => {
            let status = response.status;
            tracing::info!(outcome = "ok", status, route, duration_ms, "invocation ended");
            return;
        }
        Err(problem) => problem,
    };
    let (outcome, status) = (problem.slug, problem.status);
    if status >= 500 {
        let error = problem.cause.as_deref();
        tracing::error!(outcome, status, route, error, duration_ms, "invocation ended");
    } else {
        tracing::info!(outcome, status, route, duration_ms, "invocation ended");
    }
}
