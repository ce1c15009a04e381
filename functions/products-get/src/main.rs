//! Wires `products-get` for AWS: its adapters, tables and settings.

use std::process::ExitCode;
use std::sync::Arc;

use adapter_dynamodb::catalog::DynamoProductCatalog;
use adapter_dynamodb::table::Table;
use adapter_s3::link_signer::LinkSigner;
use adapter_s3::links::S3ThumbnailLinks;
use adapter_system::clock::SystemClock;
use domain::catalog::get_product::GetProduct;
use lambda::runtime::ProcessEnvironment;
use lambda::sdk::sdk_config;

fn main() -> ExitCode {
    lambda::runtime::main(wire, |invocation, get| async move {
        products_get::handle(invocation, &get).await
    })
}

fn wire(environment: &ProcessEnvironment) -> GetProduct {
    let config = sdk_config(environment);
    let table = Table::new(&config, environment.required("PRODUCTS_TABLE"));
    environment.warm_up(table.warm_up());
    let signer = LinkSigner::new(&config, &environment.required("THUMBNAILS_BUCKET"));
    GetProduct {
        catalog: Arc::new(DynamoProductCatalog { table }),
        links: Arc::new(S3ThumbnailLinks { signer }),
        clock: Arc::new(SystemClock),
    }
}
