//! A shop in memory that imports can be run against, interrupted, repeated and run side by side.

mod files;
mod ledger;
mod mail;
mod time;

use std::collections::{BTreeMap, VecDeque};
use std::future::Future;
use std::pin::Pin;
use std::sync::atomic::{AtomicU32, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};
use std::task::{Context, Poll};
use std::time::Duration;

use async_trait::async_trait;

use super::finish::FinishImport;
use super::job::{FileRange, ImportId, ImportJob, RangeProgress};
use super::plan::{Plan, PlanImport};
use super::range::{IngestRange, RangeOutcome};
use super::{ImportCatalog, ImportOutcome};
use crate::catalog::ports::{ApplyOutcome, CatalogImportEnd, CatalogVersion, CatalogWriter, ImportRunner};
use crate::catalog::product::CatalogRow;
use crate::ports::{Email, IdGenerator, PortFailure, SendState};
use crate::values::{CatalogKey, CustomerId, ImportCounts, ObjectSequencer, ObjectVersion, Sku, Timestamp, UploadId};
pub(super) use mail::MailTrouble;
pub(super) use time::VirtualTime;

#[derive(Default)]
pub(super) struct State {
    /// `None`: deleted.
    pub(super) file: Option<Vec<u8>>,
    /// The body breaks off after so many pieces.
    pub(super) cut_after_chunks: Option<usize>,
    pub(super) write_takes: Duration,
    /// The database refuses once it took so many rows.
    pub(super) writes_left: Option<usize>,
    pub(super) products: Products,
    /// Of the version of the file that is imported now.
    pub(super) sequence: u64,
    pub(super) sequencer: Option<ObjectSequencer>,
    pub(super) end: Option<CatalogImportEnd>,
    pub(super) ranges: BTreeMap<(u64, u32), RangeProgress>,
    /// What the upload shows, after each change.
    pub(super) shown: Vec<ImportCounts>,
    pub(super) report: Option<Vec<u8>>,
    pub(super) parts: BTreeMap<String, Vec<u8>>,
    pub(super) reports_begun: usize,
    pub(super) started: Vec<(ImportJob, Option<Vec<FileRange>>)>,
    pub(super) uploader: Option<CustomerId>,
    pub(super) mail_trouble: VecDeque<MailTrouble>,
    pub(super) mails: Vec<Email>,
    pub(super) sends: BTreeMap<String, SendState>,
    /// The ledger dies right after it noted the end.
    pub(super) dies_when_finished: bool,
}

pub(super) type Effects = (Products, Option<Vec<u8>>, Option<CatalogImportEnd>);
type Products = BTreeMap<Sku, (CatalogVersion, CatalogRow)>;

/// All ports of an import in one.
pub(super) struct Shop {
    pub(super) state: Arc<Mutex<State>>,
    pub(super) time: VirtualTime,
    pub(super) divided_above_bytes: u64,
    pub(super) range_bytes: u64,
    pub(super) in_flight_max: AtomicUsize,
    in_flight: AtomicUsize,
    ids: AtomicU32,
}

pub(super) fn trouble(action: &'static str) -> PortFailure {
    PortFailure::transient(action, "the fake was told to fail")
}

impl Shop {
    /// Reads every file in one go.
    pub(super) fn with_file(file: impl Into<Vec<u8>>) -> Arc<Self> {
        Self::divided(file, u64::MAX, u64::MAX)
    }

    pub(super) fn divided(file: impl Into<Vec<u8>>, divided_above_bytes: u64, range_bytes: u64) -> Arc<Self> {
        let state = State {
            file: Some(file.into()),
            uploader: CustomerId::parse("olga").ok(),
            sequence: 7,
            ..State::default()
        };
        Arc::new(Self {
            state: Arc::new(Mutex::new(state)),
            time: VirtualTime::begin(),
            divided_above_bytes,
            range_bytes,
            in_flight_max: AtomicUsize::new(0),
            in_flight: AtomicUsize::new(0),
            ids: AtomicU32::new(0),
        })
    }

    pub(super) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }

    pub(super) fn object(&self) -> ObjectVersion {
        ObjectVersion {
            key: key().to_key(),
            version_id: None,
            size_bytes: self.state().file.as_ref().map_or(0, Vec::len) as u64,
        }
    }

    pub(super) fn job(&self) -> ImportJob {
        let sequence = self.state().sequence;
        ImportJob {
            id: ImportId {
                upload_id: key().upload_id,
                sequence,
            },
            object: self.object(),
        }
    }

    pub(super) fn ingest(self: &Arc<Self>) -> IngestRange {
        IngestRange {
            files: self.clone(),
            writer: self.clone(),
            ledger: self.clone(),
            rejected_rows: self.clone(),
            clock: self.clone(),
            pause: self.clone(),
            ids: self.clone(),
        }
    }

    pub(super) fn finisher(self: &Arc<Self>) -> FinishImport {
        FinishImport {
            files: self.clone(),
            ledger: self.clone(),
            rejected_rows: self.clone(),
            directory: self.clone(),
            mailer: self.clone(),
            sends: self.clone(),
            clock: self.clone(),
        }
    }

    pub(super) async fn import(self: &Arc<Self>) -> Result<ImportOutcome, PortFailure> {
        self.import_until(never(), None).await
    }

    /// What the event of a version with that sequencer leads to.
    pub(super) async fn import_until(
        self: &Arc<Self>,
        stop_at: Timestamp,
        sequencer: Option<&str>,
    ) -> Result<ImportOutcome, PortFailure> {
        let import = ImportCatalog {
            ledger: self.clone(),
            ingest: self.ingest(),
            finish: self.finisher(),
            runner: self.clone(),
            clock: self.clone(),
            divided_above_bytes: self.divided_above_bytes,
        };
        let sequencer = sequencer.map(|text| ObjectSequencer::parse(text).unwrap());
        let (key, object) = (key(), self.object());
        // Functions run it on runtimes that move tasks between threads.
        let run: Pin<Box<dyn Future<Output = _> + Send + '_>> =
            Box::pin(import.run(&key, &object, sequencer.as_ref(), stop_at));
        run.await
    }

    pub(super) async fn plan(self: &Arc<Self>, planned: Vec<FileRange>, stop_at: Timestamp) -> Plan {
        let plan = PlanImport {
            files: self.clone(),
            clock: self.clone(),
            range_bytes: self.range_bytes,
        };
        plan.run(&self.job(), planned, stop_at).await.unwrap()
    }

    pub(super) async fn ranges(self: &Arc<Self>) -> Vec<FileRange> {
        match self.plan(Vec::new(), never()).await {
            Plan::Whole(ranges) => ranges,
            other => panic!("the file can be divided, got {other:?}"),
        }
    }

    /// As the state machine hands a range out: again, until it is read.
    pub(super) async fn ingest_to_the_end(self: &Arc<Self>, range: &FileRange) {
        let (ingest, job) = (self.ingest(), self.job());
        loop {
            match ingest.run(&job, range, never()).await {
                Ok(RangeOutcome::Done) => return,
                Ok(other) => panic!("the range can be read, got {other:?}"),
                Err(failure) => {
                    assert!(failure.transient, "{failure:?}");
                    self.state().writes_left = None;
                }
            }
        }
    }

    /// What an import leaves behind: products, report, end.
    pub(super) fn effects(&self) -> Effects {
        let state = self.state();
        (state.products.clone(), state.report.clone(), state.end.clone())
    }

    pub(super) fn report_text(&self) -> String {
        String::from_utf8(self.state().report.clone().expect("rows were rejected")).unwrap()
    }
}

pub(super) fn never() -> Timestamp {
    Timestamp::from_unix_ms(i64::MAX)
}

fn key() -> CatalogKey {
    CatalogKey {
        upload_id: UploadId::parse("up-1").unwrap(),
    }
}

impl IdGenerator for Shop {
    fn next_id(&self) -> String {
        format!("id-{:08}", self.ids.fetch_add(1, Ordering::SeqCst))
    }
}

#[async_trait]
impl ImportRunner for Shop {
    async fn start(&self, job: &ImportJob, ranges: Option<&[FileRange]>) -> Result<(), PortFailure> {
        self.state().started.push((job.clone(), ranges.map(<[_]>::to_vec)));
        Ok(())
    }
}

/// Pending once, so that writes overlap.
struct Turn(bool);

impl Future for Turn {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        if std::mem::replace(&mut self.0, true) {
            return Poll::Ready(());
        }
        context.waker().wake_by_ref();
        Poll::Pending
    }
}

#[async_trait]
impl CatalogWriter for Shop {
    async fn apply(
        &self,
        row: &CatalogRow,
        version: CatalogVersion,
        _: Timestamp,
    ) -> Result<ApplyOutcome, PortFailure> {
        let in_flight = self.in_flight.fetch_add(1, Ordering::SeqCst) + 1;
        self.in_flight_max.fetch_max(in_flight, Ordering::SeqCst);
        let takes = self.state().write_takes;
        if !takes.is_zero() {
            tokio::time::sleep(takes).await;
        }
        // Every other row takes a turn more: rows overtake each other.
        for _ in 0..=version.byte_offset % 2 {
            Turn(false).await;
        }
        self.in_flight.fetch_sub(1, Ordering::SeqCst);
        let mut state = self.state();
        match &mut state.writes_left {
            Some(0) => return Err(trouble("write product")),
            Some(left) => *left -= 1,
            None => {}
        }
        if state
            .products
            .get(&row.sku)
            .is_some_and(|(newest, _)| *newest >= version)
        {
            return Ok(ApplyOutcome::Superseded);
        }
        state.products.insert(row.sku.clone(), (version, row.clone()));
        Ok(ApplyOutcome::Applied)
    }
}
