//! How does a product photo become thumbnails? The rules and the ports of the image pipeline.

pub mod ports;
pub mod render;
