//! The object keys of the buckets, written and parsed in one place.

use super::{Sku, UploadId};

/// The largest photo that may be uploaded, and the largest that is read.
pub const PHOTO_BYTES_MAX: u64 = 50_000_000;
const PHOTOS_PREFIX: &str = "photos/";
const CATALOGS_PREFIX: &str = "catalogs/";
const CATALOG_SUFFIX: &str = ".csv";

/// One version of one object, as an event names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ObjectVersion {
    /// The key in its bucket, decoded.
    pub key: String,
    /// Present when the bucket keeps versions. Reading by it means reading what the event was about.
    pub version_id: Option<String>,
    /// The object's size in bytes.
    pub size_bytes: u64,
}

/// The key does not follow the shop's layout: the object was put there by hand.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the object key does not follow {expected}")]
pub struct KeyFault {
    /// The layout that was expected, like `catalogs/{upload_id}.csv`.
    pub expected: &'static str,
}

/// `photos/{sku}/{upload_id}` in the uploads bucket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PhotoKey {
    /// The product that the photo shows.
    pub sku: Sku,
    /// The upload that brought the photo.
    pub upload_id: UploadId,
}

/// `catalogs/{upload_id}.csv` in the uploads bucket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CatalogKey {
    /// The upload that brought the catalog.
    pub upload_id: UploadId,
}

impl PhotoKey {
    /// Parses the key of an object.
    pub fn parse(key: &str) -> Result<Self, KeyFault> {
        let fault = KeyFault {
            expected: "photos/{sku}/{upload_id}",
        };
        let (sku, upload_id) = key
            .strip_prefix(PHOTOS_PREFIX)
            .and_then(|rest| rest.split_once('/'))
            .ok_or_else(|| fault.clone())?;
        match (Sku::parse(sku), UploadId::parse(upload_id)) {
            (Ok(sku), Ok(upload_id)) => Ok(Self { sku, upload_id }),
            _ => Err(fault),
        }
    }

    /// The key as text.
    pub fn to_key(&self) -> String {
        format!("{PHOTOS_PREFIX}{}/{}", self.sku, self.upload_id)
    }
}

impl CatalogKey {
    /// Parses the key of an object.
    pub fn parse(key: &str) -> Result<Self, KeyFault> {
        key.strip_prefix(CATALOGS_PREFIX)
            .and_then(|rest| rest.strip_suffix(CATALOG_SUFFIX))
            .and_then(|upload_id| UploadId::parse(upload_id).ok())
            .map(|upload_id| Self { upload_id })
            .ok_or(KeyFault {
                expected: "catalogs/{upload_id}.csv",
            })
    }

    /// The key as text.
    pub fn to_key(&self) -> String {
        format!("{CATALOGS_PREFIX}{}{CATALOG_SUFFIX}", self.upload_id)
    }
}

/// `{sku}/{upload_id}/{size}.{ext}` in the thumbnails bucket: the same photo always has the same keys.
pub fn thumbnail_key(photo: &PhotoKey, size_px: u32, extension: &str) -> String {
    format!("{}/{}/{size_px}.{extension}", photo.sku, photo.upload_id)
}

/// `reports/{upload_id}/rejected.csv` in the uploads bucket. No event source listens to that prefix.
pub fn catalog_report_key(upload_id: &UploadId) -> String {
    format!("reports/{upload_id}/rejected.csv")
}

/// `report-parts/{upload_id}/{sequence}/{part}.csv` in the uploads bucket: the rows that one attempt at one range of
/// the file rejected. A lifecycle rule of the bucket deletes them.
pub fn catalog_report_part_key(upload_id: &UploadId, sequence: u64, part: &str) -> String {
    format!("report-parts/{upload_id}/{sequence}/{part}.csv")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_read_back_as_they_were_written() {
        let key = "photos/Tee + Käse 50%2F/0190-a";
        assert_eq!(PhotoKey::parse(key).map(|photo| photo.to_key()), Ok(key.to_owned()));
        let key = "catalogs/0190-a.csv";
        assert_eq!(
            CatalogKey::parse(key).map(|catalog| catalog.to_key()),
            Ok(key.to_owned())
        );
    }

    #[test]
    fn foreign_keys_are_refused() {
        for key in [
            "",
            "photos/",
            "photos/a",
            "photos/a/",
            "photos/a/b/c",
            "photos//b",
            "reports/a/b",
            "photos/../b",
        ] {
            assert!(PhotoKey::parse(key).is_err(), "{key:?}");
        }
        for key in [
            "",
            "catalogs/",
            "catalogs/.csv",
            "catalogs/a.txt",
            "catalogs/a/b.csv",
            "catalogs/a b.csv",
        ] {
            assert!(CatalogKey::parse(key).is_err(), "{key:?}");
        }
    }
}
