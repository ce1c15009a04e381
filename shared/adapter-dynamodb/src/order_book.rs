//! How do the sagas move orders along in DynamoDB? One conditional write per change, nothing read before it.

use async_trait::async_trait;
use aws_sdk_dynamodb::operation::update_item::builders::UpdateItemFluentBuilder;
use aws_sdk_dynamodb::types::ReturnValuesOnConditionCheckFailure;
use domain::fulfilment::ports::{
    FulfilmentOrder, OrderBook, ParkedOrder, ParkedOrders, Parking, SagaKind, StockLine, Transition,
};
use domain::orders::order::{Order, OrderLine};
use domain::ports::PortFailure;
use domain::values::{OrderId, OrderStatus, RejectionReason, Timestamp};

use crate::attributes::{Item, UnreadableItem, number, optional_parsed, parsed, text};
use crate::conditions::found_instead;
use crate::order_item;
use crate::orders;
use crate::table::Table;

#[derive(Debug, Clone)]
pub struct DynamoOrderBook {
    pub table: Table,
}

#[async_trait]
impl OrderBook for DynamoOrderBook {
    async fn find(&self, id: &OrderId) -> Result<Option<FulfilmentOrder>, PortFailure> {
        const ACTION: &str = "read order";
        let item = orders::find(ACTION, &self.table, id).await?;
        let order = item.map(|item| orders::order(ACTION, &item)).transpose()?;
        Ok(order.map(fulfilment_order))
    }

    async fn confirm(&self, id: &OrderId, at: Timestamp) -> Result<Transition, PortFailure> {
        let request = self
            .lead_on(id, OrderStatus::Pending, OrderStatus::Confirmed, at)
            .update_expression("SET #status = :to, updated_at = :at REMOVE parked_from, #open");
        change("confirm order", request, |standing| {
            matches!(
                standing.due(),
                OrderStatus::Confirmed | OrderStatus::Cancelling | OrderStatus::Cancelled
            )
        })
        .await
    }

    async fn reject(&self, id: &OrderId, reason: RejectionReason, at: Timestamp) -> Result<Transition, PortFailure> {
        let request = self
            .lead_on(id, OrderStatus::Pending, OrderStatus::Rejected, at)
            .update_expression("SET #status = :to, updated_at = :at, reason = :reason REMOVE parked_from, #open")
            .expression_attribute_values(":reason", text(reason.as_str()));
        change("reject order", request, |standing| {
            standing.status == OrderStatus::Rejected
        })
        .await
    }

    async fn complete_cancel(&self, id: &OrderId, at: Timestamp) -> Result<Transition, PortFailure> {
        let request = self
            .lead_on(id, OrderStatus::Cancelling, OrderStatus::Cancelled, at)
            .update_expression("SET #status = :to, updated_at = :at REMOVE parked_from, #open");
        change("complete cancel of order", request, |standing| {
            standing.status == OrderStatus::Cancelled
        })
        .await
    }

    async fn park(
        &self,
        id: &OrderId,
        saga: SagaKind,
        parking: &Parking,
        at: Timestamp,
    ) -> Result<Transition, PortFailure> {
        // On the right of `=` stands what the item had before: `parked_from` gets the status that is replaced here.
        let request = self
            .move_to(id, OrderStatus::Parked, at)
            .condition_expression("#status = :awaited")
            .update_expression(
                "SET parked_from = #status, #status = :to, updated_at = :at, parking_execution = :execution, \
                 parking_error = :error, parking_cause = :cause, #open = :parked",
            )
            .expression_attribute_values(":parked", text(order_item::PARKED))
            .expression_attribute_values(":awaited", text(saga.awaited_in().as_str()))
            .expression_attribute_values(":execution", text(parking.execution.as_str()))
            .expression_attribute_values(":error", text(parking.error.as_str()))
            .expression_attribute_values(":cause", text(parking.cause.as_str()));
        change("park order", request, |standing| standing.status == OrderStatus::Parked).await
    }

    /// The index lags behind the table by moments, which an order that is overdue has behind it.
    async fn overdue(&self, before: Timestamp, limit: usize) -> Result<Vec<FulfilmentOrder>, PortFailure> {
        const ACTION: &str = "find overdue orders";
        let items = self.indexed(ACTION, order_item::OPEN, before, limit).await?;
        let orders = items
            .iter()
            .map(|item| orders::order(ACTION, item).map(fulfilment_order));
        orders.collect()
    }
}

#[async_trait]
impl ParkedOrders for DynamoOrderBook {
    async fn list(&self, limit: usize) -> Result<Vec<ParkedOrder>, PortFailure> {
        const ACTION: &str = "list parked orders";
        let ever = Timestamp::from_unix_ms(i64::MAX);
        let items = self.indexed(ACTION, order_item::PARKED, ever, limit).await?;
        let parked = items.iter().filter_map(|item| parked_order(ACTION, item).transpose());
        parked.collect()
    }

    async fn find(&self, id: &OrderId) -> Result<Option<ParkedOrder>, PortFailure> {
        const ACTION: &str = "read parked order";
        let item = orders::find(ACTION, &self.table, id).await?;
        item.map_or(Ok(None), |item| parked_order(ACTION, &item))
    }
}

/// Where an order stood that could not be moved.
struct Standing {
    status: OrderStatus,
    /// Present while PARKED.
    parked_from: Option<OrderStatus>,
}

impl Standing {
    fn of(item: &Item) -> Result<Self, UnreadableItem> {
        Ok(Self {
            status: order_item::status(item)?,
            parked_from: optional_parsed(item, "parked_from", OrderStatus::parse)?,
        })
    }

    /// Looks through being PARKED: a redrive leads on from there.
    fn due(&self) -> OrderStatus {
        self.parked_from.unwrap_or(self.status)
    }
}

impl DynamoOrderBook {
    /// What the index of orders that somebody has to look after holds under this value, changed longest ago first.
    async fn indexed(
        &self,
        action: &'static str,
        open: &str,
        before: Timestamp,
        limit: usize,
    ) -> Result<Vec<Item>, PortFailure> {
        let mut items = Vec::new();
        let mut start_key = None;
        while items.len() < limit {
            let page = self
                .table
                .client
                .query()
                .table_name(&self.table.name)
                .index_name(order_item::OPEN_ORDERS)
                .key_condition_expression("#open = :open AND updated_at < :before")
                .expression_attribute_names("#open", "open")
                .expression_attribute_values(":open", text(open))
                .expression_attribute_values(":before", number(before.unix_ms()))
                .limit(i32::try_from(limit - items.len()).unwrap_or(i32::MAX))
                .set_exclusive_start_key(start_key)
                .send()
                .await
                .map_err(|error| aws_errors::failure(action, error))?;
            items.extend(page.items.unwrap_or_default());
            start_key = page.last_evaluated_key;
            if start_key.is_none() {
                break;
            }
        }
        Ok(items)
    }

    /// Moves an order along that stands at `from`, or was parked from there.
    fn lead_on(&self, id: &OrderId, from: OrderStatus, to: OrderStatus, at: Timestamp) -> UpdateItemFluentBuilder {
        self.move_to(id, to, at)
            .condition_expression("#status = :from OR (#status = :parked AND parked_from = :from)")
            .expression_attribute_values(":from", text(from.as_str()))
            .expression_attribute_values(":parked", text(OrderStatus::Parked.as_str()))
    }

    fn move_to(&self, id: &OrderId, to: OrderStatus, at: Timestamp) -> UpdateItemFluentBuilder {
        self.table
            .client
            .update_item()
            .table_name(&self.table.name)
            .key("pk", order_item::partition_key(id))
            .expression_attribute_names("#status", "status")
            .expression_attribute_names("#open", "open")
            .expression_attribute_values(":to", text(to.as_str()))
            .expression_attribute_values(":at", number(at.unix_ms()))
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
    }
}

/// Sends the change; `is_past` says of an order that could not be moved whether it has this change behind it.
async fn change(
    action: &'static str,
    request: UpdateItemFluentBuilder,
    is_past: fn(&Standing) -> bool,
) -> Result<Transition, PortFailure> {
    let Err(error) = request.send().await else {
        return Ok(Transition::Done);
    };
    let Some(item) = found_instead(action, error)? else {
        return Ok(Transition::NotFound);
    };
    let standing = Standing::of(&item).map_err(|fault| PortFailure::permanent(action, fault))?;
    if is_past(&standing) {
        return Ok(Transition::AlreadyDone);
    }
    Ok(Transition::Refused(standing.status))
}

/// `None` for an order that something has led on.
fn parked_order(action: &'static str, item: &Item) -> Result<Option<ParkedOrder>, PortFailure> {
    let unreadable = |fault: UnreadableItem| PortFailure::permanent(action, fault);
    let standing = Standing::of(item).map_err(unreadable)?;
    let (OrderStatus::Parked, Some(parked_from)) = (standing.status, standing.parked_from) else {
        return Ok(None);
    };
    let told = |name| parsed(item, name, |text| Some(text.to_owned())).map_err(unreadable);
    Ok(Some(ParkedOrder {
        order: fulfilment_order(orders::order(action, item)?),
        parked_from,
        parking: Parking {
            execution: told("parking_execution")?,
            error: told("parking_error")?,
            cause: told("parking_cause")?,
        },
    }))
}

fn fulfilment_order(order: Order) -> FulfilmentOrder {
    let line = |line: OrderLine| StockLine {
        sku: line.sku,
        quantity: line.quantity,
    };
    FulfilmentOrder {
        id: order.id,
        customer: order.customer,
        lines: order.lines.into_iter().map(line).collect(),
        total: order.total,
        payment_token: order.payment_token,
        status: order.status,
        reason: order.reason,
        correlation_id: order.correlation_id,
        updated_at: order.updated_at,
    }
}
