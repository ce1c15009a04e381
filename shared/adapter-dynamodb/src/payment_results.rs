//! Payment results in DynamoDB: one item per order with the verdict and the tokens of the waits, whichever comes first.

use async_trait::async_trait;
use aws_sdk_dynamodb::operation::update_item::builders::UpdateItemFluentBuilder;
use aws_sdk_dynamodb::types::{AttributeValue, ReturnValue};
use domain::fulfilment::payment_results::{PaymentResult, PaymentResults, PaymentVerdict, WaitToken};
use domain::ports::{PortFailure, RECORDS_KEPT};
use domain::values::{OrderId, Timestamp};

use crate::attributes::{Item, UnreadableItem, expiry, named, text};
use crate::table::Table;

/// The results of payments. Needs `dynamodb:UpdateItem`.
#[derive(Debug, Clone)]
pub struct DynamoPaymentResults {
    /// The table of payments.
    pub table: Table,
}

#[async_trait]
impl PaymentResults for DynamoPaymentResults {
    async fn wait(
        &self,
        order: &OrderId,
        token: &WaitToken,
        at: Timestamp,
    ) -> Result<Option<PaymentVerdict>, PortFailure> {
        const ACTION: &str = "wait for payment result";
        let update = self
            .update(order, at)
            .update_expression("SET expires_at = :expires ADD tokens :token")
            .expression_attribute_values(":token", AttributeValue::Ss(vec![token.reveal().to_owned()]));
        let item = changed(ACTION, update).await?;
        let verdict = item.contains_key("verdict").then(|| verdict(&item)).transpose();
        verdict.map_err(|fault| PortFailure::permanent(ACTION, fault))
    }

    async fn record(
        &self,
        order: &OrderId,
        verdict: PaymentVerdict,
        at: Timestamp,
    ) -> Result<PaymentResult, PortFailure> {
        const ACTION: &str = "record payment result";
        let update = self
            .update(order, at)
            .update_expression("SET verdict = if_not_exists(verdict, :verdict), expires_at = :expires")
            .expression_attribute_values(":verdict", text(verdict.as_str()));
        let item = changed(ACTION, update).await?;
        read(&item).map_err(|fault| PortFailure::permanent(ACTION, fault))
    }
}

impl DynamoPaymentResults {
    fn update(&self, order: &OrderId, at: Timestamp) -> UpdateItemFluentBuilder {
        self.table
            .client
            .update_item()
            .table_name(&self.table.name)
            // Apart from our record of the payment, which may not exist yet.
            .key("pk", text(format!("result#{order}")))
            .expression_attribute_values(":expires", expiry(at.plus(RECORDS_KEPT)))
            .return_values(ReturnValue::AllNew)
    }
}

/// The item after the update. Both updates may be repeated, so a retry after a lost answer is harmless.
async fn changed(action: &'static str, update: UpdateItemFluentBuilder) -> Result<Item, PortFailure> {
    let updated = update.send().await;
    let updated = updated.map_err(|error| aws_errors::failure(action, error))?;
    Ok(updated.attributes.unwrap_or_default())
}

fn verdict(item: &Item) -> Result<PaymentVerdict, UnreadableItem> {
    named(item, "verdict", PaymentVerdict::parse)
}

fn read(item: &Item) -> Result<PaymentResult, UnreadableItem> {
    const TOKENS: &str = "tokens";
    let tokens = match item.get(TOKENS) {
        None => &[],
        Some(tokens) => tokens.as_ss().map_err(|_other| UnreadableItem::at(TOKENS))?.as_slice(),
    };
    let waiting: Option<Vec<WaitToken>> = tokens.iter().map(|token| WaitToken::parse(token).ok()).collect();
    Ok(PaymentResult {
        verdict: verdict(item)?,
        waiting: waiting.ok_or(UnreadableItem::at(TOKENS))?,
    })
}
