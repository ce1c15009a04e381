//! Fulfils or undoes an order. One use case per step of the sagas; each may be repeated.

pub mod authorize_payment;
pub mod await_payment;
pub mod capture_payment;
pub mod complete_cancel;
pub mod confirm_order;
pub mod notice;
pub mod notify_customer;
pub mod parked;
pub mod payment_results;
pub mod ports;
pub mod receive_payment_event;
pub mod reconcile;
pub mod refund_payment;
pub mod reject_order;
pub mod release_stock;
pub mod reservation_state;
pub mod reserve_stock;
mod saga_ports;
pub mod start;
pub mod status_change;
pub mod void_payment;
