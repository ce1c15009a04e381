//! Puts the id of an order or an upload on log lines and traces.

use domain::values::{OrderId, UploadId};
use telemetry::context::{about, correlate};
use telemetry::subject::Subject;

/// Names the order that this invocation, or this record of a batch, works on.
pub fn order(id: &OrderId) {
    about(Subject::Order, id.as_str());
}

/// Names the upload that this invocation, or this record of a batch, works on.
pub fn upload(id: &UploadId) {
    about(Subject::Upload, id.as_str());
}

/// The same for a file that S3 announced. The upload's id is also the correlation id: S3 passes on no other id of the
/// request that announced the file.
pub fn uploaded_file(id: &UploadId) {
    correlate(id.as_str());
    upload(id);
}
