//! The sagas' changes of orders in DynamoDB: one conditional write per change, and no read before it. For a PARKED
//! order it is the second write: the first one finds that it is PARKED, which decides the actor in the history.

use async_trait::async_trait;
use aws_sdk_dynamodb::operation::update_item::builders::UpdateItemFluentBuilder;
use aws_sdk_dynamodb::types::ReturnValuesOnConditionCheckFailure;
use domain::fulfilment::ports::{
    FulfilmentOrder, OrderBook, OverduePage, OverdueQuery, ParkedList, ParkedOrder, ParkedOrders, Parking, SagaKind,
    Transition,
};
use domain::fulfilment::status_change::{Standing, StatusChange};
use domain::ports::PortFailure;
use domain::values::{OrderId, RejectionReason, Timestamp};

use crate::attributes::{Item, UnreadableItem, number, text, texts};
use crate::conditions::found_instead;
use crate::open_orders::{self, Selection};
use crate::order_item::{self, APPEND_EVENT};
use crate::orders;
use crate::table::Table;
use crate::unreadable::readable;

/// The attributes that an order has only while it waits for a saga or an operator.
const WAITING: &str = "parked_from, payment_token, #open, open_shard";

/// The orders as the sagas and the operator see them.
#[derive(Debug, Clone)]
pub struct DynamoOrderBook {
    /// The table of orders.
    pub table: Table,
}

#[async_trait]
impl OrderBook for DynamoOrderBook {
    async fn find(&self, id: &OrderId) -> Result<Option<FulfilmentOrder>, PortFailure> {
        const ACTION: &str = "read order";
        let item = orders::find(ACTION, &self.table, id).await?;
        let order = item.map(|item| order_item::fulfilment_order(&item)).transpose();
        order.map_err(|fault| PortFailure::permanent(ACTION, fault))
    }

    async fn confirm(&self, id: &OrderId, at: Timestamp) -> Result<Transition, PortFailure> {
        self.change("confirm order", id, StatusChange::Confirm, at).await
    }

    async fn reject(&self, id: &OrderId, reason: RejectionReason, at: Timestamp) -> Result<Transition, PortFailure> {
        self.change("reject order", id, StatusChange::Reject(reason), at).await
    }

    async fn complete_cancel(&self, id: &OrderId, at: Timestamp) -> Result<Transition, PortFailure> {
        self.change("complete cancel of order", id, StatusChange::CompleteCancel, at)
            .await
    }

    async fn park(
        &self,
        id: &OrderId,
        saga: SagaKind,
        parking: &Parking,
        at: Timestamp,
    ) -> Result<Transition, PortFailure> {
        self.change("park order", id, StatusChange::Park(saga, parking.clone()), at)
            .await
    }

    /// The index lags behind the table by seconds, and an order is overdue after minutes.
    async fn overdue(&self, query: &OverdueQuery) -> Result<OverduePage, PortFailure> {
        const ACTION: &str = "find overdue orders";
        let OverdueQuery { before, after, limit } = query;
        let selection = Selection {
            open: order_item::OPEN,
            before: *before,
            after: after.as_ref(),
            limit: *limit,
        };
        let page = open_orders::page(ACTION, &self.table, &selection).await?;
        let (orders, unreadable) = readable(&page.items, order_item::fulfilment_order);
        Ok(OverduePage {
            orders,
            unreadable,
            next: page.next,
        })
    }
}

#[async_trait]
impl ParkedOrders for DynamoOrderBook {
    async fn list(&self, limit: usize) -> Result<ParkedList, PortFailure> {
        const ACTION: &str = "list parked orders";
        let selection = Selection {
            open: order_item::PARKED,
            before: Timestamp::from_unix_ms(i64::MAX),
            after: None,
            limit,
        };
        let page = open_orders::page(ACTION, &self.table, &selection).await?;
        let (parked, unreadable) = readable(&page.items, parked_order);
        Ok(ParkedList {
            parked: parked.into_iter().flatten().collect(),
            unreadable,
        })
    }

    async fn find(&self, id: &OrderId) -> Result<Option<ParkedOrder>, PortFailure> {
        const ACTION: &str = "read parked order";
        let item = orders::find(ACTION, &self.table, id).await?;
        let parked = item.map_or(Ok(None), |item| parked_order(&item));
        parked.map_err(|fault| PortFailure::permanent(ACTION, fault))
    }
}

impl DynamoOrderBook {
    async fn change(
        &self,
        action: &'static str,
        id: &OrderId,
        change: StatusChange,
        at: Timestamp,
    ) -> Result<Transition, PortFailure> {
        let not_parked = Standing {
            status: change.from(),
            parked_from: None,
        };
        let parked = match self.attempt(action, id, &change, not_parked, at).await? {
            Attempt::Answered(answer) => return Ok(answer),
            Attempt::AppliesTo(parked) => parked,
        };
        Ok(match self.attempt(action, id, &change, parked, at).await? {
            Attempt::Answered(answer) => answer,
            Attempt::AppliesTo(standing) => Transition::Refused(standing.status),
        })
    }

    /// Makes the change if the order has this standing.
    async fn attempt(
        &self,
        action: &'static str,
        id: &OrderId,
        change: &StatusChange,
        standing: Standing,
        at: Timestamp,
    ) -> Result<Attempt, PortFailure> {
        let Err(error) = self.request(id, change, standing, at).send().await else {
            return Ok(Attempt::Answered(Transition::Done));
        };
        let Some(item) = found_instead(action, error)? else {
            return Ok(Attempt::Answered(Transition::NotFound));
        };
        let standing = order_item::standing(&item).map_err(|fault| PortFailure::permanent(action, fault))?;
        let applies = change.check(standing);
        Ok(applies.map_or_else(Attempt::Answered, |()| Attempt::AppliesTo(standing)))
    }

    fn request(
        &self,
        id: &OrderId,
        change: &StatusChange,
        standing: Standing,
        at: Timestamp,
    ) -> UpdateItemFluentBuilder {
        let update = self.update_from(id, change, standing, at);
        let set = format!("SET #status = :to, updated_at = :at, {APPEND_EVENT}");
        match change {
            StatusChange::Confirm | StatusChange::CompleteCancel => {
                update.update_expression(format!("{set} REMOVE {WAITING}"))
            }
            StatusChange::Reject(reason) => update
                .update_expression(format!("{set}, reason = :reason REMOVE {WAITING}"))
                .expression_attribute_values(":reason", text(reason.as_str())),
            // An expression reads the old values, so `parked_from` gets the status that is replaced here.
            StatusChange::Park(
                _,
                Parking {
                    execution,
                    error,
                    cause,
                },
            ) => update
                .update_expression(format!(
                    "{set}, parked_from = #status, parking_execution = :execution, parking_error = :error, \
                     parking_cause = :cause, #open = :parked, open_shard = :parked_shard"
                ))
                .expression_attribute_values(":parked_shard", order_item::open_shard(order_item::PARKED, id))
                .expression_attribute_values(":parked", text(order_item::PARKED))
                .expression_attribute_values(":execution", text(execution))
                .expression_attribute_values(":error", text(error))
                .expression_attribute_values(":cause", text(cause)),
        }
    }

    /// The condition on the standing, and what every change writes.
    fn update_from(
        &self,
        id: &OrderId,
        change: &StatusChange,
        standing: Standing,
        at: Timestamp,
    ) -> UpdateItemFluentBuilder {
        let update = self
            .table
            .client
            .update_item()
            .table_name(&self.table.name)
            .key("pk", order_item::partition_key(id))
            .expression_attribute_names("#status", "status")
            .expression_attribute_names("#open", "open")
            .expression_attribute_values(":to", text(change.to().as_str()))
            .expression_attribute_values(":at", number(at.unix_ms()))
            .expression_attribute_values(":event", order_item::events(&change.event(standing, at)))
            .expression_attribute_values(":no_events", texts(&[]))
            .expression_attribute_values(":from", text(standing.status.as_str()))
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
        match standing.parked_from {
            None => update.condition_expression("#status = :from"),
            Some(parked_from) => update
                .condition_expression("#status = :from AND parked_from = :parked_from")
                .expression_attribute_values(":parked_from", text(parked_from.as_str())),
        }
    }
}

/// The result of a conditional write that expects one standing.
enum Attempt {
    Answered(Transition),
    /// Nothing was written: the order has another standing, to which the change applies, too.
    AppliesTo(Standing),
}

/// `None` for an order that is no longer PARKED.
fn parked_order(item: &Item) -> Result<Option<ParkedOrder>, UnreadableItem> {
    if order_item::standing(item)?.parked_from.is_none() {
        return Ok(None);
    }
    Ok(order_item::stored(item)?.into_parked())
}
