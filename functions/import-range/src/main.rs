//! Wires `import-range` for AWS: its adapters, tables and settings.

use std::process::ExitCode;
use std::sync::Arc;

use adapter_dynamodb::catalog::DynamoCatalogWriter;
use adapter_dynamodb::imports::DynamoImportLedger;
use adapter_dynamodb::table::Table;
use adapter_s3::bucket::Bucket;
use adapter_s3::files::{S3CatalogFiles, S3RejectedRowsFiles};
use adapter_system::clock::SystemClock;
use adapter_system::ids::UuidV7Ids;
use adapter_system::pause::SystemPause;
use domain::catalog::import::range::IngestRange;
use lambda::runtime::ProcessEnvironment;
use lambda::sdk::sdk_config;

fn main() -> ExitCode {
    lambda::runtime::main(wire, |invocation, ingest| async move {
        import_range::handle(invocation, &ingest).await
    })
}

fn wire(environment: &ProcessEnvironment) -> IngestRange {
    let config = sdk_config(environment);
    let products = Table::new(&config, environment.required("PRODUCTS_TABLE"));
    let imports = products.sibling(environment.required("IMPORTS_TABLE"));
    let bucket = Bucket::new(&config, environment.required("UPLOADS_BUCKET"));
    IngestRange {
        files: Arc::new(S3CatalogFiles { bucket: bucket.clone() }),
        writer: Arc::new(DynamoCatalogWriter::new(&products)),
        ledger: Arc::new(DynamoImportLedger { table: imports }),
        rejected_rows: Arc::new(S3RejectedRowsFiles { bucket }),
        clock: Arc::new(SystemClock),
        pause: Arc::new(SystemPause),
        ids: Arc::new(UuidV7Ids),
    }
}
