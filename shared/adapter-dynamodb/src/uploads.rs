//! Uploads in DynamoDB: one item each, with a sequence that another item counts.
//!
//! That counter is `counter#uploads`, with the `sequence` (N) that was given out last. A number whose answer got lost
//! is a gap: sequences only have to ascend.

use async_trait::async_trait;
use aws_sdk_dynamodb::operation::update_item::builders::UpdateItemFluentBuilder;
use aws_sdk_dynamodb::types::{ReturnValue, ReturnValuesOnConditionCheckFailure};
use domain::ports::PortFailure;
use domain::uploads::ports::{AnnouncedUpload, UploadRepository};
use domain::uploads::upload::{Upload, UploadStatus};
use domain::values::{Timestamp, UploadId};

use crate::attributes::{Item, number, optional_text, read_number, text};
use crate::conditions::found_instead;
use crate::table::Table;
use crate::upload_item::{self, ImportedFile, NewUpload};

/// X-Ray's header of the request that announced the file.
const TRACE_HEADER: &str = "trace_header";
const COUNTER: &str = "counter#uploads";
const COUNTER_KIND: &str = "COUNTER";
const IS_NEW: &str = "attribute_not_exists(pk)";

/// The uploads. Needs `dynamodb:UpdateItem` and `dynamodb:PutItem` to announce, `dynamodb:GetItem` to find.
#[derive(Debug, Clone)]
pub struct DynamoUploadRepository {
    /// The table of uploads.
    pub table: Table,
}

#[async_trait]
impl UploadRepository for DynamoUploadRepository {
    async fn announce(&self, upload: &AnnouncedUpload) -> Result<Upload, PortFailure> {
        const ACTION: &str = "announce upload";
        let AnnouncedUpload {
            id,
            kind,
            size_bytes,
            created_by,
            created_at,
            correlation_id,
        } = upload;
        let new = NewUpload {
            id,
            kind,
            size_bytes: *size_bytes,
            created_by: Some(created_by),
            correlation_id: Some(correlation_id),
            status: UploadStatus::Waiting,
            import: None,
            at: *created_at,
        };
        let mut item = upload_item::new_item(&new, next_sequence(ACTION, &self.table).await?);
        if let Some(header) = (self.table.trace_header)() {
            item.insert(TRACE_HEADER.to_owned(), text(header));
        }
        let announced = self
            .table
            .client
            .put_item()
            .table_name(&self.table.name)
            .set_item(Some(item.clone()))
            .condition_expression(IS_NEW)
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
            .send()
            .await;
        let stored = match announced {
            Ok(_) => item,
            // An earlier attempt wrote it, and its answer got lost: it has this sequence.
            Err(error) => found_instead(ACTION, error)?.unwrap_or_default(),
        };
        read(ACTION, &stored)
    }

    async fn find(&self, id: &UploadId) -> Result<Option<Upload>, PortFailure> {
        const ACTION: &str = "read upload";
        let found = self
            .table
            .client
            .get_item()
            .table_name(&self.table.name)
            .key("pk", upload_item::key(id))
            .consistent_read(true)
            .send()
            .await
            .map_err(|error| aws_errors::failure(ACTION, error))?;
        found.item.map(|item| read(ACTION, &item)).transpose()
    }
}

pub(crate) fn read(action: &'static str, item: &Item) -> Result<Upload, PortFailure> {
    upload_item::upload(item).map_err(|fault| PortFailure::permanent(action, fault))
}

/// Greater than every sequence that was given out before.
pub(crate) async fn next_sequence(action: &'static str, table: &Table) -> Result<u64, PortFailure> {
    let counted = table
        .client
        .update_item()
        .table_name(&table.name)
        .key("pk", text(COUNTER))
        .update_expression("SET kind = :kind ADD #sequence :one")
        .expression_attribute_names("#sequence", "sequence")
        .expression_attribute_values(":kind", text(COUNTER_KIND))
        .expression_attribute_values(":one", number(1))
        .return_values(ReturnValue::UpdatedNew)
        .send()
        .await
        .map_err(|error| aws_errors::failure(action, error))?;
    let attributes = counted.attributes.unwrap_or_default();
    read_number(&attributes, "sequence").map_err(|fault| PortFailure::permanent(action, fault))
}

/// The item of an upload whose file has arrived. It becomes PROCESSING if it was WAITING. An upload that was not
/// announced is recorded `as_new`. The caller checks its kind; an upload of another kind is not changed.
pub(crate) async fn begin(action: &'static str, table: &Table, as_new: &NewUpload<'_>) -> Result<Item, PortFailure> {
    let mut set = "SET #status = :processing, updated_at = :at".to_owned();
    let mut request = update(table, as_new.id)
        .condition_expression("#status = :waiting AND brings = :brings")
        .expression_attribute_names("#status", "status")
        .expression_attribute_values(":waiting", text(UploadStatus::Waiting.as_str()))
        .expression_attribute_values(":processing", text(UploadStatus::Processing.as_str()))
        .expression_attribute_values(":brings", text(upload_item::brings(as_new.kind)))
        .expression_attribute_values(":at", number(as_new.at.unix_ms()));
    for (name, value) in as_new.import.map(ImportedFile::attributes).into_iter().flatten() {
        set = format!("{set}, {name} = :{name}");
        request = request.expression_attribute_values(format!(":{name}"), value);
    }
    let begun = request
        .update_expression(set)
        .return_values(ReturnValue::AllNew)
        .send()
        .await;
    let found = match begun {
        Ok(updated) => updated.attributes,
        Err(error) => found_instead(action, error)?,
    };
    let item = match found {
        Some(item) => item,
        None => record(action, table, as_new).await?,
    };
    if let Some(header) = optional_text(&item, TRACE_HEADER) {
        (table.continue_from)(header);
    }
    Ok(item)
}

/// Stores an upload under the next sequence and returns its item, or the item of another call that was first.
///
/// `UpdateItem` also for creation, so that the role needs no `PutItem`.
async fn record(action: &'static str, table: &Table, new: &NewUpload<'_>) -> Result<Item, PortFailure> {
    let item = upload_item::new_item(new, next_sequence(action, table).await?);
    let mut request = update(table, new.id).condition_expression(IS_NEW);
    let mut assignments = Vec::new();
    for (name, value) in item.iter().filter(|(name, _)| *name != "pk") {
        assignments.push(format!("#{name} = :{name}"));
        request = request
            .expression_attribute_names(format!("#{name}"), name)
            .expression_attribute_values(format!(":{name}"), value.clone());
    }
    assignments.sort_unstable();
    let recorded = request
        .update_expression(format!("SET {}", assignments.join(", ")))
        .send()
        .await;
    match recorded {
        Ok(_) => Ok(item),
        Err(error) => Ok(found_instead(action, error)?.unwrap_or_default()),
    }
}

/// An update of an upload that is not finished. If it is, the failure has its item, and so its outcome.
pub(crate) fn while_open(table: &Table, id: &UploadId, at: Timestamp) -> UpdateItemFluentBuilder {
    update(table, id)
        .condition_expression(IS_OPEN)
        .expression_attribute_names("#status", "status")
        .expression_attribute_values(":waiting", text(UploadStatus::Waiting.as_str()))
        .expression_attribute_values(":processing", text(UploadStatus::Processing.as_str()))
        .expression_attribute_values(":at", number(at.unix_ms()))
}

/// The condition of [`while_open`].
pub(crate) const IS_OPEN: &str = "#status IN (:waiting, :processing)";

pub(crate) fn update(table: &Table, id: &UploadId) -> UpdateItemFluentBuilder {
    table
        .client
        .update_item()
        .table_name(&table.name)
        .key("pk", upload_item::key(id))
        .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
}
