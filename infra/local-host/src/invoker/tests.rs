//! Invocations as their callers see them, with handlers that tests write.

use std::sync::atomic::{AtomicU32, Ordering};

use adapter_embedded::executions::Workflow;
use events::invocation::{FunctionError, Reply};
use serde_json::json;
use shop::Handler;
use tokio::sync::mpsc;

use super::*;

fn invoker<F, Fut>(timeout: Duration, handler: F) -> Invoker
where
    F: Fn(Invocation) -> Fut + Send + Sync + 'static,
    Fut: Future<Output = Reply> + Send + 'static,
{
    reserving(None, timeout, handler)
}

fn reserving<F, Fut>(reserved_concurrency: Option<u32>, timeout: Duration, handler: F) -> Invoker
where
    F: Fn(Invocation) -> Fut + Send + Sync + 'static,
    Fut: Future<Output = Reply> + Send + 'static,
{
    let handler = Arc::new(handler);
    let build: BuildHandler = Box::new(move || {
        let handler = Arc::clone(&handler);
        let built: Handler = Box::new(move |invocation| Box::pin(handler(invocation)));
        built
    });
    let function = Function {
        name: "one".to_owned(),
        timeout,
        memory_mb: 256,
        reserved_concurrency,
        build,
    };
    let backlog = Arc::new(Backlog::new(Vec::new()));
    Invoker::new(BTreeMap::from([("One".to_owned(), function)]), backlog, Arc::default())
}

const LONG: Duration = Duration::from_mins(1);

#[tokio::test]
async fn the_first_invocation_of_a_function_is_a_cold_start_and_each_has_its_own_id() {
    let invoker = invoker(LONG, |invocation| async move {
        Ok(json!([invocation.context.cold_start, invocation.context.request_id]))
    });
    let first = invoker.invoke("One", json!({}), Source::HttpWrite).await.unwrap();
    let second = invoker.invoke("One", json!({}), Source::Queue).await.unwrap();
    assert_eq!((&first[0], &second[0]), (&json!(true), &json!(false)));
    assert_ne!(first[1], second[1]);
}

#[tokio::test]
async fn an_error_keeps_its_name_and_an_unknown_function_is_one() {
    let invoker = invoker(LONG, |_| async { Err(FunctionError::new("OutOfStock", "none left")) });
    let error = invoker
        .invoke("One", json!({}), Source::Workflow(Workflow::OrderSaga))
        .await
        .unwrap_err();
    assert_eq!(
        (error.error_type.as_str(), error.message.as_str()),
        ("OutOfStock", "none left")
    );
    assert_eq!(
        invoker
            .invoke("Two", json!({}), Source::HttpWrite)
            .await
            .unwrap_err()
            .error_type,
        NOT_FOUND
    );
}

#[tokio::test]
async fn a_panic_is_a_failed_invocation_and_leaves_its_place() {
    let invoker = invoker(LONG, |_| async { panic!("on purpose") });
    for _ in 0..=BACKGROUND.running {
        assert_eq!(
            invoker
                .invoke("One", json!({}), Source::Queue)
                .await
                .unwrap_err()
                .error_type,
            EXITED
        );
    }
}

#[tokio::test]
async fn an_invocation_that_is_out_of_time_is_reported_and_still_runs_to_its_end() {
    let (release, released) = mpsc::channel::<()>(1);
    let released = Arc::new(tokio::sync::Mutex::new(released));
    let ended = Arc::new(AtomicU32::new(0));
    let counter = Arc::clone(&ended);
    let invoker = invoker(Duration::from_millis(10), move |_| {
        let (released, counter) = (Arc::clone(&released), Arc::clone(&counter));
        async move {
            released.lock().await.recv().await;
            counter.fetch_add(1, Ordering::SeqCst);
            Ok(Value::Null)
        }
    });
    let error = invoker
        .invoke("One", json!({}), Source::Workflow(Workflow::OrderSaga))
        .await
        .unwrap_err();
    assert_eq!(error.error_type, TIMED_OUT);
    assert_eq!(error.message, "Task timed out after 0.01 seconds");
    assert_eq!(ended.load(Ordering::SeqCst), 0);
    release.send(()).await.unwrap();
    invoker.drain().await;
    assert_eq!(ended.load(Ordering::SeqCst), 1);
    assert_eq!(invoker.log().to_json()[0]["outcome"], TIMED_OUT);
}

#[tokio::test]
async fn an_invocation_outlives_its_caller() {
    let (report, mut reported) = mpsc::channel::<&'static str>(2);
    let gate = Arc::new(Semaphore::new(0));
    let closed = Arc::clone(&gate);
    let invoker = Arc::new(invoker(LONG, move |_| {
        let (report, gate) = (report.clone(), Arc::clone(&closed));
        async move {
            report.send("begun").await.unwrap();
            drop(gate.acquire().await);
            report.send("ended").await.unwrap();
            Ok(Value::Null)
        }
    }));
    let caller = {
        let invoker = Arc::clone(&invoker);
        tokio::spawn(async move { invoker.invoke("One", json!({}), Source::HttpWrite).await })
    };
    assert_eq!(reported.recv().await, Some("begun"));
    caller.abort();
    gate.add_permits(1);
    assert_eq!(reported.recv().await, Some("ended"));
}

/// A handler that returns when the gate opens.
fn gated(
    gate: &Arc<Semaphore>,
) -> impl Fn(Invocation) -> std::pin::Pin<Box<dyn Future<Output = Reply> + Send>> + use<> {
    let gate = Arc::clone(gate);
    move |_| {
        let gate = Arc::clone(&gate);
        Box::pin(async move {
            drop(gate.acquire().await);
            Ok(Value::Null)
        })
    }
}

fn start(invoker: &Arc<Invoker>, source: Source) -> JoinHandle<Result<Value, InvokeFailure>> {
    let invoker = Arc::clone(invoker);
    tokio::spawn(async move { invoker.invoke("One", json!({}), source).await })
}

/// Waits until so many environments are busy.
async fn until_busy(invoker: &Invoker, count: usize) {
    loop {
        let shown = invoker.environments();
        let list = shown["functions"][0]["environments"].as_array().unwrap();
        if list.iter().filter(|environment| environment["state"] == "busy").count() == count {
            return;
        }
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn environments_are_started_when_all_are_busy_and_stay_for_the_next_events() {
    let gate = Arc::new(Semaphore::new(0));
    let invoker = Arc::new(invoker(LONG, gated(&gate)));
    let running = [start(&invoker, Source::HttpRead), start(&invoker, Source::Queue)];
    until_busy(&invoker, 2).await;
    gate.add_permits(1);
    for invocation in running {
        invocation.await.unwrap().unwrap();
    }
    invoker.invoke("One", json!({}), Source::HttpRead).await.unwrap();
    let shown = invoker.environments();
    let function = &shown["functions"][0];
    assert_eq!(
        (&function["function"], &function["logical_id"]),
        (&json!("one"), &json!("One"))
    );
    assert_eq!(
        (&function["memory_mb"], &function["cold_starts"]),
        (&json!(256), &json!(2))
    );
    let served = function["environments"].as_array().unwrap().iter();
    let invocations: Vec<u64> = served.map(|one| one["invocations"].as_u64().unwrap()).collect();
    assert_eq!(invocations.iter().sum::<u64>(), 3);
}

#[tokio::test]
async fn a_function_without_concurrency_is_throttled_at_once() {
    let invoker = reserving(Some(0), LONG, |_| async { Ok(Value::Null) });
    for source in [Source::HttpRead, Source::Workflow(Workflow::OrderSaga)] {
        let failure = invoker.invoke("One", json!({}), source).await.unwrap_err();
        assert_eq!(failure.error_type, THROTTLED);
    }
    assert_eq!(invoker.environments()["functions"][0]["throttles"], 2);
}

#[tokio::test]
async fn a_reserved_concurrency_is_obeyed_and_a_request_is_refused_when_it_has_waited_too_long() {
    let gate = Arc::new(Semaphore::new(0));
    let invoker = Arc::new(reserving(Some(1), LONG, gated(&gate)));
    let first = start(&invoker, Source::HttpWrite);
    until_busy(&invoker, 1).await;
    let refused = invoker.invoke("One", json!({}), Source::HttpWrite).await.unwrap_err();
    assert_eq!(refused.error_type, THROTTLED);
    let shown = invoker.environments();
    assert_eq!(shown["functions"][0]["reserved_concurrency"], 1);
    assert_eq!(shown["functions"][0]["throttles"], 1);
    assert_eq!(shown["functions"][0]["environments"].as_array().unwrap().len(), 1);
    gate.add_permits(1);
    first.await.unwrap().unwrap();
}

#[tokio::test]
async fn background_work_that_waits_for_something_keeps_neither_requests_nor_other_work_waiting() {
    let gate = Arc::new(Semaphore::new(0));
    let invoker = Arc::new(invoker(LONG, gated(&gate)));
    // More than may begin at once: each leaves its place after a while, and another one begins.
    let count = BACKGROUND.at_once * 2;
    let running: Vec<_> = (0..count)
        .map(|_| start(&invoker, Source::Workflow(Workflow::OrderSaga)))
        .collect();
    until_busy(&invoker, count).await;
    let request = start(&invoker, Source::HttpWrite);
    until_busy(&invoker, count + 1).await;
    gate.add_permits(1);
    request.await.unwrap().unwrap();
    for invocation in running {
        invocation.await.unwrap().unwrap();
    }
}

#[tokio::test]
async fn writes_are_refused_while_background_work_is_too_far_behind_and_reads_are_not() {
    let invoker = invoker(LONG, |_| async { Ok(Value::Null) });
    assert!(!invoker.refuses(Source::HttpWrite));
    let mut admitted = 0;
    while !invoker.refuses(Source::HttpWrite) {
        invoker.invoke("One", json!({}), Source::HttpWrite).await.unwrap();
        admitted += 1;
    }
    let backlog = &invoker.environments()["backlog"];
    assert_eq!(backlog["units"], admitted);
    assert_eq!(backlog["units"], backlog["units_max"]);
    for source in [
        Source::HttpRead,
        Source::Workflow(Workflow::OrderSaga),
        Source::Stream,
        Source::Queue,
        Source::Event,
    ] {
        assert!(!invoker.refuses(source), "{source:?}");
    }
}

#[tokio::test]
async fn a_host_that_stops_lets_invocations_end_and_begins_no_other() {
    let gate = Arc::new(Semaphore::new(0));
    let invoker = Arc::new(invoker(LONG, gated(&gate)));
    let first = start(&invoker, Source::HttpWrite);
    until_busy(&invoker, 1).await;
    let draining = tokio::spawn({
        let invoker = Arc::clone(&invoker);
        async move { invoker.drain().await }
    });
    gate.add_permits(1);
    draining.await.unwrap();
    first.await.unwrap().unwrap();
    let mut late = std::pin::pin!(invoker.invoke("One", json!({}), Source::HttpWrite));
    assert!(futures_util::poll!(&mut late).is_pending());
}
