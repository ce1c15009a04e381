//! Handles `GET /products/{sku}`: shows a product to everyone.

use domain::catalog::get_product::GetProduct;
use domain::values::Sku;
use door::failure::problem;
use entry::http::http;
use entry::problem::Problem;
use entry::response::HttpResponse;
use events::invocation::{Invocation, Reply};
use wire::product::ProductJson;

pub async fn handle(invocation: Invocation, get: &GetProduct) -> Reply {
    http(invocation, |request| async move {
        // What cannot be a SKU names no product.
        let sku = Sku::parse(&request.path_parameter("sku")?).map_err(|_| Problem::not_found())?;
        let found = get.run(&sku).await.map_err(problem)?;
        let shown = found.ok_or_else(Problem::not_found)?;
        HttpResponse::json(200, &ProductJson::new(shown.product, shown.thumbnails))
    })
    .await
}

#[cfg(test)]
mod tests {
    use function_tests::{ORDER, World, event, http, problem};
    use serde_json::json;

    use super::*;

    #[tokio::test]
    async fn a_product_is_shown_to_anyone_whatever_its_name() {
        let world = World::open();
        let answer = http(handle(world.invocation("products-get"), &GetProduct::from(&world.shop.ports)).await);
        assert_eq!(
            answer,
            json!({
                "status": 200,
                "headers": {"Content-Type": "application/json", "X-Correlation-Id": "req-7f3a2b10"},
                "body": {
                    "sku": "Tee + Käse",
                    "name": "Tea with cheese",
                    "description": "Tea with cheese, as good as new",
                    "price": {"amount_minor": 600, "currency": "EUR"},
                    "available": 5,
                },
            })
        );
    }

    #[tokio::test]
    async fn what_is_reserved_is_no_longer_available() {
        let world = World::open();
        let items = json!([{"sku": "Tee + Käse", "quantity": 2}]);
        world.place(ORDER, "tok_ok", &items).await;
        world.step("saga-reserve-stock", ORDER).await.unwrap();
        let answer = http(handle(world.invocation("products-get"), &GetProduct::from(&world.shop.ports)).await);
        assert_eq!(answer["body"]["available"], 3);
    }

    #[tokio::test]
    async fn a_product_that_nobody_sells_is_not_found() {
        let world = World::open();
        let get = GetProduct::from(&world.shop.ports);
        let answer = http(handle(world.invocation("products-get.rejected"), &get).await);
        let not_found = problem("not-found", "Not found", 404);
        assert_eq!((&answer["status"], &answer["body"]), (&json!(404), &not_found));
        for sku in ["", "a/b", "..", "%FF"] {
            let mut event = event("products-get");
            event["pathParameters"]["sku"] = json!(sku);
            let answer = http(handle(world.invocation_of("products-get", event), &get).await);
            assert_eq!(answer["body"], not_found, "{sku}");
        }
    }
}
