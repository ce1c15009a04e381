//! What would a payment provider do? A sandbox with its own durable books, apart from the shop's.
//!
//! Like a provider's test mode it is steered by the payment token:
//!
//! | token | behaviour |
//! |---|---|
//! | `tok_ok` | authorizes and captures |
//! | `tok_declined`, `tok_insufficient_funds` | declines, for good |
//! | `tok_flaky` | two authorizations of a payment fail transiently, the third succeeds |
//! | `tok_down` | never answers an authorization |
//! | `tok_capture_fails` | authorizes, then refuses the capture |
//!
//! Any other token is declined.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use domain::fulfilment::ports::{Authorization, Capture, DeclineReason, PaymentGateway, Refund, Void};
use domain::ports::{Clock, PortFailure};
use domain::values::{Money, OrderId, PaymentToken, Timestamp};
use rusqlite::Connection;

use crate::gateway_books::{self as books, Payment, State};
use crate::schema::GATEWAY;
use crate::{Database, DatabaseFault};

pub use crate::gateway_books::{LedgerEntry, LedgerEvent};

/// How long we wait for an answer of `tok_down`.
pub const ANSWER_TIMEOUT: Duration = Duration::from_secs(2);
/// Authorizations of one payment with `tok_flaky` that fail.
const FLAKY_FAILURES: u32 = 2;

#[derive(Clone)]
pub struct SandboxGateway {
    database: Database,
    clock: Arc<dyn Clock>,
    answer_timeout: Duration,
}

/// How the provider let us down. Nothing was moved, but a caller cannot know.
#[derive(Debug, thiserror::Error)]
enum GatewayFault {
    #[error("the gateway answered 503")]
    Unavailable,
    #[error("the gateway did not answer in time")]
    TimedOut,
}

/// What becomes of an authorization, before it is told.
enum Authorizing {
    Answered(Authorization),
    Unavailable,
    Unanswered,
}

impl SandboxGateway {
    /// Opens or creates the provider's own file.
    pub fn open(path: &Path, clock: Arc<dyn Clock>, answer_timeout: Duration) -> Result<Self, DatabaseFault> {
        let database = Database::open_as(&GATEWAY, path)?;
        Ok(Self {
            database,
            clock,
            answer_timeout,
        })
    }

    pub fn in_memory(clock: Arc<dyn Clock>, answer_timeout: Duration) -> Result<Self, DatabaseFault> {
        let database = Database::in_memory_as(&GATEWAY)?;
        Ok(Self {
            database,
            clock,
            answer_timeout,
        })
    }

    /// Every movement so far, oldest first.
    pub async fn ledger(&self) -> Result<Vec<LedgerEntry>, PortFailure> {
        self.database.call("read gateway ledger", books::ledger).await
    }

    /// Finds the payment, lets `decide` answer and change it, and keeps the change, in one transaction.
    async fn on<T: Send + 'static>(
        &self,
        action: &'static str,
        payment: &OrderId,
        decide: impl FnOnce(&Books<'_>, &mut Payment) -> rusqlite::Result<T> + Send + 'static,
    ) -> Result<T, PortFailure> {
        let (payment, at) = (payment.clone(), self.clock.now());
        self.database
            .call(action, move |connection| {
                let mut found = books::find(connection, &payment)?;
                let books = Books {
                    connection,
                    payment: &payment,
                    at,
                };
                let answer = decide(&books, &mut found)?;
                books::store(connection, &payment, &found)?;
                Ok(answer)
            })
            .await
    }
}

/// The page of one payment.
struct Books<'a> {
    connection: &'a Connection,
    payment: &'a OrderId,
    at: Timestamp,
}

impl Books<'_> {
    fn enter(&self, event: LedgerEvent, amount: Option<Money>) -> rusqlite::Result<()> {
        books::enter(self.connection, self.payment, event, amount, self.at)
    }
}

#[async_trait]
impl PaymentGateway for SandboxGateway {
    async fn authorize(
        &self,
        payment: &OrderId,
        amount: Money,
        token: &PaymentToken,
    ) -> Result<Authorization, PortFailure> {
        const ACTION: &str = "authorize payment";
        let token = token.clone();
        let authorizing = self
            .on(ACTION, payment, move |books, payment| match payment.state {
                State::New => authorize(books, payment, amount, &token),
                State::Authorized | State::Captured => Ok(Authorizing::Answered(Authorization::Authorized)),
                State::Declined(reason) => Ok(Authorizing::Answered(Authorization::Declined(reason))),
                State::Voided | State::Refunded => Ok(Authorizing::Answered(Authorization::Closed)),
            })
            .await?;
        match authorizing {
            Authorizing::Answered(answer) => Ok(answer),
            Authorizing::Unavailable => Err(PortFailure::transient(ACTION, GatewayFault::Unavailable)),
            Authorizing::Unanswered => {
                tokio::time::sleep(self.answer_timeout).await;
                Err(PortFailure::transient(ACTION, GatewayFault::TimedOut))
            }
        }
    }

    async fn capture(&self, payment: &OrderId) -> Result<Capture, PortFailure> {
        self.on("capture payment", payment, |books, payment| match payment.state {
            State::Authorized if payment.refuses_capture => Ok(Capture::Refused),
            State::Authorized => {
                payment.state = State::Captured;
                books.enter(LedgerEvent::Captured, payment.amount)?;
                Ok(Capture::Captured)
            }
            State::Captured => Ok(Capture::Captured),
            State::Voided | State::Refunded => Ok(Capture::Closed),
            State::New | State::Declined(_) => Ok(Capture::NotAuthorized),
        })
        .await
    }

    async fn void(&self, payment: &OrderId) -> Result<Void, PortFailure> {
        self.on("void payment", payment, |books, payment| match payment.state {
            State::Captured | State::Refunded => Ok(Void::AlreadyCaptured),
            State::Voided => Ok(Void::Voided),
            // Also a payment never seen: what arrives late finds it closed.
            State::New | State::Authorized | State::Declined(_) => {
                let held = payment.amount.filter(|_| payment.state == State::Authorized);
                payment.state = State::Voided;
                books.enter(LedgerEvent::Voided, held)?;
                Ok(Void::Voided)
            }
        })
        .await
    }

    async fn refund(&self, payment: &OrderId) -> Result<Refund, PortFailure> {
        self.on("refund payment", payment, |books, payment| {
            match (payment.state, payment.amount) {
                (State::Captured, Some(amount)) => {
                    payment.state = State::Refunded;
                    books.enter(LedgerEvent::Refunded, Some(amount))?;
                    Ok(Refund::Refunded(amount))
                }
                (State::Refunded, Some(amount)) => Ok(Refund::Refunded(amount)),
                _ => Ok(Refund::NothingCaptured),
            }
        })
        .await
    }
}

fn authorize(
    books: &Books<'_>,
    payment: &mut Payment,
    amount: Money,
    token: &PaymentToken,
) -> rusqlite::Result<Authorizing> {
    match token.reveal() {
        "tok_flaky" if payment.failures < FLAKY_FAILURES => {
            payment.failures += 1;
            return Ok(Authorizing::Unavailable);
        }
        "tok_down" => return Ok(Authorizing::Unanswered),
        "tok_ok" | "tok_flaky" => {}
        "tok_capture_fails" => payment.refuses_capture = true,
        other => {
            let reason = match other {
                "tok_insufficient_funds" => DeclineReason::InsufficientFunds,
                _ => DeclineReason::Declined,
            };
            payment.state = State::Declined(reason);
            return Ok(Authorizing::Answered(Authorization::Declined(reason)));
        }
    }
    payment.state = State::Authorized;
    payment.amount = Some(amount);
    books.enter(LedgerEvent::Authorized, Some(amount))?;
    Ok(Authorizing::Answered(Authorization::Authorized))
}
