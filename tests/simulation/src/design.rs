//! Which shop is under test? Ours, or one that is broken in a known way.

use std::collections::BTreeMap;

use adapter_memory::tables::Tables;
use domain::fulfilment::ports::SagaKind;
use domain::values::{Currency, Money, Sku};
use state_machine::{DefinitionFault, StateMachine};

const ORDER_SAGA: &str = include_str!("../../../infra/order-saga.asl.json");
const CANCEL_SAGA: &str = include_str!("../../../infra/order-cancel.asl.json");

/// What people ask for: SKU, price in cents, units at the beginning. The last one is not in the catalog any more.
pub const PRODUCTS: [(&str, i64, u32); 3] = [("MUG-01", 1_250, 6), ("TEE-01", 1_900, 4), ("GONE-01", 0, 0)];

/// How requests are remembered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Requests {
    /// One conditional write.
    OneWrite,
    /// Looked up first and written then, by whoever.
    GetThenPut,
}

/// When the stream's consumer says that a record is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Acknowledges {
    OnceItIsDone,
    BeforeItIsDone,
}

/// A shop to run histories in.
pub struct Design {
    pub name: &'static str,
    pub order_saga: StateMachine,
    pub cancel_saga: StateMachine,
    /// Puts broken rules in the place of ours.
    pub break_tables: fn(&mut Tables),
    pub requests: Requests,
    pub acknowledges: Acknowledges,
}

impl Design {
    /// The shop as it is.
    pub fn ours() -> Result<Self, DefinitionFault> {
        Self::with_machines("ours", ORDER_SAGA, CANCEL_SAGA)
    }

    pub fn with_machines(name: &'static str, order_saga: &str, cancel_saga: &str) -> Result<Self, DefinitionFault> {
        Ok(Self {
            name,
            order_saga: machine("order-saga", order_saga)?,
            cancel_saga: machine("order-cancel", cancel_saga)?,
            break_tables: |_| {},
            requests: Requests::OneWrite,
            acknowledges: Acknowledges::OnceItIsDone,
        })
    }

    /// Ours, but for what `change` makes of the order saga's text.
    pub fn with_order_saga(name: &'static str, change: impl FnOnce(&str) -> String) -> Result<Self, DefinitionFault> {
        Self::with_machines(name, &change(ORDER_SAGA), CANCEL_SAGA)
    }

    /// Ours, but for the order saga.
    pub fn running(name: &'static str, order_saga: &str) -> Result<Self, DefinitionFault> {
        Self::with_machines(name, order_saga, CANCEL_SAGA)
    }

    pub(crate) fn machine(&self, kind: SagaKind) -> &StateMachine {
        match kind {
            SagaKind::Order => &self.order_saga,
            SagaKind::Cancel => &self.cancel_saga,
        }
    }

    /// What every history begins with.
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
    Sku::parse(text).expect("the products have good names")
}

fn euros(cents: i64) -> Money {
    let euro = Currency::parse("EUR").expect("there is a euro");
    Money::new(cents, euro).expect("prices are small")
}

/// With each function's name in place of its ARN: `${ReserveStockFunctionArn}` is saga-reserve-stock.
fn machine(name: &str, definition: &str) -> Result<StateMachine, DefinitionFault> {
    let names = definition.split("${").skip(1).filter_map(|rest| rest.split('}').next());
    let substitutions: BTreeMap<String, String> = names
        .map(|name| {
            let value = match name.strip_suffix("FunctionArn") {
                Some(step) => format!("saga{}", kebab(step)),
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
