//! The sandbox gateway's decisions on one payment.

use std::time::Duration;

use domain::fulfilment::payment_results::PaymentEventKind;
use domain::fulfilment::ports::{Authorization, Capture, Refund, Void};
use domain::values::{DeclineReason, Money, PaymentToken};

use crate::ledger::{LedgerEvent, Movement};
use crate::notices::{self, Notice};

/// How long a caller waits for an answer to `tok_down`.
pub const ANSWER_TIMEOUT: Duration = Duration::from_secs(2);
/// How many authorizations of one payment with `tok_flaky` fail.
const FLAKY_FAILURES: u32 = 2;

/// The payment token that the gateway declines for this reason.
pub fn declined_token(reason: DeclineReason) -> &'static str {
    match reason {
        DeclineReason::PaymentDeclined => "tok_declined",
        DeclineReason::InsufficientFunds => "tok_insufficient_funds",
    }
}

/// Why the gateway declines this token. An unknown token is declined without a specific reason.
fn decline_reason(token: &str) -> DeclineReason {
    let reason = DeclineReason::ALL
        .into_iter()
        .find(|reason| declined_token(*reason) == token);
    reason.unwrap_or(DeclineReason::PaymentDeclined)
}

/// The gateway's record of a payment. The default is the record of a payment that it has not received a call for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Payment {
    /// The last decision of the provider.
    pub state: State,
    /// Present once authorized.
    pub amount: Option<Money>,
    /// Set by `tok_capture_fails`: every capture is refused.
    pub refuses_capture: bool,
    /// Authorizations that failed transiently.
    pub failures: u32,
    /// The provider answers by notices.
    pub answers_later: bool,
}

/// The state of a payment in the gateway's books.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum State {
    /// No call yet, or only calls that failed.
    #[default]
    New,
    /// The amount is held.
    Authorized,
    /// The authorization was declined, for this reason.
    Declined(DeclineReason),
    /// The amount was taken.
    Captured,
    /// Nothing is held, and nothing ever will be.
    Voided,
    /// The amount was returned.
    Refunded,
}

/// The answer to the caller, to be sent once the changed payment and the movement are stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Decision<T> {
    /// The answer for the caller.
    pub answer: T,
    /// The new entry of the ledger, if money moved.
    pub movement: Option<Movement>,
    /// What the provider reports to the shop later.
    pub notices: &'static [Notice],
}

/// The provider failed. No money was moved, but the caller cannot know that.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum GatewayFault {
    /// The answer is 503 Service Unavailable.
    #[error("the gateway answered 503")]
    Unavailable,
    /// An adapter returns this after [`ANSWER_TIMEOUT`], not before.
    #[error("the gateway did not answer in time")]
    TimedOut,
}

impl Payment {
    /// Decides on an authorization.
    pub fn authorize(&mut self, amount: Money, token: &PaymentToken) -> Decision<Result<Authorization, GatewayFault>> {
        match self.state {
            State::New => self.decide_authorization(amount, token),
            State::Authorized | State::Captured | State::Declined(_) if self.answers_later => {
                without_movement(Ok(Authorization::Pending))
            }
            State::Authorized | State::Captured => without_movement(Ok(Authorization::Authorized)),
            State::Declined(reason) => without_movement(Ok(Authorization::Declined(reason))),
            State::Voided | State::Refunded => without_movement(Ok(Authorization::Closed)),
        }
    }

    /// Decides on a capture.
    pub fn capture(&mut self) -> Decision<Capture> {
        match self.state {
            State::Authorized if self.refuses_capture => without_movement(Capture::Refused),
            State::Authorized => {
                self.state = State::Captured;
                let decision = with_movement(Capture::Captured, LedgerEvent::Captured, self.amount);
                self.noticed(decision, notices::CAPTURED)
            }
            State::Captured => without_movement(Capture::Captured),
            State::Voided | State::Refunded => without_movement(Capture::Closed),
            State::New | State::Declined(_) => without_movement(Capture::NotAuthorized),
        }
    }

    /// Decides on a void.
    pub fn void(&mut self) -> Decision<Void> {
        match self.state {
            State::Captured | State::Refunded => without_movement(Void::AlreadyCaptured),
            State::Voided => without_movement(Void::Voided),
            // Also a payment without a call so far: an authorization that arrives later finds it closed.
            State::New | State::Authorized | State::Declined(_) => {
                let held = self.amount.filter(|_| self.state == State::Authorized);
                self.state = State::Voided;
                with_movement(Void::Voided, LedgerEvent::Voided, held)
            }
        }
    }

    /// Decides on a refund.
    pub fn refund(&mut self) -> Decision<Refund> {
        match (self.state, self.amount) {
            (State::Captured, Some(amount)) => {
                self.state = State::Refunded;
                let decision = with_movement(Refund::Refunded(amount), LedgerEvent::Refunded, Some(amount));
                self.noticed(decision, notices::REFUNDED)
            }
            (State::Refunded, Some(amount)) => without_movement(Refund::Refunded(amount)),
            (
                State::New | State::Authorized | State::Declined(_) | State::Captured | State::Voided | State::Refunded,
                _,
            ) => without_movement(Refund::NothingCaptured),
        }
    }

    fn decide_authorization(
        &mut self,
        amount: Money,
        token: &PaymentToken,
    ) -> Decision<Result<Authorization, GatewayFault>> {
        match token.reveal() {
            "tok_flaky" if self.failures < FLAKY_FAILURES => {
                self.failures += 1;
                return without_movement(Err(GatewayFault::Unavailable));
            }
            "tok_down" => return without_movement(Err(GatewayFault::TimedOut)),
            "tok_ok" | "tok_flaky" => {}
            "tok_capture_fails" => self.refuses_capture = true,
            token => match notices::of(token) {
                Some(notices) => return self.decide_later(amount, notices),
                None => return self.decline(decline_reason(token)),
            },
        }
        self.state = State::Authorized;
        self.amount = Some(amount);
        with_movement(Ok(Authorization::Authorized), LedgerEvent::Authorized, self.amount)
    }

    /// The provider decides at once and reports it later. A capture that is reported first was made with the
    /// authorization.
    fn decide_later(
        &mut self,
        amount: Money,
        notices: &'static [Notice],
    ) -> Decision<Result<Authorization, GatewayFault>> {
        self.answers_later = true;
        let (state, event) = match notices.first().map(|notice| notice.kind) {
            Some(PaymentEventKind::Declined) => {
                self.state = State::Declined(DeclineReason::PaymentDeclined);
                let decision = without_movement(Ok(Authorization::Pending));
                return Decision { notices, ..decision };
            }
            Some(PaymentEventKind::Captured) => (State::Captured, LedgerEvent::Captured),
            Some(PaymentEventKind::Authorized | PaymentEventKind::Refunded) | None => {
                (State::Authorized, LedgerEvent::Authorized)
            }
        };
        (self.state, self.amount) = (state, Some(amount));
        let decision = with_movement(Ok(Authorization::Pending), event, self.amount);
        Decision { notices, ..decision }
    }

    /// Adds the notices of a provider that answers later.
    fn noticed<T>(&self, decision: Decision<T>, notices: &'static [Notice]) -> Decision<T> {
        if self.answers_later {
            Decision { notices, ..decision }
        } else {
            decision
        }
    }

    fn decline(&mut self, reason: DeclineReason) -> Decision<Result<Authorization, GatewayFault>> {
        self.state = State::Declined(reason);
        without_movement(Ok(Authorization::Declined(reason)))
    }
}

impl State {
    /// Every state.
    pub fn all() -> impl Iterator<Item = Self> {
        let undeclined = [
            Self::New,
            Self::Authorized,
            Self::Captured,
            Self::Voided,
            Self::Refunded,
        ];
        undeclined.into_iter().chain(DeclineReason::ALL.map(Self::Declined))
    }

    /// The name that the stored payment has.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::New => "NEW",
            Self::Authorized => "AUTHORIZED",
            Self::Declined(DeclineReason::PaymentDeclined) => "DECLINED",
            Self::Declined(DeclineReason::InsufficientFunds) => "INSUFFICIENT_FUNDS",
            Self::Captured => "CAPTURED",
            Self::Voided => "VOIDED",
            Self::Refunded => "REFUNDED",
        }
    }

    /// The reverse of [`Self::as_str`].
    pub fn parse(text: &str) -> Option<Self> {
        Self::all().find(|state| state.as_str() == text)
    }
}

fn without_movement<T>(answer: T) -> Decision<T> {
    Decision {
        answer,
        movement: None,
        notices: &[],
    }
}

fn with_movement<T>(answer: T, event: LedgerEvent, amount: Option<Money>) -> Decision<T> {
    Decision {
        answer,
        movement: Some(Movement { event, amount }),
        notices: &[],
    }
}
