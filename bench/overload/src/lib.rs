//! An open-loop load test of the local host: orders arrive at a fixed rate, whether or not earlier ones were answered.

pub mod client;
pub mod host;
pub mod limits;
pub mod load;
pub mod measure;
pub mod report;
