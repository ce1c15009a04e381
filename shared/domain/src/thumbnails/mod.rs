//! The image pipeline: rules and ports that turn a product photo into thumbnails.

pub mod ports;
pub mod render;
