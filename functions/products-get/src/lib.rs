//! How does `GET /products/{sku}` show a product to anyone?

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
