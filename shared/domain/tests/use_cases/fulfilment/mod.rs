//! Tests of the steps of the sagas.

mod authorize_payment;
mod capture_payment;
mod complete_cancel;
mod confirm_order;
mod later_payments;
mod notice;
mod notify_customer;
mod parked;
mod ports;
mod reconcile;
mod refund_payment;
mod reject_order;
mod release_stock;
mod reserve_stock;
mod start;
mod void_payment;
mod world;
