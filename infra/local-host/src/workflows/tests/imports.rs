//! Imports run range by range, however many ranges there are and wherever the process dies.

use adapter_embedded::imports::SqliteImportRunner;
use domain::catalog::import::job::{FileRange, ImportJob};
use domain::catalog::import::plan::RANGES_MAX;
use domain::catalog::ports::ImportRunner;
use port_contracts::samples::anns_import;

use super::*;

/// `MaxConcurrency` of the state machine.
const RANGES_AT_ONCE: u64 = 8;
/// As long as S3 makes them.
const VERSION: &str = "3/L4kqtJlcpXroDTDmJ+rmSpXd3dIbrHY+MTRCxf3vjVBH40Nr8X8gdRQBpUMLUo";

/// Functions that read nothing, and note who called them.
struct Import {
    ranges: u64,
    /// How often a range's time is up before it is done.
    unfinished: u32,
    /// What a range answers then.
    outcome: &'static str,
    /// From this range on nobody answers.
    silent_from: u64,
    reached: Notify,
    /// Function, and range if it has one, of every call.
    calls: Mutex<BTreeMap<(String, Option<u64>), u32>>,
}

impl Default for Import {
    fn default() -> Self {
        Self {
            ranges: RANGES_MAX,
            unfinished: 0,
            outcome: "DONE",
            silent_from: u64::MAX,
            reached: Notify::new(),
            calls: Mutex::default(),
        }
    }
}

#[async_trait]
impl Functions for Import {
    async fn invoke(&self, logical_id: &str, event: Value, _: Source) -> Result<Value, InvokeFailure> {
        assert_eq!((&event["upload_id"], &event["sequence"]), (&json!("0190-a"), &json!(7)));
        assert_eq!(event["object"]["version_id"], VERSION);
        let range = event["range"]["index"].as_u64();
        let calls = {
            let mut calls = self.calls.lock().unwrap();
            let calls = calls.entry((logical_id.to_owned(), range)).or_default();
            *calls += 1;
            *calls
        };
        Ok(match (logical_id, range) {
            ("ImportPlan", None) => self.plan(),
            ("ImportRange", Some(index)) if index >= self.silent_from => {
                self.reached.notify_one();
                return std::future::pending().await;
            }
            ("ImportRange", Some(_)) if calls <= self.unfinished => json!({ "outcome": "UNFINISHED" }),
            ("ImportRange", Some(_)) => json!({ "outcome": self.outcome }),
            ("ImportFinish", None) => {
                assert_eq!(event["range_count"], self.ranges);
                json!({ "outcome": "DONE" })
            }
            call => panic!("{call:?} was called"),
        })
    }
}

impl Import {
    /// Ranges of a file near the largest that there is, so that their numbers are as long as they get.
    fn plan(&self) -> Value {
        let bytes = 5_000_000_000_000 / self.ranges;
        let ranges: Vec<Value> = (0..self.ranges)
            .map(|index| {
                let (begin, end) = (index * bytes, (index + 1) * bytes);
                json!({ "index": index, "begin": begin, "line": begin / 100, "end": end })
            })
            .collect();
        json!({ "outcome": "PLANNED", "range_count": ranges.len(), "ranges": ranges })
    }

    /// How often a function was called, over all ranges.
    fn calls(&self, logical_id: &str) -> u64 {
        let calls = self.calls.lock().unwrap();
        let of_function = calls.iter().filter(|((function, _), _)| function == logical_id);
        of_function.map(|(_, calls)| u64::from(*calls)).sum()
    }
}

fn job() -> ImportJob {
    anns_import(Some(VERSION), 5_000_000_000_000)
}

impl Shop {
    async fn import(&self, ranges: Option<&[FileRange]>) {
        let runner = SqliteImportRunner {
            database: self.database.clone(),
            clock: Arc::new(SystemClock),
        };
        runner.start(&job(), ranges).await.unwrap();
    }

    async fn imported(&self) -> Execution {
        self.ended(Workflow::CatalogImport, "0190-a-7").await
    }
}

#[tokio::test]
async fn an_import_of_as_many_ranges_as_there_may_be_survives_its_process() {
    let shop = Shop::open().await;
    shop.import(None).await;
    let silent_from = RANGES_MAX / 2;
    let first = Arc::new(Import {
        silent_from,
        ..Import::default()
    });
    let process = shop.process(first.clone()).await;
    first.reached.notified().await;
    drop(process);

    let second = Arc::new(Import::default());
    let _process = shop.process(second.clone()).await;
    let execution = shop.imported().await;
    assert_eq!(
        (execution.status, &execution.cause),
        (ExecutionStatus::Succeeded, &None)
    );
    assert_eq!((second.calls("ImportPlan"), second.calls("ImportFinish")), (0, 1));
    let read_again = second.calls("ImportRange") - (RANGES_MAX - silent_from);
    assert!(read_again < RANGES_AT_ONCE, "{read_again} ranges were read again");
    let states = shop
        .database
        .call("read history", move |connection| {
            journal::states(connection, &ExecutionKey::of(&execution))
        })
        .await
        .unwrap();
    assert_eq!(
        states,
        [
            "IsDivided",
            "Plan",
            "IsPlanned",
            "IngestRanges",
            "IngestRange",
            "IsRead",
            "Read",
            "IsOutdated",
            "Finish",
            "Finished"
        ],
        "each once, or nobody could look at them"
    );
}

#[tokio::test]
async fn an_import_that_ran_out_of_time_goes_on_as_one_range_until_it_is_done() {
    let shop = Shop::open().await;
    shop.import(Some(&[FileRange::whole(&job().object)])).await;
    let import = Arc::new(Import {
        ranges: 1,
        unfinished: 2,
        ..Import::default()
    });
    let _process = shop.process(import.clone()).await;
    assert_eq!(shop.imported().await.status, ExecutionStatus::Succeeded);
    assert_eq!(
        (
            import.calls("ImportPlan"),
            import.calls("ImportRange"),
            import.calls("ImportFinish")
        ),
        (0, 3, 1)
    );
}

#[tokio::test]
async fn an_import_that_was_replaced_ends_without_a_finish() {
    let shop = Shop::open().await;
    shop.import(None).await;
    let import = Arc::new(Import {
        ranges: 20,
        outcome: "CLOSED",
        ..Import::default()
    });
    let _process = shop.process(import.clone()).await;
    assert_eq!(shop.imported().await.status, ExecutionStatus::Succeeded);
    assert_eq!((import.calls("ImportRange"), import.calls("ImportFinish")), (20, 0));
}
