//! The limits of a photo, most of which are judged by its header.

use domain::thumbnails::ports::PhotoRefused;
use domain::values::PHOTO_BYTES_MAX;

/// Pixels of one picture: room for every camera on the market, and a bound for the time one photo can take.
pub const PIXELS_MAX: u64 = 100_000_000;
/// One side of a picture: the most that a JPEG can say in its header, applied to every format.
pub const SIDE_PX_MAX: u32 = 65_535;
/// Memory that decoding may take at its peak, as computed from the header: what 256 MB leave beside the largest file
/// (48), the filters and thumbnails (28) and the process itself (28). JPEGs of every kind have room up to 60
/// megapixels, and of the usual kinds up to [`PIXELS_MAX`], and so have PNG by rows, GIF and plain lossy WebP. Of what
/// is decoded as a whole, an interlaced PNG has up to 39 megapixels, a WebP with transparency or without loss up to 19.
/// Others are refused with the number that applies.
pub const DECODED_BYTES_MAX: u64 = 152 << 20;

/// The limits beyond which a renderer refuses a photo. Every rule but the first is applied to the header, before any
/// pixel is decoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Size of the file.
    pub bytes_max: u64,
    /// Width times height.
    pub pixels_max: u64,
    /// Width or height alone.
    pub side_px_max: u32,
    /// Memory for the decoded picture and the decoder's own planes.
    pub decoded_bytes_max: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            bytes_max: PHOTO_BYTES_MAX,
            pixels_max: PIXELS_MAX,
            side_px_max: SIDE_PX_MAX,
            decoded_bytes_max: DECODED_BYTES_MAX,
        }
    }
}

impl Limits {
    pub(crate) fn check_file(&self, photo: &[u8]) -> Result<(), PhotoRefused> {
        self.check_file_size(photo.len() as u64)
    }

    pub(crate) fn check_file_size(&self, bytes: u64) -> Result<(), PhotoRefused> {
        if bytes == 0 {
            return Err(PhotoRefused::Empty);
        }
        if bytes > self.bytes_max {
            return Err(PhotoRefused::TooManyBytes {
                bytes,
                limit_bytes: self.bytes_max,
            });
        }
        Ok(())
    }

    /// Judges a size that is known before anything else is.
    pub(crate) fn check_size(&self, (width_px, height_px): (u32, u32)) -> Result<(), PhotoRefused> {
        self.check_header(width_px, height_px, 0)
    }

    /// Judges the size that a header claims. `decoded_bytes` is what decoding a picture of that kind would take.
    pub(crate) fn check_header(&self, width_px: u32, height_px: u32, decoded_bytes: u64) -> Result<(), PhotoRefused> {
        if width_px == 0 || height_px == 0 {
            return Err(PhotoRefused::Damaged {
                detail: "the header says that a side has no pixels".to_owned(),
            });
        }
        let pixels = u64::from(width_px) * u64::from(height_px);
        if pixels > self.pixels_max {
            return Err(PhotoRefused::TooManyPixels {
                width_px,
                height_px,
                limit_pixels: self.pixels_max,
            });
        }
        if width_px.max(height_px) > self.side_px_max {
            let feature = format!("a side of more than {} pixels", self.side_px_max);
            return Err(PhotoRefused::Unsupported { feature });
        }
        if decoded_bytes > self.decoded_bytes_max {
            // Some kinds take more memory per pixel (a progressive JPEG without subsampling: nine bytes), so that for
            // them the pixel limit is lower.
            let limit_pixels = pixels.saturating_mul(self.decoded_bytes_max) / decoded_bytes;
            return Err(PhotoRefused::TooManyPixels {
                width_px,
                height_px,
                limit_pixels,
            });
        }
        Ok(())
    }
}
