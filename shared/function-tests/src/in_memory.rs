//! Wires the shop in memory: every port over the same tables.

use std::sync::Arc;

use adapter_memory::Ports;
use adapter_memory::access::Access;
use adapter_memory::renderer::PlainRenderer;
use domain::ports::{Clock, IdGenerator, Pause};
use entry::cursor::CursorSigner;
use entry::webhook::WebhookKey;
use shop::{SagaArns, Settings};

use crate::UPLOADS_BUCKET;

/// The ports of the tables that `memory` has access to. Thumbnails are the photos themselves.
pub fn ports<A: Access>(
    memory: Arc<Ports<A>>,
    clock: Arc<impl Clock + Pause + 'static>,
    ids: Arc<dyn IdGenerator>,
) -> shop::Ports {
    shop::Ports {
        book: memory.clone(),
        catalog: memory.clone(),
        catalog_files: memory.clone(),
        catalog_writer: memory.clone(),
        clock: clock.clone(),
        directory: memory.clone(),
        gateway: memory.clone(),
        idempotency: memory.clone(),
        ids,
        import_runner: memory.clone(),
        imports: memory.clone(),
        mailer: memory.clone(),
        orders: memory.clone(),
        pause: clock,
        payment_results: memory.clone(),
        payments: memory.clone(),
        photo_uploads: memory.clone(),
        photos: memory.clone(),
        prices: memory.clone(),
        product_photos: memory.clone(),
        rejected_rows: memory.clone(),
        renderer: Arc::new(PlainRenderer::default()),
        saga_callbacks: memory.clone(),
        saga_runner: memory.clone(),
        sends: memory.clone(),
        stock: memory.clone(),
        thumbnail_links: memory.clone(),
        thumbnails: memory.clone(),
        upload_links: memory.clone(),
        uploads: memory,
    }
}

/// What the events expect of the template. Files are divided sooner, so that those of a test are large.
pub fn settings() -> Settings {
    let state_machines = "arn:aws:states:eu-central-1:123456789012:stateMachine";
    Settings {
        cursors: CursorSigner::new(&[7; 32]).unwrap(),
        webhook_key: WebhookKey::derive(&[7; 32]).unwrap(),
        uploads_bucket: UPLOADS_BUCKET.to_owned(),
        divide_above_bytes: 10_000,
        range_bytes: 1_000,
        sagas: SagaArns {
            order: format!("{state_machines}:popshop-dev-order-saga"),
            cancel: format!("{state_machines}:popshop-dev-order-cancel"),
        },
    }
}
