//! How the users of a test sign in, and where their mails arrive.

use std::sync::Arc;

use crate::cognito::Cognito;

/// The source of tokens and of mails.
#[derive(Clone)]
pub enum People {
    /// The token issuer and the outbox of the local host.
    LocalHost,
    /// A user pool, and the mails of the local cloud.
    Cognito(Arc<Cognito>),
}
