//! What does an invocation look like from outside? A thread of its own, a deadline, and an end that no caller can prevent.
//!
//! As on Lambda: an invocation that is out of time is reported as `Sandbox.Timedout`, and one whose caller has gone goes
//! on. One deviation: Lambda freezes what is out of time, here it runs to its end. The sagas have to bear a late original
//! anyway, and here they are made to.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use async_trait::async_trait;
use events::invocation::{Invocation, InvocationContext, Reply};
use serde_json::Value;
use shop::Handler;
use telemetry::context::on_correlation;
use tokio::runtime::Handle;
use tokio::sync::{Notify, OwnedSemaphorePermit, Semaphore};
use tokio::task::JoinHandle;

use crate::events::clock::now_ms;
use crate::functions::{Functions, InvokeFailure};
use crate::invocation_log::{Begun, InvocationLog};

/// Invocations on behalf of requests at the same time; more of them wait. They have places of their own, so that a flood
/// of events does not keep a customer waiting.
const REQUESTS_AT_ONCE: u32 = 100;
/// All other invocations at the same time. Together well below the runtime's 512 blocking threads: an invocation holds
/// one while it waits for another that works on the database.
const EVENTS_AT_ONCE: u32 = 200;
const HTTP: &str = "http";

const TIMED_OUT: &str = "Sandbox.Timedout";
/// What Lambda says of a process that ended in the middle of an invocation.
const EXITED: &str = "Runtime.ExitError";
const NOT_FOUND: &str = "ResourceNotFoundException";

/// A function as a library has it: an event and its context in, a reply out.
pub(crate) struct Function {
    /// Its name in logs, like `orders-place`.
    pub(crate) name: String,
    pub(crate) timeout: Duration,
    pub(crate) handler: Handler,
}

pub(crate) struct Invoker {
    /// By logical id.
    functions: BTreeMap<String, Arc<Environment>>,
    requests: Arc<Semaphore>,
    events: Arc<Semaphore>,
    log: Arc<InvocationLog>,
    /// Rung whenever an invocation ends: it may have left work in an outbox.
    wake: Arc<Notify>,
}

struct Environment {
    function: Function,
    warm: AtomicBool,
}

impl Invoker {
    pub(crate) fn new(functions: BTreeMap<String, Function>, wake: Arc<Notify>) -> Self {
        let functions = functions.into_iter().map(|(logical_id, function)| {
            let environment = Environment {
                function,
                warm: AtomicBool::new(false),
            };
            (logical_id, Arc::new(environment))
        });
        let log = Arc::new(InvocationLog::default());
        let learning = Arc::clone(&log);
        on_correlation(move |request_id, correlation_id| learning.correlate(request_id, correlation_id));
        Self {
            functions: functions.collect(),
            requests: Arc::new(Semaphore::new(REQUESTS_AT_ONCE as usize)),
            events: Arc::new(Semaphore::new(EVENTS_AT_ONCE as usize)),
            log,
            wake,
        }
    }

    pub(crate) fn log(&self) -> &InvocationLog {
        &self.log
    }

    /// Begins no further invocation, and waits until all have ended.
    pub(crate) async fn drain(&self) {
        for (places, count) in [(&self.requests, REQUESTS_AT_ONCE), (&self.events, EVENTS_AT_ONCE)] {
            // Never closed before here; closed, nobody holds a place any more.
            if let Ok(all) = places.acquire_many(count).await {
                places.close();
                drop(all);
            }
        }
    }

    /// Runs on a thread of its own: decoding a photo must not stall what serves requests.
    fn begin(&self, environment: &Arc<Environment>, event: Value, source: &'static str) -> Begin {
        let cold_start = !environment.warm.swap(true, Ordering::Relaxed);
        let function = &environment.function;
        let timeout_ms = u64::try_from(function.timeout.as_millis()).unwrap_or(u64::MAX);
        let context = InvocationContext {
            function_name: function.name.clone(),
            request_id: uuid::Uuid::new_v4().to_string(),
            deadline_ms: u64::try_from(now_ms()).unwrap_or_default().saturating_add(timeout_ms),
            ends_at: Some(Instant::now() + function.timeout),
            trace_id: None,
            cold_start,
        };
        let request_id = &context.request_id;
        let begun = Begun {
            function: &function.name,
            source,
            request_id,
            cold_start,
            event: &event,
        };
        Begin {
            number: self.log.begin(&begun),
            invocation: Invocation {
                event: event.into(),
                context,
            },
        }
    }

    fn carry_through(
        &self,
        environment: Arc<Environment>,
        begin: Begin,
        place: OwnedSemaphorePermit,
    ) -> JoinHandle<Reply> {
        let (log, wake, runtime) = (Arc::clone(&self.log), Arc::clone(&self.wake), Handle::current());
        tokio::task::spawn_blocking(move || {
            let reply = runtime.block_on((environment.function.handler)(begin.invocation));
            match &reply {
                Ok(answer) => log.end(begin.number, "ok", Some(answer)),
                Err(error) => log.end(begin.number, &error.error_type, None),
            }
            drop(place);
            wake.notify_waiters();
            reply
        })
    }
}

struct Begin {
    number: u64,
    invocation: Invocation,
}

#[async_trait]
impl Functions for Invoker {
    async fn invoke(&self, logical_id: &str, event: Value, source: &'static str) -> Result<Value, InvokeFailure> {
        let Some(environment) = self.functions.get(logical_id) else {
            return Err(failure(NOT_FOUND, format!("there is no function {logical_id}")));
        };
        let places = if source == HTTP { &self.requests } else { &self.events };
        let Ok(place) = Arc::clone(places).acquire_owned().await else {
            // The host is stopping. An answer would count as a failed attempt; without one the event is still where it
            // came from, and the next start finds it there.
            return std::future::pending().await;
        };
        let begin = self.begin(environment, event, source);
        let number = begin.number;
        let timeout = environment.function.timeout;
        let ended = self.carry_through(Arc::clone(environment), begin, place);
        match tokio::time::timeout(timeout, ended).await {
            Ok(Ok(reply)) => reply.map_err(|error| failure(error.error_type, error.error_message)),
            Ok(Err(panicked)) => {
                tracing::error!(
                    function = logical_id,
                    error = &panicked as &dyn std::error::Error,
                    "invocation broke off"
                );
                self.log.end(number, EXITED, None);
                Err(failure(EXITED, "the function ended without an answer"))
            }
            Err(_) => {
                self.log.end(number, TIMED_OUT, None);
                Err(failure(
                    TIMED_OUT,
                    format!("Task timed out after {:.2} seconds", timeout.as_secs_f64()),
                ))
            }
        }
    }
}

fn failure(error_type: impl Into<String>, message: impl Into<String>) -> InvokeFailure {
    InvokeFailure {
        error_type: error_type.into(),
        message: message.into(),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::AtomicU32;

    use events::invocation::FunctionError;
    use serde_json::json;
    use tokio::sync::mpsc;

    use super::*;

    fn invoker<F, Fut>(timeout: Duration, handler: F) -> Invoker
    where
        F: Fn(Invocation) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Reply> + Send + 'static,
    {
        let handler: Handler = Box::new(move |invocation| Box::pin(handler(invocation)));
        let function = Function {
            name: "one".to_owned(),
            timeout,
            handler,
        };
        Invoker::new(BTreeMap::from([("One".to_owned(), function)]), Arc::new(Notify::new()))
    }

    const LONG: Duration = Duration::from_mins(1);

    #[tokio::test]
    async fn the_first_invocation_of_a_function_is_a_cold_start_and_each_has_its_own_id() {
        let invoker = invoker(LONG, |invocation| async move {
            Ok(json!([invocation.context.cold_start, invocation.context.request_id]))
        });
        let first = invoker.invoke("One", json!({}), "http").await.unwrap();
        let second = invoker.invoke("One", json!({}), "sqs").await.unwrap();
        assert_eq!((&first[0], &second[0]), (&json!(true), &json!(false)));
        assert_ne!(first[1], second[1]);
    }

    #[tokio::test]
    async fn an_error_keeps_its_name_and_an_unknown_function_is_one() {
        let invoker = invoker(LONG, |_| async { Err(FunctionError::new("OutOfStock", "none left")) });
        let error = invoker.invoke("One", json!({}), "workflow").await.unwrap_err();
        assert_eq!(
            (error.error_type.as_str(), error.message.as_str()),
            ("OutOfStock", "none left")
        );
        assert_eq!(
            invoker.invoke("Two", json!({}), "http").await.unwrap_err().error_type,
            NOT_FOUND
        );
    }

    #[tokio::test]
    async fn a_panic_is_a_failed_invocation_and_leaves_its_place() {
        let invoker = invoker(LONG, |_| async { panic!("on purpose") });
        for _ in 0..=EVENTS_AT_ONCE {
            assert_eq!(
                invoker.invoke("One", json!({}), "sqs").await.unwrap_err().error_type,
                EXITED
            );
        }
    }

    #[tokio::test]
    async fn what_is_out_of_time_is_reported_and_still_runs_to_its_end() {
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
        let error = invoker.invoke("One", json!({}), "workflow").await.unwrap_err();
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
        let (tell, mut told) = mpsc::channel::<&'static str>(2);
        let gate = Arc::new(Semaphore::new(0));
        let closed = Arc::clone(&gate);
        let invoker = Arc::new(invoker(LONG, move |_| {
            let (tell, gate) = (tell.clone(), Arc::clone(&closed));
            async move {
                tell.send("begun").await.unwrap();
                drop(gate.acquire().await);
                tell.send("ended").await.unwrap();
                Ok(Value::Null)
            }
        }));
        let caller = {
            let invoker = Arc::clone(&invoker);
            tokio::spawn(async move { invoker.invoke("One", json!({}), "http").await })
        };
        assert_eq!(told.recv().await, Some("begun"));
        caller.abort();
        gate.add_permits(1);
        assert_eq!(told.recv().await, Some("ended"));
    }
}
