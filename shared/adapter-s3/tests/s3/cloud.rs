//! Creates buckets in the local cloud for tests.

use adapter_s3::bucket::Bucket;
use async_trait::async_trait;
use aws_sdk_s3::Client;
use aws_sdk_s3::config::Builder;
use aws_sdk_s3::error::ProvideErrorMetadata;
use aws_sdk_s3::types::{BucketVersioningStatus, VersioningConfiguration};
use port_contracts::probes::Objects;

/// A bucket with a unique name, and the clients of the adapter and of the test.
pub(crate) struct TestBucket {
    pub(crate) bucket: Bucket,
    pub(crate) name: String,
    pub(crate) client: Client,
}

impl TestBucket {
    pub(crate) async fn create(versioned: bool) -> Self {
        let config = recorded_aws::local_cloud();
        let client = Client::from_conf(Builder::from(&config).force_path_style(true).build());
        let name = format!("contract-{}", uuid::Uuid::now_v7().simple());
        client.create_bucket().bucket(&name).send().await.unwrap();
        if versioned {
            let enabled = VersioningConfiguration::builder()
                .status(BucketVersioningStatus::Enabled)
                .build();
            client
                .put_bucket_versioning()
                .bucket(&name)
                .versioning_configuration(enabled)
                .send()
                .await
                .unwrap();
        }
        Self {
            bucket: Bucket::new(&config, name.clone()),
            name,
            client,
        }
    }

    /// Like the uploads bucket, which keeps versions, and like the thumbnails bucket, which does not.
    pub(crate) async fn both() -> [Self; 2] {
        [Self::create(true).await, Self::create(false).await]
    }

    /// The number of multipart uploads that are neither completed nor aborted.
    pub(crate) async fn unfinished_uploads(&self) -> usize {
        let listed = self.client.list_multipart_uploads().bucket(&self.name).send().await;
        listed.unwrap().uploads().len()
    }
}

#[async_trait]
impl Objects for TestBucket {
    async fn put(&self, key: &str, bytes: &[u8]) -> Option<String> {
        let put = self.client.put_object().bucket(&self.name).key(key);
        put.body(bytes.to_vec().into()).send().await.unwrap().version_id
    }

    async fn get(&self, key: &str) -> Option<(String, Vec<u8>)> {
        let object = match self.client.get_object().bucket(&self.name).key(key).send().await {
            Ok(object) => object,
            Err(error) => {
                assert_eq!(error.code(), Some("NoSuchKey"), "{error:?}");
                return None;
            }
        };
        let bytes = object.body.collect().await.unwrap().to_vec();
        Some((object.content_type.unwrap_or_default(), bytes))
    }

    async fn delete(&self, key: &str) {
        let listed = self.client.list_object_versions().bucket(&self.name).prefix(key);
        let listed = listed.send().await.unwrap();
        let versions = listed.versions().iter().map(|version| version.version_id());
        for version_id in versions {
            let delete = self.client.delete_object().bucket(&self.name).key(key);
            delete
                .set_version_id(version_id.map(str::to_owned))
                .send()
                .await
                .unwrap();
        }
    }
}
