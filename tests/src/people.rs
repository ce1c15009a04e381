//! Who are the people of a test, how do they sign in, and which mails do they get?

use std::sync::Arc;

use crate::cloud::Cognito;

/// Where people come from, and where their mails end up.
#[derive(Clone)]
pub enum People {
    /// The local host's own issuer, and its outbox.
    LocalHost,
    /// A user pool, and the mails that the local cloud took.
    Cognito(Arc<Cognito>),
}

/// A mail, as far as a test looks at it.
#[derive(Debug, Clone)]
pub struct Mail {
    pub to: Vec<String>,
    pub text: String,
    pub html: String,
}
