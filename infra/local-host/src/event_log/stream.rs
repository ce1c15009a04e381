//! `GET /dev/events`: the event log as server-sent events.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::{RawQuery, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use futures_util::{Stream, stream};
use serde_json::json;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};

use super::{EventLog, Tip};
use crate::answers::{answer_with, parameter};

/// Streams at once: some pages and tools of one person. Each holds a connection.
const STREAMS_MAX: usize = 16;
/// Seconds after which a refused reader may try again.
const RETRY_AFTER_SECONDS: HeaderValue = HeaderValue::from_static("5");
/// Records that a new reader gets of the past.
const REPLAYED: usize = 200;
/// Records that are read from the log at a time.
const PAGE: usize = 200;
/// How often an idle stream sends a comment, so that no proxy takes it for dead.
const HEARTBEAT: Duration = Duration::from_secs(15);
const LAST_EVENT_ID: HeaderName = HeaderName::from_static("last-event-id");

#[derive(Clone)]
struct Streams {
    log: Arc<EventLog>,
    places: Arc<Semaphore>,
}

pub(crate) fn router(log: Arc<EventLog>) -> Router {
    Router::new().route("/dev/events", get(events)).with_state(Streams {
        log,
        places: Arc::new(Semaphore::new(STREAMS_MAX)),
    })
}

async fn events(State(streams): State<Streams>, RawQuery(query): RawQuery, headers: HeaderMap) -> Response {
    let given = match headers.get(LAST_EVENT_ID) {
        Some(id) => Some(id.to_str().unwrap_or_default()),
        None => parameter(query.as_deref(), "after"),
    };
    let last_id = match given.map(str::parse::<u64>) {
        None => streams.log.before_newest(REPLAYED),
        Some(Ok(id)) => id,
        Some(Err(_)) => {
            let message = "Last-Event-ID and after are the id of a record: a whole number, 0 or more";
            return answer_with(StatusCode::BAD_REQUEST, &json!({ "message": message }));
        }
    };
    let Ok(place) = Arc::clone(&streams.places).try_acquire_owned() else {
        let message = format!("{STREAMS_MAX} streams of events are open; close a page of the console");
        let mut refusal = answer_with(StatusCode::TOO_MANY_REQUESTS, &json!({ "message": message }));
        refusal.headers_mut().insert(header::RETRY_AFTER, RETRY_AFTER_SECONDS);
        return refusal;
    };
    let reader = Reader {
        tips: streams.log.readers(),
        log: streams.log,
        last_id,
        waiting: Vec::new().into_iter(),
        _place: place,
    };
    let heartbeat = KeepAlive::new().interval(HEARTBEAT);
    let mut response = Sse::new(messages(reader)).keep_alive(heartbeat).into_response();
    let no_store = HeaderValue::from_static("no-store");
    response.headers_mut().insert(header::CACHE_CONTROL, no_store);
    response
}

/// One open stream.
struct Reader {
    log: Arc<EventLog>,
    tips: watch::Receiver<Tip>,
    last_id: u64,
    /// Messages that were read from the log and not sent yet.
    waiting: std::vec::IntoIter<Event>,
    _place: OwnedSemaphorePermit,
}

fn messages(reader: Reader) -> impl Stream<Item = Result<Event, Infallible>> {
    stream::unfold(reader, |mut reader| async move {
        let event = reader.next().await?;
        Some((Ok(event), reader))
    })
}

impl Reader {
    /// `None` when the host stops.
    async fn next(&mut self) -> Option<Event> {
        loop {
            if let Some(event) = self.waiting.next() {
                return Some(event);
            }
            // Looked at before the log is read: a record in between is not missed.
            let is_closed = self.tips.borrow_and_update().is_closed;
            self.read();
            if self.waiting.len() > 0 {
                continue;
            }
            if is_closed {
                return None;
            }
            self.tips.changed().await.ok()?;
        }
    }

    fn read(&mut self) {
        let page = self.log.after(self.last_id, PAGE);
        let mut events = Vec::with_capacity(page.records.len() + 1);
        if page.has_gap {
            let dropped = json!({ "kind": "gap", "text": "Older records were dropped" });
            events.push(Event::default().data(dropped.to_string()));
        }
        for (id, json) in page.records {
            self.last_id = id;
            events.push(Event::default().id(id.to_string()).data(json));
        }
        self.waiting = events.into_iter();
    }
}
