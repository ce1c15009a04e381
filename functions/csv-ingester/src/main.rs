//! Wires `csv-ingester` for AWS: its adapters, tables and settings.

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
use adapter_stepfunctions::imports::StepFunctionsImportRunner;
use adapter_system::clock::SystemClock;
use adapter_system::ids::UuidV7Ids;
use adapter_system::pause::SystemPause;
use domain::catalog::import::ImportCatalog;
use domain::catalog::import::finish::FinishImport;
use domain::catalog::import::range::IngestRange;
use domain::values::EmailAddress;
use lambda::runtime::ProcessEnvironment;
use lambda::sdk::sdk_config;
use telemetry::calls::continue_from;

fn main() -> ExitCode {
    lambda::runtime::try_main(wire, |invocation, parts| async move {
        csv_ingester::handle(invocation, &parts.0, &parts.1).await
    })
}

fn wire(environment: &ProcessEnvironment) -> Option<(ImportCatalog, String)> {
    let config = sdk_config(environment);
    let products = Table::new(&config, environment.required("PRODUCTS_TABLE"));
    let imports = products.sibling(environment.required("IMPORTS_TABLE"));
    let ledger = Arc::new(DynamoImportLedger {
        table: imports.with_continued_trace(continue_from),
    });
    let uploads_bucket = environment.required("UPLOADS_BUCKET");
    let bucket = Bucket::new(&config, uploads_bucket.clone());
    let user_pool = environment.required("USER_POOL_ID");
    let catalog_import = environment.required("CATALOG_IMPORT_ARN");
    let divided_above_bytes = environment.required_number("DIVIDE_ABOVE_BYTES");
    let sender = environment.parsed("SENDER_ADDRESS", EmailAddress::parse)?;
    let files = Arc::new(S3CatalogFiles { bucket: bucket.clone() });
    let rejected_rows = Arc::new(S3RejectedRowsFiles { bucket });
    let import = ImportCatalog {
        ingest: IngestRange {
            files: files.clone(),
            writer: Arc::new(DynamoCatalogWriter::new(&products)),
            ledger: ledger.clone(),
            rejected_rows: rejected_rows.clone(),
            clock: Arc::new(SystemClock),
            pause: Arc::new(SystemPause),
            ids: Arc::new(UuidV7Ids),
        },
        finish: FinishImport {
            files,
            ledger: ledger.clone(),
            rejected_rows,
            directory: Arc::new(CognitoDirectory::new(&config, user_pool)),
            mailer: Arc::new(SesMailer::new(&config, sender)),
            sends: Arc::new(DynamoSendLog {
                table: ledger.table.clone(),
            }),
            clock: Arc::new(SystemClock),
        },
        ledger,
        runner: Arc::new(StepFunctionsImportRunner::new(&config, catalog_import)),
        clock: Arc::new(SystemClock),
        divided_above_bytes,
    };
    Some((import, uploads_bucket))
}
