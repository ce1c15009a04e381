//! Puts the id of an order or an upload on log lines and traces.

use domain::catalog::import::job::ImportJob;
use domain::values::{CorrelationId, OrderId, UploadId};
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

/// Names the request that caused the work of this invocation, or of this record of a batch.
pub fn caused_by(request: &CorrelationId) {
    correlate(request.as_str());
}

/// Names the upload whose import this invocation works on, and the request that announced it.
pub fn import(job: &ImportJob) {
    caused_by(&job.correlation_id);
    upload(&job.id.upload_id);
}
