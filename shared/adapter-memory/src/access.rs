//! The [`Access`] through which the ports reach the tables, and which can delay, repeat or fail each call.

use std::sync::Arc;
use std::time::Duration;

use domain::ports::PortFailure;

use crate::tables::Tables;

/// Why a port did not answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Trouble {
    /// Nothing was changed.
    #[error("the call was refused")]
    Refused,
    /// The change was made, and the caller does not know.
    #[error("the answer got lost")]
    AnswerLost,
}

/// Every port of the domain, over one access to the tables.
pub struct Ports<A>(pub Arc<A>);

/// Carries the calls of the ports to the tables. Every call has a name, `{table}.{operation}`.
///
/// An effect is a `Fn`: an access may apply it twice, or long after its caller gave up.
pub trait Access: Send + Sync + 'static {
    /// A call that changes nothing.
    fn read<T: Send>(
        &self,
        operation: &'static str,
        look: impl FnOnce(&Tables) -> T + Send,
    ) -> impl Future<Output = Result<T, PortFailure>> + Send;

    /// A call with one atomic effect.
    fn write<T: Send + 'static>(
        &self,
        operation: &'static str,
        effect: impl Fn(&mut Tables) -> T + Send + 'static,
    ) -> impl Future<Output = Result<T, PortFailure>> + Send;

    /// A write that no client repeats on its own, because the other side accepts no idempotency key.
    fn write_once(
        &self,
        operation: &'static str,
        effect: impl Fn(&mut Tables) + Send + 'static,
    ) -> impl Future<Output = Result<(), Trouble>> + Send;

    /// Waits for a provider that does not answer.
    fn wait(&self, duration: Duration) -> impl Future<Output = ()> + Send;
}

/// A call that did not answer may be tried again. Its action is the name of the call.
pub fn failure(operation: &'static str) -> impl Fn(Trouble) -> PortFailure {
    move |trouble| PortFailure::transient(operation, trouble)
}
