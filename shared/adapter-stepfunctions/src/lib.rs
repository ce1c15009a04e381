//! Implements the domain's ports for sagas and imports on Step Functions.
//!
//! Each piece of work is one execution. Its name is unique, so a repeated start does not start it twice.
#![warn(missing_docs)]

pub mod callbacks;
pub mod imports;
pub mod sagas;
mod start;
