//! Helpers for the end-to-end tests: clients, processes of the local host and of functions, and fakes of AWS.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::missing_panics_doc,
    reason = "everything here is test code: a panic is a failed test"
)]

pub mod api;
pub mod baseline;
pub mod catalog;
pub mod client;
pub mod cloud;
pub mod cognito;
pub mod conditions;
pub mod cup;
pub mod fake_aws;
pub mod fault_proxy;
pub mod lambda;
pub mod local;
pub mod mails;
pub mod page;
pub mod people;
pub mod photo;
pub mod picture;
pub mod provider;
pub mod repository;
pub mod shop;
pub mod table_indexes;
pub mod updates;
