//! The body of `POST /payments/events`: an event of the payment provider.

use domain::fulfilment::payment_results::PaymentEventKind;
use domain::values::{OrderId, TEXT_ID_BYTES_MAX};
use serde_json::Value;

use crate::body_fault::{BodyFault, BodyReader};

/// `{"id": "evt-1", "type": "payment.authorized", "order_id": "…", "occurred_at": "2026-11-01T10:00:00Z"}`.
///
/// A provider may add members, so unknown ones are ignored. An event is about one payment, and its effect does not
/// depend on `id` and `occurred_at`: they are checked, and are for people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PaymentEventBody {
    /// The order that the payment is for.
    pub order: OrderId,
    /// What happened to the payment.
    pub kind: PaymentEventKind,
}

impl PaymentEventBody {
    /// Reports every fault of the body.
    pub fn read(body: &Value) -> Result<Self, Vec<BodyFault>> {
        let mut reader = BodyReader::default();
        let read = read_event(&mut reader, body);
        match read {
            Some(event) if reader.faults.is_empty() => Ok(event),
            _ => Err(reader.faults),
        }
    }
}

fn read_event(reader: &mut BodyReader, body: &Value) -> Option<PaymentEventBody> {
    let Some(members) = body.as_object() else {
        reader.fault(&[], "must be an object");
        return None;
    };
    let id = reader.text(members, &["id"]);
    if id.is_some_and(|id| !(1..=TEXT_ID_BYTES_MAX).contains(&id.len())) {
        reader.fault(&["id"], format!("must have 1 to {TEXT_ID_BYTES_MAX} bytes"));
    }
    let kind = reader.text(members, &["type"]);
    let kind = kind.and_then(|text| {
        let names = PaymentEventKind::ALL.map(PaymentEventKind::as_str).join(", ");
        reader.checked(
            &["type"],
            PaymentEventKind::parse(text).ok_or(format!("must be one of {names}")),
        )
    });
    let order = reader.text(members, &["order_id"]);
    let order = order.and_then(|text| reader.checked(&["order_id"], OrderId::parse(text)));
    let occurred_at = reader.text(members, &["occurred_at"]);
    if occurred_at.is_some_and(|text| text.parse::<jiff::Timestamp>().is_err()) {
        reader.fault(&["occurred_at"], "must be a time of RFC 3339 with an offset");
    }
    Some(PaymentEventBody {
        order: order?,
        kind: kind?,
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::body_fault::tests::lines;

    fn body() -> Value {
        json!({
            "id": "evt-1", "type": "payment.authorized", "order_id": "order-1", "occurred_at": "2026-11-01T10:00:00Z",
        })
    }

    #[test]
    fn every_kind_of_event_is_read_and_unknown_members_are_ignored() {
        for kind in PaymentEventKind::ALL {
            let mut event = body();
            event["type"] = json!(kind.as_str());
            event["livemode"] = json!(false);
            let expected = PaymentEventBody {
                order: OrderId::parse("order-1").unwrap(),
                kind,
            };
            assert_eq!(PaymentEventBody::read(&event), Ok(expected));
        }
    }

    #[test]
    fn every_fault_is_named() {
        for (member, value, fault) in [
            ("id", json!(""), "/id: must have 1 to"),
            ("id", json!(7), "/id: must be a text"),
            (
                "type",
                json!("payment.voided"),
                "/type: must be one of payment.authorized, ",
            ),
            ("order_id", json!("../1"), "/order_id: "),
            ("occurred_at", json!("yesterday"), "/occurred_at: must be a time"),
            ("occurred_at", json!(1_793_527_200), "/occurred_at: must be a text"),
        ] {
            let mut event = body();
            event[member] = value;
            let faults = lines(&PaymentEventBody::read(&event).unwrap_err());
            assert!(
                faults.len() == 1 && faults[0].starts_with(fault),
                "{member}: {faults:?}"
            );
        }
        let missing = lines(&PaymentEventBody::read(&json!({})).unwrap_err());
        assert_eq!(
            missing,
            ["id", "type", "order_id", "occurred_at"].map(|name| format!("/{name}: is missing"))
        );
        assert_eq!(
            lines(&PaymentEventBody::read(&json!([])).unwrap_err()),
            ["/: must be an object"]
        );
    }
}
