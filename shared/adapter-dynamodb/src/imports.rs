//! How does DynamoDB keep the state of catalog imports? On the item of the upload that brought the file.

use async_trait::async_trait;
use domain::catalog::ports::{CatalogImport, CatalogImportEnd, ImportLedger};
use domain::ports::PortFailure;
use domain::uploads::upload::{UploadKind, UploadStatus};
use domain::values::{ImportCounts, ObjectVersion, Timestamp, UploadId};

use crate::attributes::{Item, text};
use crate::conditions::found_instead;
use crate::table::Table;
use crate::upload_item::{self, NewUpload};
use crate::uploads;

/// A second attempt begins anew: it is heard again once it has overtaken the first.
const GOES_ON: &str = "(attribute_not_exists(bytes_read) OR (bytes_read <= :bytes_read AND rows_read <= :rows_read))";

/// Needs `dynamodb:UpdateItem`.
#[derive(Debug, Clone)]
pub struct DynamoImportLedger {
    pub table: Table,
}

/// Somebody copied a file by hand to the key of a photo's upload.
#[derive(Debug, thiserror::Error)]
#[error("the upload is not one of a catalog")]
struct NoCatalog;

#[derive(Debug, thiserror::Error)]
#[error("the import has not begun")]
struct NotBegun;

#[async_trait]
impl ImportLedger for DynamoImportLedger {
    async fn begin(
        &self,
        upload_id: &UploadId,
        object: &ObjectVersion,
        at: Timestamp,
    ) -> Result<CatalogImport, PortFailure> {
        const ACTION: &str = "begin import";
        let file_name = object.key.rsplit('/').next().unwrap_or(&object.key).to_owned();
        let by_hand = NewUpload {
            id: upload_id,
            kind: &UploadKind::Catalog { file_name },
            size_bytes: object.size_bytes,
            created_by: None,
            status: UploadStatus::Processing,
            import: Some(ImportCounts {
                bytes_total: object.size_bytes,
                ..ImportCounts::default()
            }),
            at,
        };
        let item = uploads::begin(ACTION, &self.table, &by_hand).await?;
        let upload = uploads::read(ACTION, &item)?;
        let UploadKind::Catalog { file_name } = upload.kind else {
            return Err(PortFailure::permanent(ACTION, NoCatalog));
        };
        Ok(CatalogImport {
            upload_id: upload.id,
            sequence: upload.sequence,
            uploaded_by: upload.created_by,
            file_name,
            finished: ended(ACTION, &item)?,
        })
    }

    async fn progress(&self, upload_id: &UploadId, counts: ImportCounts, at: Timestamp) -> Result<(), PortFailure> {
        const ACTION: &str = "note progress of import";
        let request = uploads::while_open(&self.table, upload_id, at)
            .condition_expression(format!("{} AND {GOES_ON}", uploads::IS_OPEN))
            .update_expression(format!("SET updated_at = :at, {}", upload_item::SET_COUNTS));
        match upload_item::with_counts(request, counts).send().await {
            Ok(_) => Ok(()),
            Err(error) => found(ACTION, found_instead(ACTION, error)?).map(|_further| ()),
        }
    }

    /// An attempt whose answer got lost meets its own end.
    async fn finish(
        &self,
        upload_id: &UploadId,
        end: &CatalogImportEnd,
        at: Timestamp,
    ) -> Result<CatalogImportEnd, PortFailure> {
        const ACTION: &str = "finish import";
        let request = uploads::while_open(&self.table, upload_id, at);
        let request = match end {
            CatalogImportEnd::Done {
                counts,
                unknown_columns,
            } => upload_item::with_counts(request, *counts)
                .update_expression(format!(
                    "SET #status = :end, updated_at = :at, unknown_columns = :unknown_columns, {}",
                    upload_item::SET_COUNTS
                ))
                .expression_attribute_values(":end", text(UploadStatus::Done.as_str()))
                .expression_attribute_values(":unknown_columns", upload_item::column_names(unknown_columns)),
            CatalogImportEnd::Rejected { reason } => request
                .update_expression("SET #status = :end, updated_at = :at, reason = :reason")
                .expression_attribute_values(":end", text(UploadStatus::Rejected.as_str()))
                .expression_attribute_values(":reason", text(reason)),
        };
        let Err(error) = request.send().await else {
            return Ok(end.clone());
        };
        let item = found(ACTION, found_instead(ACTION, error)?)?;
        ended(ACTION, &item)?.ok_or_else(|| PortFailure::permanent(ACTION, NotBegun))
    }
}

fn found(action: &'static str, item: Option<Item>) -> Result<Item, PortFailure> {
    item.ok_or_else(|| PortFailure::permanent(action, NotBegun))
}

/// How the import ended, once it has.
fn ended(action: &'static str, item: &Item) -> Result<Option<CatalogImportEnd>, PortFailure> {
    let upload = uploads::read(action, item)?;
    let columns = upload_item::unknown_columns(item);
    Ok(match upload.status {
        UploadStatus::Waiting | UploadStatus::Processing => None,
        UploadStatus::Rejected => Some(CatalogImportEnd::Rejected {
            reason: upload.reason.unwrap_or_default(),
        }),
        UploadStatus::Done => Some(CatalogImportEnd::Done {
            counts: upload.import.unwrap_or_default(),
            unknown_columns: columns.map_err(|fault| PortFailure::permanent(action, fault))?,
        }),
    })
}
