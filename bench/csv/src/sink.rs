//! The table that imports write into: it accepts every row at once, or a limited number per second.
//!
//! It only recognises that a request writes a row: the writers are measured, not the table.

use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use bench_kit::http::{Request, Response};
use bench_kit::server;
use bench_kit::trouble::Trouble;
use rustls::ServerConfig;

use crate::cloud::Cloud;

/// The table that all of them write into.
pub(crate) const PRODUCTS: &str = "products";
/// Unused writes are granted for so long. A real table keeps them for longer, which is easier for a writer.
const SAVED: Duration = Duration::from_millis(100);
/// Of the record of what came.
pub(crate) const SLOT: Duration = Duration::from_millis(250);

const UPDATE: &str = "DynamoDB_20120810.UpdateItem";
/// In JSON, with a space before it or without.
const QUOTED_PRODUCTS: &[u8] = br#""products""#;
/// The table's name stands at the beginning of a request.
const BEGINNING_BYTES: usize = 40;
/// With the checksum that DynamoDB sends, which some clients look at.
const TAKEN: &str = "HTTP/1.1 200 OK\r\ncontent-type: application/x-amz-json-1.0\r\nx-amz-crc32: 2745614147\r\n\
                     content-length: 2\r\n\r\n{}";
const THROTTLED: &str = "HTTP/1.1 400 Bad Request\r\ncontent-type: application/x-amz-json-1.0\r\n\
                         content-length: 84\r\n\r\n\
                         {\"__type\":\"com.amazonaws.dynamodb.v20120810#ProvisionedThroughputExceededException\"}";

/// The requests of one slot of time.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Slot {
    pub taken: u64,
    pub throttled: u64,
}

#[derive(Debug)]
struct Table {
    /// `None`: without a limit.
    writes_per_second: Option<f64>,
    granted: f64,
    filled_at: Instant,
    began_at: Instant,
    slots: Vec<Slot>,
}

/// Listens until the process ends.
#[derive(Clone)]
pub(crate) struct Sink {
    /// For `AWS_ENDPOINT_URL`.
    pub url: String,
    table: Arc<Mutex<Table>>,
    cloud: Arc<Mutex<Cloud>>,
}

impl Sink {
    pub(crate) fn start(tls: Option<Arc<ServerConfig>>) -> Result<Self, Trouble> {
        let table = Arc::new(Mutex::new(Table::new(None)));
        let cloud = Arc::new(Mutex::new(Cloud::default()));
        let (answering, keeping) = (Arc::clone(&table), Arc::clone(&cloud));
        let url = server::start(tls, move |request| {
            Some(if is_row(request) {
                Response::Ready(if held(&answering).takes() { TAKEN } else { THROTTLED })
            } else {
                held(&keeping).answer(request)
            })
        })?;
        Ok(Self { url, table, cloud })
    }

    /// Forgets earlier requests, and serves this file from now on.
    pub(crate) fn begin(&self, file: &Path, writes_per_second: Option<f64>) -> Result<(), Trouble> {
        *held(&self.cloud) = Cloud::with(file)?;
        *held(&self.table) = Table::new(writes_per_second);
        Ok(())
    }

    pub(crate) fn slots(&self) -> Vec<Slot> {
        held(&self.table).slots.clone()
    }

    pub(crate) fn rows_taken(&self) -> u64 {
        held(&self.table).slots.iter().map(|slot| slot.taken).sum()
    }
}

fn held<T>(shared: &Mutex<T>) -> MutexGuard<'_, T> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}

fn is_row(request: &Request<'_>) -> bool {
    let beginning = request.body.get(..BEGINNING_BYTES).unwrap_or_default();
    request.header("x-amz-target") == Some(UPDATE)
        && beginning
            .windows(QUOTED_PRODUCTS.len())
            .any(|window| window == QUOTED_PRODUCTS)
}

impl Table {
    fn new(writes_per_second: Option<f64>) -> Self {
        let now = Instant::now();
        Self {
            writes_per_second,
            // Unused so far.
            granted: writes_per_second.unwrap_or(0.0) * SAVED.as_secs_f64(),
            filled_at: now,
            began_at: now,
            slots: Vec::new(),
        }
    }

    fn takes(&mut self) -> bool {
        let now = Instant::now();
        if self.slots.is_empty() {
            // Time begins with the first call.
            (self.began_at, self.filled_at) = (now, now);
        }
        let takes = self.grants(now);
        let slot = now.duration_since(self.began_at).as_millis() / SLOT.as_millis();
        let slot = usize::try_from(slot).unwrap_or(0);
        if self.slots.len() <= slot {
            self.slots.resize(slot + 1, Slot::default());
        }
        let slot = &mut self.slots[slot];
        if takes {
            slot.taken += 1;
        } else {
            slot.throttled += 1;
        }
        takes
    }

    fn grants(&mut self, now: Instant) -> bool {
        let Some(rate) = self.writes_per_second else {
            return true;
        };
        let earned = now.duration_since(self.filled_at).as_secs_f64() * rate;
        self.filled_at = now;
        self.granted = (self.granted + earned).min(rate * SAVED.as_secs_f64());
        let takes = self.granted >= 1.0;
        if takes {
            self.granted -= 1.0;
        }
        takes
    }
}
