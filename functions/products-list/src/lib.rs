//! Handles `GET /products`: pages through the catalog for everyone.

use domain::catalog::list_products::{ListProducts, PRODUCTS_PAGE_DEFAULT, PRODUCTS_PAGE_MAX};
use domain::values::Sku;
use door::failure::problem;
use entry::cursor::CursorSigner;
use entry::http::http;
use entry::problem::Problem;
use entry::request::HttpRequest;
use entry::response::HttpResponse;
use events::invocation::{Invocation, Reply};
use wire::product::{ProductJson, ProductPageJson};

/// Everybody sees the same list, and so may share its page tokens.
const SCOPE: &str = "products";

pub async fn handle(invocation: Invocation, list: &ListProducts, cursors: &CursorSigner) -> Reply {
    http(invocation, |request| async move {
        let limit = request.page_limit(PRODUCTS_PAGE_DEFAULT, PRODUCTS_PAGE_MAX)?;
        let after = after(&request, cursors)?;
        let page = list.run(after.as_ref(), limit).await.map_err(problem)?;
        let products = page.products.into_iter();
        let page = ProductPageJson {
            products: products
                .map(|shown| ProductJson::new(shown.product, shown.thumbnails))
                .collect(),
            next_cursor: page.next.map(|sku| cursors.sign(SCOPE, sku.as_str())),
        };
        HttpResponse::json(200, &page)
    })
    .await
}

fn after(request: &HttpRequest, cursors: &CursorSigner) -> Result<Option<Sku>, Problem> {
    let Some(token) = request.query("cursor") else {
        return Ok(None);
    };
    let sku = Sku::parse(&cursors.verify(SCOPE, &token)?);
    sku.map(Some).map_err(|_| Problem::invalid_cursor())
}

#[cfg(test)]
mod tests {
    use function_tests::{World, event, http, problem};
    use serde_json::{Value, json};

    use super::*;

    async fn answer(world: &World, event: Value) -> Value {
        let list = ListProducts::from(&world.shop.ports);
        let invocation = world.invocation_of("products-list", event);
        http(handle(invocation, &list, &world.shop.settings.cursors).await)
    }

    async fn page(world: &World, query: Value) -> Value {
        let mut event = event("products-list");
        event["queryStringParameters"] = query;
        answer(world, event).await
    }

    fn skus(page: &Value) -> Vec<String> {
        let products = page["body"]["products"].as_array().unwrap().iter();
        products
            .map(|product| product["sku"].as_str().unwrap().to_owned())
            .collect()
    }

    #[tokio::test]
    async fn products_are_listed_page_by_page_to_anyone() {
        let world = World::open();
        let mut next = answer(&world, event("products-list")).await;
        let mut listed = Vec::new();
        loop {
            assert_eq!(next["status"], 200);
            listed.extend(skus(&next));
            let cursor = &next["body"]["next_cursor"];
            if cursor.is_null() {
                break;
            }
            next = page(&world, json!({"limit": "1", "cursor": cursor})).await;
        }
        listed.sort();
        assert_eq!(listed, ["MUG-01", "POSTER-JP", "TEE-01", "Tee + Käse"]);
        assert_eq!(skus(&page(&world, json!({})).await).len(), 4);
    }

    #[tokio::test]
    async fn a_limit_out_of_range_and_a_changed_cursor_are_refused() {
        let world = World::open();
        let mut body = problem("invalid-limit", "The page size is out of range", 400);
        body["detail"] = json!("limit must be a whole number from 1 to 100");
        assert_eq!(answer(&world, event("products-list.rejected")).await["body"], body);
        // A cursor of the orders' list is signed with the same key, and for nothing else.
        let orders = world.shop.settings.cursors.sign("orders", "MUG-01");
        for cursor in ["", "MUG-01", &orders] {
            assert_eq!(page(&world, json!({"cursor": cursor})).await["status"], 400, "{cursor}");
        }
    }
}
