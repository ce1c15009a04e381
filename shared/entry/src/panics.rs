//! How does a panic become a value, with the place where it happened?

use std::any::Any;
use std::cell::{Cell, RefCell};
use std::future::{Future, poll_fn};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::sync::Once;
use std::task::Poll;

/// A panic message may hold anything; a log line takes this much of it.
const MESSAGE_CHARS_MAX: usize = 500;

/// A caught panic. For logs only: its message is internal.
#[derive(Debug)]
pub(crate) struct Panicked {
    pub(crate) message: String,
    /// `file:line:column`, or `unknown` when another panic hook has displaced ours.
    pub(crate) location: String,
}

thread_local! {
    static CATCHING_DEPTH: Cell<u32> = const { Cell::new(0) };
    static LAST_LOCATION: RefCell<Option<String>> = const { RefCell::new(None) };
}

/// Runs `work` and returns its panic, if any, as an error.
///
/// What `work` leaves behind is thrown away with it, which is what makes `AssertUnwindSafe` true here.
pub(crate) fn catching<T>(work: impl FnOnce() -> T) -> Result<T, Panicked> {
    install_hook();
    CATCHING_DEPTH.set(CATCHING_DEPTH.get() + 1);
    let outcome = catch_unwind(AssertUnwindSafe(work));
    CATCHING_DEPTH.set(CATCHING_DEPTH.get() - 1);
    outcome.map_err(|payload| Panicked {
        message: message_of(payload.as_ref()),
        location: LAST_LOCATION.take().unwrap_or_else(|| "unknown".to_owned()),
    })
}

/// The same for a future: a panic in any of its polls ends it.
pub(crate) async fn catching_future<T>(future: impl Future<Output = T>) -> Result<T, Panicked> {
    let mut future = pin!(future);
    poll_fn(|context| match catching(|| future.as_mut().poll(context)) {
        Ok(poll) => poll.map(Ok),
        Err(panicked) => Poll::Ready(Err(panicked)),
    })
    .await
}

/// Only a hook is told where a panic happened. Ours stays silent about those that are caught and logged by the caller,
/// and leaves all others to the hook that was there before.
fn install_hook() {
    static INSTALLED: Once = Once::new();
    INSTALLED.call_once(|| {
        let previous = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |info| {
            if CATCHING_DEPTH.get() == 0 {
                previous(info);
                return;
            }
            LAST_LOCATION.set(info.location().map(ToString::to_string));
        }));
    });
}

fn message_of(payload: &(dyn Any + Send)) -> String {
    let message = payload
        .downcast_ref::<&'static str>()
        .copied()
        .or_else(|| payload.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("panic without a text");
    message.chars().take(MESSAGE_CHARS_MAX).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_comes_back_with_its_message_and_place() {
        let panicked = catching(|| panic!("out of mugs")).unwrap_err();
        assert_eq!(panicked.message, "out of mugs");
        assert!(panicked.location.contains("panics.rs:"), "{}", panicked.location);
    }

    #[test]
    fn a_panic_with_a_strange_payload_or_a_huge_text_is_caught_too() {
        assert_eq!(
            catching(|| std::panic::panic_any(7)).unwrap_err().message,
            "panic without a text"
        );
        let huge = "ä".repeat(10_000);
        let panicked = catching(|| panic!("{huge}")).unwrap_err();
        assert_eq!(panicked.message.chars().count(), MESSAGE_CHARS_MAX);
    }

    #[tokio::test]
    async fn a_future_may_panic_after_it_has_waited() {
        let outcome = catching_future(async {
            tokio::task::yield_now().await;
            panic!("late");
        })
        .await;
        assert_eq!(outcome.unwrap_err().message, "late");
    }

    #[tokio::test]
    async fn a_future_without_a_panic_is_not_changed() {
        let answer = catching_future(async {
            tokio::task::yield_now().await;
            42
        });
        assert_eq!(answer.await.unwrap(), 42);
    }
}
