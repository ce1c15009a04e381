//! Which attributes of an order's item do the order stream's readers rely on?
//!
//! The item belongs to the adapter that writes it; these few names are shared with `saga-start` and with the filters of
//! its event source in the template. All of them are texts.

pub const KIND: &str = "kind";
/// The [`KIND`] of an order; other kinds of items share its table.
pub const KIND_ORDER: &str = "ORDER";
pub const ORDER_ID: &str = "order_id";
pub const STATUS: &str = "status";
/// Of the request that placed the order.
pub const CORRELATION_ID: &str = "correlation_id";
/// Of the request that cancelled it; present once the order is CANCELLING.
pub const CANCEL_CORRELATION_ID: &str = "cancel_correlation_id";
/// X-Ray's header of the request that placed the order, where it had one.
pub const TRACE_HEADER: &str = "trace_header";
/// Of the request that cancelled it.
pub const CANCEL_TRACE_HEADER: &str = "cancel_trace_header";
