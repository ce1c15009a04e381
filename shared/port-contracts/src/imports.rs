//! What must an `ImportLedger` do?

use std::sync::Arc;

use domain::catalog::ports::{CatalogImport, CatalogImportEnd, ImportLedger};
use domain::uploads::ports::UploadRepository;
use domain::uploads::upload::{Upload, UploadKind, UploadStatus};
use domain::values::{CatalogKey, ImportCounts, ObjectVersion, UploadId};

use crate::samples::{at, at_once, upload_id};
use crate::uploads::catalog;

/// The ports that together keep catalog uploads, over one store.
pub struct ImportPorts {
    pub imports: Arc<dyn ImportLedger>,
    pub uploads: Arc<dyn UploadRepository>,
}

pub async fn import_ledger(ports: &ImportPorts) {
    an_announced_import_begins(ports).await;
    an_import_that_nobody_announced_is_recorded(ports).await;
    progress_never_goes_back(ports).await;
    the_first_end_stays(ports).await;
    a_rejected_file_stays_rejected(ports).await;
}

fn object(id: &UploadId) -> ObjectVersion {
    let key = CatalogKey { upload_id: id.clone() }.to_key();
    ObjectVersion {
        key,
        version_id: None,
        size_bytes: 1_000,
    }
}

fn counts(rows_read: u64, bytes_read: u64) -> ImportCounts {
    ImportCounts {
        rows_read,
        rows_written: rows_read - rows_read / 10,
        rows_rejected: rows_read / 10,
        bytes_read,
        bytes_total: 1_000,
    }
}

fn done(counts: ImportCounts) -> CatalogImportEnd {
    let unknown_columns = vec!["colour, \"new\"".to_owned(), "größe".to_owned()];
    CatalogImportEnd::Done {
        counts,
        unknown_columns,
    }
}

async fn upload(ports: &ImportPorts, id: &UploadId) -> Upload {
    ports.uploads.find(id).await.unwrap().expect("the upload is known")
}

async fn an_announced_import_begins(ports: &ImportPorts) {
    let announced = catalog();
    let sequence = ports.uploads.announce(&announced).await.unwrap().sequence;
    let UploadKind::Catalog { file_name } = announced.kind else {
        panic!("a catalog was announced");
    };
    let expected = CatalogImport {
        upload_id: announced.id.clone(),
        sequence,
        uploaded_by: Some(announced.created_by),
        file_name,
        finished: None,
    };
    for seconds in [1, 2] {
        let import = ports
            .imports
            .begin(&announced.id, &object(&announced.id), at(seconds))
            .await
            .unwrap();
        assert_eq!(import, expected);
        let upload = upload(ports, &announced.id).await;
        assert_eq!(
            (upload.status, upload.import),
            (UploadStatus::Processing, Some(counts(0, 0)))
        );
    }
}

async fn an_import_that_nobody_announced_is_recorded(ports: &ImportPorts) {
    let before = ports.uploads.announce(&catalog()).await.unwrap().sequence;
    let id = upload_id();
    let begun = at_once(|_| {
        let (imports, id) = (Arc::clone(&ports.imports), id.clone());
        async move { imports.begin(&id, &object(&id), at(1)).await.unwrap() }
    })
    .await;
    let after = ports.uploads.announce(&catalog()).await.unwrap().sequence;
    let sequence = begun[0].sequence;
    assert!(before < sequence && sequence < after);
    for import in begun {
        assert_eq!(
            (import.sequence, import.uploaded_by, import.finished),
            (sequence, None, None)
        );
        assert_eq!(import.file_name, format!("{id}.csv"));
    }
    let upload = upload(ports, &id).await;
    assert_eq!(
        (upload.status, upload.created_by, upload.size_bytes),
        (UploadStatus::Processing, None, 1_000)
    );
}

async fn progress_never_goes_back(ports: &ImportPorts) {
    let id = upload_id();
    ports.imports.begin(&id, &object(&id), at(1)).await.unwrap();
    for (noted, expected) in [
        (counts(50, 500), counts(50, 500)),
        (counts(10, 100), counts(50, 500)),
        (counts(60, 600), counts(60, 600)),
    ] {
        ports.imports.progress(&id, noted, at(2)).await.unwrap();
        assert_eq!(upload(ports, &id).await.import, Some(expected));
    }
    ports.imports.begin(&id, &object(&id), at(3)).await.unwrap();
    assert_eq!(
        upload(ports, &id).await.import,
        Some(counts(60, 600)),
        "also when an attempt begins anew"
    );
}

async fn the_first_end_stays(ports: &ImportPorts) {
    let id = upload_id();
    ports.imports.begin(&id, &object(&id), at(1)).await.unwrap();
    let answers = at_once(|number| {
        let (imports, id) = (Arc::clone(&ports.imports), id.clone());
        let end = done(counts(100 + u64::try_from(number).unwrap(), 1_000));
        async move { imports.finish(&id, &end, at(2)).await.unwrap() }
    })
    .await;
    assert!(answers.iter().all(|answer| *answer == answers[0]), "{answers:?}");
    let CatalogImportEnd::Done { counts: first, .. } = &answers[0] else {
        panic!("the import was done");
    };
    let rejected = CatalogImportEnd::Rejected {
        reason: "too late".to_owned(),
    };
    assert_eq!(ports.imports.finish(&id, &rejected, at(3)).await.unwrap(), answers[0]);
    ports.imports.progress(&id, counts(999, 1_000), at(4)).await.unwrap();
    let import = ports.imports.begin(&id, &object(&id), at(5)).await.unwrap();
    assert_eq!(import.finished.as_ref(), Some(&answers[0]));
    let upload = upload(ports, &id).await;
    assert_eq!(
        (upload.status, upload.import, upload.reason),
        (UploadStatus::Done, Some(*first), None)
    );
}

async fn a_rejected_file_stays_rejected(ports: &ImportPorts) {
    let id = upload_id();
    ports.imports.begin(&id, &object(&id), at(1)).await.unwrap();
    let rejected = CatalogImportEnd::Rejected {
        reason: "the column sku is missing".to_owned(),
    };
    for end in [rejected.clone(), done(counts(1, 1_000))] {
        assert_eq!(ports.imports.finish(&id, &end, at(2)).await.unwrap(), rejected);
    }
    let import = ports.imports.begin(&id, &object(&id), at(3)).await.unwrap();
    assert_eq!(import.finished, Some(rejected));
    let upload = upload(ports, &id).await;
    assert_eq!(upload.status, UploadStatus::Rejected);
    assert_eq!(upload.reason.as_deref(), Some("the column sku is missing"));
}
