//! What must `CatalogFiles` and `RejectedRowsFiles` do?

use domain::catalog::ports::{CatalogFiles, RejectedRowsFiles};
use domain::values::{CatalogKey, ObjectVersion, catalog_report_key};

use crate::probes::Objects;
use crate::samples::upload_id;

/// `objects` is the bucket that the files are read from.
pub async fn catalog_files(files: &dyn CatalogFiles, objects: &dyn Objects) {
    let key = CatalogKey { upload_id: upload_id() }.to_key();
    // Larger than any piece that an adapter may reasonably hand out.
    let bytes: Vec<u8> = (0..3_000_001_u32)
        .flat_map(|number| number.to_be_bytes().into_iter().take(1))
        .collect();
    let named = |version_id: Option<String>| ObjectVersion {
        key: key.clone(),
        version_id,
        size_bytes: u64::try_from(bytes.len()).unwrap(),
    };
    assert!(
        files.open(&named(None), 0).await.unwrap().is_none(),
        "there is no such file"
    );
    let version = objects.put(&key, &bytes).await;
    for from in [0, 1, 1_234_567, bytes.len() - 1] {
        let read = read(files, &named(version.clone()), from).await;
        assert!(read == bytes[from..], "from byte {from}");
    }
    if version.is_some() {
        objects.put(&key, b"newer").await;
        assert!(
            read(files, &named(version.clone()), 0).await == bytes,
            "the version that the event named"
        );
    }
    objects.delete(&key).await;
    assert!(files.open(&named(version), 0).await.unwrap().is_none(), "deleted since");
}

async fn read(files: &dyn CatalogFiles, object: &ObjectVersion, from: usize) -> Vec<u8> {
    let from = u64::try_from(from).unwrap();
    let mut stream = files.open(object, from).await.unwrap().expect("the file is there");
    let mut read = Vec::new();
    while let Some(piece) = stream.next().await.unwrap() {
        assert!(!piece.is_empty(), "a piece is never empty");
        read.extend(piece);
    }
    assert!(stream.next().await.unwrap().is_none(), "the end stays the end");
    read
}

/// `objects` is the bucket that the files are written to.
pub async fn rejected_rows_files(files: &dyn RejectedRowsFiles, objects: &dyn Objects) {
    let id = upload_id();
    let key = catalog_report_key(&id);
    let mut abandoned = files.create(&id).await.unwrap();
    abandoned.write(b"line,reason\n").await.unwrap();
    assert_eq!(objects.get(&key).await, None, "not finished, not visible");
    drop(abandoned);
    assert_eq!(objects.get(&key).await, None);

    for attempt in ["first", "second, shorter", ""] {
        let mut sink = files.create(&id).await.unwrap();
        sink.write(attempt.as_bytes()).await.unwrap();
        sink.write(b"").await.unwrap();
        sink.write(b"\n").await.unwrap();
        sink.finish().await.unwrap();
        let (content_type, bytes) = objects.get(&key).await.expect("the report is finished");
        assert!(content_type.starts_with("text/csv"), "{content_type}");
        assert_eq!(bytes, format!("{attempt}\n").into_bytes());
    }

    let mut unfinished = files.create(&id).await.unwrap();
    unfinished.write(b"half").await.unwrap();
    drop(unfinished);
    let kept = objects.get(&key).await.map(|(_, bytes)| bytes);
    assert_eq!(kept, Some(b"\n".to_vec()), "an attempt that died replaces nothing");
}
