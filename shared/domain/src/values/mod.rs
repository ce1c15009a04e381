//! The value types that all areas share. None of them can hold an invalid value.

mod currency;
mod identity;
mod import_counts;
mod money;
mod object_keys;
mod order_event;
mod order_lines;
mod order_status;
mod quantity;
mod sequencer;
mod sku;
pub mod text;
mod timestamp;

pub use currency::{Currency, UnknownCurrency};
pub use identity::{
    CorrelationId, CustomerId, EmailAddress, IDEMPOTENCY_KEY_CHARS_MAX, IdempotencyKey, IdentityFault, OrderId,
    PAYMENT_TOKEN_BYTES_MAX, PaymentToken, TEXT_ID_BYTES_MAX, UploadId,
};
pub use import_counts::ImportCounts;
pub use money::{Money, MoneyFault};
pub use object_keys::{
    CatalogKey, KeyFault, ObjectVersion, PHOTO_BYTES_MAX, PhotoKey, catalog_report_key, catalog_report_part_key,
    thumbnail_key,
};
pub use order_event::{Actor, ORDER_EVENTS_MAX, OrderEvent};
pub use order_lines::{HasSku, ORDER_LINES_MAX, OrderLines, OrderLinesFault, order_lines_faults};
pub use order_status::{DeclineReason, OrderStatus, RejectionReason};
pub use quantity::{Quantity, QuantityOutOfRange};
pub use sequencer::{ObjectSequencer, SequencerFault};
pub use sku::{SKU_BYTES_MAX, Sku, SkuFault, SkuText};
pub use timestamp::Timestamp;
