//! The caller of a route, as the domain names customers and staff.

use domain::values::CustomerId;
use entry::caller::Caller;
use entry::problem::Problem;
use entry::request::HttpRequest;

/// The group of the user pool whose members manage uploads.
pub const STAFF_GROUP: &str = "staff";

/// The customer who sent the request; 401 without a valid access token.
pub fn customer(request: &HttpRequest) -> Result<CustomerId, Problem> {
    customer_id(request.caller()?)
}

/// The member of staff who sent the request; 401 without a valid access token, 403 for anybody else.
pub fn staff(request: &HttpRequest) -> Result<CustomerId, Problem> {
    let caller = request.caller()?;
    caller.require_group(STAFF_GROUP)?;
    customer_id(caller)
}

fn customer_id(caller: &Caller) -> Result<CustomerId, Problem> {
    CustomerId::parse(&caller.subject).map_err(|fault| Problem::unauthenticated(fault.to_string()))
}
