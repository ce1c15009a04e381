//! The contract of `ImportLedger` about the beginning and the end of imports.

use std::sync::Arc;

use domain::catalog::import::job::ImportId;
use domain::catalog::ports::{Begin, CatalogImport, CatalogImportEnd, Finish};
use domain::uploads::upload::{UploadKind, UploadStatus};
use domain::values::ImportCounts;

use crate::import_ports::{FILE_BYTES, ImportPorts, counts, done, nothing_yet, object, rejected, sequencer};
use crate::import_ranges;
use crate::samples::{at, at_once, upload_id};
use crate::uploads::catalog;

/// The contract of [`ImportLedger`](domain::catalog::ports::ImportLedger).
pub async fn import_ledger(ports: &ImportPorts) {
    an_announced_import_begins(ports).await;
    an_import_that_nobody_announced_is_recorded(ports).await;
    the_same_version_finds_the_same_import(ports).await;
    a_newer_version_is_another_import(ports).await;
    an_older_version_is_outdated(ports).await;
    without_versions_the_sequencer_tells_them_apart(ports).await;
    another_version_without_a_sequencer_counts_as_newer(ports).await;
    competing_events_begin_one_import(ports).await;
    import_ranges::all(ports).await;
    the_first_end_stays(ports).await;
    a_rejected_file_stays_rejected(ports).await;
    an_import_that_was_replaced_cannot_end(ports).await;
}

async fn an_announced_import_begins(ports: &ImportPorts) {
    let announced = catalog();
    let sequence = ports.uploads.announce(&announced).await.unwrap().sequence;
    let UploadKind::Catalog { file_name } = announced.kind else {
        panic!("a catalog was announced");
    };
    let upload_id = announced.id;
    let expected = CatalogImport {
        id: ImportId {
            upload_id: upload_id.clone(),
            sequence,
        },
        uploaded_by: Some(announced.created_by),
        correlation_id: announced.correlation_id,
        file_name,
        finished: None,
    };
    for _ in 0..2 {
        assert_eq!(ports.begin(&upload_id, Some("v1"), Some("A1")).await, expected);
        let upload = ports.upload(&upload_id).await;
        assert_eq!(
            (upload.status, upload.import),
            (UploadStatus::Processing, Some(nothing_yet()))
        );
    }
}

async fn an_import_that_nobody_announced_is_recorded(ports: &ImportPorts) {
    let before = ports.next_sequence().await;
    let id = upload_id();
    let import = ports.begin(&id, None, None).await;
    let after = ports.next_sequence().await;
    assert!(before < import.id.sequence && import.id.sequence < after);
    assert_eq!(
        (&import.id.upload_id, import.uploaded_by, import.finished),
        (&id, None, None)
    );
    assert_eq!(import.file_name, format!("{id}.csv"));
    let upload = ports.upload(&id).await;
    assert_eq!(
        (upload.status, upload.created_by, upload.size_bytes),
        (UploadStatus::Processing, None, FILE_BYTES)
    );
    assert_eq!(
        (upload.sequence, upload.import),
        (import.id.sequence, Some(nothing_yet()))
    );
}

async fn the_same_version_finds_the_same_import(ports: &ImportPorts) {
    let versioned = upload_id();
    let import = ports.begin(&versioned, Some("v1"), Some("A1")).await;
    for sequencer in [Some("A1"), None] {
        assert_eq!(ports.begin(&versioned, Some("v1"), sequencer).await, import);
    }
    let unversioned = upload_id();
    let import = ports.begin(&unversioned, None, Some("A1")).await;
    for sequencer in [Some("A1"), Some("00a1"), None] {
        assert_eq!(ports.begin(&unversioned, None, sequencer).await, import);
    }
    let barely_known = upload_id();
    let import = ports.begin(&barely_known, None, None).await;
    assert_eq!(ports.begin(&barely_known, None, None).await, import);
}

async fn a_newer_version_is_another_import(ports: &ImportPorts) {
    let announced = catalog();
    ports.uploads.announce(&announced).await.unwrap();
    let id = &announced.id;
    let first = ports.begin(id, Some("v1"), Some("9F")).await;
    import_ranges::some_progress(ports, &first.id).await;
    ports.imports.finish(&first.id, &done(100), at(2)).await.unwrap();

    let between = ports.next_sequence().await;
    let mut larger = object(id, Some("v2"));
    larger.size_bytes = 2 * FILE_BYTES;
    // Longer, so it is greater: they are numbers.
    let newer = sequencer("A10");
    let begin = ports.imports.begin(id, &larger, Some(&newer), at(3)).await.unwrap();
    let Begin::Import(second) = begin else {
        panic!("the newer version was answered {begin:?}");
    };
    assert!(second.id.sequence > between, "it is newer than what came between");
    assert!(
        ports.next_sequence().await > second.id.sequence,
        "no sequence is given twice"
    );
    let expected = CatalogImport {
        id: second.id.clone(),
        finished: None,
        ..first
    };
    assert_eq!(second, expected, "the same file, announced by the same person");
    let upload = ports.upload(id).await;
    assert_eq!(
        (upload.status, upload.sequence),
        (UploadStatus::Processing, second.id.sequence)
    );
    let nothing_of_the_larger = ImportCounts {
        bytes_total: 2 * FILE_BYTES,
        ..nothing_yet()
    };
    assert_eq!(upload.import, Some(nothing_of_the_larger));
    assert_eq!(
        ports.imports.progress(&second.id, 0).await.unwrap(),
        None,
        "nothing of it was read yet"
    );
    assert_eq!(ports.begin(id, Some("v2"), Some("A10")).await, second);
}

async fn an_older_version_is_outdated(ports: &ImportPorts) {
    let id = upload_id();
    ports.begin(&id, Some("v1"), Some("A1")).await;
    let newest = ports.begin(&id, Some("v3"), Some("A3")).await;
    for (version, sequencer) in [("v1", "A1"), ("v2", "A2"), ("v0", "9")] {
        assert_eq!(
            ports.try_begin(&id, Some(version), Some(sequencer)).await,
            Begin::Outdated
        );
        assert_eq!(ports.upload(&id).await.sequence, newest.id.sequence);
    }
    ports.imports.finish(&newest.id, &done(100), at(2)).await.unwrap();
    assert_eq!(ports.try_begin(&id, Some("v1"), Some("A1")).await, Begin::Outdated);
    let upload = ports.upload(&id).await;
    assert_eq!(
        (upload.status, upload.import),
        (UploadStatus::Done, Some(counts(100, FILE_BYTES)))
    );
}

async fn without_versions_the_sequencer_tells_them_apart(ports: &ImportPorts) {
    let id = upload_id();
    let first = ports.begin(&id, None, Some("A1")).await;
    let second = ports.begin(&id, None, Some("A2")).await;
    assert!(second.id.sequence > first.id.sequence);
    assert_eq!(ports.try_begin(&id, None, Some("A1")).await, Begin::Outdated);
    assert_eq!(ports.begin(&id, None, Some("A2")).await, second);
}

async fn another_version_without_a_sequencer_counts_as_newer(ports: &ImportPorts) {
    let id = upload_id();
    let first = ports.begin(&id, Some("v1"), None).await;
    let second = ports.begin(&id, Some("v2"), None).await;
    assert!(second.id.sequence > first.id.sequence);
    assert_eq!(ports.begin(&id, Some("v2"), None).await, second);
}

async fn competing_events_begin_one_import(ports: &ImportPorts) {
    let id = upload_id();
    let mut last = 0;
    // By hand at first, then a version more.
    for (version, number) in [("v1", "A1"), ("v2", "A2")] {
        let begun = at_once(|_| {
            let (imports, id) = (Arc::clone(&ports.imports), id.clone());
            let sequencer = sequencer(number);
            async move {
                let object = object(&id, Some(version));
                imports.begin(&id, &object, Some(&sequencer), at(1)).await.unwrap()
            }
        })
        .await;
        assert!(begun.iter().all(|begin| *begin == begun[0]), "{begun:?}");
        let sequence = ports.upload(&id).await.sequence;
        assert!(sequence > last);
        let one = ports.begin(&id, Some(version), Some(number)).await;
        assert_eq!(
            (Begin::Import(one.clone()), one.id.sequence),
            (begun[0].clone(), sequence)
        );
        last = sequence;
    }
}

async fn the_first_end_stays(ports: &ImportPorts) {
    let id = upload_id();
    let begun = ports.begin(&id, Some("v1"), Some("A1")).await;
    let answers = at_once(|number| {
        let (imports, import) = (Arc::clone(&ports.imports), begun.id.clone());
        let end = done(100 + u64::try_from(number).unwrap());
        async move { imports.finish(&import, &end, at(2)).await.unwrap() }
    })
    .await;
    let first = answers
        .iter()
        .filter(|answer| matches!(answer, Finish::Ended(_)))
        .count();
    assert_eq!(first, 1, "one call ended it: {answers:?}");
    let answers: Vec<CatalogImport> = answers.into_iter().map(import_of).collect();
    assert!(answers.iter().all(|answer| *answer == answers[0]), "{answers:?}");
    let ended = answers[0].clone();
    let Some(CatalogImportEnd::Done { counts: first, .. }) = ended.finished else {
        panic!("the import was answered {:?}", ended.finished);
    };
    assert_eq!(
        ended,
        CatalogImport {
            finished: ended.finished.clone(),
            ..begun.clone()
        }
    );
    assert!(ended.finished.is_some_and(|end| end == done(first.rows_read)));

    let late = ports
        .imports
        .finish(&begun.id, &rejected("too late"), at(3))
        .await
        .unwrap();
    assert_eq!(late, Finish::EndedBefore(answers[0].clone()));
    import_ranges::is_closed(ports, &begun.id).await;
    assert_eq!(ports.begin(&id, Some("v1"), Some("A1")).await, answers[0]);
    let upload = ports.upload(&id).await;
    assert_eq!(
        (upload.status, upload.import, upload.reason),
        (UploadStatus::Done, Some(first), None)
    );
}

async fn a_rejected_file_stays_rejected(ports: &ImportPorts) {
    let id = upload_id();
    let begun = ports.begin(&id, Some("v1"), Some("A1")).await;
    let reason = "the column sku is missing";
    for end in [rejected(reason), done(1)] {
        let ended = ports.imports.finish(&begun.id, &end, at(2)).await.unwrap();
        assert_eq!(import_of(ended).finished, Some(rejected(reason)));
    }
    import_ranges::is_closed(ports, &begun.id).await;
    let again = ports.begin(&id, Some("v1"), Some("A1")).await;
    assert_eq!(again.finished, Some(rejected(reason)));
    let upload = ports.upload(&id).await;
    assert_eq!(
        (upload.status, upload.reason.as_deref()),
        (UploadStatus::Rejected, Some(reason))
    );

    let newer = ports.begin(&id, Some("v2"), Some("A2")).await;
    assert_eq!(newer.finished, None, "a newer version may be better");
    let upload = ports.upload(&id).await;
    assert_eq!((upload.status, upload.reason), (UploadStatus::Processing, None));
}

async fn an_import_that_was_replaced_cannot_end(ports: &ImportPorts) {
    let id = upload_id();
    let old = ports.begin(&id, Some("v1"), Some("A1")).await;
    let new = ports.begin(&id, Some("v2"), Some("A2")).await;
    for end in [done(100), rejected("too late")] {
        let ended = ports.imports.finish(&old.id, &end, at(2)).await.unwrap();
        assert_eq!(ended, Finish::Superseded(old.clone()));
        let upload = ports.upload(&id).await;
        assert_eq!(
            (upload.status, upload.import, upload.reason),
            (UploadStatus::Processing, Some(nothing_yet()), None)
        );
    }
    let ended = ports.imports.finish(&new.id, &done(7), at(3)).await.unwrap();
    assert_eq!(import_of(ended).finished, Some(done(7)));
    let ended = ports.imports.finish(&old.id, &done(100), at(4)).await.unwrap();
    assert_eq!(ended, Finish::Superseded(old));
}

/// The import of a call to end it that was not too late.
fn import_of(finish: Finish) -> CatalogImport {
    match finish {
        Finish::Ended(import) | Finish::EndedBefore(import) => import,
        Finish::Superseded(import) => panic!("no other version took the place of {import:?}"),
    }
}
