//! Puts a small built-in catalog into the uploads bucket, which is imported like any other file.

use adapter_embedded::buckets::{Bucket, PutCondition};
use domain::ports::PortFailure;
use domain::values::{CatalogKey, IdentityFault, UploadId};

const CATALOG: &[u8] = include_bytes!("seed.csv");
const UPLOAD_ID: &str = "seed-catalog";
const CONTENT_TYPE: &str = "text/csv";

/// Why the catalog cannot be put.
#[derive(Debug, thiserror::Error)]
pub enum SeedFault {
    #[error(transparent)]
    Key(#[from] IdentityFault),
    #[error(transparent)]
    Put(#[from] PortFailure),
}

/// Puts the catalog into the uploads bucket unless an earlier start has. Later catalogs stay untouched by it.
pub(crate) async fn put_catalog(uploads: &Bucket) -> Result<(), SeedFault> {
    let key = CatalogKey {
        upload_id: UploadId::parse(UPLOAD_ID)?,
    };
    uploads
        .put(&key.to_key(), CATALOG, CONTENT_TYPE, PutCondition::IfAbsent)
        .await?;
    Ok(())
}
