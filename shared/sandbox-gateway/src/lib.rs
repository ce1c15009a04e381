//! A payment provider for tests and demos: its decisions and its ledger.
//!
//! A pure state machine over one payment. The adapters store its payments and its ledger. As in the test mode of a real
//! provider, the payment token decides the answer:
//!
//! | token | behaviour |
//! |---|---|
//! | `tok_ok` | authorizes and captures |
//! | a token of [`payment::declined_token`], like `tok_declined` | declines every authorization |
//! | `tok_flaky` | two authorizations of a payment fail transiently, the third succeeds |
//! | `tok_down` | never answers an authorization |
//! | `tok_capture_fails` | authorizes, then refuses the capture |
//! | `tok_later_ok` and the others of [`notices`] | answers later, by notices |
//!
//! Any other token is declined like `tok_declined`.

#![warn(missing_docs)]

pub mod ledger;
pub mod notices;
pub mod payment;
#[cfg(test)]
mod tests;
