//! A shop in memory that imports can be run against, interrupted and repeated.

use std::collections::{BTreeMap, VecDeque};
use std::future::Future;
use std::pin::Pin;
use std::sync::atomic::{AtomicU32, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};
use std::task::{Context, Poll};
use std::time::Duration;

use async_trait::async_trait;

use super::*;
use crate::catalog::ports::{ApplyOutcome, FileSink};
use crate::catalog::product::CatalogRow;
use crate::ports::{Email, SendClaim, SendFailure, SendState};
use crate::values::{CustomerId, EmailAddress, Sku, Timestamp, UploadId};

/// What the next mail meets.
#[derive(Debug, Clone, Copy)]
pub(super) enum MailTrouble {
    NotSent,
    Ambiguous,
}

#[derive(Default)]
pub(super) struct State {
    /// `None`: deleted.
    pub(super) file: Option<Vec<u8>>,
    /// The body breaks off after so many pieces.
    pub(super) cut_after_chunks: Option<usize>,
    /// The database refuses once it took so many rows.
    pub(super) writes_left: Option<usize>,
    pub(super) products: Products,
    pub(super) end: Option<CatalogImportEnd>,
    pub(super) progress: Vec<ImportCounts>,
    pub(super) report: Option<Vec<u8>>,
    pub(super) reports_begun: usize,
    pub(super) uploader: Option<CustomerId>,
    pub(super) mail_trouble: VecDeque<MailTrouble>,
    pub(super) mails: Vec<Email>,
    pub(super) sends: BTreeMap<String, SendState>,
    /// The ledger dies right after it noted the end.
    pub(super) dies_when_finished: bool,
}

pub(super) type Effects = (Products, Option<Vec<u8>>, Option<CatalogImportEnd>);
type Products = BTreeMap<Sku, (CatalogVersion, CatalogRow)>;

/// Time that passes when everybody waits for it, and at no other moment: tests pause tokio's clock.
pub(super) struct VirtualTime {
    began: tokio::time::Instant,
    chance: AtomicU32,
}

impl VirtualTime {
    pub(super) fn begin() -> Self {
        Self {
            began: tokio::time::Instant::now(),
            chance: AtomicU32::new(1),
        }
    }
}

impl Clock for VirtualTime {
    fn now(&self) -> Timestamp {
        Timestamp::from_unix_ms(1_000).plus(self.began.elapsed())
    }
}

#[async_trait]
impl Pause for VirtualTime {
    async fn pause(&self, duration: Duration) {
        tokio::time::sleep(duration).await;
    }

    /// Chance of the kind that repeats itself from run to run.
    fn part_of(&self, longest: Duration) -> Duration {
        let next = |chance: u32| Some(chance.wrapping_mul(1_664_525).wrapping_add(1_013_904_223));
        let chance = self
            .chance
            .fetch_update(Ordering::SeqCst, Ordering::SeqCst, next)
            .unwrap();
        longest.mul_f64(f64::from(chance) / f64::from(u32::MAX))
    }
}

/// All ports of an import in one.
pub(super) struct Shop {
    state: Arc<Mutex<State>>,
    time: VirtualTime,
    pub(super) in_flight_max: AtomicUsize,
    in_flight: AtomicUsize,
}

const CHUNK_BYTES: usize = 1_000;

pub(super) fn trouble(action: &'static str) -> PortFailure {
    PortFailure::transient(action, "the fake was told to fail")
}

impl Shop {
    pub(super) fn with_file(file: impl Into<Vec<u8>>) -> Arc<Self> {
        let state = State {
            file: Some(file.into()),
            uploader: CustomerId::parse("olga").ok(),
            ..State::default()
        };
        let state = Arc::new(Mutex::new(state));
        Arc::new(Self {
            state,
            time: VirtualTime::begin(),
            in_flight_max: AtomicUsize::new(0),
            in_flight: AtomicUsize::new(0),
        })
    }

    pub(super) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }

    pub(super) async fn import(self: &Arc<Self>) -> Result<ImportOutcome, PortFailure> {
        let import = ImportCatalog {
            files: self.clone(),
            writer: self.clone(),
            ledger: self.clone(),
            rejected_rows: self.clone(),
            directory: self.clone(),
            mailer: self.clone(),
            sends: self.clone(),
            clock: self.clone(),
            pause: self.clone(),
        };
        let key = CatalogKey {
            upload_id: UploadId::parse("up-1").unwrap(),
        };
        let size_bytes = self.state().file.as_ref().map_or(0, Vec::len) as u64;
        let object = ObjectVersion {
            key: key.to_key(),
            version_id: None,
            size_bytes,
        };
        // Functions run it on runtimes that move tasks between threads.
        let run: Pin<Box<dyn Future<Output = _> + Send + '_>> = Box::pin(import.run(&key, &object));
        run.await
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

impl Clock for Shop {
    fn now(&self) -> Timestamp {
        self.time.now()
    }
}

#[async_trait]
impl Pause for Shop {
    async fn pause(&self, duration: Duration) {
        self.time.pause(duration).await;
    }

    fn part_of(&self, longest: Duration) -> Duration {
        self.time.part_of(longest)
    }
}

struct Chunks {
    left: VecDeque<Vec<u8>>,
    cut_after: Option<usize>,
}

#[async_trait]
impl ByteStream for Chunks {
    async fn next(&mut self) -> Result<Option<Vec<u8>>, PortFailure> {
        match &mut self.cut_after {
            Some(0) => return Err(trouble("read catalog")),
            Some(left) => *left -= 1,
            None => {}
        }
        Ok(self.left.pop_front())
    }
}

#[async_trait]
impl CatalogFiles for Shop {
    async fn open(&self, _: &ObjectVersion, from_byte: u64) -> Result<Option<Box<dyn ByteStream>>, PortFailure> {
        assert_eq!(from_byte, 0);
        let state = self.state();
        Ok(state.file.as_ref().map(|file| {
            let left = file.chunks(CHUNK_BYTES).map(<[u8]>::to_vec).collect();
            Box::new(Chunks {
                left,
                cut_after: state.cut_after_chunks,
            }) as Box<dyn ByteStream>
        }))
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

#[async_trait]
impl ImportLedger for Shop {
    async fn begin(&self, upload_id: &UploadId, _: &ObjectVersion, _: Timestamp) -> Result<CatalogImport, PortFailure> {
        let state = self.state();
        Ok(CatalogImport {
            upload_id: upload_id.clone(),
            sequence: 7,
            uploaded_by: state.uploader.clone(),
            file_name: "spring <1>.csv".to_owned(),
            finished: state.end.clone(),
        })
    }

    async fn progress(&self, _: &UploadId, counts: ImportCounts, _: Timestamp) -> Result<(), PortFailure> {
        self.state().progress.push(counts);
        Ok(())
    }

    async fn finish(
        &self,
        _: &UploadId,
        end: &CatalogImportEnd,
        _: Timestamp,
    ) -> Result<CatalogImportEnd, PortFailure> {
        let mut state = self.state();
        let end = state.end.get_or_insert_with(|| end.clone()).clone();
        if std::mem::take(&mut state.dies_when_finished) {
            Err(trouble("answer"))
        } else {
            Ok(end)
        }
    }
}

struct Report {
    state: Arc<Mutex<State>>,
    bytes: Vec<u8>,
}

#[async_trait]
impl FileSink for Report {
    async fn write(&mut self, bytes: &[u8]) -> Result<(), PortFailure> {
        assert!(!bytes.is_empty());
        self.bytes.extend_from_slice(bytes);
        Ok(())
    }

    async fn finish(self: Box<Self>) -> Result<(), PortFailure> {
        let mut state = self.state.lock().unwrap();
        assert_eq!(state.end, None, "the report is in its place before the import ends");
        state.report = Some(self.bytes);
        Ok(())
    }
}

#[async_trait]
impl RejectedRowsFiles for Shop {
    async fn create(&self, _: &UploadId) -> Result<Box<dyn FileSink>, PortFailure> {
        self.state().reports_begun += 1;
        Ok(Box::new(Report {
            state: self.state.clone(),
            bytes: Vec::new(),
        }))
    }
}

#[async_trait]
impl CustomerDirectory for Shop {
    async fn email_of(&self, customer: &CustomerId) -> Result<Option<EmailAddress>, PortFailure> {
        Ok(EmailAddress::parse(&format!("{}@example.test", customer.as_str())).ok())
    }
}

#[async_trait]
impl Mailer for Shop {
    async fn send(&self, email: &Email) -> Result<(), SendFailure> {
        let mut state = self.state();
        let trouble_ahead = state.mail_trouble.pop_front();
        if !matches!(trouble_ahead, Some(MailTrouble::NotSent)) {
            state.mails.push(email.clone());
        }
        match trouble_ahead {
            None => Ok(()),
            Some(MailTrouble::NotSent) => Err(SendFailure::NotSent(trouble("send mail"))),
            Some(MailTrouble::Ambiguous) => Err(SendFailure::Ambiguous(trouble("send mail"))),
        }
    }
}

#[async_trait]
impl SendLog for Shop {
    async fn claim(&self, key: &str, _: Timestamp) -> Result<SendClaim, PortFailure> {
        let mut state = self.state();
        if let Some(taken) = state.sends.get(key) {
            return Ok(SendClaim::Taken(*taken));
        }
        state.sends.insert(key.to_owned(), SendState::Claimed);
        Ok(SendClaim::Granted)
    }

    async fn settle(&self, key: &str, settled: SendState, _: Timestamp) -> Result<(), PortFailure> {
        self.state().sends.insert(key.to_owned(), settled);
        Ok(())
    }

    async fn release(&self, key: &str) -> Result<(), PortFailure> {
        self.state().sends.remove(key);
        Ok(())
    }
}
