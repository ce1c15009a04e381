//! Wires `import-finish` for AWS: its adapters, tables and settings.

use std::process::ExitCode;
use std::sync::Arc;

use adapter_cognito::CognitoDirectory;
use adapter_dynamodb::imports::DynamoImportLedger;
use adapter_dynamodb::sends::DynamoSendLog;
use adapter_dynamodb::table::Table;
use adapter_s3::bucket::Bucket;
use adapter_s3::files::{S3CatalogFiles, S3RejectedRowsFiles};
use adapter_ses::SesMailer;
use adapter_system::clock::SystemClock;
use domain::catalog::import::finish::FinishImport;
use domain::values::EmailAddress;
use lambda::runtime::ProcessEnvironment;
use lambda::sdk::sdk_config;

fn main() -> ExitCode {
    lambda::runtime::try_main(wire, |invocation, finish| async move {
        import_finish::handle(invocation, &finish).await
    })
}

fn wire(environment: &ProcessEnvironment) -> Option<FinishImport> {
    let config = sdk_config(environment);
    let imports = Table::new(&config, environment.required("IMPORTS_TABLE"));
    let bucket = Bucket::new(&config, environment.required("UPLOADS_BUCKET"));
    let user_pool = environment.required("USER_POOL_ID");
    let sender = environment.parsed("SENDER_ADDRESS", EmailAddress::parse)?;
    Some(FinishImport {
        files: Arc::new(S3CatalogFiles { bucket: bucket.clone() }),
        ledger: Arc::new(DynamoImportLedger { table: imports.clone() }),
        rejected_rows: Arc::new(S3RejectedRowsFiles { bucket }),
        directory: Arc::new(CognitoDirectory::new(&config, user_pool)),
        mailer: Arc::new(SesMailer::new(&config, sender)),
        sends: Arc::new(DynamoSendLog { table: imports }),
        clock: Arc::new(SystemClock),
    })
}
