//! Who are the people of a test, and how do they sign in?

use std::sync::Arc;

use crate::cognito::Cognito;

/// Where people come from, and where their mails end up.
#[derive(Clone)]
pub enum People {
    /// The local host's own issuer, and its outbox.
    LocalHost,
    /// A user pool, and the mails that the local cloud took.
    Cognito(Arc<Cognito>),
}
