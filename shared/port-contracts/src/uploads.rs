//! The contract of `UploadRepository`.

use std::sync::Arc;

use domain::uploads::ports::{AnnouncedUpload, UploadRepository};
use domain::uploads::upload::{Upload, UploadKind, UploadStatus};

use crate::samples::{at, at_once, correlation, customer, sku, upload_id};

/// The contract of [`UploadRepository`].
pub async fn upload_repository(uploads: Arc<dyn UploadRepository>) {
    an_announced_upload_waits(uploads.as_ref()).await;
    sequences_ascend(uploads).await;
}

pub(crate) fn announced(kind: UploadKind) -> AnnouncedUpload {
    AnnouncedUpload {
        id: upload_id(),
        kind,
        size_bytes: 5_000_000_000,
        created_by: customer(),
        created_at: at(0),
        correlation_id: correlation("announcing.request-1"),
    }
}

pub(crate) fn catalog() -> AnnouncedUpload {
    announced(UploadKind::Catalog {
        file_name: "spring \"24\".csv".to_owned(),
    })
}

async fn an_announced_upload_waits(uploads: &dyn UploadRepository) {
    let photo = UploadKind::ProductPhoto {
        sku: sku(),
        content_type: "image/jpeg".to_owned(),
    };
    for announced in [announced(photo), catalog()] {
        assert_eq!(uploads.find(&announced.id).await.unwrap(), None);
        let upload = uploads.announce(&announced).await.unwrap();
        let expected = Upload {
            id: announced.id.clone(),
            kind: announced.kind.clone(),
            size_bytes: announced.size_bytes,
            created_by: Some(announced.created_by.clone()),
            created_at: announced.created_at,
            correlation_id: announced.correlation_id.clone(),
            sequence: upload.sequence,
            status: UploadStatus::Waiting,
            reason: None,
            import: None,
        };
        assert_eq!(upload, expected);
        assert_eq!(uploads.find(&announced.id).await.unwrap(), Some(expected));
    }
}

async fn sequences_ascend(uploads: Arc<dyn UploadRepository>) {
    let before = uploads.announce(&catalog()).await.unwrap().sequence;
    let mut sequences = at_once(|_| {
        let uploads = Arc::clone(&uploads);
        async move { uploads.announce(&catalog()).await.unwrap().sequence }
    })
    .await;
    let after = uploads.announce(&catalog()).await.unwrap().sequence;
    let count = sequences.len();
    sequences.sort_unstable();
    sequences.dedup();
    assert_eq!(sequences.len(), count, "no sequence is given twice");
    assert!(
        sequences.iter().all(|sequence| before < *sequence && *sequence < after),
        "{sequences:?}"
    );
}
