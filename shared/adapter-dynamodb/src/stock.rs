//! Counts units in DynamoDB: on the product, with one reservation item per order that lists what the order holds.

use std::collections::BTreeMap;

use async_trait::async_trait;
use aws_sdk_dynamodb::error::BuildError;
use aws_sdk_dynamodb::types::{AttributeValue, Put, ReturnValuesOnConditionCheckFailure, TransactWriteItem, Update};
use domain::fulfilment::ports::{Reservation, StockLedger, StockLine};
use domain::fulfilment::reservation_state::{ReservationState, StockChange};
use domain::ports::{PortFailure, RECORDS_KEPT};
use domain::values::{OrderId, OrderLines, Sku, Timestamp};

use crate::attributes::{EXPIRES_AT, Item, UnreadableItem, expiry, named, number, text};
use crate::conditions::found_instead;
use crate::table::Table;
use crate::{product_item, transactions};

/// The part of a transaction that writes the reservation; the products follow.
const RESERVATION: usize = 0;

/// The stock of products, and what orders hold of it.
#[derive(Debug, Clone)]
pub struct DynamoStockLedger {
    /// The table of products.
    pub table: Table,
}

/// Units by SKU, in the order of the transaction's parts.
type Units = BTreeMap<Sku, u32>;

/// A reservation as it is stored.
struct Held {
    state: ReservationState,
    units: Units,
}

#[async_trait]
impl StockLedger for DynamoStockLedger {
    /// One transaction of at most 51 parts; DynamoDB takes a hundred. A failed condition of the reservation counts
    /// before the others: an earlier attempt has decided, even if a product is short by now.
    async fn reserve(
        &self,
        order: &OrderId,
        lines: &OrderLines<StockLine>,
        at: Timestamp,
    ) -> Result<Reservation, PortFailure> {
        const ACTION: &str = "reserve stock";
        let wanted = lines
            .iter()
            .map(|StockLine { sku, quantity }| (sku.clone(), quantity.units()));
        let wanted: Units = wanted.collect();
        let parts = self.reserving(order, &wanted, at).and_then(|reserving| {
            let mut parts = vec![reserving];
            for (sku, units) in &wanted {
                let enough = Some("available >= :units");
                parts.push(self.adjusting(sku, *units, StockChange::RESERVE, enough)?);
            }
            Ok(parts)
        });
        let parts = parts.map_err(|fault| PortFailure::permanent(ACTION, fault))?;
        let Some(canceled) = transactions::write(ACTION, &self.table, parts).await? else {
            return Ok(Reservation::Reserved);
        };
        if canceled.is_for(RESERVATION) {
            return Ok(held(ACTION, canceled.found(RESERVATION))?.state.repeated_reserve());
        }
        let products = wanted.into_keys().zip(RESERVATION + 1..);
        let short = products.filter(|(_, part)| canceled.is_for(*part));
        let short: Vec<Sku> = short.map(|(sku, _)| sku).collect();
        // If it met other transactions, the reservation's condition may not have been evaluated: nothing is certain
        // yet.
        if short.is_empty() || canceled.failure.transient {
            return Err(canceled.failure);
        }
        Ok(Reservation::OutOfStock(short))
    }

    async fn commit(&self, order: &OrderId, at: Timestamp) -> Result<(), PortFailure> {
        const ACTION: &str = "commit stock";
        let Some(held) = self.find(ACTION, order).await? else {
            return Ok(());
        };
        if let Some(change) = StockChange::commit(Some(held.state)) {
            // If another call moved it on in the meantime, it has committed the reservation or given it back.
            self.move_on(ACTION, order, &held, change, at).await?;
        }
        Ok(())
    }

    async fn give_back(&self, order: &OrderId, at: Timestamp) -> Result<(), PortFailure> {
        const ACTION: &str = "give stock back";
        let mut found = match self.find(ACTION, order).await? {
            Some(held) => Some(held),
            None => self.close_new(ACTION, order, at).await?,
        };
        // Each round that loses a race finds a later state, and CLOSED is the last one.
        while let Some(held) = found {
            let Some(change) = StockChange::give_back(Some(held.state)) else {
                return Ok(());
            };
            found = self.move_on(ACTION, order, &held, change, at).await?;
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

    /// Moves the reservation and its units on from this state. Returns the reservation as it is if another call was
    /// first.
    async fn move_on(
        &self,
        action: &'static str,
        order: &OrderId,
        from: &Held,
        change: StockChange,
        at: Timestamp,
    ) -> Result<Option<Held>, PortFailure> {
        let parts = self.moving(order, from.state, change.to, at).and_then(|moving| {
            let mut parts = vec![moving];
            for (sku, units) in &from.units {
                parts.push(self.adjusting(sku, *units, change, None)?);
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

    /// Closes an order without a reservation, so that one that arrives later is refused. Returns the reservation if one
    /// arrived before.
    async fn close_new(
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
            .set_item(Some(reservation(order, ReservationState::Closed, &Units::new(), at)))
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
            .set_item(Some(reservation(order, ReservationState::Reserved, units, at)))
            .condition_expression("attribute_not_exists(pk)")
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
            .build()?;
        Ok(TransactWriteItem::builder().put(put).build())
    }

    fn moving(
        &self,
        order: &OrderId,
        from: ReservationState,
        to: ReservationState,
        at: Timestamp,
    ) -> Result<TransactWriteItem, BuildError> {
        let mut update = Update::builder()
            .table_name(&self.table.name)
            .key("pk", reservation_key(order))
            .condition_expression("#state = :from")
            .update_expression("SET #state = :to, updated_at = :at")
            .expression_attribute_names("#state", "state")
            .expression_attribute_values(":from", text(from.as_str()))
            .expression_attribute_values(":to", text(to.as_str()))
            .expression_attribute_values(":at", number(at.unix_ms()))
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
        if let Some(expires) = expires(to, at) {
            update = update
                .update_expression("SET #state = :to, updated_at = :at, expires_at = :expires")
                .expression_attribute_values(":expires", expires);
        }
        Ok(TransactWriteItem::builder().update(update.build()?).build())
    }

    fn adjusting(
        &self,
        sku: &Sku,
        units: u32,
        change: StockChange,
        condition: Option<&str>,
    ) -> Result<TransactWriteItem, BuildError> {
        let units = i64::from(units);
        let mut update = Update::builder()
            .table_name(&self.table.name)
            .key("pk", product_item::key(sku))
            .update_expression("ADD available :available, reserved :reserved")
            .expression_attribute_values(":available", number(change.available() * units))
            .expression_attribute_values(":reserved", number(change.reserved * units));
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

fn reservation(order: &OrderId, state: ReservationState, units: &Units, at: Timestamp) -> Item {
    let units = units
        .iter()
        .map(|(sku, units)| (sku.as_str().to_owned(), number(units)));
    let mut item = Item::from([
        ("pk".to_owned(), reservation_key(order)),
        ("state".to_owned(), text(state.as_str())),
        ("units".to_owned(), AttributeValue::M(units.collect())),
        ("updated_at".to_owned(), number(at.unix_ms())),
    ]);
    item.extend(expires(state, at).map(|expires| (EXPIRES_AT.to_owned(), expires)));
    item
}

/// The time to live of a reservation in its final state. An open one is kept: a cancel needs it at any time.
fn expires(state: ReservationState, at: Timestamp) -> Option<AttributeValue> {
    match state {
        ReservationState::Closed => Some(expiry(at.plus(RECORDS_KEPT))),
        ReservationState::Reserved | ReservationState::Committed => None,
    }
}

/// The reservation of an item. A failed condition always returns one.
fn held(action: &'static str, item: Option<&Item>) -> Result<Held, PortFailure> {
    let item = item.ok_or(UnreadableItem::at("pk"));
    let held = item.and_then(|item| {
        Ok(Held {
            state: named(item, "state", ReservationState::parse)?,
            units: units(item).ok_or(UnreadableItem::at("units"))?,
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
