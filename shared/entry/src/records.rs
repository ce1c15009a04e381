//! Handles a batch record by record: a record that fails, panics or cannot be read does not fail its neighbours.

use std::error::Error;
use std::future::Future;
use std::pin::pin;
use std::time::{Duration, Instant};

use events::batch::{AfterFailure, Batch, BatchItem, BatchMalformed, Undecodable};
use events::invocation::{FunctionError, Invocation, Reply};
use events::json_fault;
use serde_json::{Value, json};
use telemetry::calls::{continue_from, end_record};
use telemetry::context::{invocation_span, record_span};
use telemetry::error_chain::error_chain;
use telemetry::metric::Metric;
use telemetry::metrics::add;
use telemetry::observation::{Observation, observed};
use tracing::Instrument as _;

use crate::elapsed::elapsed_ms;
use crate::panics::{Panicked, catching, catching_future};

/// The error type of a batch that is retried as a whole.
pub const BATCH_MALFORMED: &str = "BatchMalformed";

/// Handles a batch record by record and answers `{"batchItemFailures": [{"itemIdentifier": …}]}`, empty when no
/// record failed.
///
/// `split` reads the event into records, each with its id. `decode` reads one record; its errors and panics fail that
/// record only.
///
/// `longest` is the most time that one record needs. If less time is left, no further record is begun: the rest is
/// reported as failed, and comes back without having been worked on. So a slow record does not make Lambda end the
/// invocation and count a failed attempt for its neighbours, too. The first record is always begun.
///
/// The event source needs `FunctionResponseTypes: [ReportBatchItemFailures]`; without it Lambda treats every answer as
/// success.
///
/// ```
/// # use std::time::Duration;
/// # use entry::records::records;
/// # use events::invocation::{Invocation, Reply};
/// # use events::{s3, sqs};
/// # async fn render(event: s3::S3Event) -> Result<(), std::io::Error> { Ok(()) }
/// async fn handle(invocation: Invocation) -> Reply {
///     let longest = Duration::from_secs(20);
///     records(invocation, longest, sqs::messages, |message| s3::notification(&message.body), |events| async move {
///         for event in events {
///             render(event).await?;
///         }
///         Ok::<(), std::io::Error>(())
///     })
///     .await
/// }
/// ```
pub async fn records<R, S, Split, Decode, F, Fut, E>(
    invocation: Invocation,
    longest: Duration,
    split: Split,
    decode: Decode,
    handler: F,
) -> Reply
where
    Split: FnOnce(&Value) -> Result<Batch<S>, BatchMalformed>,
    Decode: Fn(S) -> Result<R, Undecodable>,
    F: Fn(R) -> Fut,
    Fut: Future<Output = Result<(), E>>,
    E: Error + 'static,
{
    let started = Instant::now();
    let Invocation { event, context } = invocation;
    let span = invocation_span(&context, None);
    let observation = Observation::of(&context);
    let begin_until = context.ends_at.map(|end| end.checked_sub(longest).unwrap_or(started));
    let work = pin!(async move {
        let event = match event.read() {
            Ok(event) => event,
            Err(fault) => return Err(whole_batch_failed(&json_fault::describe(&fault), started)),
        };
        let batch = match catching(|| split(&event)) {
            Ok(Ok(batch)) => batch,
            Ok(Err(malformed)) => return Err(whole_batch_failed(&malformed.to_string(), started)),
            Err(panicked) => return Err(whole_batch_failed(&panic_text(&panicked), started)),
        };
        drop(event);
        let records = batch.items.len();
        let failures = handle_each(batch, begin_until, &decode, &handler).await;
        let (failed, duration_ms) = (failures.len(), elapsed_ms(started));
        add(Metric::Faults, failed.try_into().unwrap_or(u64::MAX));
        let outcome = if failed == 0 { "ok" } else { "partial-failure" };
        tracing::info!(outcome, records, failed, duration_ms, "invocation ended");
        let failures: Vec<Value> = failures.into_iter().map(|id| json!({"itemIdentifier": id})).collect();
        Ok(json!({"batchItemFailures": failures}))
    });
    observed(observation, work).instrument(span).await
}

/// The ids of the records that failed, each already logged, and of those that were not begun by `begin_until`.
async fn handle_each<R, S, Decode, F, Fut, E>(
    batch: Batch<S>,
    begin_until: Option<Instant>,
    decode: &Decode,
    handler: &F,
) -> Vec<String>
where
    Decode: Fn(S) -> Result<R, Undecodable>,
    F: Fn(R) -> Fut,
    Fut: Future<Output = Result<(), E>>,
    E: Error + 'static,
{
    let mut failures = Vec::new();
    let mut items = batch.items.into_iter();
    let mut begun = 0_usize;
    while let Some(BatchItem {
        id,
        record,
        trace_header,
    }) = items.next()
    {
        if begun > 0 && begin_until.is_some_and(|until| Instant::now() > until) {
            let unworked = items.len() + 1;
            tracing::warn!(begun, unworked, "too little time is left for another record");
            failures.push(id);
            if batch.after_failure == AfterFailure::Continue {
                failures.extend(items.map(|item| item.id));
            }
            break;
        }
        begun += 1;
        let span = record_span(&id);
        let succeeded = async {
            if let Some(header) = &trace_header {
                continue_from(header);
            }
            let failure = handle_one(record, decode, handler).await.err();
            if let Some(error) = &failure {
                tracing::error!(error, "record failed");
            }
            end_record(failure.is_some());
            failure.is_none()
        };
        if !succeeded.instrument(span).await {
            failures.push(id);
            if batch.after_failure == AfterFailure::Stop {
                break;
            }
        }
    }
    failures
}

async fn handle_one<R, S, Decode, F, Fut, E>(
    record: Result<S, Undecodable>,
    decode: &Decode,
    handler: &F,
) -> Result<(), String>
where
    Decode: Fn(S) -> Result<R, Undecodable>,
    F: Fn(R) -> Fut,
    Fut: Future<Output = Result<(), E>>,
    E: Error + 'static,
{
    let decoded = record.and_then(|record| {
        catching(|| decode(record)).unwrap_or_else(|panicked| Err(Undecodable::new(panic_text(&panicked))))
    });
    let record = decoded.map_err(|undecodable| undecodable.to_string())?;
    match catching_future(async { handler(record).await }).await {
        Ok(outcome) => outcome.map_err(|error| error_chain(&error)),
        Err(panicked) => Err(panic_text(&panicked)),
    }
}

fn whole_batch_failed(error: &str, started: Instant) -> FunctionError {
    let duration_ms = elapsed_ms(started);
    tracing::error!(outcome = BATCH_MALFORMED, error, duration_ms, "invocation ended");
    add(Metric::Faults, 1);
    FunctionError::new(BATCH_MALFORMED, "the event is not a batch of records with ids")
}

fn panic_text(panicked: &Panicked) -> String {
    format!("panic at {}: {}", panicked.location, panicked.message)
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use super::*;
    use crate::samples::invocation;

    #[derive(Debug, thiserror::Error)]
    #[error("save thumbnail")]
    struct SaveThumbnail(#[source] std::fmt::Error);

    fn batch(event: &Value, after_failure: AfterFailure) -> Result<Batch<String>, BatchMalformed> {
        let texts = event.as_array().ok_or(BatchMalformed("no records"))?;
        let items = texts.iter().enumerate().map(|(index, text)| BatchItem {
            id: format!("id-{index}"),
            record: text
                .as_str()
                .map(str::to_owned)
                .ok_or_else(|| Undecodable::new("not a text")),
            trace_header: None,
        });
        Ok(Batch {
            items: items.collect(),
            after_failure,
        })
    }

    const LONGEST: Duration = Duration::from_mins(1);

    async fn answer(event: Value, after_failure: AfterFailure) -> (Value, Vec<String>) {
        answer_until(None, event, after_failure).await
    }

    async fn answer_until(ends_at: Option<Instant>, event: Value, after_failure: AfterFailure) -> (Value, Vec<String>) {
        let handled = Mutex::new(Vec::new());
        let mut invocation = invocation(event);
        invocation.context.ends_at = ends_at;
        let reply = records(
            invocation,
            LONGEST,
            |event| batch(event, after_failure),
            Ok,
            |text: String| {
                handled.lock().unwrap().push(text.clone());
                assert_ne!(text, "panic early");
                async move {
                    tokio::task::yield_now().await;
                    assert_ne!(text, "panic late");
                    if text == "slow" {
                        std::thread::sleep(Duration::from_millis(20));
                    }
                    if text == "fail" {
                        return Err(SaveThumbnail(std::fmt::Error));
                    }
                    Ok(())
                }
            },
        );
        let reply = reply.await.unwrap();
        (reply, handled.into_inner().unwrap())
    }

    #[tokio::test]
    async fn an_empty_list_means_that_no_record_failed() {
        let (reply, handled) = answer(json!(["a", "b"]), AfterFailure::Continue).await;
        assert_eq!(reply, json!({"batchItemFailures": []}));
        assert_eq!(handled, ["a", "b"]);
        let (reply, _) = answer(json!([]), AfterFailure::Stop).await;
        assert_eq!(reply, json!({"batchItemFailures": []}));
    }

    #[tokio::test]
    async fn a_failure_a_panic_and_an_undecodable_record_do_not_fail_their_neighbours() {
        let event = json!(["a", "fail", "panic early", 7, "panic late", "b"]);
        let (reply, handled) = answer(event, AfterFailure::Continue).await;
        let ids = ["id-1", "id-2", "id-3", "id-4"].map(|id| json!({"itemIdentifier": id}));
        assert_eq!(reply, json!({"batchItemFailures": ids}));
        assert_eq!(handled, ["a", "fail", "panic early", "panic late", "b"]);
    }

    #[tokio::test]
    async fn a_stream_stops_at_its_first_failure() {
        for failure in [json!("fail"), json!("panic late"), json!(null)] {
            let (reply, handled) = answer(json!(["a", failure, "b"]), AfterFailure::Stop).await;
            assert_eq!(reply, json!({"batchItemFailures": [{"itemIdentifier": "id-1"}]}));
            assert!(!handled.contains(&"b".to_owned()));
        }
    }

    #[tokio::test]
    async fn a_batch_that_runs_out_of_time_returns_the_rest_unworked() {
        let little = || Some(Instant::now() + LONGEST + Duration::from_millis(10));
        let event = json!(["slow", "b", 7, "c"]);
        let (reply, handled) = answer_until(little(), event.clone(), AfterFailure::Continue).await;
        let ids = ["id-1", "id-2", "id-3"].map(|id| json!({"itemIdentifier": id}));
        assert_eq!(reply, json!({"batchItemFailures": ids}));
        assert_eq!(handled, ["slow"]);
        // Lambda repeats a stream from the first id on.
        let (reply, handled) = answer_until(little(), event, AfterFailure::Stop).await;
        assert_eq!(reply, json!({"batchItemFailures": [{"itemIdentifier": "id-1"}]}));
        assert_eq!(handled, ["slow"]);
    }

    #[tokio::test]
    async fn the_first_record_is_begun_however_little_time_is_left() {
        let (reply, handled) = answer_until(Some(Instant::now()), json!(["a"]), AfterFailure::Continue).await;
        assert_eq!(reply, json!({"batchItemFailures": []}));
        assert_eq!(handled, ["a"]);
    }

    #[tokio::test]
    async fn a_batch_with_enough_time_is_worked_to_its_end() {
        let enough = Some(Instant::now() + 2 * LONGEST);
        let (_, handled) = answer_until(enough, json!(["slow", "b"]), AfterFailure::Continue).await;
        assert_eq!(handled, ["slow", "b"]);
    }

    #[tokio::test]
    async fn an_event_without_records_and_ids_fails_as_a_whole() {
        let nothing = |_: String| async { Ok::<(), std::fmt::Error>(()) };
        let split = |event: &Value| batch(event, AfterFailure::Continue);
        let error = records(invocation(json!({})), LONGEST, split, Ok, nothing)
            .await
            .unwrap_err();
        assert_eq!(error.error_type, BATCH_MALFORMED);
        let split = |_: &Value| -> Result<Batch<String>, BatchMalformed> { panic!("secret") };
        let error = records(invocation(json!({})), LONGEST, split, Ok, nothing)
            .await
            .unwrap_err();
        assert!(!error.to_string().contains("secret"));
    }

    #[test]
    fn the_future_can_be_moved_between_threads() {
        fn is_send(_: impl Send) {}
        let nothing = |_: String| async { Ok::<(), std::fmt::Error>(()) };
        let split = |event: &Value| batch(event, AfterFailure::Continue);
        is_send(records(invocation(json!([])), LONGEST, split, Ok, nothing));
    }

    #[tokio::test]
    async fn a_panic_while_decoding_fails_one_record() {
        let split = |event: &Value| batch(event, AfterFailure::Continue);
        let decode = |text: String| {
            assert_ne!(text, "bad");
            Ok(text.len())
        };
        let nothing = |_: usize| async { Ok::<(), std::fmt::Error>(()) };
        let reply = records(invocation(json!(["a", "bad", "b"])), LONGEST, split, decode, nothing).await;
        assert_eq!(
            reply.unwrap(),
            json!({"batchItemFailures": [{"itemIdentifier": "id-1"}]})
        );
    }
}
