//! What would a payment provider answer, and what would its ledger say?
//!
//! A sandbox, as a pure state machine over one payment: whoever keeps the books stores what comes out of it. Like a
//! provider's test mode it is steered by the payment token:
//!
//! | token | behaviour |
//! |---|---|
//! | `tok_ok` | authorizes and captures |
//! | a token of [`payment::declined_token`], like `tok_declined` | declines every authorization |
//! | `tok_flaky` | two authorizations of a payment fail transiently, the third succeeds |
//! | `tok_down` | never answers an authorization |
//! | `tok_capture_fails` | authorizes, then refuses the capture |
//!
//! Any other token is declined like `tok_declined`.

pub mod ledger;
pub mod payment;
#[cfg(test)]
mod tests;
