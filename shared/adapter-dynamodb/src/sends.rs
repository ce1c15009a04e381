//! Which mails were sent, in DynamoDB: one item per send, in the table that the mail is about.
//!
//! | attribute | type | |
//! |---|---|---|
//! | `pk` | S | `send#{key}` |
//! | `kind` | S | `SEND` |
//! | `state` | S | `CLAIMED`, `SENT` or `AMBIGUOUS` |
//! | `at` | N | of the last change, Unix milliseconds |
//! | `attempt` | S | the call of `claim` that was granted |
//! | `holder` | S | the handle that made the call |
//! | `expires_at` | N | Unix seconds: the table's time to live |

use async_trait::async_trait;
use aws_sdk_dynamodb::types::{AttributeValue, ReturnValuesOnConditionCheckFailure};
use domain::ports::{PortFailure, RECORDS_KEPT, SendClaim, SendLog, SendState};
use domain::values::Timestamp;
use uuid::Uuid;

use crate::attributes::{EXPIRES_AT, expiry, named, number, optional_text, text};
use crate::conditions::found_instead;
use crate::table::Table;

const KIND: &str = "SEND";

/// The log of sent mails.
#[derive(Debug, Clone)]
pub struct DynamoSendLog {
    /// The table that the mails are about.
    pub table: Table,
}

#[async_trait]
impl SendLog for DynamoSendLog {
    async fn claim(&self, key: &str, at: Timestamp) -> Result<SendClaim, PortFailure> {
        const ACTION: &str = "claim send";
        // Names this call and its retries by the SDK, and no other.
        let attempt = Uuid::now_v7().to_string();
        let claimed = self
            .table
            .client
            .put_item()
            .table_name(&self.table.name)
            .item("pk", partition_key(key))
            .item("kind", text(KIND))
            .item("state", text(SendState::Claimed.as_str()))
            .item("at", number(at.unix_ms()))
            .item("attempt", text(attempt.as_str()))
            .item("holder", text(self.table.holder.as_ref()))
            .item(EXPIRES_AT, expiry(at.plus(RECORDS_KEPT)))
            .condition_expression("attribute_not_exists(pk)")
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
            .send()
            .await;
        let Err(error) = claimed else {
            return Ok(SendClaim::Granted);
        };
        let found = found_instead(ACTION, error)?.unwrap_or_default();
        if optional_text(&found, "attempt") == Some(&attempt) {
            // Granted to this call; its first answer got lost.
            return Ok(SendClaim::Granted);
        }
        let state = named(&found, "state", SendState::parse);
        state
            .map(SendClaim::Taken)
            .map_err(|fault| PortFailure::permanent(ACTION, fault))
    }

    async fn settle(&self, key: &str, state: SendState, at: Timestamp) -> Result<(), PortFailure> {
        // SENT is final: a later call that knows less must not change it.
        let settled = self
            .table
            .client
            .update_item()
            .table_name(&self.table.name)
            .key("pk", partition_key(key))
            .condition_expression("attribute_exists(pk) AND #state <> :sent")
            .update_expression("SET #state = :state, #at = :at")
            .expression_attribute_names("#state", "state")
            .expression_attribute_names("#at", "at")
            .expression_attribute_values(":sent", text(SendState::Sent.as_str()))
            .expression_attribute_values(":state", text(state.as_str()))
            .expression_attribute_values(":at", number(at.unix_ms()))
            .send()
            .await;
        match settled {
            Ok(_) => Ok(()),
            Err(error) => found_instead("settle send", error).map(|_| ()),
        }
    }

    async fn release(&self, key: &str) -> Result<(), PortFailure> {
        // Only its own claim: between a lost answer and the SDK's retry, another call may have claimed the send.
        let released = self
            .table
            .client
            .delete_item()
            .table_name(&self.table.name)
            .key("pk", partition_key(key))
            .condition_expression("#state = :claimed AND holder = :holder")
            .expression_attribute_names("#state", "state")
            .expression_attribute_values(":claimed", text(SendState::Claimed.as_str()))
            .expression_attribute_values(":holder", text(self.table.holder.as_ref()))
            .send()
            .await;
        match released {
            Ok(_) => Ok(()),
            Err(error) => found_instead("release send", error).map(|_| ()),
        }
    }
}

fn partition_key(key: &str) -> AttributeValue {
    text(format!("send#{key}"))
}
