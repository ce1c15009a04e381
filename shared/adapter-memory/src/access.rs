//! How do the ports reach the tables? Through an [`Access`], which decides what becomes of each call.

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

/// Carries the calls of the ports to the tables. Every call has a name, `{table}.{operation}`.
///
/// An effect is a `Fn`: an access may apply it twice, or long after its caller gave up.
pub trait Access: Send + Sync + 'static {
    /// A call that changes nothing.
    fn read<T: Send>(
        &self,
        operation: &'static str,
        look: impl FnOnce(&Tables) -> T + Send,
    ) -> impl Future<Output = Result<T, Trouble>> + Send;

    /// A call with one atomic effect.
    fn write<T: Send + 'static>(
        &self,
        operation: &'static str,
        effect: impl Fn(&mut Tables) -> T + Send + 'static,
    ) -> impl Future<Output = Result<T, Trouble>> + Send;

    /// A write that no client repeats on its own, because the other side accepts no idempotency key.
    fn write_once<T: Send + 'static>(
        &self,
        operation: &'static str,
        effect: impl Fn(&mut Tables) -> T + Send + 'static,
    ) -> impl Future<Output = Result<T, Trouble>> + Send;

    /// Waits for a provider that does not answer.
    fn wait(&self, duration: Duration) -> impl Future<Output = ()> + Send;
}

/// Every port of the domain, over one access to the tables.
pub struct Ports<A>(pub Arc<A>);

impl<A> Clone for Ports<A> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<A: Access> Ports<A> {
    pub async fn read<T: Send>(
        &self,
        operation: &'static str,
        look: impl FnOnce(&Tables) -> T + Send,
    ) -> Result<T, PortFailure> {
        self.0.read(operation, look).await.map_err(failure(operation))
    }

    pub async fn write<T: Send + 'static>(
        &self,
        operation: &'static str,
        effect: impl Fn(&mut Tables) -> T + Send + 'static,
    ) -> Result<T, PortFailure> {
        self.0.write(operation, effect).await.map_err(failure(operation))
    }
}

/// A call that did not answer may be tried again. Its action is the name of the call.
pub(crate) fn failure(operation: &'static str) -> impl FnOnce(Trouble) -> PortFailure {
    move |trouble| PortFailure::transient(operation, trouble)
}
