//! Renders a photo to its thumbnails: the steps in order, and what a failure of each means.

use std::io::{self, Read, Seek, SeekFrom};
use std::panic::{AssertUnwindSafe, catch_unwind};

use domain::thumbnails::ports::{PhotoRefused, Rendering, Thumbnail, ThumbnailFormat, ThumbnailRenderer};

use crate::colour::ToSrgb;
use crate::decoded::{Decoded, Pixels};
use crate::input::{Input, RenderError, WatchedInput};
#[cfg(feature = "fast-codecs")]
use crate::jpeg;
use crate::limits::Limits;
use crate::sniff::{START_BYTES, SourceFormat};
#[cfg(not(feature = "fast-codecs"))]
use crate::whole_jpeg as jpeg;
use crate::{encode, gif, gif_blocks, orientation, png, scale, shrink, webp};

/// The renderer of the product: in process, one thread, memory bounded by its limits.
#[derive(Debug, Clone, Copy, Default)]
pub struct Renderer {
    limits: Limits,
}

impl Renderer {
    /// A renderer that refuses photos beyond these limits.
    pub fn new(limits: Limits) -> Self {
        Self { limits }
    }

    /// Renders a photo while it is read. A JPEG or PNG is never in memory as a whole; the other formats are.
    pub fn render_from(&self, input: &mut dyn Input, sizes_px: &[u32]) -> Result<Rendering, RenderError> {
        let mut input = WatchedInput::new(input);
        let answer = without_panic(|| self.render_watched(&mut input, sizes_px));
        answer.map_err(|refused| match input.into_failure() {
            Some(failure) => RenderError::Read(failure),
            None => RenderError::Refused(refused),
        })
    }

    fn render_watched(&self, input: &mut WatchedInput<'_>, sizes_px: &[u32]) -> Result<Rendering, PhotoRefused> {
        let bytes = input.seek(SeekFrom::End(0)).map_err(unread)?;
        self.limits.check_file_size(bytes)?;
        input.rewind().map_err(unread)?;
        let mut start = Vec::with_capacity(START_BYTES);
        (&mut *input)
            .take(START_BYTES as u64)
            .read_to_end(&mut start)
            .map_err(unread)?;
        input.rewind().map_err(unread)?;
        let format = SourceFormat::of(&start)?;
        self.check_claim(format, &start)?;
        let decoded = match format {
            SourceFormat::Jpeg => jpeg::decode(input, &self.limits, largest(sizes_px))?,
            SourceFormat::Png => png::decode(input, &self.limits, largest(sizes_px))?,
            SourceFormat::WebP | SourceFormat::Gif => {
                let mut photo = Vec::new();
                input.read_to_end(&mut photo).map_err(unread)?;
                self.decode(&photo, format, sizes_px)?
            }
        };
        finish(decoded, format, sizes_px)
    }

    /// Holds the size at the start of a file against the limits. The other formats have theirs further on, and are read
    /// no further than that before they are judged.
    fn check_claim(&self, format: SourceFormat, start: &[u8]) -> Result<(), PhotoRefused> {
        let size = match format {
            SourceFormat::Jpeg | SourceFormat::Png => None,
            SourceFormat::WebP => webp::claimed_size(start),
            SourceFormat::Gif => gif_blocks::claimed_size(start),
        };
        size.map_or(Ok(()), |size| self.limits.check_size(size))
    }

    fn decode(&self, mut photo: &[u8], format: SourceFormat, sizes_px: &[u32]) -> Result<Decoded, PhotoRefused> {
        let largest_px = largest(sizes_px);
        match format {
            SourceFormat::Jpeg => jpeg::decode(&mut photo, &self.limits, largest_px),
            SourceFormat::Png => png::decode(&mut photo, &self.limits, largest_px),
            SourceFormat::WebP => webp::decode(photo, &self.limits, largest_px),
            SourceFormat::Gif => gif::decode(photo, &self.limits, largest_px),
        }
    }
}

impl ThumbnailRenderer for Renderer {
    fn render(&self, photo: &[u8], sizes_px: &[u32]) -> Result<Rendering, PhotoRefused> {
        without_panic(|| {
            self.limits.check_file(photo)?;
            let format = SourceFormat::of(photo)?;
            self.check_claim(format, photo)?;
            finish(self.decode(photo, format, sizes_px)?, format, sizes_px)
        })
    }
}

/// A panic of a decoder is an answer: the same bytes would make it panic again, and a record that fails without end is
/// delivered again until it is dead-lettered, while its upload waits.
fn without_panic<T>(render: impl FnOnce() -> Result<T, PhotoRefused>) -> Result<T, PhotoRefused> {
    // Nothing that a panic may leave half-changed is used afterwards.
    catch_unwind(AssertUnwindSafe(render)).unwrap_or(Err(PhotoRefused::Unprocessable))
}

/// The input keeps why it could not be read, and that becomes the answer.
#[expect(clippy::needless_pass_by_value, reason = "the shape that `map_err` takes")]
fn unread(failure: io::Error) -> PhotoRefused {
    PhotoRefused::Damaged {
        detail: failure.to_string(),
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
        let same = targets.iter().position(|&other| other == target);
        target_of_size.push(same.unwrap_or(targets.len()));
        if same.is_none() {
            targets.push(target);
        }
    }

    let pixels = match decoded.pixels {
        Pixels::Raster(raster) => shrink::reduced(raster, largest(sizes_px)),
        reduced @ Pixels::Shrunk(_) => reduced,
        #[cfg(feature = "fast-codecs")]
        reduced @ Pixels::Planar(_) => reduced,
    };
    let to_srgb = ToSrgb::new(pixels.layout(), decoded.icc_profile.as_deref());
    let mut pictures = Vec::with_capacity(targets.len());
    for picture in scale::scale(pixels, &targets)? {
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

/// An encoded picture, which may be the thumbnail of several sizes.
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

#[cfg(test)]
#[allow(clippy::panic, reason = "the panic is what the test is about")]
mod tests {
    use domain::thumbnails::ports::PhotoRefused;

    use super::without_panic;

    #[test]
    fn a_panic_of_a_decoder_refuses_the_photo() {
        let answer: Result<(), _> = without_panic(|| panic!("range end index 3 out of range"));
        assert_eq!(answer, Err(PhotoRefused::Unprocessable));
        assert_eq!(without_panic(|| Ok(7)), Ok(7));
        assert_eq!(
            without_panic(|| Err::<(), _>(PhotoRefused::Empty)),
            Err(PhotoRefused::Empty)
        );
    }
}
