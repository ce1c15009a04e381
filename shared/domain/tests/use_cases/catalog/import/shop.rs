//! The world of the tests of imports: the shop in memory, with a table that takes its time, in time that a test can
//! skip.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;

use adapter_memory::Memory;
use adapter_memory::tables::Tables;
use adapter_memory::tables::uploads::Row;
use adapter_memory::time::{CountedIds, SetClock};
use async_trait::async_trait;
use domain::catalog::import::finish::FinishImport;
use domain::catalog::import::job::{FileRange, ImportId, ImportJob};
use domain::catalog::import::plan::{Plan, PlanImport};
use domain::catalog::import::range::{IngestRange, RangeOutcome};
use domain::catalog::import::{ImportAttempt, ImportCatalog, ImportOutcome};
use domain::catalog::ports::{ApplyOutcome, CatalogImportEnd, CatalogVersion, CatalogWriter};
use domain::catalog::product::CatalogRow;
use domain::ports::{Email, PortFailure};
use domain::uploads::ports::{AnnouncedUpload, UploadRepository};
use domain::uploads::upload::UploadKind;
use domain::values::{
    CatalogKey, CorrelationId, CustomerId, ImportCounts, ObjectSequencer, ObjectVersion, Sku, Timestamp, UploadId,
    catalog_report_key,
};

use super::time::VirtualTime;

/// What an import leaves behind: products, report, end.
pub(super) type Effects = (
    Vec<(CatalogVersion, CatalogRow)>,
    Option<Vec<u8>>,
    Option<CatalogImportEnd>,
);

pub(super) struct Shop {
    pub(super) memory: Arc<Memory>,
    pub(super) time: Arc<VirtualTime>,
    pub(super) table: Arc<SlowTable>,
    ids: Arc<CountedIds>,
    divided_above_bytes: u64,
    range_bytes: u64,
}

/// The products table, in which rows overtake each other.
pub(super) struct SlowTable {
    products: Arc<Memory>,
    pub(super) write_takes_ms: AtomicU64,
    pub(super) in_flight_max: AtomicUsize,
    in_flight: AtomicUsize,
}

impl Shop {
    /// Reads every file in one go.
    pub(super) async fn with_file(file: impl AsRef<[u8]>) -> Self {
        Self::divided(file, u64::MAX, u64::MAX).await
    }

    /// The file was announced by olga, as the seventh upload.
    pub(super) async fn divided(file: impl AsRef<[u8]>, divided_above_bytes: u64, range_bytes: u64) -> Self {
        let shop = Self::with_file_copied_in(file, divided_above_bytes, range_bytes);
        let upload = AnnouncedUpload {
            id: key().upload_id,
            kind: UploadKind::Catalog {
                file_name: "spring <1>.csv".to_owned(),
            },
            size_bytes: shop.object().size_bytes,
            created_by: CustomerId::parse("olga").unwrap(),
            created_at: Timestamp::from_unix_ms(0),
            correlation_id: CorrelationId::parse("request-1").unwrap(),
        };
        shop.memory.announce(&upload).await.unwrap();
        shop
    }

    pub(super) fn with_file_copied_in(file: impl AsRef<[u8]>, divided_above_bytes: u64, range_bytes: u64) -> Self {
        let memory = Memory::new(Arc::new(SetClock::at(Timestamp::from_unix_ms(0))));
        memory.change(|tables| tables.uploads.last_sequence = 6);
        let shop = Self {
            time: Arc::new(VirtualTime::begin()),
            table: Arc::new(SlowTable {
                products: memory.clone(),
                write_takes_ms: AtomicU64::new(0),
                in_flight_max: AtomicUsize::new(0),
                in_flight: AtomicUsize::new(0),
            }),
            ids: Arc::new(CountedIds::new("id", 8)),
            memory,
            divided_above_bytes,
            range_bytes,
        };
        shop.replace_file(file);
        shop
    }

    pub(super) fn replace_file(&self, file: impl AsRef<[u8]>) {
        let put = |tables: &mut Tables| tables.uploads_bucket.put(&key().to_key(), "text/csv", file.as_ref());
        self.memory.change(put);
    }

    pub(super) fn delete_file(&self) {
        let key = key().to_key();
        self.memory.change(|tables| tables.uploads_bucket.delete(&key));
    }

    pub(super) fn object(&self) -> ObjectVersion {
        let key = key().to_key();
        let file = |tables: &Tables| Some(tables.uploads_bucket.find(&key, None)?.bytes.len() as u64);
        let size_bytes = self.memory.look(file).unwrap_or(0);
        ObjectVersion {
            size_bytes,
            version_id: None,
            key,
        }
    }

    /// Of the version of the file that is imported now.
    pub(super) fn job(&self) -> ImportJob {
        ImportJob {
            id: ImportId {
                upload_id: key().upload_id,
                sequence: self.upload(|row| row.upload.sequence),
            },
            correlation_id: self.upload(|row| row.upload.correlation_id.clone()),
            object: self.object(),
        }
    }

    pub(super) fn ingest(&self) -> IngestRange {
        IngestRange {
            files: self.memory.clone(),
            writer: self.table.clone(),
            ledger: self.memory.clone(),
            rejected_rows: self.memory.clone(),
            clock: self.time.clone(),
            pause: self.time.clone(),
            ids: self.ids.clone(),
        }
    }

    pub(super) fn finisher(&self) -> FinishImport {
        FinishImport {
            files: self.memory.clone(),
            ledger: self.memory.clone(),
            rejected_rows: self.memory.clone(),
            directory: self.memory.clone(),
            mailer: self.memory.clone(),
            sends: self.memory.clone(),
            clock: self.time.clone(),
        }
    }

    pub(super) async fn import(&self) -> Result<ImportOutcome, PortFailure> {
        self.import_until(never(), None).await
    }

    /// What the event of a version with that sequencer leads to.
    pub(super) async fn import_until(
        &self,
        stop_at: Timestamp,
        sequencer: Option<&str>,
    ) -> Result<ImportOutcome, PortFailure> {
        let import = ImportCatalog {
            ledger: self.memory.clone(),
            ingest: self.ingest(),
            finish: self.finisher(),
            runner: self.memory.clone(),
            clock: self.time.clone(),
            divided_above_bytes: self.divided_above_bytes,
        };
        let sequencer = sequencer.map(|text| ObjectSequencer::parse(text).unwrap());
        let (key, object) = (key(), self.object());
        // Functions run it on runtimes that move tasks between threads.
        let run: Pin<Box<dyn Future<Output = _> + Send + '_>> =
            Box::pin(import.run(&key, &object, sequencer.as_ref(), stop_at, &|_| {}));
        outcome(run.await?)
    }

    /// Ends an import of so many ranges.
    pub(super) async fn finish(&self, ranges: u32) -> Result<ImportOutcome, PortFailure> {
        outcome(self.finisher().run(&self.job(), ranges).await?)
    }

    pub(super) async fn plan(&self, planned: Vec<FileRange>, stop_at: Timestamp) -> Plan {
        let plan = PlanImport {
            files: self.memory.clone(),
            clock: self.time.clone(),
            range_bytes: self.range_bytes,
        };
        plan.run(&self.job(), planned, stop_at).await.unwrap()
    }

    pub(super) async fn ranges(&self) -> Vec<FileRange> {
        match self.plan(Vec::new(), never()).await {
            Plan::Whole(ranges) => ranges,
            other => panic!("the file can be divided, got {other:?}"),
        }
    }

    /// As the state machine hands a range out: again, until it is read.
    pub(super) async fn ingest_to_the_end(&self, range: &FileRange) {
        let (ingest, job) = (self.ingest(), self.job());
        loop {
            match ingest.run(&job, range, never()).await {
                Ok(RangeOutcome::Done) => return,
                Ok(other) => panic!("the range can be read, got {other:?}"),
                Err(failure) => assert!(failure.transient, "{failure:?}"),
            }
        }
    }

    pub(super) fn upload<T>(&self, look: impl FnOnce(&Row) -> T) -> T {
        self.memory.look(|tables| look(&tables.uploads.rows[&key().upload_id]))
    }

    pub(super) fn change_upload(&self, change: impl FnOnce(&mut Row)) {
        let id = key().upload_id;
        self.memory
            .change(|tables| change(tables.uploads.rows.get_mut(&id).unwrap()));
    }

    pub(super) fn end(&self) -> Option<CatalogImportEnd> {
        self.upload(|row| row.import().unwrap().finished)
    }

    /// What the upload showed, after each progress.
    pub(super) fn shown(&self) -> Vec<ImportCounts> {
        self.upload(|row| row.shown.clone())
    }

    pub(super) fn mails(&self) -> Vec<Email> {
        self.memory.look(|tables| tables.mails.clone())
    }

    pub(super) fn started(&self) -> Vec<(ImportJob, Option<Vec<FileRange>>)> {
        self.memory.look(|tables| tables.imports_started.clone())
    }

    pub(super) fn stock(&self, sku: &str) -> Option<u32> {
        let sku = Sku::parse(sku).unwrap();
        let catalog = |tables: &Tables| tables.products.rows.get(&sku)?.catalog.clone();
        self.memory.look(catalog).map(|(_, row)| row.stock)
    }

    fn report(&self) -> Option<Vec<u8>> {
        let key = catalog_report_key(&key().upload_id);
        let report = |tables: &Tables| Some(tables.uploads_bucket.find(&key, None)?.bytes.clone());
        self.memory.look(report)
    }

    pub(super) fn report_text(&self) -> String {
        String::from_utf8(self.report().expect("rows were rejected")).unwrap()
    }

    pub(super) fn effects(&self) -> Effects {
        let calls = self.memory.calls();
        let first = |operation| calls.iter().position(|call| *call == operation);
        if let (Some(report), Some(end)) = (first("reports.finish"), first("imports.finish")) {
            assert!(report < end, "the report is in its place before the import ends");
        }
        let catalog = self.memory.look(|tables| {
            let rows = tables.products.rows.values();
            rows.filter_map(|row| row.catalog.clone()).collect()
        });
        (catalog, self.report(), self.end())
    }
}

/// The outcome that a function answers with: none where the mail failed.
pub(super) fn outcome(attempt: ImportAttempt) -> Result<ImportOutcome, PortFailure> {
    attempt.mail.map(|()| attempt.outcome)
}

pub(super) fn never() -> Timestamp {
    Timestamp::from_unix_ms(i64::MAX)
}

fn key() -> CatalogKey {
    CatalogKey {
        upload_id: UploadId::parse("up-1").unwrap(),
    }
}

#[async_trait]
impl CatalogWriter for SlowTable {
    async fn apply(
        &self,
        row: &CatalogRow,
        version: CatalogVersion,
        at: Timestamp,
    ) -> Result<ApplyOutcome, PortFailure> {
        let in_flight = self.in_flight.fetch_add(1, Ordering::SeqCst) + 1;
        self.in_flight_max.fetch_max(in_flight, Ordering::SeqCst);
        let takes = Duration::from_millis(self.write_takes_ms.load(Ordering::SeqCst));
        if !takes.is_zero() {
            tokio::time::sleep(takes).await;
        }
        // Every other row takes a turn more: rows overtake each other.
        for _ in 0..=version.byte_offset % 2 {
            tokio::task::yield_now().await;
        }
        self.in_flight.fetch_sub(1, Ordering::SeqCst);
        self.products.apply(row, version, at).await
    }
}
