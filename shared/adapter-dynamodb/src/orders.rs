//! Orders in DynamoDB. The table's stream is the outbox: it shows every committed change.

use async_trait::async_trait;
use aws_sdk_dynamodb::operation::query::QueryOutput;
use aws_sdk_dynamodb::types::{
    AttributeValue, Put, ReturnValue, ReturnValuesOnConditionCheckFailure, TransactWriteItem,
};
use domain::orders::history::RecordedHistory;
use domain::orders::order::Order;
use domain::orders::ports::{
    CancelOutcome, IdempotencyCompletion, OrderPage, OrderPosition, OrderQuery, OrderRepository, PlaceOutcome,
};
use domain::ports::PortFailure;
use domain::values::{CorrelationId, CustomerId, OrderEvent, OrderId, OrderStatus, Timestamp};
use wire::order_item::TRACE_HEADER;

use crate::attributes::{Item, number, optional_text, text, texts};
use crate::conditions::found_instead;
use crate::idempotency::{self, Completed};
use crate::order_item::{self, APPEND_EVENT};
use crate::table::Table;
use crate::transactions;
use crate::unreadable::readable;

const LIST: &str = "list orders";

/// The orders of the shop.
#[derive(Debug, Clone)]
pub struct DynamoOrderRepository {
    /// The table of orders.
    pub table: Table,
}

#[async_trait]
impl OrderRepository for DynamoOrderRepository {
    /// The SDK repeats the transaction under one token. Another call for the same order has another token, and finds
    /// the completion of the first call in the key's record.
    async fn place(&self, order: &Order, completion: &IdempotencyCompletion) -> Result<PlaceOutcome, PortFailure> {
        const ACTION: &str = "save order";
        // The transaction's first part.
        const KEY_RECORD: usize = 0;
        let unbuildable = |fault| PortFailure::permanent(ACTION, fault);
        let complete = idempotency::completing(&self.table, completion, &order.id).map_err(unbuildable)?;
        let mut item = order_item::new_item(order).map_err(|fault| PortFailure::permanent(ACTION, fault))?;
        if let Some(header) = (self.table.trace_header)() {
            item.insert(TRACE_HEADER.to_owned(), text(header));
        }
        let insert = Put::builder()
            .table_name(&self.table.name)
            .set_item(Some(item))
            .condition_expression("attribute_not_exists(pk)")
            .build()
            .map_err(unbuildable)?;
        let parts = vec![
            TransactWriteItem::builder().update(complete).build(),
            TransactWriteItem::builder().put(insert).build(),
        ];
        let Some(canceled) = transactions::write(ACTION, &self.table, parts).await? else {
            return Ok(PlaceOutcome::Placed);
        };
        if canceled.is_for(KEY_RECORD) {
            return Ok(match idempotency::completed(canceled.found(KEY_RECORD), &order.id) {
                Completed::Before => PlaceOutcome::Placed,
                Completed::LeaseLost => PlaceOutcome::LeaseLost,
            });
        }
        Err(canceled.failure)
    }

    async fn find(&self, id: &OrderId) -> Result<Option<Order>, PortFailure> {
        const ACTION: &str = "read order";
        let item = find(ACTION, &self.table, id).await?;
        item.map(|item| order(ACTION, &item)).transpose()
    }

    async fn history(&self, id: &OrderId) -> Result<Option<RecordedHistory>, PortFailure> {
        const ACTION: &str = "read history of order";
        let item = find(ACTION, &self.table, id).await?;
        let history = item.map(|item| order_item::history(&item)).transpose();
        history.map_err(|fault| PortFailure::permanent(ACTION, fault))
    }

    /// The index lags behind the table by moments, so an order placed just now may be missing.
    ///
    /// DynamoDB counts the limit before it applies the filter on the status. A page therefore reads at most `limit`
    /// orders and may hold fewer, even none, although more follow.
    async fn list(&self, query: &OrderQuery) -> Result<OrderPage, PortFailure> {
        let (mut orders, mut unreadable) = (Vec::new(), Vec::new());
        let mut start_key = query.after.as_ref().map(|after| start_key(&query.customer, after));
        loop {
            let page = self.page(query, start_key).await?;
            let (read, damaged) = readable(page.items(), order_item::order);
            orders.extend(read);
            unreadable.extend(damaged);
            let next = page.last_evaluated_key.as_ref().map(order_item::position);
            // A page cannot end at a position that cannot be read, so this one continues.
            if let Some(Err(_)) = next {
                start_key = page.last_evaluated_key;
                continue;
            }
            return Ok(OrderPage {
                orders,
                unreadable,
                next: next.and_then(Result::ok),
            });
        }
    }

    async fn begin_cancelling(
        &self,
        id: &OrderId,
        customer: &CustomerId,
        correlation_id: &CorrelationId,
        at: Timestamp,
    ) -> Result<CancelOutcome, PortFailure> {
        const ACTION: &str = "begin to cancel order";
        let trace_header = (self.table.trace_header)();
        let change = format!(
            "SET #status = :cancelling, #open = :open, open_shard = :open_shard, updated_at = :at, \
             cancel_correlation_id = :correlation, {APPEND_EVENT}"
        );
        let change = match &trace_header {
            Some(_) => format!("{change}, cancel_trace_header = :trace"),
            None => change,
        };
        // A CONFIRMED order has a payment token only if an earlier version of the shop wrote it.
        let change = format!("{change} REMOVE payment_token");
        let mut cancelling = self
            .table
            .client
            .update_item()
            .table_name(&self.table.name)
            .key("pk", order_item::partition_key(id))
            .condition_expression("customer_id = :customer AND #status = :confirmed")
            .update_expression(change)
            .expression_attribute_names("#status", "status")
            .expression_attribute_names("#open", "open")
            .expression_attribute_values(":customer", text(customer.as_str()))
            .expression_attribute_values(":confirmed", text(OrderStatus::Confirmed.as_str()))
            .expression_attribute_values(":cancelling", text(OrderStatus::Cancelling.as_str()))
            .expression_attribute_values(":open", text(order_item::OPEN))
            .expression_attribute_values(":open_shard", order_item::open_shard(order_item::OPEN, id))
            .expression_attribute_values(":at", number(at.unix_ms()))
            .expression_attribute_values(":event", order_item::events(&OrderEvent::cancelling(at)))
            .expression_attribute_values(":no_events", texts(&[]))
            .expression_attribute_values(":correlation", text(correlation_id.as_str()))
            .return_values(ReturnValue::AllNew)
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
        if let Some(header) = trace_header {
            cancelling = cancelling.expression_attribute_values(":trace", text(header));
        }
        let found = match cancelling.send().await {
            Ok(changed) => changed.attributes,
            Err(error) => found_instead(ACTION, error)?,
        };
        let Some(item) = found.filter(|item| optional_text(item, "customer_id") == Some(customer.as_str())) else {
            return Ok(CancelOutcome::NotFound);
        };
        Ok(CancelOutcome::of(order(ACTION, &item)?))
    }
}

impl DynamoOrderRepository {
    async fn page(&self, query: &OrderQuery, start_key: Option<Item>) -> Result<QueryOutput, PortFailure> {
        let mut request = self
            .table
            .client
            .query()
            .table_name(&self.table.name)
            .index_name(order_item::BY_CUSTOMER)
            .key_condition_expression("customer_id = :customer")
            .expression_attribute_values(":customer", text(query.customer.as_str()))
            .scan_index_forward(false)
            .limit(i32::try_from(query.limit).unwrap_or(i32::MAX))
            .set_exclusive_start_key(start_key);
        if let Some(status) = query.status {
            request = request
                .filter_expression("#status = :status")
                .expression_attribute_names("#status", "status")
                .expression_attribute_values(":status", text(status.as_str()));
        }
        let page = request.send().await;
        page.map_err(|error| aws_errors::failure(LIST, error))
    }
}

/// The order's item as it is now, not as it was a moment ago.
pub(crate) async fn find(action: &'static str, table: &Table, id: &OrderId) -> Result<Option<Item>, PortFailure> {
    item(action, table, order_item::partition_key(id)).await
}

/// The item with this key as it is now.
pub(crate) async fn item(
    action: &'static str,
    table: &Table,
    key: AttributeValue,
) -> Result<Option<Item>, PortFailure> {
    let found = table
        .client
        .get_item()
        .table_name(&table.name)
        .key("pk", key)
        .consistent_read(true)
        .send()
        .await;
    Ok(found.map_err(|error| aws_errors::failure(action, error))?.item)
}

pub(crate) fn order(action: &'static str, item: &Item) -> Result<Order, PortFailure> {
    order_item::order(item).map_err(|fault| PortFailure::permanent(action, fault))
}

/// The key behind which the index continues: the keys of the index and of the item.
fn start_key(customer: &CustomerId, after: &OrderPosition) -> Item {
    Item::from([
        ("pk".to_owned(), order_item::partition_key(&after.id)),
        ("customer_id".to_owned(), text(customer.as_str())),
        (
            "created_order".to_owned(),
            order_item::created_order(after.created_at, &after.id),
        ),
    ])
}
