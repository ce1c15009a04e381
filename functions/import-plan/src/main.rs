//! Wires `import-plan` for AWS: its adapters, tables and settings.

use std::process::ExitCode;
use std::sync::Arc;

use adapter_s3::bucket::Bucket;
use adapter_s3::files::S3CatalogFiles;
use adapter_system::clock::SystemClock;
use domain::catalog::import::plan::PlanImport;
use lambda::runtime::ProcessEnvironment;
use lambda::sdk::sdk_config;

fn main() -> ExitCode {
    lambda::runtime::main(wire, |invocation, plan| async move {
        import_plan::handle(invocation, &plan).await
    })
}

fn wire(environment: &ProcessEnvironment) -> PlanImport {
    let config = sdk_config(environment);
    let bucket = Bucket::new(&config, environment.required("UPLOADS_BUCKET"));
    PlanImport {
        files: Arc::new(S3CatalogFiles { bucket }),
        clock: Arc::new(SystemClock),
        range_bytes: environment.required_number("RANGE_BYTES"),
    }
}
