//! How does `POST /uploads` answer staff with a link that takes one announced file?

use domain::uploads::create::{CreateUpload, CreateUploadError, NewUpload};
use domain::values::CustomerId;
use edge::http::http;
use edge::invocation::{Invocation, Reply};
use edge::problem::{Fault, Problem};
use edge::request::HttpRequest;
use edge::response::HttpResponse;
use edge::telemetry::about;
use edge::trace::Subject;
use serde_json::Value;
use wire::body_fault::BodyFault;
use wire::new_upload::NewUploadBody;
use wire::upload::{CreatedUploadJson, status_url};

const STAFF_GROUP: &str = "staff";

pub async fn handle(invocation: Invocation, create: &CreateUpload) -> Reply {
    http(invocation, |request| async move {
        let created = create
            .run(new_upload(&request)?)
            .await
            .map_err(|error| problem(&error))?;
        about(Subject::Upload, created.upload.id.as_str());
        let location = status_url(&created.upload.id);
        let body = CreatedUploadJson::new(&created.upload, created.link, created.expires_at);
        Ok(HttpResponse::json(201, &body)?.header("Location", location))
    })
    .await
}

fn new_upload(request: &HttpRequest) -> Result<NewUpload, Problem> {
    let caller = request.caller()?;
    caller.require_group(STAFF_GROUP)?;
    let created_by = CustomerId::parse(&caller.subject);
    let created_by = created_by.map_err(|fault| Problem::unauthenticated(fault.to_string()))?;
    let json: Value = request.json_body()?;
    let body = NewUploadBody::read(&json).map_err(invalid_content)?;
    Ok(NewUpload {
        kind: body.kind,
        size_bytes: body.size_bytes,
        created_by,
    })
}

fn invalid_content(faults: Vec<BodyFault>) -> Problem {
    let faults = faults.into_iter().map(|BodyFault { path, detail }| {
        let path: Vec<&str> = path.iter().map(String::as_str).collect();
        Fault::at(&path, detail)
    });
    Problem::invalid_content(faults.collect())
}

fn problem(error: &CreateUploadError) -> Problem {
    let member = match error {
        CreateUploadError::Empty | CreateUploadError::TooLarge { .. } => "size_bytes",
        CreateUploadError::UnsupportedContentType => "content_type",
        CreateUploadError::FileNameFault => "file_name",
        CreateUploadError::Port(failure) => return Problem::outside(failure, failure.transient),
    };
    Problem::invalid_content(vec![Fault::at(&[member], error.to_string())])
}
