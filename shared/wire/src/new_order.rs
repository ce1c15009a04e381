//! The body of `POST /orders`.

use domain::orders::order::NewOrderLine;
use domain::values::{
    ORDER_LINES_MAX, OrderLines, OrderLinesFault, PaymentToken, Quantity, QuantityOutOfRange, Sku, order_lines_faults,
};
use serde_json::Value;

use crate::body_fault::{BodyFault, BodyReader};

/// `{"items": [{"sku": "MUG-01", "quantity": 2}], "payment_token": "tok_ok"}`, 1 to 50 items.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewOrderBody {
    /// 1 to 50, each product once.
    pub items: OrderLines<NewOrderLine>,
    /// The means of payment, from the payment provider's form.
    pub payment_token: PaymentToken,
}

impl NewOrderBody {
    /// Reports everything that can be said without the catalog, in the order of the body.
    pub fn read(body: &Value) -> Result<Self, Vec<BodyFault>> {
        let mut reader = BodyReader::default();
        let read = read_order(&mut reader, body);
        match read {
            Some(order) if reader.faults.is_empty() => Ok(order),
            _ => Err(reader.faults),
        }
    }
}

fn read_order(reader: &mut BodyReader, body: &Value) -> Option<NewOrderBody> {
    let members = reader.object(body, &[], &["items", "payment_token"])?;
    let items = reader.array(members, &["items"]);
    let items = items.and_then(|items| read_items(reader, items));
    let payment_token = reader.text(members, &["payment_token"]);
    let payment_token = payment_token.and_then(|text| reader.checked(&["payment_token"], PaymentToken::parse(text)));
    Some(NewOrderBody {
        items: items?,
        payment_token: payment_token?,
    })
}

fn read_items(reader: &mut BodyReader, values: &[Value]) -> Option<OrderLines<NewOrderLine>> {
    let skus: Vec<Option<Sku>> = values.iter().map(readable_sku).collect();
    let skus: Vec<Option<&Sku>> = skus.iter().map(Option::as_ref).collect();
    let faults = order_lines_faults(&skus);
    if faults.contains(&OrderLinesFault::Empty) || faults.contains(&OrderLinesFault::TooMany) {
        reader.fault(&["items"], format!("must have 1 to {ORDER_LINES_MAX} items"));
    }
    let mut items = Vec::with_capacity(values.len());
    for (line, value) in values.iter().enumerate() {
        let is_repeated = faults.contains(&OrderLinesFault::RepeatedSku { line });
        items.push(read_item(reader, &line.to_string(), value, is_repeated));
    }
    OrderLines::new(items.into_iter().collect::<Option<_>>()?).ok()
}

fn readable_sku(value: &Value) -> Option<Sku> {
    Sku::parse(value.get("sku")?.as_str()?).ok()
}

fn read_item(reader: &mut BodyReader, index: &str, value: &Value, is_repeated: bool) -> Option<NewOrderLine> {
    let members = reader.object(value, &["items", index], &["sku", "quantity"])?;
    let path = ["items", index, "sku"];
    let sku = reader.text(members, &path);
    let sku = sku.and_then(|text| reader.checked(&path, Sku::parse(text)));
    if is_repeated {
        reader.fault(&path, "is the sku of an earlier item");
    }
    let path = ["items", index, "quantity"];
    let units = reader.whole_number(members, &path);
    let quantity = units.and_then(|units| {
        let units = u32::try_from(units).map_err(|_| QuantityOutOfRange);
        reader.checked(&path, units.and_then(Quantity::new))
    });
    Some(NewOrderLine {
        sku: sku?,
        quantity: quantity?,
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::body_fault::tests::lines;

    fn faults(body: &Value) -> Vec<String> {
        lines(&NewOrderBody::read(body).unwrap_err())
    }

    #[test]
    fn a_body_is_read_into_domain_types() {
        let body = json!({"items": [{"sku": "MUG-01", "quantity": 2}], "payment_token": "tok_ok"});
        let order = NewOrderBody::read(&body).unwrap();
        assert_eq!(order.items[0].sku.as_str(), "MUG-01");
        assert_eq!(order.items[0].quantity.units(), 2);
        assert_eq!(order.payment_token.reveal(), "tok_ok");
    }

    #[test]
    fn every_fault_is_told_with_its_place() {
        let body = json!({
            "items": [
                {"sku": "MUG-01", "quantity": 0},
                {"sku": "", "quantity": 100, "colour": "red"},
                {"quantity": 1.5},
                "MUG-02",
                {"sku": "MUG-01", "quantity": -1},
            ],
            "payment_token": "two words",
            "note": "hurry",
        });
        assert_eq!(
            faults(&body),
            [
                "/note: is not a member of this object",
                "/items/0/quantity: a quantity is between 1 and 99",
                "/items/1/colour: is not a member of this object",
                "/items/1/sku: the sku is empty",
                "/items/1/quantity: a quantity is between 1 and 99",
                "/items/2/sku: is missing",
                "/items/2/quantity: must be a whole number and not negative",
                "/items/3: must be an object",
                "/items/4/sku: is the sku of an earlier item",
                "/items/4/quantity: must be a whole number and not negative",
                "/payment_token: the identifier has a character that is not allowed",
            ]
        );
    }

    #[test]
    fn an_order_has_one_to_fifty_items() {
        let body = |count: usize| {
            let items: Vec<Value> = (0..count)
                .map(|n| json!({"sku": format!("S{n}"), "quantity": 1}))
                .collect();
            json!({"items": items, "payment_token": "tok_ok"})
        };
        assert!(NewOrderBody::read(&body(1)).is_ok() && NewOrderBody::read(&body(50)).is_ok());
        assert_eq!(faults(&body(0)), ["/items: must have 1 to 50 items"]);
        assert_eq!(faults(&body(51)), ["/items: must have 1 to 50 items"]);
    }

    #[test]
    fn what_is_no_order_at_all_is_one_fault() {
        for body in [json!(null), json!([]), json!("order"), json!(7)] {
            assert_eq!(faults(&body), ["/: must be an object"]);
        }
        let huge = json!({"items": [{"sku": "A", "quantity": u64::MAX}], "payment_token": "tok_ok"});
        assert_eq!(faults(&huge), ["/items/0/quantity: a quantity is between 1 and 99"]);
    }

    #[test]
    fn a_fault_never_quotes_the_payment_token() {
        let body = json!({"items": [], "payment_token": "tok secret"});
        assert!(!faults(&body).concat().contains("secret"));
    }
}
