//! How is a JPEG decoded, whole or not at all, and no larger than needed?
mod bits;
mod coefficients;
mod decoder;
mod error;
mod frame;
mod huffman;
mod idct;
mod metadata;
mod pixels;
mod plane;
mod progressive;
mod scale;
mod scan;
mod segments;
mod sequential;
mod skip;
mod source;
mod tables;
mod upsample;
mod walk;

pub use decoder::{Decoder, Header, Picture, SCANS_MAX};
pub use error::JpegError;
pub use pixels::{ColourModel, Colours, PIXEL_BYTES};
pub use plane::Plane;
pub use scale::Scale;
