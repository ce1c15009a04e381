//! Wires `products-list` for AWS: its adapters, tables and settings.

use std::process::ExitCode;
use std::sync::Arc;

use adapter_dynamodb::catalog::DynamoProductCatalog;
use adapter_dynamodb::sharded_index::ShardedIndexes;
use adapter_dynamodb::table::Table;
use adapter_s3::link_signer::LinkSigner;
use adapter_s3::links::S3ThumbnailLinks;
use adapter_system::clock::SystemClock;
use domain::catalog::list_products::ListProducts;
use entry::cursor::CursorSigner;
use lambda::runtime::ProcessEnvironment;
use lambda::sdk::sdk_config;

fn main() -> ExitCode {
    lambda::runtime::try_main(wire, |invocation, parts| async move {
        products_list::handle(invocation, &parts.0, &parts.1).await
    })
}

fn wire(environment: &ProcessEnvironment) -> Option<(ListProducts, CursorSigner)> {
    let config = sdk_config(environment);
    // A malformed step ends the start with the other faults; the default is never used then.
    let sharded_indexes = environment
        .parsed("SHARDED_INDEXES", ShardedIndexes::parse)
        .unwrap_or_default();
    let table = Table::new(&config, environment.required("PRODUCTS_TABLE")).with_sharded_indexes(sharded_indexes);
    environment.warm_up(table.warm_up());
    let signer = LinkSigner::new(&config, &environment.required("THUMBNAILS_BUCKET"));
    let list = ListProducts {
        catalog: Arc::new(DynamoProductCatalog { table }),
        links: Arc::new(S3ThumbnailLinks { signer }),
        clock: Arc::new(SystemClock),
    };
    let cursors = environment.parsed("PAGE_TOKEN_KEY", |key| CursorSigner::new(key.as_bytes()))?;
    Some((list, cursors))
}
