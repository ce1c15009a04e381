//! A picture in memory whose channels have different sizes.

use scaled_jpeg::{ColourModel, Colours, Plane};

use crate::raster::{Layout, PIXEL_BYTES, Raster};

const _: () = assert!(PIXEL_BYTES == scaled_jpeg::PIXEL_BYTES);

/// A decoded JPEG at a reduced scale: only smaller pictures are made of it.
pub(crate) struct Planar {
    pub(crate) planes: Vec<Plane>,
    pub(crate) model: ColourModel,
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
