//! How does `GET /products` page through the catalog for anyone?

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
