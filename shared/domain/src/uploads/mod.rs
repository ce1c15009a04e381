//! How do files get in? Staff announce a file, get a link that fits it alone, and watch what becomes of it.

pub mod create;
pub mod get;
pub mod ports;
pub mod upload;
