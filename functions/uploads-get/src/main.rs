//! Wires `uploads-get` for AWS: its adapters, tables and settings.

use std::process::ExitCode;
use std::sync::Arc;

use adapter_dynamodb::table::Table;
use adapter_dynamodb::uploads::DynamoUploadRepository;
use adapter_s3::link_signer::LinkSigner;
use adapter_s3::links::S3UploadLinks;
use adapter_system::clock::SystemClock;
use domain::uploads::get::GetUpload;
use lambda::runtime::ProcessEnvironment;
use lambda::sdk::sdk_config;

fn main() -> ExitCode {
    lambda::runtime::main(wire, |invocation, get| async move {
        uploads_get::handle(invocation, &get).await
    })
}

fn wire(environment: &ProcessEnvironment) -> GetUpload {
    let config = sdk_config(environment);
    let table = Table::new(&config, environment.required("IMPORTS_TABLE"));
    environment.warm_up(table.warm_up());
    let signer = LinkSigner::new(&config, &environment.required("UPLOADS_BUCKET"));
    GetUpload {
        uploads: Arc::new(DynamoUploadRepository { table }),
        links: Arc::new(S3UploadLinks { signer }),
        clock: Arc::new(SystemClock),
    }
}
