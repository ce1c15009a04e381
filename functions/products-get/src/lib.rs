//! How does `GET /products/{sku}` show a product to anyone?

use domain::catalog::get_product::GetProduct;
use domain::values::Sku;
use edge::http::http;
use edge::invocation::{Invocation, Reply};
use edge::problem::Problem;
use edge::response::HttpResponse;
use wire::product::ProductJson;

pub async fn handle(invocation: Invocation, get: &GetProduct) -> Reply {
    http(invocation, |request| async move {
        // What cannot be a SKU names no product.
        let sku = Sku::parse(&request.path_parameter("sku")?).map_err(|_| Problem::not_found())?;
        let found = get.run(&sku).await;
        let found = found.map_err(|failure| Problem::outside(&failure, failure.transient))?;
        let seen = found.ok_or_else(Problem::not_found)?;
        HttpResponse::json(200, &ProductJson::new(seen.product, seen.thumbnails))
    })
    .await
}
