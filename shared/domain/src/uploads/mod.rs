//! Uploads of files: staff announce a file, get a link that accepts this file only, and follow its status.

pub mod create;
pub mod get;
pub mod ports;
pub mod upload;
