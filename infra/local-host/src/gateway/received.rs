//! Records a request and the status of its answer in the event log. The function's own record has the bodies.

use std::time::Instant;

use axum::http::request::Parts;
use axum::response::Response;
use entry::request::CORRELATION_ID_HEADER;

use crate::event_log::invocation::milliseconds;
use crate::event_log::nodes;
use crate::event_log::record::{Record, Status};
use crate::prices;

/// A request that is not answered yet.
pub(super) struct Received {
    method: String,
    path: String,
    /// `None` until it is found.
    pub(super) route: Option<String>,
    at: Instant,
}

impl Received {
    pub(super) fn of(parts: &Parts) -> Self {
        Self {
            method: parts.method.as_str().to_owned(),
            path: parts.uri.path().to_owned(),
            route: None,
            at: Instant::now(),
        }
    }

    /// The gateway's own answers belong to no story. API Gateway charges for every request.
    pub(super) fn answered(self, response: &Response) -> Record {
        let status = response.status();
        let story = response.headers().get(CORRELATION_ID_HEADER);
        let text = format!("{} {} is answered {}", self.method, self.path, status.as_u16());
        let record = Record::new("request", text)
            .in_story(story.and_then(|story| story.to_str().ok()))
            .leaving(status.is_server_error().then_some(Status::Failed));
        let record = match self.route {
            Some(key) => record.between(nodes::route(&key), nodes::BROWSER),
            None => record.at(nodes::BROWSER),
        };
        record
            .with("method", self.method)
            .with("path", self.path)
            .with("status", status.as_u16())
            .with("duration_ms", milliseconds(self.at.elapsed()))
            .costing(prices::API_REQUEST.micro_usd)
    }
}
