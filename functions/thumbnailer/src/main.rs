//! Wires `thumbnailer` for AWS: its adapters, tables and settings.

use std::process::ExitCode;
use std::sync::Arc;

use adapter_dynamodb::photo_uploads::DynamoPhotoUploads;
use adapter_dynamodb::photos::DynamoProductPhotos;
use adapter_dynamodb::table::Table;
use adapter_s3::bucket::Bucket;
use adapter_s3::photos::{S3PhotoStore, S3ThumbnailStore};
use adapter_system::clock::SystemClock;
use domain::thumbnails::render::RenderThumbnails;
use imaging::Renderer;
use lambda::runtime::ProcessEnvironment;
use lambda::sdk::sdk_config;
use telemetry::calls::continue_from;

fn main() -> ExitCode {
    lambda::runtime::main(wire, |invocation, parts| async move {
        thumbnailer::handle(invocation, &parts.0, &parts.1).await
    })
}

fn wire(environment: &ProcessEnvironment) -> (RenderThumbnails, String) {
    let config = sdk_config(environment);
    let products = Table::new(&config, environment.required("PRODUCTS_TABLE"));
    let imports = products.sibling(environment.required("IMPORTS_TABLE"));
    let imports = imports.with_continued_trace(continue_from);
    let uploads_bucket = environment.required("UPLOADS_BUCKET");
    let uploads = Bucket::new(&config, uploads_bucket.clone());
    let thumbnails = uploads.sibling(environment.required("THUMBNAILS_BUCKET"));
    let render = RenderThumbnails {
        photos: Arc::new(S3PhotoStore { bucket: uploads }),
        renderer: Arc::new(Renderer::default()),
        thumbnails: Arc::new(S3ThumbnailStore { bucket: thumbnails }),
        products: Arc::new(DynamoProductPhotos { table: products }),
        uploads: Arc::new(DynamoPhotoUploads { table: imports }),
        clock: Arc::new(SystemClock),
    };
    (render, uploads_bucket)
}
