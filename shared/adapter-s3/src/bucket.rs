//! A bucket and its client: the handle that all adapters of this crate use.

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
    /// A bucket with its own client. Makes no call.
    pub fn new(config: &SdkConfig, name: impl Into<String>) -> Self {
        let config = Builder::from(config)
            // Custom endpoints rarely have a host name per bucket: use path style.
            .force_path_style(config.endpoint_url().is_some())
            // No optional checksums in requests and answers: in a link they would be a header that the uploading client
            // does not have, and a resumed body has no checksum to compare with. TLS protects the transfer, and S3
            // keeps its own checksums.
            // https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity-upload.html
            .request_checksum_calculation(RequestChecksumCalculation::WhenRequired)
            .response_checksum_validation(ResponseChecksumValidation::WhenRequired)
            // `ObjectStream` detects stalled bodies and resumes them; the SDK's own protection would interfere.
            .stalled_stream_protection(StalledStreamProtectionConfig::enabled().download_enabled(false).build())
            .build();
        Self {
            client: Client::from_conf(config),
            name: name.into(),
        }
    }

    /// Another bucket with the same client.
    #[must_use]
    pub fn sibling(&self, name: impl Into<String>) -> Self {
        Self {
            client: self.client.clone(),
            name: name.into(),
        }
    }
}
