//! What do presigned links look like in memory? Addresses that name all that a signature would bind.

use async_trait::async_trait;
use domain::catalog::ports::ThumbnailLinks;
use domain::ports::PortFailure;
use domain::uploads::ports::{UploadGrant, UploadLink, UploadLinks};
use domain::values::Timestamp;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use crate::access::{Access, Ports};
use crate::tables::Tables;

const RESERVED_IN_KEY: &AsciiSet = &NON_ALPHANUMERIC.remove(b'/').remove(b'-').remove(b'_').remove(b'.');

fn address(bucket: &str, key: &str, bound: &str) -> String {
    let key = utf8_percent_encode(key, RESERVED_IN_KEY);
    format!("https://{bucket}.example.test/{key}?{bound}")
}

fn read_link(bucket: &str, key: &str, expires_at: Timestamp) -> String {
    address(bucket, key, &format!("expires={}", expires_at.unix_ms()))
}

#[async_trait]
impl<A: Access> UploadLinks for Ports<A> {
    async fn put_link(&self, grant: &UploadGrant) -> Result<UploadLink, PortFailure> {
        let headers = [
            ("content-type", grant.content_type.clone()),
            ("content-length", grant.size_bytes.to_string()),
            ("if-none-match", "*".to_owned()),
        ];
        let expires = grant.expires_at.unix_ms();
        let bound = format!(
            "expires={expires}&type={}&bytes={}",
            grant.content_type, grant.size_bytes
        );
        let link = UploadLink {
            url: address("uploads", &grant.key, &bound),
            headers: headers.map(|(name, value)| (name.to_owned(), value)).to_vec(),
        };
        let grant = grant.clone();
        let keep = move |tables: &mut Tables| tables.grants.push(grant.clone());
        self.write("uploads.put_link", keep).await?;
        Ok(link)
    }

    async fn get_link(&self, key: &str, expires_at: Timestamp) -> Result<String, PortFailure> {
        self.read("uploads.get_link", |_| read_link("uploads", key, expires_at))
            .await
    }
}

#[async_trait]
impl<A: Access> ThumbnailLinks for Ports<A> {
    async fn link(&self, key: &str, expires_at: Timestamp) -> Result<String, PortFailure> {
        self.read("thumbnails.link", |_| read_link("thumbnails", key, expires_at))
            .await
    }
}
