//! The settings of handlers: names, keys and sizes that the template's variables hold on AWS.

use std::sync::Arc;

use entry::cursor::CursorSigner;
use entry::webhook::WebhookKey;
use saga_reconcile::SagaArns;

use crate::ports::Ports;

/// Everything that the handlers are built from.
#[derive(Clone)]
pub struct Shop {
    /// The adapters.
    pub ports: Ports,
    /// The values that are no ports, shared by all handlers.
    pub settings: Arc<Settings>,
}

/// The values that are no ports.
pub struct Settings {
    /// Signs the page tokens of lists.
    pub cursors: CursorSigner,
    /// Verifies the webhooks of the payment provider.
    pub webhook_key: WebhookKey,
    /// The bucket whose new objects are photos and catalogs.
    pub uploads_bucket: String,
    /// Catalogs above this size are imported by the import state machine.
    pub divide_above_bytes: u64,
    /// The size of the ranges into which a large catalog is divided.
    pub range_bytes: u64,
    /// The ARNs of the sagas' state machines, by which saga-reconcile recognises the saga of an event.
    pub sagas: SagaArns,
}
