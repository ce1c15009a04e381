//! The pixel pipeline behind the domain's renderer port; codecs live here and nowhere else.
//!
//! Sniff the format, read the header and hold it against the [`Limits`], decode, scale to every size from the one
//! decode, convert the colours to sRGB, turn upright, encode. In that order: the costly step runs once, and everything
//! that can wait for fewer pixels does.
//!
//! # Without `fast-codecs`
//!
//! The default feature `fast-codecs` brings two decoders that are libraries of their own, `scaled-jpeg` and
//! `lossy-webp`: they decode no larger than the thumbnails need, and the first refuses a JPEG of which a part is
//! missing. Without the feature `image` decodes both formats. The crate's manifest lists the tests that such a build
//! fails, with the reasons.

#![warn(missing_docs)]

mod colour;
mod decoded;
mod encode;
mod gif;
mod gif_blocks;
mod ink;
mod input;
#[cfg(feature = "fast-codecs")]
mod jpeg;
mod limits;
mod orientation;
#[cfg(feature = "fast-codecs")]
mod planar;
mod png;
mod png_chunks;
mod raster;
mod renderer;
#[cfg(feature = "fast-codecs")]
mod resample;
mod scale;
#[cfg(feature = "fast-codecs")]
mod scaled_webp;
mod shrink;
mod sniff;
mod webp;
mod webp_container;
#[cfg(not(feature = "fast-codecs"))]
mod whole_jpeg;

pub use input::{Input, RenderError};
pub use limits::{DECODED_BYTES_MAX, Limits, PIXELS_MAX, SIDE_PX_MAX};
pub use renderer::Renderer;
