//! The JSON of a PARKED order, as an operator sees it.

use domain::fulfilment::parked::{ParkedCase, ParkedCases};
use domain::fulfilment::ports::{FulfilmentOrder, ParkedOrder, Parking, StockLine};
use domain::ports::UnreadableItem;
use serde::Serialize;

use crate::money::MoneyJson;
use crate::time::rfc3339;

/// The operator's list: `{"parked": […]}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ParkedListJson {
    /// Longest parked first.
    pub parked: Vec<ParkedOrderJson>,
    /// Present if stored orders could not be read.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub unreadable: Vec<UnreadableItemJson>,
}

/// A stored order that could not be read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct UnreadableItemJson {
    /// The order's key in its table.
    pub key: String,
    /// What is wrong with the item, without its content.
    pub fault: String,
}

impl From<&ParkedCases> for ParkedListJson {
    fn from(list: &ParkedCases) -> Self {
        let ParkedCases { cases, unreadable } = list;
        let unreadable = unreadable
            .iter()
            .map(|UnreadableItem { key, fault }| UnreadableItemJson {
                key: key.clone(),
                fault: fault.clone(),
            });
        Self {
            parked: cases.iter().map(ParkedOrderJson::from).collect(),
            unreadable: unreadable.collect(),
        }
    }
}

/// A PARKED order. Has neither the payment token nor an address.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ParkedOrderJson {
    /// The order's id.
    pub order_id: String,
    /// The customer's id, the subject of access tokens.
    pub customer_id: String,
    /// The amount that is authorized and captured.
    pub total: MoneyJson,
    /// PENDING or CANCELLING.
    pub parked_from: &'static str,
    /// RFC 3339.
    pub parked_at: String,
    /// The execution that ended: an ARN on AWS, a name on the local host.
    pub execution: String,
    /// The error name of the execution.
    pub error: String,
    /// The text beside the error name.
    pub cause: String,
    /// The last state of the payment that we recorded; `null` if none. The gateway's ledger decides.
    pub payment: Option<&'static str>,
    /// The products of the order.
    pub items: Vec<HeldItemJson>,
    /// The id of the request that placed the order.
    pub correlation_id: String,
}

/// Units that the order needs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct HeldItemJson {
    /// The product.
    pub sku: String,
    /// The number of units.
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
            cancel_correlation_id: _,
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
