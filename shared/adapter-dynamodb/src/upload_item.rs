//! The attributes of an upload's item.
//!
//! | attribute | type | |
//! |---|---|---|
//! | `pk` | S | `upload#{id}` |
//! | `kind` | S | `UPLOAD` |
//! | `upload_id` | S | |
//! | `sequence` | N | order among all uploads |
//! | `brings` | S | `product-photo` or `catalog` |
//! | `sku`, `content_type` | S | of a photo |
//! | `file_name` | S | of a catalog |
//! | `size_bytes` | N | |
//! | `created_by` | S | absent for a file that was copied in by hand |
//! | `created_at`, `updated_at` | N | Unix milliseconds |
//! | `correlation_id` | S | of the request that announced the file; absent for a file that was copied in by hand |
//! | `trace_header` | S | X-Ray's header of that request, where it had one |
//! | `status` | S | `WAITING`, `PROCESSING`, `DONE` or `REJECTED` |
//! | `reason` | S | once REJECTED |
//! | `rows_read`, `rows_written`, `rows_rejected`, `bytes_read`, `bytes_total` | N | once an import has begun |
//! | `unknown_columns` | L of S | once an import is done |
//! | `version_id` | S | of the file that is imported, where the bucket keeps versions |
//! | `sequencer` | S | S3's order among the versions of that file, all its digits; absent where the event had none |

use aws_sdk_dynamodb::operation::update_item::builders::UpdateItemFluentBuilder;
use aws_sdk_dynamodb::types::AttributeValue;
use domain::catalog::import::file_version::FileVersion;
use domain::uploads::upload::{Upload, UploadKind, UploadStatus};
use domain::values::{
    CorrelationId, CustomerId, ImportCounts, ObjectSequencer, ObjectVersion, Sku, Timestamp, UploadId,
};
use wire::new_upload::{KIND_CATALOG, KIND_PRODUCT_PHOTO};

use crate::attributes::{
    Item, UnreadableItem, named, number, optional_number, optional_parsed, optional_text, parsed, read_number,
    read_text, read_texts, text,
};

const KIND: &str = "UPLOAD";

/// Sets the values that [`with_counts`] adds.
pub(crate) const SET_COUNTS: &str = "rows_read = :rows_read, rows_written = :rows_written, \
     rows_rejected = :rows_rejected, bytes_read = :bytes_read, bytes_total = :bytes_total";

/// An upload about to be written.
pub(crate) struct NewUpload<'a> {
    pub(crate) id: &'a UploadId,
    pub(crate) kind: &'a UploadKind,
    pub(crate) size_bytes: u64,
    pub(crate) created_by: Option<&'a CustomerId>,
    pub(crate) correlation_id: Option<&'a CorrelationId>,
    pub(crate) status: UploadStatus,
    /// The file of an import that begins.
    pub(crate) import: Option<ImportedFile<'a>>,
    pub(crate) at: Timestamp,
}

/// The version of a catalog that is imported.
#[derive(Clone, Copy)]
pub(crate) struct ImportedFile<'a> {
    pub(crate) object: &'a ObjectVersion,
    pub(crate) sequencer: Option<&'a ObjectSequencer>,
}

impl<'a> ImportedFile<'a> {
    /// The attributes of an upload when the import of this version begins.
    pub(crate) fn attributes(self) -> Vec<(&'static str, AttributeValue)> {
        let zero = ImportCounts {
            bytes_total: self.object.size_bytes,
            ..ImportCounts::default()
        };
        let counts = count_attributes(zero);
        let counts = counts.into_iter().map(|(name, count)| (name, number(count)));
        let names = self.names().into_iter();
        counts
            .chain(names.filter_map(|(name, value)| Some((name, text(value?)))))
            .collect()
    }

    /// The attributes that [`Self::attributes`] leaves out, and that an earlier version may have written.
    pub(crate) fn absent_attributes(self) -> impl Iterator<Item = &'static str> {
        let names = self.names().into_iter();
        names.filter_map(|(name, value)| value.is_none().then_some(name))
    }

    fn names(self) -> [(&'static str, Option<&'a str>); 2] {
        [
            ("version_id", self.object.version_id.as_deref()),
            ("sequencer", self.sequencer.map(ObjectSequencer::as_str)),
        ]
    }
}

/// The version of a file whose import was begun last.
pub(crate) fn begun_version(item: &Item) -> Result<FileVersion, UnreadableItem> {
    Ok(FileVersion {
        version_id: optional_text(item, "version_id").map(str::to_owned),
        sequencer: optional_parsed(item, "sequencer", ObjectSequencer::parse)?,
    })
}

pub(crate) fn key(id: &UploadId) -> AttributeValue {
    text(format!("upload#{id}"))
}

/// The value of the attribute `brings`.
pub(crate) fn brings(kind: &UploadKind) -> &'static str {
    match kind {
        UploadKind::ProductPhoto { .. } => KIND_PRODUCT_PHOTO,
        UploadKind::Catalog { .. } => KIND_CATALOG,
    }
}

pub(crate) fn with_counts(request: UpdateItemFluentBuilder, counts: ImportCounts) -> UpdateItemFluentBuilder {
    count_attributes(counts)
        .into_iter()
        .fold(request, |request, (name, count)| {
            request.expression_attribute_values(format!(":{name}"), number(count))
        })
}

pub(crate) fn new_item(new: &NewUpload<'_>, sequence: u64) -> Item {
    let NewUpload {
        id,
        kind,
        size_bytes,
        created_by,
        correlation_id,
        status,
        import,
        at,
    } = new;
    let mut item = Item::from([
        ("pk".to_owned(), key(id)),
        ("kind".to_owned(), text(KIND)),
        ("upload_id".to_owned(), text(id.as_str())),
        ("sequence".to_owned(), number(sequence)),
        ("brings".to_owned(), text(brings(kind))),
        ("size_bytes".to_owned(), number(*size_bytes)),
        ("created_at".to_owned(), number(at.unix_ms())),
        ("updated_at".to_owned(), number(at.unix_ms())),
        ("status".to_owned(), text(status.as_str())),
    ]);
    match kind {
        UploadKind::ProductPhoto { sku, content_type } => {
            item.insert("sku".to_owned(), text(sku.as_str()));
            item.insert("content_type".to_owned(), text(content_type.as_str()));
        }
        UploadKind::Catalog { file_name } => {
            item.insert("file_name".to_owned(), text(file_name.as_str()));
        }
    }
    if let Some(created_by) = created_by {
        item.insert("created_by".to_owned(), text(created_by.as_str()));
    }
    if let Some(correlation_id) = correlation_id {
        item.insert("correlation_id".to_owned(), text(correlation_id.as_str()));
    }
    for (name, value) in import.map(ImportedFile::attributes).into_iter().flatten() {
        item.insert(name.to_owned(), value);
    }
    item
}

pub(crate) fn upload(item: &Item) -> Result<Upload, UnreadableItem> {
    let id = parsed(item, "upload_id", UploadId::parse)?;
    let correlation_id = optional_parsed(item, "correlation_id", CorrelationId::parse)?;
    Ok(Upload {
        correlation_id: correlation_id.unwrap_or_else(|| (&id).into()),
        id,
        kind: kind(item)?,
        size_bytes: read_number(item, "size_bytes")?,
        created_by: optional_parsed(item, "created_by", CustomerId::parse)?,
        created_at: Timestamp::from_unix_ms(read_number(item, "created_at")?),
        sequence: read_number(item, "sequence")?,
        status: named(item, "status", UploadStatus::parse)?,
        reason: optional_text(item, "reason").map(str::to_owned),
        import: counts(item)?,
    })
}

fn kind(item: &Item) -> Result<UploadKind, UnreadableItem> {
    match read_text(item, "brings")? {
        KIND_PRODUCT_PHOTO => Ok(UploadKind::ProductPhoto {
            sku: parsed(item, "sku", Sku::parse)?,
            content_type: read_text(item, "content_type")?.to_owned(),
        }),
        KIND_CATALOG => Ok(UploadKind::Catalog {
            file_name: read_text(item, "file_name")?.to_owned(),
        }),
        _ => Err(UnreadableItem::at("brings")),
    }
}

fn counts(item: &Item) -> Result<Option<ImportCounts>, UnreadableItem> {
    let Some(rows_read) = optional_number(item, "rows_read")? else {
        return Ok(None);
    };
    Ok(Some(ImportCounts {
        rows_read,
        rows_written: read_number(item, "rows_written")?,
        rows_rejected: read_number(item, "rows_rejected")?,
        bytes_read: read_number(item, "bytes_read")?,
        bytes_total: read_number(item, "bytes_total")?,
    }))
}

fn count_attributes(counts: ImportCounts) -> [(&'static str, u64); 5] {
    let ImportCounts {
        rows_read,
        rows_written,
        rows_rejected,
        bytes_read,
        bytes_total,
    } = counts;
    [
        ("rows_read", rows_read),
        ("rows_written", rows_written),
        ("rows_rejected", rows_rejected),
        ("bytes_read", bytes_read),
        ("bytes_total", bytes_total),
    ]
}

/// The columns of a catalog that the shop does not know.
pub(crate) fn unknown_columns(item: &Item) -> Result<Vec<String>, UnreadableItem> {
    read_texts(item, "unknown_columns")
}
