//! Signs links to objects with the SDK's signer, without a client of S3.
//!
//! The client would make the same link, but adds a megabyte to the compressed program: endpoint rules, checksums, XML.
//! Functions that only make links start faster without it. A test compares every link with the client's.

use std::time::{Duration, SystemTime};

use aws_credential_types::provider::{ProvideCredentials as _, SharedCredentialsProvider};
use aws_sigv4::http_request::{
    PercentEncodingMode, SignableBody, SignableRequest, SignatureLocation, SigningSettings, UriPathNormalizationMode,
    sign,
};
use aws_sigv4::sign::v4;
use aws_smithy_async::time::SharedTimeSource;
use aws_types::SdkConfig;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

const SERVICE: &str = "s3";
/// Everything except the unreserved characters of RFC 3986.
const IN_QUERY: AsciiSet = NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');
const IN_PATH: AsciiSet = IN_QUERY.remove(b'/');

type Fault = Box<dyn std::error::Error + Send + Sync>;

/// The signed parts of a request beside its address.
#[derive(Debug, Clone, Copy)]
pub(crate) struct LinkRequest<'a> {
    pub method: &'static str,
    /// The name of the operation, which S3 logs.
    pub operation: &'static str,
    pub key: &'a str,
    /// The client must send these headers. Names in lower case.
    pub headers: &'a [(&'static str, String)],
}

/// Makes links to the objects of a bucket. Cheap to clone.
#[derive(Debug, Clone)]
pub struct LinkSigner {
    /// The URL of the bucket, without a trailing slash.
    address: String,
    host: String,
    region: String,
    credentials: Option<SharedCredentialsProvider>,
    clock: SharedTimeSource,
}

impl LinkSigner {
    /// A signer for this bucket. Makes no call.
    pub fn new(config: &SdkConfig, bucket: &str) -> Self {
        let region = config.region().map(ToString::to_string).unwrap_or_default();
        let (scheme, host, path) = if let Some(endpoint) = config.endpoint_url() {
            // Custom endpoints rarely have a host name per bucket: use path style.
            let (scheme, rest) = endpoint.split_once("://").unwrap_or(("https", endpoint));
            let (host, path) = rest.split_once('/').unwrap_or((rest, ""));
            let path = path.trim_end_matches('/');
            let before = if path.is_empty() { "" } else { "/" };
            (scheme, host.to_owned(), format!("{before}{path}/{bucket}"))
        } else {
            let (host, path) = usual_place(&region, bucket);
            ("https", host, path)
        };
        Self {
            address: format!("{scheme}://{host}{path}"),
            host,
            region,
            credentials: config.credentials_provider(),
            clock: config.time_source().unwrap_or_default(),
        }
    }

    pub(crate) fn now(&self) -> SystemTime {
        self.clock.now()
    }

    /// A link that is valid from `now` on for `lives`.
    pub(crate) async fn sign(
        &self,
        request: LinkRequest<'_>,
        now: SystemTime,
        lives: Duration,
    ) -> Result<String, Fault> {
        let credentials = self
            .credentials
            .as_ref()
            .ok_or("the SDK configuration has no credentials")?;
        let identity = credentials.provide_credentials().await?.into();
        let mut settings = SigningSettings::default();
        settings.signature_location = SignatureLocation::QueryParams;
        settings.expires_in = Some(lives);
        // S3 does not normalize paths: `a//b` and `a/../b` are keys.
        settings.percent_encoding_mode = PercentEncodingMode::Single;
        settings.uri_path_normalization_mode = UriPathNormalizationMode::Disabled;
        let params = v4::SigningParams::builder()
            .identity(&identity)
            .region(&self.region)
            .name(SERVICE)
            .time(now)
            .settings(settings)
            .build()?;
        let key = utf8_percent_encode(request.key, &IN_PATH);
        let mut url = format!("{}/{key}?x-id={}", self.address, request.operation);
        let headers = request.headers.iter().map(|(name, value)| (*name, value.as_str()));
        let headers = headers.chain([("host", self.host.as_str())]);
        let signable = SignableRequest::new(request.method, &url, headers, SignableBody::UnsignedPayload)?;
        let (instructions, _signature) = sign(signable, &params.into())?.into_parts();
        for (name, value) in instructions.params() {
            url.extend(["&", name, "="]);
            url.extend(utf8_percent_encode(value, &IN_QUERY));
        }
        Ok(url)
    }
}

/// Host and path of a bucket: its own host, which S3's certificate covers if the bucket's name is one label
/// (<https://docs.aws.amazon.com/AmazonS3/latest/userguide/VirtualHosting.html>).
fn usual_place(region: &str, bucket: &str) -> (String, String) {
    let suffix = if region.starts_with("cn-") {
        "amazonaws.com.cn"
    } else {
        "amazonaws.com"
    };
    if bucket.contains('.') {
        (format!("s3.{region}.{suffix}"), format!("/{bucket}"))
    } else {
        (format!("{bucket}.s3.{region}.{suffix}"), String::new())
    }
}
