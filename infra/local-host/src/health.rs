//! Says whether the host can do its work: write, and read what it wrote.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use adapter_embedded::private_files;
use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::get;
use domain::ports::PortFailure;
use serde_json::json;
use telemetry::error_chain::error_chain;
use tokio::io::AsyncWriteExt as _;
use tokio::sync::Mutex;

use crate::answers::answer_with;
use crate::state::HostState;

/// Reading every page of a large database takes a while: that none is damaged is believed for so long.
const INTEGRITY_VALID_FOR: Duration = Duration::from_secs(10);
/// In the data folder, for moments.
const PROBE_FILE: &str = ".health-probe";
/// More than a file system may have left within the blocks of its files.
const PROBE_BYTES: usize = 64 * 1024;

struct Health {
    shop: Arc<HostState>,
    /// When the databases were found intact. Held during a check, so that many callers cause one.
    intact_at: Mutex<Option<Instant>>,
}

pub(crate) fn router(shop: Arc<HostState>) -> Router {
    let health = Health {
        shop,
        intact_at: Mutex::new(None),
    };
    Router::new()
        .route("/healthz", get(health_of))
        .with_state(Arc::new(health))
}

async fn health_of(State(health): State<Arc<Health>>) -> Response {
    let faults = health.faults().await;
    if faults.is_empty() {
        return answer_with(StatusCode::OK, &json!({ "status": "ok" }));
    }
    for fault in &faults {
        tracing::error!(error = fault, "the host is not healthy");
    }
    answer_with(
        StatusCode::SERVICE_UNAVAILABLE,
        &json!({ "status": "failing", "faults": faults }),
    )
}

impl Health {
    async fn faults(&self) -> Vec<String> {
        let mut intact_at = self.intact_at.lock().await;
        let shop = &self.shop;
        let mut outcomes = vec![
            shop.database.check_writable().await,
            shop.gateway.check_writable().await,
        ];
        if let Some(folder) = &shop.folder {
            outcomes.push(write_probe(folder.join(PROBE_FILE)).await);
        }
        if intact_at.is_none_or(|at| at.elapsed() >= INTEGRITY_VALID_FOR) {
            let checks = [
                shop.database.check_integrity().await,
                shop.gateway.check_integrity().await,
            ];
            *intact_at = checks.iter().all(Result::is_ok).then(Instant::now);
            outcomes.extend(checks);
        }
        let failures = outcomes.into_iter().filter_map(Result::err);
        failures.map(|failure| error_chain(&failure)).collect()
    }
}

/// Finds a disk that is full or cannot be written.
async fn write_probe(path: PathBuf) -> Result<(), PortFailure> {
    let written = write_and_remove(&path).await;
    written.map_err(|error| PortFailure::transient("write to the data folder", error))
}

async fn write_and_remove(path: &Path) -> std::io::Result<()> {
    if tokio::fs::try_exists(path).await? {
        // Of a process that died meanwhile.
        tokio::fs::remove_file(path).await?;
    }
    let mut file = private_files::create_new(path).await?;
    let written = async {
        file.write_all(&vec![0; PROBE_BYTES]).await?;
        file.flush().await?;
        file.sync_data().await
    };
    let written = written.await;
    tokio::fs::remove_file(path).await?;
    written
}
