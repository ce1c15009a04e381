//! A decoded photo: its pixels in one of three shapes, and what is needed to show them.

use image::metadata::Orientation;

#[cfg(feature = "fast-codecs")]
use crate::planar::Planar;
use crate::raster::{Layout, Raster};

/// A picture that was made smaller while it was read. Premultiplied where it is `Rgba`.
pub(crate) struct Shrunk {
    pub(crate) raster: Raster,
    /// Pixels, across and down, that the original reaches over: the last may stand for less than the others.
    pub(crate) reach: (f64, f64),
}

pub(crate) enum Pixels {
    Raster(Raster),
    Shrunk(Shrunk),
    #[cfg(feature = "fast-codecs")]
    Planar(Planar),
}

/// A picture as the file stores it: not yet upright, not yet sRGB.
pub(crate) struct Decoded {
    /// Width and height of the stored original, which the pixels may be a reduction of.
    pub(crate) size: (u32, u32),
    pub(crate) pixels: Pixels,
    pub(crate) icc_profile: Option<Vec<u8>>,
    pub(crate) orientation: Orientation,
}

impl Pixels {
    pub(crate) fn layout(&self) -> Layout {
        match self {
            Self::Raster(raster) | Self::Shrunk(Shrunk { raster, .. }) => raster.layout,
            #[cfg(feature = "fast-codecs")]
            Self::Planar(planar) => planar.layout(),
        }
    }
}
