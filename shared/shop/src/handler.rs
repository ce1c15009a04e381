//! A function's handler, bound to the use case that it needs.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use events::invocation::{Invocation, Reply};

use crate::settings::Shop;

/// Serves one invocation.
pub type Handler = Box<dyn Fn(Invocation) -> Pin<Box<dyn Future<Output = Reply> + Send>> + Send + Sync>;

/// One row of the table: a function's name, which is also the name of its crate, and how its handler is built.
pub struct Function {
    /// Like `orders-place`.
    pub name: &'static str,
    build: fn(&Shop) -> Handler,
}

impl Function {
    pub(crate) const fn new(name: &'static str, build: fn(&Shop) -> Handler) -> Self {
        Self { name, build }
    }

    /// The handler over the ports and settings of `shop`.
    pub fn handler(&self, shop: &Shop) -> Handler {
        (self.build)(shop)
    }
}

/// Binds `handle` to the use case that every invocation shares.
pub(crate) fn handler<U, F, Fut>(use_case: U, handle: F) -> Handler
where
    U: Send + Sync + 'static,
    F: Fn(Invocation, Arc<U>) -> Fut + Send + Sync + 'static,
    Fut: Future<Output = Reply> + Send + 'static,
{
    let use_case = Arc::new(use_case);
    Box::new(move |invocation| Box::pin(handle(invocation, Arc::clone(&use_case))))
}
