//! How does a decoded picture lie in memory?

use image::metadata::Orientation;
use scaled_jpeg::{ColourModel, Colours, Plane};

/// Bytes of every pixel, whatever its layout. One shape for all keeps the filters to one instance: the resizer's generic
/// code for three and one byte besides would triple the time to compile this crate.
pub(crate) const PIXEL_BYTES: usize = scaled_jpeg::PIXEL_BYTES;

/// What the four bytes of a pixel mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Layout {
    /// Luminance, three times. The fourth byte is without meaning.
    Gray,
    /// The fourth byte is without meaning.
    Rgb,
    /// Alpha is not premultiplied, and at least one pixel is not opaque.
    Rgba,
    /// Ink: 0 is none, 255 is full coverage.
    Cmyk,
}

/// Rows from top to bottom without padding.
#[derive(Debug, Clone)]
pub(crate) struct Raster {
    pub(crate) width_px: u32,
    pub(crate) height_px: u32,
    pub(crate) layout: Layout,
    pub(crate) samples: Vec<u8>,
}

/// A picture whose channels lie apart, each of a size of its own: what a JPEG decodes to. At a reduced scale, so that
/// only smaller pictures are made of it.
pub(crate) struct Planar {
    pub(crate) planes: Vec<Plane>,
    pub(crate) model: ColourModel,
}

/// A picture that was made smaller while it was read. Premultiplied where it is `Rgba`.
pub(crate) struct Shrunk {
    pub(crate) raster: Raster,
    /// Pixels, across and down, that the original reaches over: the last may stand for less than the others.
    pub(crate) reach: (f64, f64),
}

pub(crate) enum Pixels {
    Raster(Raster),
    Shrunk(Shrunk),
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

impl Decoded {
    pub(crate) fn of(raster: Raster, icc_profile: Option<Vec<u8>>, orientation: Orientation) -> Self {
        Self {
            size: raster.size(),
            pixels: Pixels::Raster(raster),
            icc_profile,
            orientation,
        }
    }
}

impl Planar {
    pub(crate) fn layout(&self) -> Layout {
        match self.model.colours() {
            Colours::Gray => Layout::Gray,
            Colours::Rgb => Layout::Rgb,
            Colours::Cmyk => Layout::Cmyk,
        }
    }

    /// The pixels of a picture of this size, at least as large as the planes.
    pub(crate) fn raster(&self, width_px: u32, height_px: u32) -> Raster {
        Raster {
            width_px,
            height_px,
            layout: self.layout(),
            samples: self.model.pixels(width_px, height_px, &self.planes),
        }
    }
}

impl Pixels {
    pub(crate) fn layout(&self) -> Layout {
        match self {
            Self::Raster(raster) | Self::Shrunk(Shrunk { raster, .. }) => raster.layout,
            Self::Planar(planar) => planar.layout(),
        }
    }
}

impl Raster {
    /// Of samples in RGBA. `layout` is what they are when every pixel is opaque; otherwise they are `Rgba`, which so means
    /// true transparency: it decides the format of the output.
    pub(crate) fn with_alpha(width_px: u32, height_px: u32, layout: Layout, samples: Vec<u8>) -> Self {
        let opaque = samples.chunks_exact(PIXEL_BYTES).all(|pixel| pixel[3] == u8::MAX);
        Self {
            width_px,
            height_px,
            layout: if opaque { layout } else { Layout::Rgba },
            samples,
        }
    }

    pub(crate) fn size(&self) -> (u32, u32) {
        (self.width_px, self.height_px)
    }
}
