//! The import of a catalog, as read from the stored upload that brought its file.
//!
//! The one module that joins the areas `uploads` and `catalog`: both read the same stored upload.

use crate::catalog::import::job::ImportId;
use crate::catalog::ports::{CatalogImport, CatalogImportEnd};
use crate::uploads::upload::{Upload, UploadKind, UploadStatus};
use crate::values::ObjectVersion;

/// The upload brings a photo: the file was copied by hand to that upload's key.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the upload is not a catalog")]
pub struct NotACatalog;

/// The kind of an upload that was not announced: a catalog that was copied in by hand, named after its key.
pub fn unannounced_catalog(object: &ObjectVersion) -> UploadKind {
    let file_name = object.key.rsplit('/').next().unwrap_or(&object.key).to_owned();
    UploadKind::Catalog { file_name }
}

/// The import of an upload. `unknown_columns` are stored beside the upload once it is DONE.
pub fn import_of(upload: Upload, unknown_columns: Vec<String>) -> Result<CatalogImport, NotACatalog> {
    let UploadKind::Catalog { file_name } = upload.kind else {
        return Err(NotACatalog);
    };
    Ok(CatalogImport {
        id: ImportId {
            upload_id: upload.id,
            sequence: upload.sequence,
        },
        uploaded_by: upload.created_by,
        correlation_id: upload.correlation_id,
        file_name,
        finished: match upload.status {
            UploadStatus::Waiting | UploadStatus::Processing => None,
            UploadStatus::Rejected => Some(CatalogImportEnd::Rejected {
                reason: upload.reason.unwrap_or_default(),
            }),
            UploadStatus::Done => Some(CatalogImportEnd::Done {
                counts: upload.import.unwrap_or_default(),
                unknown_columns,
            }),
        },
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::values::{CorrelationId, ImportCounts, Sku, Timestamp, UploadId};

    fn upload(kind: UploadKind, status: UploadStatus) -> Upload {
        Upload {
            id: UploadId::parse("upload-1").unwrap(),
            kind,
            size_bytes: 5,
            created_by: None,
            created_at: Timestamp::from_unix_ms(1),
            correlation_id: CorrelationId::parse("request-1").unwrap(),
            sequence: 7,
            status,
            reason: (status == UploadStatus::Rejected).then(|| "the header is missing".to_owned()),
            import: Some(ImportCounts::default()),
        }
    }

    #[test]
    fn a_file_without_an_announcement_is_named_after_its_key() {
        let object = |key: &str| ObjectVersion {
            key: key.to_owned(),
            version_id: None,
            size_bytes: 5,
        };
        for (key, expected) in [("catalogs/spring.csv", "spring.csv"), ("spring.csv", "spring.csv")] {
            let file_name = expected.to_owned();
            assert_eq!(unannounced_catalog(&object(key)), UploadKind::Catalog { file_name });
        }
    }

    #[test]
    fn an_import_has_finished_when_its_upload_has() {
        let unknown = vec!["colour".to_owned()];
        for status in UploadStatus::ALL {
            let kind = UploadKind::Catalog {
                file_name: "spring.csv".to_owned(),
            };
            let import = import_of(upload(kind, status), unknown.clone()).unwrap();
            assert_eq!((import.id.sequence, import.file_name.as_str()), (7, "spring.csv"));
            assert_eq!(import.finished.is_some(), status.is_final(), "{status:?}");
            match import.finished {
                Some(CatalogImportEnd::Done { unknown_columns, .. }) => assert_eq!(unknown_columns, unknown),
                Some(CatalogImportEnd::Rejected { reason }) => assert_eq!(reason, "the header is missing"),
                None => {}
            }
        }
    }

    #[test]
    fn a_photo_has_no_import() {
        let kind = UploadKind::ProductPhoto {
            sku: Sku::parse("MUG").unwrap(),
            content_type: "image/jpeg".to_owned(),
        };
        assert_eq!(
            import_of(upload(kind, UploadStatus::Done), Vec::new()),
            Err(NotACatalog)
        );
    }
}
