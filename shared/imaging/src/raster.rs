//! A decoded picture in memory: its size, its samples, and what they mean.

/// Bytes of every pixel, whatever its layout. One shape for all keeps the filters to one instance: the resizer's
/// generic code for three and one byte besides would triple the time to compile it.
pub(crate) const PIXEL_BYTES: usize = imaging_resize::PIXEL_BYTES;

/// The meaning of the four bytes of a pixel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Layout {
    /// Luminance, three times. The fourth byte is without meaning.
    Gray,
    /// The fourth byte is without meaning.
    Rgb,
    /// Luminance, three times, and alpha that is not premultiplied. At least one pixel is not opaque.
    GrayAlpha,
    /// Alpha is not premultiplied, and at least one pixel is not opaque.
    Rgba,
    /// Ink: 0 is none, 255 is full coverage.
    Cmyk,
}

impl Layout {
    pub(crate) fn has_alpha(self) -> bool {
        matches!(self, Self::GrayAlpha | Self::Rgba)
    }

    /// The same colours with transparency. Ink has none.
    pub(crate) fn with_alpha(self) -> Self {
        match self {
            Self::Gray | Self::GrayAlpha => Self::GrayAlpha,
            Self::Rgb | Self::Rgba | Self::Cmyk => Self::Rgba,
        }
    }

    /// The same colours, opaque.
    pub(crate) fn opaque(self) -> Self {
        match self {
            Self::Gray | Self::GrayAlpha => Self::Gray,
            Self::Rgb | Self::Rgba => Self::Rgb,
            Self::Cmyk => Self::Cmyk,
        }
    }
}

/// Rows from top to bottom without padding.
#[derive(Debug, Clone)]
pub(crate) struct Raster {
    pub(crate) width_px: u32,
    pub(crate) height_px: u32,
    pub(crate) layout: Layout,
    pub(crate) samples: Vec<u8>,
}

impl Raster {
    /// Of samples in RGBA. `layout` is what they are when every pixel is opaque. A layout with alpha so means that
    /// something is transparent: it decides the format of the output.
    pub(crate) fn with_alpha(width_px: u32, height_px: u32, layout: Layout, samples: Vec<u8>) -> Self {
        let opaque = samples.chunks_exact(PIXEL_BYTES).all(|pixel| pixel[3] == u8::MAX);
        Self {
            width_px,
            height_px,
            layout: if opaque { layout } else { layout.with_alpha() },
            samples,
        }
    }

    pub(crate) fn size(&self) -> (u32, u32) {
        (self.width_px, self.height_px)
    }
}
