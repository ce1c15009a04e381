//! Collects the counts and spans of an invocation, and reports them once, before the function answers.

use std::cell::RefCell;
use std::future::{Future, poll_fn};
use std::mem;
use std::pin::Pin;

use events::invocation::InvocationContext;

use crate::metric::{Counts, Metric};
use crate::trace::Trace;
use crate::xray;

thread_local! {
    /// The observation of the invocation that this thread polls. The local host runs many invocations in one process.
    static CURRENT: RefCell<Option<Box<Observation>>> = const { RefCell::new(None) };
}

/// The counts and spans of one invocation.
pub struct Observation {
    pub(crate) counts: Counts,
    pub(crate) trace: Trace,
    function: String,
    request_id: String,
}

impl Observation {
    /// An observation for this invocation. It counts a cold start.
    pub fn of(context: &InvocationContext) -> Self {
        let mut counts = Counts::default();
        if context.cold_start {
            counts.add(Metric::ColdStarts, 1);
        }
        Self {
            counts,
            trace: Trace::of(context, xray::is_available()),
            function: context.function_name.clone(),
            request_id: context.request_id.clone(),
        }
    }

    fn report(self) {
        self.counts.write_line(&self.function, &self.request_id);
        self.trace.send();
    }
}

/// Runs the work of an invocation under its observation.
///
/// The work is passed pinned, because moving such a large future would copy it. Counts and calls of spawned tasks are
/// not collected; no handler counts or calls in one.
pub async fn observed<T>(observation: Observation, mut work: Pin<&mut impl Future<Output = T>>) -> T {
    let mut slot = Some(Box::new(observation));
    let answer = poll_fn(|context| {
        let _placed = Placed::new(&mut slot);
        work.as_mut().poll(context)
    })
    .await;
    if let Some(observation) = slot {
        observation.report();
    }
    answer
}

/// Calls `observe` with the observation of the current invocation; `None` outside an invocation.
pub(crate) fn with<T>(observe: impl FnOnce(&mut Observation) -> T) -> Option<T> {
    CURRENT.with_borrow_mut(|current| current.as_deref_mut().map(observe))
}

/// Makes an observation the current one for the length of one poll, even if the poll panics.
struct Placed<'slot>(&'slot mut Option<Box<Observation>>);

impl<'slot> Placed<'slot> {
    fn new(slot: &'slot mut Option<Box<Observation>>) -> Self {
        CURRENT.with_borrow_mut(|current| mem::swap(current, slot));
        Self(slot)
    }
}

impl Drop for Placed<'_> {
    fn drop(&mut self) {
        CURRENT.with_borrow_mut(|current| mem::swap(current, self.0));
    }
}

#[cfg(test)]
mod tests {
    use std::pin::pin;

    use super::*;
    use crate::samples::context;

    fn current_request_id() -> Option<String> {
        with(|observation| observation.request_id.clone())
    }

    #[tokio::test]
    async fn two_invocations_on_one_thread_have_separate_observations() {
        let of = |request_id: &str| {
            let mut context = context();
            request_id.clone_into(&mut context.request_id);
            async move {
                let work = pin!(async {
                    let mut ids = Vec::new();
                    for _ in 0..3 {
                        ids.extend(current_request_id());
                        tokio::task::yield_now().await;
                    }
                    ids
                });
                observed(Observation::of(&context), work).await
            }
        };
        let (first, second) = tokio::join!(of("1"), of("2"));
        assert_eq!((first.concat(), second.concat()), ("111".to_owned(), "222".to_owned()));
        assert_eq!(current_request_id(), None);
    }
}
