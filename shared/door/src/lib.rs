//! Connects the entrances of a function (`entry`) with the domain, once for all functions.
//!
//! `entry` does not use the domain, and the domain contains neither events nor HTTP. This crate translates what all
//! functions need: the caller, failures of ports, deadlines, faults of a body, ids on log lines.
#![warn(missing_docs)]

pub mod caller;
pub mod failure;
pub mod import;
pub mod object;
pub mod request;
pub mod subject;
pub mod time;
pub mod unreadable;
