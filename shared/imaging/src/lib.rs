//! The pixel pipeline behind the domain's renderer port; codecs live here and nowhere else.
//!
//! Sniff the format, read the header and hold it against the [`Limits`], decode, scale to every size from the one decode,
//! convert the colours to sRGB, turn upright, encode. In that order: the costly step runs once, and everything that can
//! wait for fewer pixels does.

mod colour;
mod encode;
mod gif;
mod input;
mod jpeg;
mod limits;
mod orientation;
mod png;
mod raster;
mod renderer;
mod resample;
mod scale;
mod shrink;
mod sniff;
mod webp;

pub use input::{Input, RenderError};
pub use limits::{DECODED_BYTES_MAX, Limits, PIXELS_MAX, SIDE_PX_MAX};
pub use renderer::Renderer;
