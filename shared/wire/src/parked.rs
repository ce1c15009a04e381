//! What does an operator see of an order that was set aside?

use domain::fulfilment::parked::ParkedCase;
use domain::fulfilment::ports::{FulfilmentOrder, ParkedOrder, Parking, StockLine};
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
        let ParkedCase {
            parked:
                ParkedOrder {
                    order,
                    parked_from,
                    parking:
                        Parking {
                            execution,
                            error,
                            cause,
                        },
                },
            payment,
        } = case;
        let FulfilmentOrder {
            id,
            customer,
            lines,
            total,
            // A secret.
            payment_token: _,
            // PARKED; and only a rejected order has a reason.
            status: _,
            reason: _,
            correlation_id,
            updated_at,
        } = order;
        let items = lines.iter().map(|StockLine { sku, quantity }| HeldItemJson {
            sku: sku.to_string(),
            quantity: quantity.units(),
        });
        Self {
            order_id: id.to_string(),
            customer_id: customer.as_str().to_owned(),
            total: (*total).into(),
            parked_from: parked_from.as_str(),
            parked_at: rfc3339(*updated_at),
            execution: execution.clone(),
            error: error.clone(),
            cause: cause.clone(),
            payment: payment.map(|record| record.state.as_str()),
            items: items.collect(),
            correlation_id: correlation_id.as_str().to_owned(),
        }
    }
}
