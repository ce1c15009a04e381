//! How does `GET /uploads/{id}` show staff what became of an upload?

use domain::uploads::get::GetUpload;
use domain::values::UploadId;
use edge::http::http;
use edge::invocation::{Invocation, Reply};
use edge::problem::Problem;
use edge::response::HttpResponse;
use edge::telemetry::about;
use edge::trace::Subject;
use wire::upload::UploadJson;

const STAFF_GROUP: &str = "staff";

pub async fn handle(invocation: Invocation, get: &GetUpload) -> Reply {
    http(invocation, |request| async move {
        request.caller()?.require_group(STAFF_GROUP)?;
        // What cannot be an id names no upload.
        let id = UploadId::parse(&request.path_parameter("id")?).map_err(|_| Problem::not_found())?;
        about(Subject::Upload, id.as_str());
        let found = get.run(&id).await;
        let found = found.map_err(|failure| Problem::outside(&failure, failure.transient))?;
        let seen = found.ok_or_else(Problem::not_found)?;
        HttpResponse::json(200, &UploadJson::new(seen.upload, seen.rejected_rows_url))
    })
    .await
}
