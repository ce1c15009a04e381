//! How does a photo become its thumbnails?

use domain::thumbnails::ports::{PhotoRefused, Rendering, Thumbnail, ThumbnailFormat, ThumbnailRenderer};

use crate::colour::ToSrgb;
use crate::limits::Limits;
use crate::raster::Decoded;
use crate::sniff::SourceFormat;
use crate::{encode, gif, jpeg, orientation, png, scale, webp};

/// The renderer of the product: in process, one thread, memory bounded by its limits.
#[derive(Debug, Clone, Copy, Default)]
pub struct Renderer {
    limits: Limits,
}

impl Renderer {
    pub fn new(limits: Limits) -> Self {
        Self { limits }
    }

    fn decode(&self, photo: &[u8], format: SourceFormat) -> Result<Decoded, PhotoRefused> {
        match format {
            SourceFormat::Jpeg => jpeg::decode(photo, &self.limits),
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
        let Decoded {
            raster,
            icc_profile,
            orientation,
        } = self.decode(photo, format)?;
        let (stored_width, stored_height) = (raster.width_px, raster.height_px);
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

        let to_srgb = ToSrgb::new(raster.layout, icc_profile.as_deref());
        let mut pictures = Vec::with_capacity(targets.len());
        for picture in scale::scale(raster, &targets)? {
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
