//! Joins the entrances of a function with the domain, once for all functions.
//!
//! The entrances (`entry`) know no domain, the domain knows no events and no HTTP. What every function would translate in
//! the same way is translated here: the caller, failures of ports, deadlines, faults of a body, ids on log lines.

pub mod caller;
pub mod failure;
pub mod import;
pub mod object;
pub mod request;
pub mod subject;
pub mod time;
pub mod unreadable;
