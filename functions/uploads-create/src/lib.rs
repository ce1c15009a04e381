//! `POST /uploads`: answers staff with a link that accepts one announced file.

use domain::uploads::create::{CreateUpload, CreateUploadError, NewUpload};
use door::caller::staff;
use door::request::{correlation_id, invalid_content};
use door::{failure, subject};
use entry::http::http;
use entry::problem::{Fault, Problem};
use entry::request::HttpRequest;
use entry::response::HttpResponse;
use events::invocation::{Invocation, Reply};
use serde_json::Value;
use wire::new_upload::NewUploadBody;
use wire::upload::{CreatedUploadJson, status_url};

pub async fn handle(invocation: Invocation, create: &CreateUpload) -> Reply {
    http(invocation, |request| async move {
        let created = create
            .run(new_upload(&request)?)
            .await
            .map_err(|error| problem(&error))?;
        subject::upload(&created.upload.id);
        let location = status_url(&created.upload.id);
        let body = CreatedUploadJson::new(&created.upload, created.link, created.expires_at);
        Ok(HttpResponse::json(201, &body)?.header("Location", location))
    })
    .await
}

fn new_upload(request: &HttpRequest) -> Result<NewUpload, Problem> {
    let created_by = staff(request)?;
    let json: Value = request.json_body()?;
    let body = NewUploadBody::read(&json).map_err(invalid_content)?;
    Ok(NewUpload {
        kind: body.kind,
        size_bytes: body.size_bytes,
        created_by,
        correlation_id: correlation_id(request)?,
    })
}

fn problem(error: &CreateUploadError) -> Problem {
    let member = match error {
        CreateUploadError::Empty | CreateUploadError::TooLarge { .. } => "size_bytes",
        CreateUploadError::UnsupportedContentType => "content_type",
        CreateUploadError::FileNameFault => "file_name",
        CreateUploadError::Port(failure) => return failure::problem(failure),
    };
    Problem::invalid_content(vec![Fault::at(&[member], error.to_string())])
}

#[cfg(test)]
mod tests;
