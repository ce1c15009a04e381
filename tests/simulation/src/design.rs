//! The shop under test: the real one, or a variant with a deliberate defect.

use std::collections::BTreeMap;

use adapter_memory::tables::Tables;
use domain::fulfilment::ports::SagaKind;
use domain::values::{Currency, Money, Sku};
use state_machine::{DefinitionFault, StateMachine};

const ORDER_SAGA: &str = include_str!("../../../infra/order-saga.asl.json");
const CANCEL_SAGA: &str = include_str!("../../../infra/order-cancel.asl.json");

/// The timeout of the order saga is longer than its wait for a payment, here as on AWS.
const TIMEOUT_ON_AWS: &str = "\"TimeoutSeconds\": 90000";
const TIMEOUT_HERE: &str = "\"TimeoutSeconds\": 3600";
/// The wait for a payment that is answered later, in seconds: as on the local host.
const PAYMENT_RESULT_SECONDS: &str = "45";

/// The products: SKU, price in cents, initial units. The last product is no longer in the catalog.
pub const PRODUCTS: [(&str, i64, u32); 3] = [("MUG-01", 1_250, 6), ("TEE-01", 1_900, 4), ("GONE-01", 0, 0)];

/// How idempotency keys are stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Requests {
    /// By one conditional write.
    OneWrite,
    /// By a read and a later write without a condition.
    GetThenPut,
}

/// When the consumer of the stream acknowledges a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Acknowledges {
    OnceItIsDone,
    BeforeItIsDone,
}

/// The design of a shop.
pub struct Design {
    pub name: &'static str,
    pub order_saga: StateMachine,
    pub cancel_saga: StateMachine,
    /// The text of both state machines, for the console.
    pub(crate) definitions: [String; 2],
    /// Replaces rules of the shop by broken ones.
    pub break_tables: fn(&mut Tables),
    pub requests: Requests,
    pub acknowledges: Acknowledges,
}

impl Design {
    /// The real shop.
    pub fn ours() -> Result<Self, DefinitionFault> {
        Self::with_order_saga("ours", str::to_owned)
    }

    pub fn with_machines(name: &'static str, order_saga: &str, cancel_saga: &str) -> Result<Self, DefinitionFault> {
        Ok(Self {
            name,
            order_saga: machine("order-saga", order_saga)?,
            cancel_saga: machine("order-cancel", cancel_saga)?,
            definitions: [order_saga.to_owned(), cancel_saga.to_owned()],
            break_tables: |_| {},
            requests: Requests::OneWrite,
            acknowledges: Acknowledges::OnceItIsDone,
        })
    }

    /// The real shop, with the text of the order saga changed by `change`.
    pub fn with_order_saga(name: &'static str, change: impl FnOnce(&str) -> String) -> Result<Self, DefinitionFault> {
        // Like the wait for a payment, the saga's own timeout is shorter here: a history would last for days.
        let order_saga = ORDER_SAGA.replacen(TIMEOUT_ON_AWS, TIMEOUT_HERE, 1);
        Self::with_machines(name, &change(&order_saga), CANCEL_SAGA)
    }

    /// The real shop with another order saga.
    pub fn running(name: &'static str, order_saga: &str) -> Result<Self, DefinitionFault> {
        Self::with_machines(name, order_saga, CANCEL_SAGA)
    }

    pub(crate) fn machine(&self, kind: SagaKind) -> &StateMachine {
        match kind {
            SagaKind::Order => &self.order_saga,
            SagaKind::Cancel => &self.cancel_saga,
        }
    }

    /// The tables at the beginning of every history.
    pub(crate) fn tables(&self) -> Tables {
        let mut tables = Tables::default();
        for (sku, cents, units) in PRODUCTS.iter().filter(|(_, cents, _)| *cents > 0) {
            tables.products.put(&sku_named(sku), euros(*cents), *units);
        }
        (self.break_tables)(&mut tables);
        tables
    }
}

pub(crate) fn sku_named(text: &str) -> Sku {
    Sku::parse(text).expect("the SKUs of the products are valid")
}

fn euros(cents: i64) -> Money {
    let euro = Currency::parse("EUR").expect("EUR is a valid currency");
    Money::new(cents, euro).expect("prices are small")
}

/// Parses a state machine, with function names in place of ARNs: `${ReserveStockFunctionArn}` becomes
/// saga-reserve-stock.
fn machine(name: &str, definition: &str) -> Result<StateMachine, DefinitionFault> {
    let names = definition.split("${").skip(1).filter_map(|rest| rest.split('}').next());
    let substitutions: BTreeMap<String, String> = names
        .map(|name| {
            let value = match name.strip_suffix("FunctionArn") {
                Some(step) => format!("saga{}", kebab(step)),
                None if name == "PaymentResultSeconds" => PAYMENT_RESULT_SECONDS.to_owned(),
                // The partition is the one other placeholder.
                None => "aws".to_owned(),
            };
            (name.to_owned(), value)
        })
        .collect();
    StateMachine::parse(name, definition, &substitutions)
}

fn kebab(camel: &str) -> String {
    let mut kebab = String::with_capacity(camel.len() + 4);
    for character in camel.chars() {
        if character.is_ascii_uppercase() {
            kebab.push('-');
        }
        kebab.push(character.to_ascii_lowercase());
    }
    kebab
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_timeout_of_the_order_saga_is_found_in_its_file() {
        assert!(ORDER_SAGA.contains(TIMEOUT_ON_AWS));
    }
}
