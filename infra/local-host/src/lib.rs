//! The embedded default: one process that runs the functions from the SAM template and the state machine files.
//!
//! Routes, access rules, event sources, queues and state machines come from `infra/template.yaml` and its state machine
//! files, the code from the function crates, state from SQLite and a folder. Nothing here decides what the shop does.

mod actions;
mod answers;
mod api_document;
pub mod arguments;
pub mod banner;
mod console;
pub mod counted;
mod dev;
mod downtime;
pub mod event_log;
mod events;
mod faults;
pub mod functions;
mod gateway;
mod headers;
mod health;
pub mod host;
mod identity;
mod invocation_log;
mod invoker;
pub mod map;
mod operator;
mod patterns;
mod payment_provider;
pub mod ports;
pub mod prices;
mod registry;
mod request_guard;
mod request_log;
mod retention;
mod s3;
mod seed;
mod server;
pub mod state;
pub mod template;
pub mod terminal;
mod unwanted_body;
mod views;
mod workflows;
