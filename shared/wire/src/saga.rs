//! The inputs that the sagas give to their steps, and the answers of the steps.
//!
//! The state machine files build these inputs from the execution's own, so that no step depends on what an earlier one
//! answered. An answer is for people who read the execution's history.

use domain::fulfilment::notice::Notice;
use domain::fulfilment::payment_results::WaitToken;
use domain::fulfilment::ports::{Refund, SagaStart};
use domain::values::{CorrelationId, OrderId, RejectionReason};
use serde::de::{Deserializer, Error as _};
use serde::{Deserialize, Serialize, Serializer};

use crate::money::MoneyJson;

/// The input of an execution, and of every step that needs no more: `{"order_id": …, "correlation_id": …}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct SagaInput {
    /// The order that the saga is for.
    #[serde(serialize_with = "write_order_id", deserialize_with = "read_order_id")]
    #[cfg_attr(feature = "schema", schemars(schema_with = "crate::schema::identifier"))]
    pub order_id: OrderId,
    /// Of the request that led here; every step logs under it.
    #[serde(serialize_with = "write_correlation_id", deserialize_with = "read_correlation_id")]
    #[cfg_attr(feature = "schema", schemars(schema_with = "crate::schema::correlation_id"))]
    pub correlation_id: CorrelationId,
}

/// The input of the step that rejects an order.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct RejectInput {
    /// The members that every step gets.
    #[serde(flatten)]
    pub saga: SagaInput,
    /// The reason that the customer reads.
    #[serde(deserialize_with = "read_reason")]
    #[cfg_attr(feature = "schema", schemars(schema_with = "crate::schema::rejection_reason"))]
    pub reason: RejectionReason,
}

/// The input of the step that notifies the customer.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct NotifyInput {
    /// The members that every step gets.
    #[serde(flatten)]
    pub saga: SagaInput,
    /// Which mail to send.
    #[serde(deserialize_with = "read_notice")]
    #[cfg_attr(feature = "schema", schemars(schema_with = "crate::schema::notice"))]
    pub notice: Notice,
}

/// The input of the step that waits for the payment's result.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct AwaitPaymentInput {
    /// The members that every step gets.
    #[serde(flatten)]
    pub saga: SagaInput,
    /// What ends the wait.
    #[serde(deserialize_with = "read_wait_token")]
    #[cfg_attr(feature = "schema", schemars(schema_with = "crate::schema::wait_token"))]
    pub task_token: WaitToken,
}

/// The answer of most steps.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct StepOutcome {
    /// What holds now, whether this attempt or an earlier one brought it about, like `RESERVED`.
    pub outcome: &'static str,
}

/// The answer of the step that returns money.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct RefundOutcome {
    /// `REFUNDED`, or `NOTHING_CAPTURED`.
    pub outcome: &'static str,
    /// The returned amount; absent if nothing was captured.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refunded: Option<MoneyJson>,
}

impl From<&SagaStart> for SagaInput {
    fn from(start: &SagaStart) -> Self {
        let SagaStart {
            // Decides which state machine gets the input.
            kind: _,
            order,
            correlation_id,
        } = start;
        Self {
            order_id: order.clone(),
            correlation_id: correlation_id.clone(),
        }
    }
}

impl From<Refund> for RefundOutcome {
    fn from(refund: Refund) -> Self {
        match refund {
            Refund::Refunded(amount) => Self {
                outcome: "REFUNDED",
                refunded: Some(amount.into()),
            },
            Refund::NothingCaptured => Self {
                outcome: "NOTHING_CAPTURED",
                refunded: None,
            },
        }
    }
}

fn write_order_id<S: Serializer>(id: &OrderId, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(id.as_str())
}

fn write_correlation_id<S: Serializer>(id: &CorrelationId, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(id.as_str())
}

fn read_order_id<'de, D: Deserializer<'de>>(deserializer: D) -> Result<OrderId, D::Error> {
    OrderId::parse(&String::deserialize(deserializer)?).map_err(D::Error::custom)
}

fn read_correlation_id<'de, D: Deserializer<'de>>(deserializer: D) -> Result<CorrelationId, D::Error> {
    CorrelationId::parse(&String::deserialize(deserializer)?).map_err(D::Error::custom)
}

fn read_reason<'de, D: Deserializer<'de>>(deserializer: D) -> Result<RejectionReason, D::Error> {
    RejectionReason::parse(&String::deserialize(deserializer)?)
        .ok_or_else(|| D::Error::custom("the reason is not one that an order is rejected for"))
}

fn read_wait_token<'de, D: Deserializer<'de>>(deserializer: D) -> Result<WaitToken, D::Error> {
    WaitToken::parse(&String::deserialize(deserializer)?).map_err(D::Error::custom)
}

fn read_notice<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Notice, D::Error> {
    Notice::parse(&String::deserialize(deserializer)?)
        .ok_or_else(|| D::Error::custom("the notice is not one that customers are given"))
}

#[cfg(test)]
mod tests {
    use domain::fulfilment::ports::SagaKind;
    use domain::values::{Currency, Money};
    use serde_json::json;

    use super::*;

    #[test]
    fn the_input_of_an_execution_reads_back() {
        let start = SagaStart {
            kind: SagaKind::Order,
            order: OrderId::parse("order-1").unwrap(),
            correlation_id: CorrelationId::parse("request-1").unwrap(),
        };
        let input = json!(SagaInput::from(&start));
        assert_eq!(input, json!({"order_id": "order-1", "correlation_id": "request-1"}));
        assert_eq!(
            serde_json::from_value::<SagaInput>(input).unwrap(),
            SagaInput::from(&start)
        );
    }

    #[test]
    fn an_input_with_a_strange_id_reason_or_notice_is_refused() {
        let read = |input| serde_json::from_value::<SagaInput>(input).is_ok();
        assert!(!read(json!({"order_id": "../1", "correlation_id": "request-1"})));
        assert!(!read(json!({"order_id": "order-1", "correlation_id": "a b"})));
        assert!(!read(json!({"order_id": "order-1"})));
        let reject = |reason| {
            let input = json!({"order_id": "order-1", "correlation_id": "request-1", "reason": reason});
            serde_json::from_value::<RejectInput>(input)
                .map(|input| input.reason)
                .ok()
        };
        assert_eq!(reject("capture_refused"), Some(RejectionReason::CaptureRefused));
        assert_eq!(reject("bad_mood"), None);
        let notify = |notice| {
            let input = json!({"order_id": "order-1", "correlation_id": "request-1", "notice": notice});
            serde_json::from_value::<NotifyInput>(input)
                .map(|input| input.notice)
                .ok()
        };
        assert_eq!(notify("CONFIRMED"), Some(Notice::Confirmed));
        assert_eq!(notify("confirmed"), None);
    }

    #[test]
    fn a_refund_says_how_much_went_back() {
        let money = Money::new(2_500, Currency::parse("EUR").unwrap()).unwrap();
        assert_eq!(
            json!(RefundOutcome::from(Refund::Refunded(money))),
            json!({"outcome": "REFUNDED", "refunded": {"amount_minor": 2500, "currency": "EUR"}})
        );
        assert_eq!(
            json!(RefundOutcome::from(Refund::NothingCaptured)),
            json!({"outcome": "NOTHING_CAPTURED"})
        );
    }
}
