//! What does an operator see of an order that was set aside?

use domain::fulfilment::parked::ParkedCase;
use serde::Serialize;

use crate::money::MoneyJson;
use crate::time::rfc3339;

/// Neither the payment token nor an address: whoever needs them looks where they are kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ParkedOrderJson {
    pub order_id: String,
    pub customer_id: String,
    pub total: MoneyJson,
    /// PENDING or CANCELLING.
    pub parked_from: &'static str,
    /// RFC 3339.
    pub parked_at: String,
    /// The execution that ended: an ARN on AWS, a name on the local host.
    pub execution: String,
    pub error: String,
    pub cause: String,
    /// What we noted last of the payment; `null` when it was never heard of. The gateway's ledger decides.
    pub payment: Option<&'static str>,
    pub items: Vec<HeldItemJson>,
    pub correlation_id: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct HeldItemJson {
    pub sku: String,
    pub quantity: u32,
}

impl From<&ParkedCase> for ParkedOrderJson {
    fn from(case: &ParkedCase) -> Self {
        let (order, parking) = (&case.parked.order, &case.parked.parking);
        let items = order.lines.iter().map(|line| HeldItemJson {
            sku: line.sku.to_string(),
            quantity: line.quantity.units(),
        });
        Self {
            order_id: order.id.to_string(),
            customer_id: order.customer.as_str().to_owned(),
            total: order.total.into(),
            parked_from: case.parked.parked_from.as_str(),
            parked_at: rfc3339(order.updated_at),
            execution: parking.execution.clone(),
            error: parking.error.clone(),
            cause: parking.cause.clone(),
            payment: case.payment.map(|record| record.state.as_str()),
            items: items.collect(),
            correlation_id: order.correlation_id.as_str().to_owned(),
        }
    }
}
