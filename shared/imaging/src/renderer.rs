//! How does a photo become its thumbnails?

use std::io::{self, Read};

use domain::thumbnails::ports::{PhotoRefused, Rendering, Thumbnail, ThumbnailFormat, ThumbnailRenderer};

use crate::colour::ToSrgb;
use crate::limits::Limits;
use crate::raster::Decoded;
use crate::sniff::{SIGNATURE_BYTES, SourceFormat};
use crate::{encode, gif, jpeg, orientation, png, scale, webp};

/// The renderer of the product: in process, one thread, memory bounded by its limits.
#[derive(Debug, Clone, Copy, Default)]
pub struct Renderer {
    limits: Limits,
}

/// Why a photo that was to be read while it is decoded has no thumbnails.
#[derive(Debug)]
pub enum RenderError {
    /// Trying again cannot help.
    Refused(PhotoRefused),
    /// The bytes could not be had; the photo may be fine.
    Read(io::Error),
}

impl From<PhotoRefused> for RenderError {
    fn from(refused: PhotoRefused) -> Self {
        Self::Refused(refused)
    }
}

impl Renderer {
    pub fn new(limits: Limits) -> Self {
        Self { limits }
    }

    /// Renders a photo while it is read. A JPEG is never in memory as a whole; the other formats are.
    pub fn render_from(&self, input: &mut dyn Read, sizes_px: &[u32]) -> Result<Rendering, RenderError> {
        // One byte more than is allowed tells a file that is too large from one that just fits.
        let mut input = input.take(self.limits.bytes_max.saturating_add(1));
        let mut start = Vec::with_capacity(SIGNATURE_BYTES);
        (&mut input)
            .take(SIGNATURE_BYTES as u64)
            .read_to_end(&mut start)
            .map_err(RenderError::Read)?;
        if SourceFormat::of(&start) != Some(SourceFormat::Jpeg) {
            let mut photo = start;
            input.read_to_end(&mut photo).map_err(RenderError::Read)?;
            return Ok(self.render(&photo, sizes_px)?);
        }
        let decoded = jpeg::decode(&mut start.chain(&mut input), &self.limits, largest(sizes_px));
        if input.limit() == 0 {
            return Err(RenderError::Refused(self.limits.too_many_bytes()));
        }
        Ok(finish(decoded?, SourceFormat::Jpeg, sizes_px)?)
    }

    fn decode(&self, photo: &[u8], format: SourceFormat, sizes_px: &[u32]) -> Result<Decoded, PhotoRefused> {
        match format {
            SourceFormat::Jpeg => {
                jpeg::decode(&mut &*photo, &self.limits, largest(sizes_px)).map_err(|error| match error {
                    RenderError::Refused(refused) => refused,
                    // Memory does not fail to be read; said rather than dropped.
                    RenderError::Read(failure) => PhotoRefused::Damaged {
                        detail: failure.to_string(),
                    },
                })
            }
            SourceFormat::Png => png::decode(photo, &self.limits),
            SourceFormat::WebP => webp::decode(photo, &self.limits),
            SourceFormat::Gif => gif::decode(photo, &self.limits),
        }
    }
}

impl ThumbnailRenderer for Renderer {
    fn render(&self, photo: &[u8], sizes_px: &[u32]) -> Result<Rendering, PhotoRefused> {
        self.limits.check_file(photo)?;
        let format = SourceFormat::of(photo).ok_or(PhotoRefused::UnknownFormat)?;
        finish(self.decode(photo, format, sizes_px)?, format, sizes_px)
    }
}

fn largest(sizes_px: &[u32]) -> u32 {
    sizes_px.iter().copied().max().unwrap_or(0)
}

/// Everything that comes after decoding.
fn finish(decoded: Decoded, format: SourceFormat, sizes_px: &[u32]) -> Result<Rendering, PhotoRefused> {
    let (stored_width, stored_height) = decoded.size;
    let orientation = decoded.orientation;
    let (width_px, height_px) = if orientation::swaps_sides(orientation) {
        (stored_height, stored_width)
    } else {
        (stored_width, stored_height)
    };

    // A small original has one picture under several sizes: it is made once.
    let mut targets = Vec::with_capacity(sizes_px.len());
    let mut target_of_size = Vec::with_capacity(sizes_px.len());
    for &size_px in sizes_px {
        let target = scale::fit(stored_width, stored_height, size_px);
        let known = targets.iter().position(|&other| other == target);
        target_of_size.push(known.unwrap_or(targets.len()));
        if known.is_none() {
            targets.push(target);
        }
    }

    let to_srgb = ToSrgb::new(decoded.pixels.layout(), decoded.icc_profile.as_deref());
    let mut pictures = Vec::with_capacity(targets.len());
    for picture in scale::scale(decoded.pixels, &targets)? {
        let picture = orientation::upright(to_srgb.convert(picture)?, orientation);
        let (format, bytes) = encode::encode(&picture)?;
        pictures.push(Picture {
            width_px: picture.width_px,
            height_px: picture.height_px,
            format,
            bytes,
        });
    }

    let thumbnails = sizes_px
        .iter()
        .zip(target_of_size)
        .map(|(&size_px, target)| pictures[target].under(size_px))
        .collect();
    Ok(Rendering {
        width_px,
        height_px,
        source_format: format.name(),
        thumbnails,
    })
}

/// An encoded picture before it is known under which sizes it is kept.
struct Picture {
    width_px: u32,
    height_px: u32,
    format: ThumbnailFormat,
    bytes: Vec<u8>,
}

impl Picture {
    fn under(&self, size_px: u32) -> Thumbnail {
        Thumbnail {
            size_px,
            width_px: self.width_px,
            height_px: self.height_px,
            format: self.format,
            bytes: self.bytes.clone(),
        }
    }
}
