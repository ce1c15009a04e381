//! The JSON of an upload: the link that accepts the file, and the status of the upload.

use std::collections::BTreeMap;

use domain::uploads::ports::UploadLink;
use domain::uploads::upload::{Upload, UploadKind};
use domain::values::{ImportCounts, Timestamp, UploadId};
use serde::Serialize;

use crate::new_upload::{KIND_CATALOG, KIND_PRODUCT_PHOTO};
use crate::time::rfc3339;

/// The one request that brings the file, ready to be sent: `method`, `url` and all `headers` as they are.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "CreatedUpload"))]
pub struct CreatedUploadJson {
    /// The upload's id.
    #[cfg_attr(feature = "schema", schemars(schema_with = "crate::schema::identifier"))]
    pub id: String,
    /// Always `PUT`.
    #[cfg_attr(feature = "schema", schemars(schema_with = "crate::schema::put_method"))]
    pub method: &'static str,
    /// The presigned address.
    #[cfg_attr(feature = "schema", schemars(schema_with = "crate::schema::uri"))]
    pub url: String,
    /// Header names and values, all of which the signature binds.
    pub headers: BTreeMap<String, String>,
    /// RFC 3339.
    #[cfg_attr(feature = "schema", schemars(schema_with = "crate::schema::date_time"))]
    pub expires_at: String,
    /// The path of the upload's status.
    pub status_url: String,
}

/// The status of an upload.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "Upload"))]
pub struct UploadJson {
    /// The upload's id.
    #[cfg_attr(feature = "schema", schemars(schema_with = "crate::schema::identifier"))]
    pub id: String,
    /// `product-photo` or `catalog`.
    #[cfg_attr(feature = "schema", schemars(schema_with = "crate::schema::upload_kind"))]
    pub kind: &'static str,
    /// WAITING, PROCESSING, DONE or REJECTED.
    #[cfg_attr(feature = "schema", schemars(schema_with = "crate::schema::upload_status"))]
    pub status: &'static str,
    /// Present once the whole file is REJECTED.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(schema_with = "crate::schema::text"))]
    pub reason: Option<String>,
    /// RFC 3339.
    #[cfg_attr(feature = "schema", schemars(schema_with = "crate::schema::date_time"))]
    pub created_at: String,
    /// Present for a catalog whose import has begun.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub import: Option<ImportJson>,
}

/// How far an import is: `rows_read` is the sum of `rows_written` and `rows_rejected`, the header not counted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "Import"))]
pub struct ImportJson {
    /// An estimate from the bytes read; exact once the whole file is read.
    pub rows_total_estimate: u64,
    /// Rows read so far.
    pub rows_read: u64,
    /// Rows that are in the catalog.
    pub rows_written: u64,
    /// Rows that are in the report of rejected rows.
    pub rows_rejected: u64,
    /// 0 to 100, by bytes.
    #[cfg_attr(feature = "schema", schemars(range(max = 100)))]
    pub percent: u8,
    /// A short-lived link, present once the import is DONE and has rejected rows.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(schema_with = "crate::schema::uri"))]
    pub rejected_rows_url: Option<String>,
}

/// Where the status of an upload is found.
pub fn status_url(id: &UploadId) -> String {
    format!("/uploads/{id}")
}

impl CreatedUploadJson {
    /// Takes the link apart: its headers become an object.
    pub fn new(upload: &Upload, link: UploadLink, expires_at: Timestamp) -> Self {
        Self {
            id: upload.id.to_string(),
            method: "PUT",
            url: link.url,
            headers: link.headers.into_iter().collect(),
            expires_at: rfc3339(expires_at),
            status_url: status_url(&upload.id),
        }
    }
}

impl UploadJson {
    /// `rejected_rows_url` is present once the import is DONE and has rejected rows.
    pub fn new(upload: Upload, rejected_rows_url: Option<String>) -> Self {
        let Upload {
            id,
            kind,
            // The caller sent them with the announcement.
            size_bytes: _,
            created_by: _,
            created_at,
            // Internal.
            correlation_id: _,
            sequence: _,
            status,
            reason,
            import,
        } = upload;
        Self {
            id: id.to_string(),
            kind: match kind {
                UploadKind::ProductPhoto { .. } => KIND_PRODUCT_PHOTO,
                UploadKind::Catalog { .. } => KIND_CATALOG,
            },
            status: status.as_str(),
            reason,
            created_at: rfc3339(created_at),
            import: import.map(|counts| ImportJson::new(counts, rejected_rows_url)),
        }
    }
}

impl ImportJson {
    fn new(counts: ImportCounts, rejected_rows_url: Option<String>) -> Self {
        let ImportCounts {
            rows_read,
            rows_written,
            rows_rejected,
            // Shown as `percent`.
            bytes_read: _,
            bytes_total: _,
        } = counts;
        Self {
            rows_total_estimate: counts.rows_total_estimate(),
            rows_read,
            rows_written,
            rows_rejected,
            percent: counts.percent(),
            rejected_rows_url,
        }
    }
}

#[cfg(test)]
mod tests {
    use domain::uploads::upload::UploadStatus;
    use domain::values::{CorrelationId, Sku};
    use serde_json::json;

    use super::*;

    fn upload(kind: UploadKind, status: UploadStatus) -> Upload {
        Upload {
            id: UploadId::parse("upload-1").unwrap(),
            kind,
            size_bytes: 123,
            created_by: None,
            created_at: Timestamp::from_unix_ms(1_793_527_200_000),
            correlation_id: CorrelationId::parse("request-1").unwrap(),
            sequence: 1,
            status,
            reason: None,
            import: None,
        }
    }

    fn photo() -> UploadKind {
        UploadKind::ProductPhoto {
            sku: Sku::parse("MUG-01").unwrap(),
            content_type: "image/jpeg".to_owned(),
        }
    }

    fn catalog() -> UploadKind {
        UploadKind::Catalog {
            file_name: "spring.csv".to_owned(),
        }
    }

    #[test]
    fn a_created_upload_is_one_request_ready_to_be_sent() {
        let link = UploadLink {
            url: "https://uploads/photos/MUG-01/upload-1?signature".to_owned(),
            headers: vec![("content-type".to_owned(), "image/jpeg".to_owned())],
        };
        let expires_at = Timestamp::from_unix_ms(1_793_528_100_000);
        let upload = upload(photo(), UploadStatus::Waiting);
        assert_eq!(
            json!(CreatedUploadJson::new(&upload, link, expires_at)),
            json!({
                "id": "upload-1",
                "method": "PUT",
                "url": "https://uploads/photos/MUG-01/upload-1?signature",
                "headers": {"content-type": "image/jpeg"},
                "expires_at": "2026-11-01T10:15:00.000Z",
                "status_url": "/uploads/upload-1",
            })
        );
    }

    #[test]
    fn a_rejected_photo_says_why() {
        let rejected = Upload {
            reason: Some("the file is empty".to_owned()),
            ..upload(photo(), UploadStatus::Rejected)
        };
        assert_eq!(
            json!(UploadJson::new(rejected, None)),
            json!({
                "id": "upload-1",
                "kind": "product-photo",
                "status": "REJECTED",
                "reason": "the file is empty",
                "created_at": "2026-11-01T10:00:00.000Z",
            })
        );
    }

    #[test]
    fn an_import_shows_how_far_it_is() {
        let halfway = Upload {
            import: Some(ImportCounts {
                rows_read: 10,
                rows_written: 9,
                rows_rejected: 1,
                bytes_read: 500,
                bytes_total: 1_000,
            }),
            ..upload(catalog(), UploadStatus::Processing)
        };
        let mut expected = json!({
            "id": "upload-1",
            "kind": "catalog",
            "status": "PROCESSING",
            "created_at": "2026-11-01T10:00:00.000Z",
            "import": {
                "rows_total_estimate": 20, "rows_read": 10, "rows_written": 9, "rows_rejected": 1, "percent": 50,
            },
        });
        assert_eq!(json!(UploadJson::new(halfway.clone(), None)), expected);
        expected["import"]["rejected_rows_url"] = json!("https://reports");
        assert_eq!(
            json!(UploadJson::new(halfway, Some("https://reports".to_owned()))),
            expected
        );
    }
}
