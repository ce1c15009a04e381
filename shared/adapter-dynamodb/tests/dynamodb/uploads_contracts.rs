//! Tests that the ports over the imports table keep their contracts, on a local cloud.

use std::sync::Arc;

use adapter_dynamodb::imports::DynamoImportLedger;
use adapter_dynamodb::photo_uploads::DynamoPhotoUploads;
use adapter_dynamodb::table::Table;
use adapter_dynamodb::uploads::DynamoUploadRepository;
use domain::thumbnails::ports::PhotoUploads;
use domain::uploads::ports::UploadRepository;
use domain::uploads::upload::UploadStatus;
use domain::values::PhotoKey;
use port_contracts::import_ports::ImportPorts;
use port_contracts::imports;
use port_contracts::photos::{self, PhotoUploadPorts};
use port_contracts::samples::anns_catalog;
use port_contracts::uploads;

use crate::cloud;
use crate::samples::{now, sku};

/// Like `ImportsTable` in the template.
async fn imports_table() -> Table {
    let config = recorded_aws::local_cloud();
    let name = cloud::table(&config, &[]).await;
    Table::new(&config, name)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
#[ignore = "needs a local cloud: cargo xtask test starts one"]
async fn announced_uploads() {
    let table = imports_table().await;
    uploads::upload_repository(Arc::new(DynamoUploadRepository { table })).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
#[ignore = "needs a local cloud: cargo xtask test starts one"]
async fn catalog_imports() {
    let table = imports_table().await;
    let ports = ImportPorts {
        imports: Arc::new(DynamoImportLedger { table: table.clone() }),
        uploads: Arc::new(DynamoUploadRepository { table }),
    };
    imports::import_ledger(&ports).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
#[ignore = "needs a local cloud: cargo xtask test starts one"]
async fn photo_uploads() {
    let table = imports_table().await;
    let ports = PhotoUploadPorts {
        photos: Arc::new(DynamoPhotoUploads { table: table.clone() }),
        uploads: Arc::new(DynamoUploadRepository { table }),
    };
    photos::photo_uploads(&ports).await;
}

/// Somebody copied a photo to a key with the id of a catalog's upload.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
#[ignore = "needs a local cloud: cargo xtask test starts one"]
async fn an_upload_is_not_touched_by_a_file_of_another_kind() {
    let table = imports_table().await;
    let uploads = DynamoUploadRepository { table: table.clone() };
    let photos = DynamoPhotoUploads { table };
    let catalog = anns_catalog();
    uploads.announce(&catalog).await.unwrap();
    let key = PhotoKey {
        sku: sku("MUG-01"),
        upload_id: catalog.id.clone(),
    };
    let failure = photos.begin(&key, 5, now()).await.unwrap_err();
    assert!(!failure.transient);
    let upload = uploads.find(&catalog.id).await.unwrap().unwrap();
    assert_eq!(upload.status, UploadStatus::Waiting);
}
