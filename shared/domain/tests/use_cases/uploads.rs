//! Tests that staff get links for allowed files only, and read the status of their files.

use std::sync::Arc;

use adapter_memory::Memory;
use adapter_memory::time::{CountedIds, SetClock};
use domain::uploads::create::{
    CATALOG_CONTENT_TYPE, CreateUpload, CreateUploadError, CreatedUpload, LINK_LIVES, NewUpload,
};
use domain::uploads::get::{GetUpload, REPORT_LINK_LIVES, SeenUpload};
use domain::uploads::ports::UploadGrant;
use domain::uploads::upload::{CATALOG_BYTES_MAX, FILE_NAME_BYTES_MAX, UploadKind, UploadStatus};
use domain::values::{CorrelationId, CustomerId, ImportCounts, PHOTO_BYTES_MAX, Sku, Timestamp, UploadId};

fn now() -> Timestamp {
    Timestamp::from_unix_ms(1_000)
}

struct Desk {
    memory: Arc<Memory>,
    clock: Arc<SetClock>,
    ids: Arc<CountedIds>,
}

impl Desk {
    fn open() -> Self {
        let clock = Arc::new(SetClock::at(now()));
        Self {
            memory: Memory::new(clock.clone()),
            clock,
            ids: Arc::new(CountedIds::new("up", 1)),
        }
    }
}

fn photo(content_type: &str) -> UploadKind {
    UploadKind::ProductPhoto {
        sku: Sku::parse("MUG 1").unwrap(),
        content_type: content_type.to_owned(),
    }
}

fn catalog(file_name: &str) -> UploadKind {
    UploadKind::Catalog {
        file_name: file_name.to_owned(),
    }
}

async fn create(desk: &Desk, kind: UploadKind, size_bytes: u64) -> Result<CreatedUpload, CreateUploadError> {
    let create = CreateUpload {
        uploads: desk.memory.clone(),
        links: desk.memory.clone(),
        clock: desk.clock.clone(),
        ids: desk.ids.clone(),
    };
    let created_by = CustomerId::parse("olga").unwrap();
    create
        .run(NewUpload {
            kind,
            size_bytes,
            created_by,
            correlation_id: CorrelationId::parse("request-1").unwrap(),
        })
        .await
}

async fn get(desk: &Desk, id: &str) -> Option<SeenUpload> {
    let get = GetUpload {
        uploads: desk.memory.clone(),
        links: desk.memory.clone(),
        clock: desk.clock.clone(),
    };
    get.run(&UploadId::parse(id).unwrap()).await.unwrap()
}

#[tokio::test]
async fn a_link_takes_exactly_what_was_announced() {
    let desk = Desk::open();
    let created = create(&desk, photo("image/png"), PHOTO_BYTES_MAX).await.unwrap();
    assert!(
        created
            .link
            .url
            .starts_with("https://uploads.example.test/photos/MUG%201/up-1?"),
        "{}",
        created.link.url
    );
    assert_eq!(
        desk.memory.calls(),
        ["uploads.announce", "uploads.put_link"],
        "announced before a link is out"
    );
    assert_eq!(created.expires_at, now().plus(LINK_LIVES));
    let created = create(&desk, catalog("spring.csv"), CATALOG_BYTES_MAX).await.unwrap();
    assert_eq!(
        (created.upload.sequence, created.upload.status),
        (2, UploadStatus::Waiting)
    );
    let expected = UploadGrant {
        key: "catalogs/up-2.csv".to_owned(),
        content_type: CATALOG_CONTENT_TYPE.to_owned(),
        size_bytes: CATALOG_BYTES_MAX,
        expires_at: now().plus(LINK_LIVES),
    };
    assert_eq!(desk.memory.look(|tables| tables.grants[1].clone()), expected);
}

#[tokio::test]
async fn what_is_not_allowed_is_refused_before_it_is_announced() {
    const UNSUPPORTED: &str = "the content type is not one of image/jpeg, image/png, image/webp, image/gif";
    let long_name = "n".repeat(FILE_NAME_BYTES_MAX + 1);
    let cases = [
        (photo("image/png"), 0, "the file is empty"),
        (
            photo("image/png"),
            PHOTO_BYTES_MAX + 1,
            "the file has more than 50000000 bytes",
        ),
        (
            catalog("a.csv"),
            CATALOG_BYTES_MAX + 1,
            "the file has more than 5000000000 bytes",
        ),
        (photo("image/svg+xml"), 1, UNSUPPORTED),
        (photo("IMAGE/PNG"), 1, UNSUPPORTED),
        (catalog(""), 1, "the file name"),
        (catalog("../a.csv"), 1, "the file name"),
        (catalog("a\\b.csv"), 1, "the file name"),
        (catalog("a\r\nb.csv"), 1, "the file name"),
        (catalog(&long_name), 1, "the file name"),
    ];
    let desk = Desk::open();
    for (kind, size_bytes, expected) in cases {
        let error = create(&desk, kind, size_bytes).await.unwrap_err().to_string();
        assert!(error.starts_with(expected), "{error}");
    }
    assert!(desk.memory.look(|tables| tables.uploads.rows.is_empty()));
}

#[tokio::test]
async fn the_rejected_rows_are_linked_once_there_are_any_and_the_import_is_done() {
    let desk = Desk::open();
    create(&desk, catalog("spring.csv"), 10).await.unwrap();
    assert_eq!(get(&desk, "up-1").await.unwrap().rejected_rows_url, None);
    let url = format!(
        "https://uploads.example.test/reports/up-1/rejected.csv?expires={}",
        now().plus(REPORT_LINK_LIVES).unix_ms()
    );
    let cases = [
        (UploadStatus::Processing, 3, None),
        (UploadStatus::Done, 0, None),
        (UploadStatus::Done, 3, Some(url)),
    ];
    for (status, rows_rejected, expected) in cases {
        desk.memory.change(|tables| {
            let upload = &mut tables.uploads.rows.values_mut().next().unwrap().upload;
            upload.status = status;
            upload.import = Some(ImportCounts {
                rows_rejected,
                ..ImportCounts::default()
            });
        });
        assert_eq!(get(&desk, "up-1").await.unwrap().rejected_rows_url, expected);
    }
    assert_eq!(get(&desk, "up-9").await, None);
}
