//! How does DynamoDB count units? On the product, with one reservation item per order that says what the order holds.

use std::collections::BTreeMap;

use async_trait::async_trait;
use aws_sdk_dynamodb::error::BuildError;
use aws_sdk_dynamodb::types::{AttributeValue, Put, ReturnValuesOnConditionCheckFailure, TransactWriteItem, Update};
use domain::fulfilment::ports::{Reservation, StockLedger, StockLine};
use domain::ports::PortFailure;
use domain::values::{OrderId, Sku, Timestamp};

use crate::attributes::{Item, UnreadableItem, number, parsed, text};
use crate::conditions::found_instead;
use crate::table::Table;
use crate::{product_item, transactions};

/// Which part of a transaction is about the reservation; the products follow.
const RESERVATION: usize = 0;

#[derive(Debug, Clone)]
pub struct DynamoStockLedger {
    pub table: Table,
}

/// Units by SKU, in the order of the transaction's parts.
type Units = BTreeMap<Sku, u32>;

/// A reservation as it is stored. Its state only ever moves on.
struct Held {
    state: State,
    units: Units,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Reserved,
    Committed,
    /// Given back, or closed before anything was reserved. Final.
    Closed,
}

impl State {
    const ALL: [Self; 3] = [Self::Reserved, Self::Committed, Self::Closed];

    fn as_str(self) -> &'static str {
        match self {
            Self::Reserved => "RESERVED",
            Self::Committed => "COMMITTED",
            Self::Closed => "CLOSED",
        }
    }

    fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == text)
    }
}

/// How often each unit counts.
#[derive(Clone, Copy)]
struct Adjustment {
    available: i64,
    reserved: i64,
}

#[async_trait]
impl StockLedger for DynamoStockLedger {
    /// One transaction of at most 51 parts, of the hundred that DynamoDB takes. The reservation's condition is the first
    /// to be looked at in the answer: where it failed, an earlier attempt was here, whatever is short since.
    async fn reserve(&self, order: &OrderId, lines: &[StockLine], at: Timestamp) -> Result<Reservation, PortFailure> {
        const ACTION: &str = "reserve stock";
        const TAKEN: Adjustment = Adjustment {
            available: -1,
            reserved: 1,
        };
        let mut wanted = Units::new();
        for line in lines {
            *wanted.entry(line.sku.clone()).or_default() += line.quantity.units();
        }
        let parts = self.reserving(order, &wanted, at).and_then(|reserving| {
            let mut parts = vec![reserving];
            for (sku, units) in &wanted {
                let enough = Some("available >= :units");
                parts.push(self.adjusting(sku, *units, TAKEN, enough)?);
            }
            Ok(parts)
        });
        let parts = parts.map_err(|fault| PortFailure::permanent(ACTION, fault))?;
        let Some(canceled) = transactions::write(ACTION, &self.table, parts).await? else {
            return Ok(Reservation::Reserved);
        };
        if canceled.is_for(RESERVATION) {
            return match held(ACTION, canceled.found(RESERVATION))?.state {
                State::Reserved | State::Committed => Ok(Reservation::Reserved),
                State::Closed => Ok(Reservation::Closed),
            };
        }
        let products = wanted.into_keys().zip(RESERVATION + 1..);
        let short = products.filter(|(_, part)| canceled.is_for(*part));
        let short: Vec<Sku> = short.map(|(sku, _)| sku).collect();
        // What met other transactions may not have looked at the reservation, so that nothing is certain yet.
        if short.is_empty() || canceled.failure.transient {
            return Err(canceled.failure);
        }
        Ok(Reservation::OutOfStock(short))
    }

    async fn commit(&self, order: &OrderId, at: Timestamp) -> Result<(), PortFailure> {
        const ACTION: &str = "commit stock";
        // Gone from the shelf and from the reservations: what is available stays the same.
        const GONE: Adjustment = Adjustment {
            available: 0,
            reserved: -1,
        };
        let Some(held) = self.find(ACTION, order).await? else {
            return Ok(());
        };
        if held.state == State::Reserved {
            // Whoever moved it on in the meantime has committed it or given it back.
            self.move_on(ACTION, order, &held, State::Committed, GONE, at).await?;
        }
        Ok(())
    }

    async fn give_back(&self, order: &OrderId, at: Timestamp) -> Result<(), PortFailure> {
        const ACTION: &str = "give stock back";
        let mut met = match self.find(ACTION, order).await? {
            Some(held) => Some(held),
            None => self.close_unseen(ACTION, order, at).await?,
        };
        // Every round that loses a race finds the reservation further on, and CLOSED is the end.
        while let Some(held) = met {
            let back = match held.state {
                State::Closed => return Ok(()),
                State::Reserved => Adjustment {
                    available: 1,
                    reserved: -1,
                },
                State::Committed => Adjustment {
                    available: 1,
                    reserved: 0,
                },
            };
            met = self.move_on(ACTION, order, &held, State::Closed, back, at).await?;
        }
        Ok(())
    }
}

impl DynamoStockLedger {
    async fn find(&self, action: &'static str, order: &OrderId) -> Result<Option<Held>, PortFailure> {
        let found = self
            .table
            .client
            .get_item()
            .table_name(&self.table.name)
            .key("pk", reservation_key(order))
            .consistent_read(true)
            .send()
            .await
            .map_err(|error| aws_errors::failure(action, error))?;
        found.item.as_ref().map(|item| held(action, Some(item))).transpose()
    }

    /// Moves the reservation on from where it was `held`, together with its units; or answers where it was met instead.
    async fn move_on(
        &self,
        action: &'static str,
        order: &OrderId,
        from: &Held,
        to: State,
        adjustment: Adjustment,
        at: Timestamp,
    ) -> Result<Option<Held>, PortFailure> {
        let parts = self.moving(order, from.state, to, at).and_then(|moving| {
            let mut parts = vec![moving];
            for (sku, units) in &from.units {
                parts.push(self.adjusting(sku, *units, adjustment, None)?);
            }
            Ok(parts)
        });
        let parts = parts.map_err(|fault| PortFailure::permanent(action, fault))?;
        match transactions::write(action, &self.table, parts).await? {
            None => Ok(None),
            Some(canceled) if canceled.is_for(RESERVATION) => held(action, canceled.found(RESERVATION)).map(Some),
            Some(canceled) => Err(canceled.failure),
        }
    }

    /// Closes an order that holds nothing, against a reservation that arrives late; or answers which one arrived before.
    async fn close_unseen(
        &self,
        action: &'static str,
        order: &OrderId,
        at: Timestamp,
    ) -> Result<Option<Held>, PortFailure> {
        let closed = self
            .table
            .client
            .put_item()
            .table_name(&self.table.name)
            .set_item(Some(reservation(order, State::Closed, &Units::new(), at)))
            .condition_expression("attribute_not_exists(pk)")
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
            .send()
            .await;
        let Err(error) = closed else {
            return Ok(None);
        };
        held(action, found_instead(action, error)?.as_ref()).map(Some)
    }

    fn reserving(&self, order: &OrderId, units: &Units, at: Timestamp) -> Result<TransactWriteItem, BuildError> {
        let put = Put::builder()
            .table_name(&self.table.name)
            .set_item(Some(reservation(order, State::Reserved, units, at)))
            .condition_expression("attribute_not_exists(pk)")
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
            .build()?;
        Ok(TransactWriteItem::builder().put(put).build())
    }

    fn moving(&self, order: &OrderId, from: State, to: State, at: Timestamp) -> Result<TransactWriteItem, BuildError> {
        let update = Update::builder()
            .table_name(&self.table.name)
            .key("pk", reservation_key(order))
            .condition_expression("#state = :from")
            .update_expression("SET #state = :to, updated_at = :at")
            .expression_attribute_names("#state", "state")
            .expression_attribute_values(":from", text(from.as_str()))
            .expression_attribute_values(":to", text(to.as_str()))
            .expression_attribute_values(":at", number(at.unix_ms()))
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
            .build()?;
        Ok(TransactWriteItem::builder().update(update).build())
    }

    fn adjusting(
        &self,
        sku: &Sku,
        units: u32,
        adjustment: Adjustment,
        condition: Option<&str>,
    ) -> Result<TransactWriteItem, BuildError> {
        let units = i64::from(units);
        let mut update = Update::builder()
            .table_name(&self.table.name)
            .key("pk", product_item::key(sku))
            .update_expression("ADD available :available, reserved :reserved")
            .expression_attribute_values(":available", number(adjustment.available * units))
            .expression_attribute_values(":reserved", number(adjustment.reserved * units));
        if let Some(condition) = condition {
            update = update
                .condition_expression(condition)
                .expression_attribute_values(":units", number(units));
        }
        Ok(TransactWriteItem::builder().update(update.build()?).build())
    }
}

fn reservation_key(order: &OrderId) -> AttributeValue {
    text(format!("reservation#{order}"))
}

fn reservation(order: &OrderId, state: State, units: &Units, at: Timestamp) -> Item {
    let units = units
        .iter()
        .map(|(sku, units)| (sku.as_str().to_owned(), number(units)));
    Item::from([
        ("pk".to_owned(), reservation_key(order)),
        ("state".to_owned(), text(state.as_str())),
        ("units".to_owned(), AttributeValue::M(units.collect())),
        ("updated_at".to_owned(), number(at.unix_ms())),
    ])
}

/// The reservation that was met. `None` would be a store that failed a condition and does not say over what.
fn held(action: &'static str, item: Option<&Item>) -> Result<Held, PortFailure> {
    let item = item.ok_or(UnreadableItem { attribute: "pk" });
    let held = item.and_then(|item| {
        Ok(Held {
            state: parsed(item, "state", State::parse)?,
            units: units(item).ok_or(UnreadableItem { attribute: "units" })?,
        })
    });
    held.map_err(|fault| PortFailure::permanent(action, fault))
}

fn units(item: &Item) -> Option<Units> {
    let stored = item.get("units")?.as_m().ok()?;
    let units = stored.iter().map(|(sku, units)| {
        let units = units.as_n().ok()?.parse().ok()?;
        Some((Sku::parse(sku).ok()?, units))
    });
    units.collect()
}
