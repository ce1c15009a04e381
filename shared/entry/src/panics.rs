//! Catches panics and returns them as errors, with message and source location.

use std::any::Any;
use std::cell::{Cell, RefCell};
use std::future::{Future, poll_fn};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::sync::Once;
use std::task::Poll;

/// Characters of a panic message that a log line keeps; a message can have any length.
const MESSAGE_CHARS_MAX: usize = 500;

/// A caught panic. For logs only: its message may contain internal data.
#[derive(Debug)]
pub(crate) struct Panicked {
    pub(crate) message: String,
    /// `file:line:column`, or `unknown` if another panic hook replaced ours.
    pub(crate) location: String,
}

thread_local! {
    static CATCHING_DEPTH: Cell<u32> = const { Cell::new(0) };
    static LAST_LOCATION: RefCell<Option<String>> = const { RefCell::new(None) };
}

/// Runs `work` and returns its panic, if any, as an error.
///
/// `AssertUnwindSafe` holds: after a panic nothing that `work` changed is used again.
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

/// Only a panic hook gets the location of a panic. Ours stores it for panics that are caught here, whose caller logs
/// them, and passes all others to the previous hook.
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
        .unwrap_or("panic without a message");
    message.chars().take(MESSAGE_CHARS_MAX).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_is_returned_with_its_message_and_location() {
        let panicked = catching(|| panic!("out of mugs")).unwrap_err();
        assert_eq!(panicked.message, "out of mugs");
        assert!(panicked.location.contains("panics.rs:"), "{}", panicked.location);
    }

    #[test]
    fn a_panic_with_a_strange_payload_or_a_huge_message_is_caught_too() {
        assert_eq!(
            catching(|| std::panic::panic_any(7)).unwrap_err().message,
            "panic without a message"
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
