//! The state of catalog imports in DynamoDB: the sums on the item of the upload, and the progress of each range on an
//! item of its own.

use async_trait::async_trait;
use aws_sdk_dynamodb::error::BuildError;
use aws_sdk_dynamodb::types::{AttributeValue, ReturnValue, TransactWriteItem, Update};
use domain::catalog::import::file_version::{FileAge, FileVersion};
use domain::catalog::import::job::{ImportId, RangeProgress};
use domain::catalog::ports::{Advance, Begin, CatalogImport, CatalogImportEnd, Finish, ImportLedger};
use domain::ports::PortFailure;
use domain::stored_upload;
use domain::uploads::upload::UploadStatus;
use domain::values::{ImportCounts, ObjectSequencer, ObjectVersion, Timestamp, UploadId};

use crate::attributes::{Item, number, text, texts};
use crate::conditions::found_instead;
use crate::table::Table;
use crate::upload_item::{self, ImportedFile, NewUpload};
use crate::{range_item, transactions, uploads};

/// How often an import tries to replace an older version of its file while others replace it first.
const RACES_MAX: u32 = 4;
/// The parts of the transaction that records a checkpoint. If both conditions fail, that of the upload decides: the
/// progress of a closed import does not matter.
const UPLOAD: usize = 0;
const RANGE: usize = 1;

/// The imports. Needs `dynamodb:UpdateItem`, and `dynamodb:GetItem` for the progress of a range. A transaction of
/// updates needs no more than an update does
/// (<https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/transaction-apis-iam.html>).
#[derive(Debug, Clone)]
pub struct DynamoImportLedger {
    /// The table of uploads.
    pub table: Table,
}

#[derive(Debug, thiserror::Error)]
#[error("the import has not begun")]
struct NotBegun;

#[derive(Debug, thiserror::Error)]
#[error("other versions of the file began first, {RACES_MAX} times")]
struct RacesLost;

#[async_trait]
impl ImportLedger for DynamoImportLedger {
    /// If the answer to an attempt got lost, its retry finds its own version, and so its own import.
    async fn begin(
        &self,
        upload_id: &UploadId,
        object: &ObjectVersion,
        sequencer: Option<&ObjectSequencer>,
        at: Timestamp,
    ) -> Result<Begin, PortFailure> {
        const ACTION: &str = "begin import";
        let file = ImportedFile { object, sequencer };
        let by_hand = NewUpload {
            id: upload_id,
            kind: &stored_upload::unannounced_catalog(object),
            size_bytes: object.size_bytes,
            created_by: None,
            correlation_id: None,
            status: UploadStatus::Processing,
            import: Some(file),
            at,
        };
        let mut item = uploads::begin(ACTION, &self.table, &by_hand).await?;
        let version = FileVersion::new(object, sequencer);
        let mut races = 0..RACES_MAX;
        loop {
            let import = import(ACTION, &item)?;
            let begun = upload_item::begun_version(&item).map_err(|fault| PortFailure::permanent(ACTION, fault))?;
            match version.compared_with(&begun) {
                FileAge::Same => return Ok(Begin::Import(import)),
                FileAge::Older => return Ok(Begin::Outdated),
                FileAge::Newer if races.next().is_none() => return Err(PortFailure::transient(ACTION, RacesLost)),
                FileAge::Newer => item = self.begin_newer(ACTION, &import.id, file, at).await?,
            }
        }
    }

    async fn progress(&self, import: &ImportId, range: u32) -> Result<Option<RangeProgress>, PortFailure> {
        const ACTION: &str = "read progress of range";
        let found = self
            .table
            .client
            .get_item()
            .table_name(&self.table.name)
            .key("pk", range_item::key(import, range))
            .consistent_read(true)
            .send()
            .await
            .map_err(|error| aws_errors::failure(ACTION, error))?;
        let progress = found.item.as_ref().map(range_item::progress).transpose();
        progress.map_err(|fault| PortFailure::permanent(ACTION, fault))
    }

    /// One transaction of two parts. The SDK retries it under its token, so an attempt whose answer got lost has
    /// recorded its checkpoint. A later call without the token finds that checkpoint and returns `Overtaken`.
    async fn advance(
        &self,
        import: &ImportId,
        range: u32,
        from: &RangeProgress,
        to: &RangeProgress,
        at: Timestamp,
    ) -> Result<Advance, PortFailure> {
        const ACTION: &str = "note progress of range";
        let parts = self.adding(import, to.since(from), at).and_then(|adding| {
            let moving = self.moving(import, range, from, to, at)?;
            Ok(vec![adding, moving])
        });
        let parts = parts.map_err(|fault| PortFailure::permanent(ACTION, fault))?;
        match transactions::write(ACTION, &self.table, parts).await? {
            None => Ok(Advance::Recorded),
            Some(canceled) if canceled.is_for(UPLOAD) => Ok(Advance::Closed),
            Some(canceled) if canceled.is_for(RANGE) => Ok(Advance::Overtaken),
            Some(canceled) => Err(canceled.failure),
        }
    }

    /// If the answer to an attempt got lost, its retry finds the outcome that it wrote.
    async fn finish(&self, import: &ImportId, end: &CatalogImportEnd, at: Timestamp) -> Result<Finish, PortFailure> {
        const ACTION: &str = "finish import";
        let request = uploads::while_open(&self.table, &import.upload_id, at)
            .condition_expression(format!("{} AND #sequence = :sequence", uploads::IS_OPEN))
            .expression_attribute_names("#sequence", "sequence")
            .expression_attribute_values(":sequence", number(import.sequence))
            .return_values(ReturnValue::AllNew);
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
                .expression_attribute_values(":unknown_columns", texts(unknown_columns)),
            CatalogImportEnd::Rejected { reason } => request
                .update_expression("SET #status = :end, updated_at = :at, reason = :reason")
                .expression_attribute_values(":end", text(UploadStatus::Rejected.as_str()))
                .expression_attribute_values(":reason", text(reason)),
        };
        let (is_first, item) = match request.send().await {
            Ok(finished) => (true, finished.attributes),
            Err(error) => (false, found_instead(ACTION, error)?),
        };
        let item = item.ok_or_else(|| PortFailure::permanent(ACTION, NotBegun))?;
        let found = self::import(ACTION, &item)?;
        if found.id.sequence != import.sequence {
            return Ok(Finish::Superseded(CatalogImport {
                id: import.clone(),
                finished: None,
                ..found
            }));
        }
        match found.finished {
            Some(_) if is_first => Ok(Finish::Ended(found)),
            Some(_) => Ok(Finish::EndedBefore(found)),
            None => Err(PortFailure::permanent(ACTION, NotBegun)),
        }
    }
}

impl DynamoImportLedger {
    /// Begins the import of another version under the next sequence, unless yet another version was first. Returns the
    /// item as it is now, in both cases.
    async fn begin_newer(
        &self,
        action: &'static str,
        before: &ImportId,
        file: ImportedFile<'_>,
        at: Timestamp,
    ) -> Result<Item, PortFailure> {
        let sequence = uploads::next_sequence(action, &self.table).await?;
        let mut set = "SET #status = :processing, #sequence = :sequence, updated_at = :at".to_owned();
        let mut request = uploads::update(&self.table, &before.upload_id)
            .condition_expression("#sequence = :before")
            .expression_attribute_names("#status", "status")
            .expression_attribute_names("#sequence", "sequence")
            .expression_attribute_values(":processing", text(UploadStatus::Processing.as_str()))
            .expression_attribute_values(":before", number(before.sequence))
            .expression_attribute_values(":sequence", number(sequence))
            .expression_attribute_values(":at", number(at.unix_ms()));
        for (name, value) in file.attributes() {
            set = format!("{set}, {name} = :{name}");
            request = request.expression_attribute_values(format!(":{name}"), value);
        }
        let mut remove = "REMOVE reason, unknown_columns".to_owned();
        for name in file.absent_attributes() {
            remove = format!("{remove}, {name}");
        }
        let begun = request
            .update_expression(format!("{set} {remove}"))
            .return_values(ReturnValue::AllNew)
            .send()
            .await;
        let item = match begun {
            Ok(updated) => updated.attributes,
            Err(error) => found_instead(action, error)?,
        };
        Ok(item.unwrap_or_default())
    }

    /// Adds to the sums that the upload shows.
    fn adding(&self, import: &ImportId, counts: ImportCounts, at: Timestamp) -> Result<TransactWriteItem, BuildError> {
        let ImportCounts {
            rows_read,
            rows_written,
            rows_rejected,
            bytes_read,
            bytes_total: _,
        } = counts;
        let update = Update::builder()
            .table_name(&self.table.name)
            .key("pk", upload_item::key(&import.upload_id))
            .condition_expression("#status = :processing AND #sequence = :sequence")
            .update_expression(
                "SET updated_at = :at ADD rows_read :rows_read, rows_written :rows_written, \
                 rows_rejected :rows_rejected, bytes_read :bytes_read",
            )
            .expression_attribute_names("#status", "status")
            .expression_attribute_names("#sequence", "sequence")
            .expression_attribute_values(":processing", text(UploadStatus::Processing.as_str()))
            .expression_attribute_values(":sequence", number(import.sequence))
            .expression_attribute_values(":at", number(at.unix_ms()))
            .expression_attribute_values(":rows_read", number(rows_read))
            .expression_attribute_values(":rows_written", number(rows_written))
            .expression_attribute_values(":rows_rejected", number(rows_rejected))
            .expression_attribute_values(":bytes_read", number(bytes_read));
        Ok(TransactWriteItem::builder().update(update.build()?).build())
    }

    /// Moves the range on from where this attempt found it.
    fn moving(
        &self,
        import: &ImportId,
        range: u32,
        from: &RangeProgress,
        to: &RangeProgress,
        at: Timestamp,
    ) -> Result<TransactWriteItem, BuildError> {
        let unchanged = "reached = :from AND parts = :its_parts AND is_done = :was_done";
        let condition = if from.is_stored() {
            unchanged.to_owned()
        } else {
            format!("attribute_not_exists(pk) OR ({unchanged})")
        };
        let mut assignments = Vec::new();
        let mut update = Update::builder()
            .table_name(&self.table.name)
            .key("pk", range_item::key(import, range))
            .condition_expression(condition)
            .expression_attribute_values(":from", number(from.reached.byte_offset))
            .expression_attribute_values(":its_parts", texts(&from.parts))
            .expression_attribute_values(":was_done", AttributeValue::Bool(from.is_done));
        for (name, value) in range_item::attributes(to, at) {
            assignments.push(format!("{name} = :{name}"));
            update = update.expression_attribute_values(format!(":{name}"), value);
        }
        let update = update.update_expression(format!("SET {}", assignments.join(", ")));
        Ok(TransactWriteItem::builder().update(update.build()?).build())
    }
}

/// The import of an upload's item.
fn import(action: &'static str, item: &Item) -> Result<CatalogImport, PortFailure> {
    let upload = uploads::read(action, item)?;
    let unknown_columns = upload_item::unknown_columns(item).map_err(|fault| PortFailure::permanent(action, fault))?;
    stored_upload::import_of(upload, unknown_columns).map_err(|fault| PortFailure::permanent(action, fault))
}
