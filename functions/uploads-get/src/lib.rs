//! `GET /uploads/{id}`: shows staff the status of an upload.

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
        // A text that is not an id belongs to no upload.
        let id = UploadId::parse(&request.path_parameter("id")?).map_err(|_| Problem::not_found())?;
        subject::upload(&id);
        let found = get.run(&id).await.map_err(problem)?;
        let shown = found.ok_or_else(Problem::not_found)?;
        HttpResponse::json(200, &UploadJson::new(shown.upload, shown.rejected_rows_url))
    })
    .await
}

#[cfg(test)]
mod tests {
    use function_tests::{CATALOG, World, event, http, problem};
    use serde_json::json;

    use super::*;

    #[tokio::test]
    async fn an_announced_catalog_waits_for_its_file() {
        let world = World::open();
        world.ids.announce(CATALOG);
        // Refused to a customer, and accepted from staff.
        let mut announced = event("uploads-create");
        announced["body"] = event("uploads-create.rejected")["body"].take();
        assert_eq!(http(world.invoke("uploads-create", announced).await)["status"], 201);
        let answer = http(handle(world.invocation("uploads-get"), &GetUpload::from(&world.shop.ports)).await);
        assert_eq!(answer["status"], 200);
        assert_eq!(
            answer["body"],
            json!({
                "id": CATALOG,
                "kind": "catalog",
                "status": "WAITING",
                "created_at": "2026-11-01T10:00:00.000Z",
            })
        );
    }

    #[tokio::test]
    async fn customers_see_no_upload_and_staff_none_that_was_not_announced() {
        let world = World::open();
        let get = GetUpload::from(&world.shop.ports);
        let mut customers = event("uploads-get");
        customers["requestContext"]["authorizer"]["jwt"]["claims"]["cognito:groups"] = json!("[customers]");
        let forbidden = problem("forbidden", "Forbidden", 403);
        let answer = http(handle(world.invocation_of("uploads-get", customers), &get).await);
        assert_eq!(answer["body"], forbidden);
        let answer = http(handle(world.invocation("uploads-get.rejected"), &get).await);
        assert_eq!(answer["status"], 404);
        assert_eq!(answer["body"]["type"], "https://popshop.example/problems/not-found");
    }
}
