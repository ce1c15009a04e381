//! How does `GET /uploads/{id}` show staff what became of an upload?

use domain::uploads::get::GetUpload;
use domain::values::UploadId;
use door::caller::staff;
use door::failure::problem;
use door::subject;
use entry::http::http;
use entry::problem::Problem;
use entry::response::HttpResponse;
use events::invocation::{Invocation, Reply};
use wire::upload::UploadJson;

pub async fn handle(invocation: Invocation, get: &GetUpload) -> Reply {
    http(invocation, |request| async move {
        staff(&request)?;
        // What cannot be an id names no upload.
        let id = UploadId::parse(&request.path_parameter("id")?).map_err(|_| Problem::not_found())?;
        subject::upload(&id);
        let found = get.run(&id).await.map_err(problem)?;
        let shown = found.ok_or_else(Problem::not_found)?;
        HttpResponse::json(200, &UploadJson::new(shown.upload, shown.rejected_rows_url))
    })
    .await
}
