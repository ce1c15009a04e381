//! Wires `uploads-create` for AWS: its adapters, tables and settings.

use std::process::ExitCode;
use std::sync::Arc;

use adapter_dynamodb::table::Table;
use adapter_dynamodb::uploads::DynamoUploadRepository;
use adapter_s3::link_signer::LinkSigner;
use adapter_s3::links::S3UploadLinks;
use adapter_system::clock::SystemClock;
use adapter_system::ids::UuidV7Ids;
use domain::uploads::create::CreateUpload;
use lambda::runtime::ProcessEnvironment;
use lambda::sdk::sdk_config;
use telemetry::calls::current_header;

fn main() -> ExitCode {
    lambda::runtime::main(wire, |invocation, create| async move {
        uploads_create::handle(invocation, &create).await
    })
}

fn wire(environment: &ProcessEnvironment) -> CreateUpload {
    let config = sdk_config(environment);
    let table = Table::new(&config, environment.required("IMPORTS_TABLE"));
    environment.warm_up(table.warm_up());
    let table = table.with_trace_header(current_header);
    let signer = LinkSigner::new(&config, &environment.required("UPLOADS_BUCKET"));
    CreateUpload {
        uploads: Arc::new(DynamoUploadRepository { table }),
        links: Arc::new(S3UploadLinks { signer }),
        clock: Arc::new(SystemClock),
        ids: Arc::new(UuidV7Ids),
    }
}
