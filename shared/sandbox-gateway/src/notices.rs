//! The second sandbox provider, which answers later: what it reports for each token, and when.
//!
//! | token | reports |
//! |---|---|
//! | `tok_later_ok` | the authorization, and then what becomes of the money |
//! | `tok_later_declined` | that it declines |
//! | `tok_later_twice` | the authorization, twice |
//! | `tok_later_reordered` | the capture, which it makes with the authorization, before the authorization |
//! | `tok_later_silent` | nothing, although it holds the amount |

use std::time::Duration;

use domain::fulfilment::payment_results::PaymentEventKind;

/// A report to the shop.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Notice {
    /// What is reported.
    pub kind: PaymentEventKind,
    /// How long after the decision.
    pub after: Duration,
}

/// Long enough that the shop waits for it, short enough for a demo.
const SOON: Duration = Duration::from_secs(1);
/// After every notice of [`SOON`].
const LATER: Duration = Duration::from_secs(3);

/// After a capture.
pub(crate) const CAPTURED: &[Notice] = &[notice(PaymentEventKind::Captured, SOON)];
/// After a refund.
pub(crate) const REFUNDED: &[Notice] = &[notice(PaymentEventKind::Refunded, SOON)];

const OK: &[Notice] = &[notice(PaymentEventKind::Authorized, SOON)];
const DECLINED: &[Notice] = &[notice(PaymentEventKind::Declined, SOON)];
const TWICE: &[Notice] = &[
    notice(PaymentEventKind::Authorized, SOON),
    notice(PaymentEventKind::Authorized, LATER),
];
const REORDERED: &[Notice] = &[
    notice(PaymentEventKind::Captured, SOON),
    notice(PaymentEventKind::Authorized, LATER),
];
const SILENT: &[Notice] = &[];

/// The tokens of this provider, and what it reports for each.
pub const TOKENS: [(&str, &[Notice]); 5] = [
    ("tok_later_ok", OK),
    ("tok_later_declined", DECLINED),
    ("tok_later_twice", TWICE),
    ("tok_later_reordered", REORDERED),
    ("tok_later_silent", SILENT),
];

/// `None` for a token of the provider that answers at once.
pub(crate) fn of(token: &str) -> Option<&'static [Notice]> {
    let found = TOKENS.iter().find(|(name, _)| *name == token);
    found.map(|(_, notices)| *notices)
}

const fn notice(kind: PaymentEventKind, after: Duration) -> Notice {
    Notice { kind, after }
}
