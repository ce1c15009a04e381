//! Serves the contents of tables, queues and buckets. Development only: it shows what no caller of the API may see.

use std::sync::Arc;
use std::time::Duration;

use adapter_embedded::inspection;
use adapter_embedded::{buckets, links::LocalThumbnailLinks};
use axum::Router;
use axum::extract::{Path, RawQuery, State};
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::{get, post};
use domain::catalog::ports::ThumbnailLinks as _;
use domain::ports::PortFailure;
use serde_json::{Value, json};

use crate::answers::{answer, answer_with, limit};
use crate::event_log::{bounded, nodes};
use crate::events::clock::{now_ms, rfc3339};
use crate::events::{EventPlane, record_redriven};
use crate::events::{dead_letters, queue};
use crate::ports::NamedBucket;
use crate::state::HostState;

/// Items, messages or objects that are shown unless the caller asks for another number.
const SHOWN: usize = 50;
/// How long links to objects are good for: as long as somebody looks at the page.
const LINK_LIVES: Duration = Duration::from_hours(1);

pub(crate) struct Views {
    pub(crate) shop: Arc<HostState>,
    pub(crate) events: Arc<EventPlane>,
}

type Shared = State<Arc<Views>>;

pub(crate) fn router(views: Views) -> Router {
    Router::new()
        .route("/dev/tables", get(tables))
        .route("/dev/tables/{name}", get(table))
        .route("/dev/queues/{name}", get(messages))
        .route("/dev/queues/{name}/redrive", post(redrive))
        .route("/dev/buckets/{name}", get(objects))
        .with_state(Arc::new(views))
}

async fn tables(State(views): Shared) -> Response {
    let counted = views.shop.database.read("count items", inspection::counts).await;
    answer(counted.map(|counts| {
        let tables = counts
            .iter()
            .map(|(name, items)| json!({ "name": name, "items": items }));
        json!({ "tables": tables.collect::<Value>() })
    }))
}

async fn table(State(views): Shared, Path(name): Path<String>, RawQuery(query): RawQuery) -> Response {
    let limit = match limit(query.as_deref(), SHOWN) {
        Ok(limit) => limit,
        Err(refusal) => return *refusal,
    };
    let Some(table) = inspection::table(&name) else {
        return unknown("table", &name, &inspection::names().collect::<Vec<_>>());
    };
    let rows = views.shop.database.read("list items", move |connection| {
        inspection::newest(connection, table, limit)
    });
    answer(rows.await.map(|rows| {
        let items = rows.into_iter().map(|row| bounded::shown(&Value::Object(row)));
        json!({ "items": items.collect::<Value>() })
    }))
}

async fn messages(State(views): Shared, Path(name): Path<String>, RawQuery(query): RawQuery) -> Response {
    let limit = match limit(query.as_deref(), SHOWN) {
        Ok(limit) => limit,
        Err(refusal) => return *refusal,
    };
    let Some(queue) = views.queue(&name) else {
        return unknown("queue", &name, &views.queues());
    };
    let found = views.shop.database.read("list messages", move |connection| {
        queue::newest(connection, &queue, limit)
    });
    answer(found.await.map(|messages| {
        let messages = messages.iter().map(|message| {
            json!({
                "id": message.id,
                "attempts": message.receive_count,
                "sent_at": rfc3339(message.sent_at_ms),
                "visible_at": rfc3339(message.visible_at_ms),
                "body": bounded::shown_body(&message.body),
            })
        });
        json!({ "messages": messages.collect::<Value>() })
    }))
}

/// Puts every dead letter of a queue back to where it failed. Those that cannot go back are counted and stay.
async fn redrive(State(views): Shared, Path(name): Path<String>) -> Response {
    let Some(queue) = views.queue(&name) else {
        return unknown("queue", &name, &views.queues());
    };
    let (deployment, dead_letter_queue) = (Arc::clone(&views.events.deployment), queue.clone());
    let redriven = views.shop.database.call("redrive dead letters", move |connection| {
        let (mut redriven, mut left) = (Vec::new(), 0_usize);
        for id in queue::ids(connection, &dead_letter_queue)? {
            match dead_letters::redrive(connection, &deployment, &id, now_ms())? {
                Ok(()) => redriven.push(id),
                Err(_) => left += 1,
            }
        }
        Ok((redriven, left))
    });
    answer(redriven.await.map(|(redriven, left)| {
        for message in &redriven {
            record_redriven(&views.events.log, Some(&queue), message);
        }
        json!({ "redriven": redriven.len(), "left": left })
    }))
}

async fn objects(State(views): Shared, Path(name): Path<String>, RawQuery(query): RawQuery) -> Response {
    let limit = match limit(query.as_deref(), SHOWN) {
        Ok(limit) => limit,
        Err(refusal) => return *refusal,
    };
    let bucket = match name.as_str() {
        "uploads" => &views.shop.uploads,
        "thumbnails" => &views.shop.thumbnails,
        _ => return unknown("bucket", &name, &["uploads", "thumbnails"]),
    };
    answer(views.objects_in(bucket, limit).await)
}

impl Views {
    async fn objects_in(&self, bucket: &NamedBucket, limit: usize) -> Result<Value, PortFailure> {
        let name = bucket.name.clone();
        let newest = self.shop.database.read("list objects", move |connection| {
            buckets::newest(connection, &name, limit)
        });
        let links = LocalThumbnailLinks {
            signer: Arc::clone(&self.shop.links),
            bucket: bucket.name.clone(),
        };
        let expires_at = self.shop.clock.now().plus(LINK_LIVES);
        let mut objects = Vec::new();
        for (key, bytes) in newest.await? {
            let url = links.link(&key, expires_at).await?;
            objects.push(json!({ "key": key, "bytes": bytes, "url": url }));
        }
        Ok(json!({ "objects": objects }))
    }

    fn queues(&self) -> Vec<&str> {
        self.events.deployment.queues.keys().map(String::as_str).collect()
    }

    /// The logical id of a queue that is given by it, or by its name in the map.
    fn queue(&self, name: &str) -> Option<String> {
        let mut queues = self.events.deployment.queues.keys();
        let found = queues.find(|logical_id| *logical_id == name || nodes::short(logical_id, "Queue") == name);
        found.cloned()
    }
}

fn unknown(kind: &str, name: &str, existing: &[&str]) -> Response {
    let message = format!("there is no {kind} {name}; there are {}", existing.join(", "));
    answer_with(StatusCode::NOT_FOUND, &json!({ "message": message }))
}
