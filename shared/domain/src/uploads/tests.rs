//! Does staff get links for what is allowed and nothing else, and see what became of their files?

use std::sync::{Arc, Mutex};

use async_trait::async_trait;

use super::create::{CATALOG_CONTENT_TYPE, CreateUpload, CreateUploadError, CreatedUpload, LINK_LIVES, NewUpload};
use super::get::{GetUpload, REPORT_LINK_LIVES, SeenUpload};
use super::ports::{AnnouncedUpload, UploadGrant, UploadLink, UploadLinks, UploadRepository};
use super::upload::{CATALOG_BYTES_MAX, FILE_NAME_BYTES_MAX, Upload, UploadKind, UploadStatus};
use crate::ports::{Clock, IdGenerator, PortFailure};
use crate::values::{CustomerId, ImportCounts, PHOTO_BYTES_MAX, Sku, Timestamp, UploadId};

fn now() -> Timestamp {
    Timestamp::from_unix_ms(1_000)
}

#[derive(Default)]
struct Desk {
    uploads: Mutex<Vec<Upload>>,
    grants: Mutex<Vec<UploadGrant>>,
}

#[async_trait]
impl UploadRepository for Desk {
    async fn announce(&self, upload: &AnnouncedUpload) -> Result<Upload, PortFailure> {
        let mut uploads = self.uploads.lock().unwrap();
        let upload = Upload {
            id: upload.id.clone(),
            kind: upload.kind.clone(),
            size_bytes: upload.size_bytes,
            created_by: Some(upload.created_by.clone()),
            created_at: upload.created_at,
            sequence: uploads.len() as u64 + 1,
            status: UploadStatus::Waiting,
            reason: None,
            import: None,
        };
        uploads.push(upload.clone());
        Ok(upload)
    }

    async fn find(&self, id: &UploadId) -> Result<Option<Upload>, PortFailure> {
        let uploads = self.uploads.lock().unwrap();
        Ok(uploads.iter().find(|upload| upload.id == *id).cloned())
    }
}

#[async_trait]
impl UploadLinks for Desk {
    async fn put_link(&self, grant: &UploadGrant) -> Result<UploadLink, PortFailure> {
        assert!(
            !self.uploads.lock().unwrap().is_empty(),
            "announced before a link is out"
        );
        self.grants.lock().unwrap().push(grant.clone());
        Ok(UploadLink {
            url: format!("put:{}", grant.key),
            headers: Vec::new(),
        })
    }

    async fn get_link(&self, key: &str, expires_at: Timestamp) -> Result<String, PortFailure> {
        Ok(format!("get:{key}@{}", expires_at.unix_ms()))
    }
}

impl Clock for Desk {
    fn now(&self) -> Timestamp {
        now()
    }
}

impl IdGenerator for Desk {
    fn next_id(&self) -> String {
        format!("up-{}", self.uploads.lock().unwrap().len() + 1)
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

async fn create(desk: &Arc<Desk>, kind: UploadKind, size_bytes: u64) -> Result<CreatedUpload, CreateUploadError> {
    let create = CreateUpload {
        uploads: desk.clone(),
        links: desk.clone(),
        clock: desk.clone(),
        ids: desk.clone(),
    };
    let created_by = CustomerId::parse("olga").unwrap();
    create
        .run(NewUpload {
            kind,
            size_bytes,
            created_by,
        })
        .await
}

async fn get(desk: &Arc<Desk>, id: &str) -> Option<SeenUpload> {
    let get = GetUpload {
        uploads: desk.clone(),
        links: desk.clone(),
        clock: desk.clone(),
    };
    get.run(&UploadId::parse(id).unwrap()).await.unwrap()
}

#[tokio::test]
async fn a_link_takes_exactly_what_was_announced() {
    let desk = Arc::new(Desk::default());
    let created = create(&desk, photo("image/png"), PHOTO_BYTES_MAX).await.unwrap();
    assert_eq!(created.link.url, "put:photos/MUG 1/up-1");
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
    assert_eq!(desk.grants.lock().unwrap()[1], expected);
}

#[tokio::test]
async fn what_is_not_allowed_is_refused_before_it_is_announced() {
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
        (photo("image/svg+xml"), 1, "the content type is not one of a photo"),
        (photo("IMAGE/PNG"), 1, "the content type is not one of a photo"),
        (catalog(""), 1, "the file name"),
        (catalog("../a.csv"), 1, "the file name"),
        (catalog("a\\b.csv"), 1, "the file name"),
        (catalog("a\r\nb.csv"), 1, "the file name"),
        (catalog(&long_name), 1, "the file name"),
    ];
    let desk = Arc::new(Desk::default());
    for (kind, size_bytes, expected) in cases {
        let error = create(&desk, kind, size_bytes).await.unwrap_err().to_string();
        assert!(error.starts_with(expected), "{error}");
    }
    assert!(desk.uploads.lock().unwrap().is_empty());
}

#[tokio::test]
async fn the_rejected_rows_are_linked_once_there_are_any_and_the_import_is_done() {
    let desk = Arc::new(Desk::default());
    create(&desk, catalog("spring.csv"), 10).await.unwrap();
    assert_eq!(get(&desk, "up-1").await.unwrap().rejected_rows_url, None);
    let url = format!(
        "get:reports/up-1/rejected.csv@{}",
        now().plus(REPORT_LINK_LIVES).unix_ms()
    );
    let cases = [
        (UploadStatus::Processing, 3, None),
        (UploadStatus::Done, 0, None),
        (UploadStatus::Done, 3, Some(url)),
    ];
    for (status, rows_rejected, expected) in cases {
        desk.uploads.lock().unwrap()[0].status = status;
        desk.uploads.lock().unwrap()[0].import = Some(ImportCounts {
            rows_rejected,
            ..ImportCounts::default()
        });
        assert_eq!(get(&desk, "up-1").await.unwrap().rejected_rows_url, expected);
    }
    assert_eq!(get(&desk, "up-9").await, None);
}
