//! What is `csv-ingester` made of on AWS?

use std::process::ExitCode;
use std::sync::Arc;

use adapter_cognito::CognitoDirectory;
use adapter_dynamodb::catalog::DynamoCatalogWriter;
use adapter_dynamodb::imports::DynamoImportLedger;
use adapter_dynamodb::sends::DynamoSendLog;
use adapter_dynamodb::table::Table;
use adapter_s3::bucket::Bucket;
use adapter_s3::files::{S3CatalogFiles, S3RejectedRowsFiles};
use adapter_ses::SesMailer;
use adapter_system::clock::SystemClock;
use adapter_system::pause::SystemPause;
use domain::catalog::import::ImportCatalog;
use domain::values::EmailAddress;
use edge::aws::sdk_config;
use edge::lambda::ProcessEnvironment;

fn main() -> ExitCode {
    edge::lambda::try_main(wire, |invocation, parts| async move {
        csv_ingester::handle(invocation, &parts.0, &parts.1).await
    })
}

fn wire(environment: &ProcessEnvironment) -> Option<(ImportCatalog, String)> {
    let config = sdk_config(environment);
    let products = Table::new(&config, environment.required("PRODUCTS_TABLE"));
    let imports = products.sibling(environment.required("IMPORTS_TABLE"));
    let uploads_bucket = environment.required("UPLOADS_BUCKET");
    let bucket = Bucket::new(&config, uploads_bucket.clone());
    let user_pool = environment.required("USER_POOL_ID");
    let sender = environment.parsed("SENDER_ADDRESS", EmailAddress::parse)?;
    let import = ImportCatalog {
        files: Arc::new(S3CatalogFiles { bucket: bucket.clone() }),
        writer: Arc::new(DynamoCatalogWriter::new(&products)),
        ledger: Arc::new(DynamoImportLedger { table: imports.clone() }),
        rejected_rows: Arc::new(S3RejectedRowsFiles { bucket }),
        directory: Arc::new(CognitoDirectory::new(&config, user_pool)),
        mailer: Arc::new(SesMailer::new(&config, sender)),
        sends: Arc::new(DynamoSendLog { table: imports }),
        clock: Arc::new(SystemClock),
        pause: Arc::new(SystemPause),
    };
    Some((import, uploads_bucket))
}
