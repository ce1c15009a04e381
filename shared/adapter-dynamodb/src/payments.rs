//! The shop's records of payments in DynamoDB: one item per order, whose state never goes back.

use async_trait::async_trait;
use aws_sdk_dynamodb::types::AttributeValue;
use domain::fulfilment::ports::{PaymentRecord, PaymentRecords, PaymentState};
use domain::ports::{PortFailure, RECORDS_KEPT};
use domain::values::{OrderId, Timestamp};

use crate::attributes::{Item, UnreadableItem, expiry, money, named, number, read_number, text};
use crate::conditions::found_instead;
use crate::table::Table;

/// The records of payments.
#[derive(Debug, Clone)]
pub struct DynamoPaymentRecords {
    /// The table of payments.
    pub table: Table,
}

#[async_trait]
impl PaymentRecords for DynamoPaymentRecords {
    async fn record(&self, order: &OrderId, record: PaymentRecord) -> Result<(), PortFailure> {
        let PaymentRecord { state, amount, at } = record;
        let recorded = self
            .table
            .client
            .update_item()
            .table_name(&self.table.name)
            .key("pk", key(order))
            .condition_expression("attribute_not_exists(#rank) OR #rank < :rank")
            .update_expression(
                "SET #rank = :rank, #state = :state, amount_minor = :amount, currency = :currency, noted_at = :at, \
                 expires_at = :expires",
            )
            .expression_attribute_names("#rank", "rank")
            .expression_attribute_names("#state", "state")
            .expression_attribute_values(":rank", number(rank(state)))
            .expression_attribute_values(":state", text(state.as_str()))
            .expression_attribute_values(":amount", number(amount.amount_minor()))
            .expression_attribute_values(":currency", text(amount.currency().code()))
            .expression_attribute_values(":at", number(at.unix_ms()))
            .expression_attribute_values(":expires", expiry(at.plus(RECORDS_KEPT)))
            .send()
            .await;
        if let Err(error) = recorded {
            // The stored state is as far or further. It may be this state, if the answer to a first attempt got lost.
            found_instead("record payment", error)?;
        }
        Ok(())
    }

    async fn find(&self, order: &OrderId) -> Result<Option<PaymentRecord>, PortFailure> {
        const ACTION: &str = "read payment";
        let found = self
            .table
            .client
            .get_item()
            .table_name(&self.table.name)
            .key("pk", key(order))
            .consistent_read(true)
            .send()
            .await
            .map_err(|error| aws_errors::failure(ACTION, error))?;
        let record = found.item.as_ref().map(read).transpose();
        record.map_err(|fault| PortFailure::permanent(ACTION, fault))
    }
}

fn key(order: &OrderId) -> AttributeValue {
    text(format!("payment#{order}"))
}

/// The order of the states, as a number that conditions can compare. It is stored, so a new state gets another number.
fn rank(state: PaymentState) -> u32 {
    match state {
        PaymentState::Authorized => 10,
        PaymentState::Declined => 20,
        PaymentState::Captured => 30,
        PaymentState::Voided => 40,
        PaymentState::Refunded => 50,
    }
}

fn read(item: &Item) -> Result<PaymentRecord, UnreadableItem> {
    Ok(PaymentRecord {
        state: named(item, "state", PaymentState::parse)?,
        amount: money(item, "amount_minor", "currency")?,
        at: Timestamp::from_unix_ms(read_number(item, "noted_at")?),
    })
}
