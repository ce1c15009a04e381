//! How does Step Functions serve the domain's ports? One execution per piece of work, its name the guard against a second
//! one.

pub mod imports;
pub mod sagas;
mod start;
