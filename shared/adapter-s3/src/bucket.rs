//! Which bucket, and which client? One handle for all adapters of this crate.

use aws_sdk_s3::Client;
use aws_sdk_s3::config::{
    Builder, RequestChecksumCalculation, ResponseChecksumValidation, StalledStreamProtectionConfig,
};
use aws_types::SdkConfig;

/// A bucket by name. Cheap to clone: clones share one client and its connections.
#[derive(Debug, Clone)]
pub struct Bucket {
    pub(crate) client: Client,
    pub(crate) name: String,
}

impl Bucket {
    /// Calls nobody.
    pub fn new(config: &SdkConfig, name: impl Into<String>) -> Self {
        let config = Builder::from(config)
            // An endpoint of one's own has seldom a host name for every bucket.
            .force_path_style(config.endpoint_url().is_some())
            // Checksums that S3 does not demand stay out, on both ways: in a link they would be a header that whoever
            // uploads cannot know, and a body that was resumed has no sum to be compared with. TLS guards the way, and
            // S3 keeps a checksum of its own.
            // https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity-upload.html
            .request_checksum_calculation(RequestChecksumCalculation::WhenRequired)
            .response_checksum_validation(ResponseChecksumValidation::WhenRequired)
            // `ObjectStream` watches over what it reads, and resumes it; two watches would trip over each other.
            .stalled_stream_protection(StalledStreamProtectionConfig::enabled().download_enabled(false).build())
            .build();
        Self {
            client: Client::from_conf(config),
            name: name.into(),
        }
    }

    /// Another bucket, through the same client.
    #[must_use]
    pub fn sibling(&self, name: impl Into<String>) -> Self {
        Self {
            client: self.client.clone(),
            name: name.into(),
        }
    }
}
