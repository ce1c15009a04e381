//! How is a JPEG decoded, whole or not at all?
//!
//! Our own decoder, because the ones at hand answer a cut file with half a picture: the rest is gray, and nobody is told.
//! This one never invents a bit. A scan must hold exactly the blocks of its picture, a restart marker must be the next in
//! turn, and the file must say that it has ended.
//!
//! Baseline, extended and progressive pictures of eight bits, as ITU-T T.81 (<https://www.w3.org/Graphics/JPEG/itu-t81.pdf>)
//! defines them. Arithmetic is that of libjpeg, bit by bit, so that a picture looks as everywhere else.

mod bits;
mod decoder;
mod error;
mod frame;
mod huffman;
mod idct;
mod metadata;
mod pixels;
mod progressive;
mod scan;
mod segments;
mod sequential;
mod tables;
mod upsample;

pub use decoder::{Decoder, Header, Picture};
pub use error::JpegError;
pub use pixels::{Colours, PIXEL_BYTES};
