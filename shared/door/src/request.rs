//! Members of a request that the domain has types for.

use domain::values::CorrelationId;
use entry::problem::{Fault, Problem};
use entry::request::HttpRequest;
use wire::body_fault::BodyFault;

/// The id that links everything that the request causes.
pub fn correlation_id(request: &HttpRequest) -> Result<CorrelationId, Problem> {
    CorrelationId::parse(&request.correlation_id).map_err(|fault| Problem::internal(&fault))
}

/// 422 with a JSON pointer for each fault of the body.
pub fn invalid_content(faults: Vec<BodyFault>) -> Problem {
    Problem::invalid_content(pointed(faults))
}

/// 400 with a JSON pointer for each fault of a webhook's body.
pub fn malformed_event(faults: Vec<BodyFault>) -> Problem {
    Problem::malformed_event(pointed(faults))
}

fn pointed(faults: Vec<BodyFault>) -> Vec<Fault> {
    let faults = faults.into_iter().map(|BodyFault { path, detail }| {
        let path: Vec<&str> = path.iter().map(String::as_str).collect();
        Fault::at(&path, detail)
    });
    faults.collect()
}
