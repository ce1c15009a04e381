//! The contract of `CatalogFiles` and `RejectedRowsFiles`.

use std::ops::Range;

use domain::catalog::import::job::ImportId;
use domain::catalog::ports::{ByteStream, CatalogFiles, RejectedRowsFiles};
use domain::values::{CatalogKey, ObjectVersion, catalog_report_key, catalog_report_part_key};

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
    let size_bytes = u64::try_from(bytes.len()).unwrap();
    assert!(
        files.open(&named(None), 0..size_bytes).await.unwrap().is_none(),
        "there is no such file"
    );
    let version = objects.put(&key, &bytes).await;
    let object = named(version.clone());
    for (begin, end) in [
        (0, bytes.len()),
        (1, bytes.len()),
        (1_234_567, bytes.len() - 1),
        (1_234_567, 1_234_568),
        (bytes.len() - 1, bytes.len()),
        (77, 77),
        (bytes.len(), bytes.len()),
    ] {
        let read = read(files, &object, begin..end).await;
        assert!(read == bytes[begin..end], "bytes {begin}..{end}");
    }
    let beyond = read(files, &object, bytes.len() - 3..bytes.len() + 1_000).await;
    assert!(beyond == bytes[bytes.len() - 3..], "it ends with the file");
    if version.is_some() {
        objects.put(&key, b"newer").await;
        assert!(
            read(files, &object, 0..bytes.len()).await == bytes,
            "the version that the event named"
        );
    }
    objects.delete(&key).await;
    for bytes in [0..size_bytes, 5..6, 0..0] {
        assert!(files.open(&object, bytes).await.unwrap().is_none(), "deleted since");
    }
    an_empty_file_is_there(files, objects).await;
}

async fn an_empty_file_is_there(files: &dyn CatalogFiles, objects: &dyn Objects) {
    let key = CatalogKey { upload_id: upload_id() }.to_key();
    let version_id = objects.put(&key, b"").await;
    let object = ObjectVersion {
        key,
        version_id,
        size_bytes: 0,
    };
    assert!(read(files, &object, 0..0).await.is_empty());
}

async fn read(files: &dyn CatalogFiles, object: &ObjectVersion, bytes: Range<usize>) -> Vec<u8> {
    let bytes = u64::try_from(bytes.start).unwrap()..u64::try_from(bytes.end).unwrap();
    let stream = files.open(object, bytes).await.unwrap();
    whole(stream.expect("the file is there")).await
}

async fn whole(mut stream: Box<dyn ByteStream>) -> Vec<u8> {
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
    a_report_is_replaced_when_finished(files, objects).await;
    parts_are_found_by_import_and_name(files, objects).await;
}

async fn a_report_is_replaced_when_finished(files: &dyn RejectedRowsFiles, objects: &dyn Objects) {
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

async fn parts_are_found_by_import_and_name(files: &dyn RejectedRowsFiles, objects: &dyn Objects) {
    let import = |sequence| ImportId {
        upload_id: upload_id(),
        sequence,
    };
    let (seventh, eighth) = (import(7), import(8));
    let find = async |import: &ImportId, part: &str| match files.open_part(import, part).await.unwrap() {
        Some(stream) => Some(whole(stream).await),
        None => None,
    };
    let longest = "a-0".repeat(21) + "z";
    // Larger than what one write brings, and than any piece that an adapter may reasonably hand out.
    let line = "2,no price,MUG-01,,=1\r\n".repeat(100);
    for part in ["part-1", longest.as_str()] {
        let mut abandoned = files.create_part(&seventh, part).await.unwrap();
        abandoned.write(line.as_bytes()).await.unwrap();
        assert_eq!(find(&seventh, part).await, None, "not finished, not visible");
        drop(abandoned);
        assert_eq!(find(&seventh, part).await, None);
    }
    for (part, writes) in [("part-2", 3_000), ("0192e5a0-7c11-7b3a-9c5d-6a1f00000001", 1)] {
        let mut sink = files.create_part(&seventh, part).await.unwrap();
        for _ in 0..writes {
            sink.write(line.as_bytes()).await.unwrap();
        }
        sink.write(b"").await.unwrap();
        sink.finish().await.unwrap();
        let found = find(&seventh, part).await.expect("the part is finished");
        assert!(found == line.repeat(writes).into_bytes(), "as it was written");
        let key = catalog_report_part_key(&seventh.upload_id, seventh.sequence, part);
        let (content_type, bytes) = objects
            .get(&key)
            .await
            .expect("its key is the one that the bucket forgets");
        assert!(content_type.starts_with("text/csv") && bytes == found, "{content_type}");
        let next = ImportId {
            sequence: 8,
            ..seventh.clone()
        };
        for other in [&next, &eighth] {
            assert_eq!(find(other, part).await, None, "every import has its own");
        }
    }
    assert_eq!(
        objects.get(&catalog_report_key(&seventh.upload_id)).await,
        None,
        "a part is no report"
    );
}
