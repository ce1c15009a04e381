//! Collects what an invocation counts and calls, and reports it once, before the function answers.

use std::cell::RefCell;
use std::future::{Future, poll_fn};
use std::mem;
use std::pin::Pin;

use events::invocation::InvocationContext;

use crate::metric::{Counts, Metric};
use crate::trace::Trace;
use crate::xray;

thread_local! {
    /// Of the invocation that is being polled on this thread. Not one for the process: the local host has many at once.
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

    pub(crate) fn request_id(&self) -> &str {
        &self.request_id
    }

    fn report(self) {
        self.counts.write_line(&self.function, &self.request_id);
        self.trace.send();
    }
}

/// Runs the work of an invocation under its observation.
///
/// The work comes pinned, since it is large: moved here, it would be copied. Tasks that it spawns are not seen; no handler
/// leaves anything of weight to one.
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

/// The current invocation's observation; `None` where none runs.
pub(crate) fn with<T>(observe: impl FnOnce(&mut Observation) -> T) -> Option<T> {
    CURRENT.with_borrow_mut(|current| current.as_deref_mut().map(observe))
}

/// An observation in its place, for the length of one poll, whichever way that ends.
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

    fn seen_request_id() -> Option<String> {
        with(|observation| observation.request_id.clone())
    }

    #[tokio::test]
    async fn each_of_two_invocations_on_one_thread_sees_its_own() {
        let of = |request_id: &str| {
            let mut context = context();
            request_id.clone_into(&mut context.request_id);
            async move {
                let work = pin!(async {
                    let mut seen = Vec::new();
                    for _ in 0..3 {
                        seen.extend(seen_request_id());
                        tokio::task::yield_now().await;
                    }
                    seen
                });
                observed(Observation::of(&context), work).await
            }
        };
        let (first, second) = tokio::join!(of("1"), of("2"));
        assert_eq!((first.concat(), second.concat()), ("111".to_owned(), "222".to_owned()));
        assert_eq!(seen_request_id(), None);
    }
}
