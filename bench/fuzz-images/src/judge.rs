//! Judges what the renderer and the decoder make of a damaged photo: what has to hold whatever its bytes are.

use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};

use domain::thumbnails::ports::{PhotoRefused, Rendering, ThumbnailRenderer};
use imaging::{Limits, Renderer};
use scaled_jpeg::{Decoder, JpegError, Scale};

use crate::mutate::Damaged;

/// Small enough to be fast, large enough to let every original through a hundred times enlarged.
const PIXELS_MAX: u64 = 1 << 20;
const DECODED_BYTES_MAX: u64 = 16 << 20;
/// One that leads through the smallest scale, and one beyond every original.
const SIZES_PX: [u32; 2] = [8, 512];

/// What a case found.
#[derive(Debug)]
pub(crate) enum Finding {
    Panic,
    /// A photo whose end is missing became a picture that is not the same.
    CutAndAccepted,
    /// A picture is not as large as it says, or larger than asked for.
    WrongSize,
    /// A thumbnail that another decoder cannot read.
    Unreadable(String),
    /// The decoder's planes have another number of samples than their sides say.
    WrongPlanes(Scale),
}

impl fmt::Display for Finding {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Panic => formatter.write_str("a panic"),
            Self::CutAndAccepted => formatter.write_str("a cut photo is accepted as another picture"),
            Self::WrongSize => formatter.write_str("a thumbnail of the wrong size"),
            Self::Unreadable(reason) => write!(formatter, "a thumbnail that cannot be read ({reason})"),
            Self::WrongPlanes(scale) => write!(formatter, "planes of the wrong size at {scale:?}"),
        }
    }
}

/// Returns whether it is still a picture.
pub(crate) fn judge(photo: &Damaged) -> Result<bool, Finding> {
    let judged = catch_unwind(AssertUnwindSafe(|| {
        let mut is_accepted = false;
        for size_px in SIZES_PX {
            is_accepted |= thumbnail(photo, size_px)?;
        }
        if photo.bytes.starts_with(&[0xFF, 0xD8]) {
            planes(&photo.bytes)?;
        }
        Ok(is_accepted)
    }));
    judged.unwrap_or(Err(Finding::Panic))
}

fn thumbnail(photo: &Damaged, size_px: u32) -> Result<bool, Finding> {
    let limits = Limits {
        pixels_max: PIXELS_MAX,
        decoded_bytes_max: DECODED_BYTES_MAX,
        ..Limits::default()
    };
    let renderer = Renderer::new(limits);
    match renderer.render(&photo.bytes, &[size_px]) {
        Ok(rendering) => {
            // Not all of a file is needed for its picture: a trailer is not, nor the second frame of an animation.
            if let Some(whole) = &photo.cut_from
                && renderer.render(whole, &[size_px]).as_ref() != Ok(&rendering)
            {
                return Err(Finding::CutAndAccepted);
            }
            is_whole(&rendering, size_px).map(|()| true)
        }
        // The renderer catches panics of its decoders.
        Err(PhotoRefused::Unprocessable) => Err(Finding::Panic),
        Err(
            PhotoRefused::Empty
            | PhotoRefused::UnknownFormat
            | PhotoRefused::OtherFormat { .. }
            | PhotoRefused::TooManyBytes { .. }
            | PhotoRefused::TooManyPixels { .. }
            | PhotoRefused::Unsupported { .. }
            | PhotoRefused::Damaged { .. },
        ) => Ok(false),
    }
}

fn is_whole(rendering: &Rendering, size_px: u32) -> Result<(), Finding> {
    let [thumbnail] = rendering.thumbnails.as_slice() else {
        return Err(Finding::WrongSize);
    };
    let found = image::load_from_memory(&thumbnail.bytes).map_err(|reason| Finding::Unreadable(reason.to_string()))?;
    let stated = (thumbnail.width_px, thumbnail.height_px);
    if (found.width(), found.height()) != stated || stated.0.max(stated.1) > size_px {
        return Err(Finding::WrongSize);
    }
    Ok(())
}

/// The decoder alone, at scales that the renderer would not have asked for.
fn planes(photo: &[u8]) -> Result<(), Finding> {
    for scale in Scale::ALL {
        let mut input = photo;
        let mut decoder = Decoder::new(&mut input);
        let Ok(header) = decoder.read_header() else {
            return Ok(());
        };
        if header.decoded_bytes(scale) > DECODED_BYTES_MAX {
            continue;
        }
        let picture = match decoder.decode(scale) {
            Ok(picture) => picture,
            Err(JpegError::Damaged { .. } | JpegError::Unsupported { .. } | JpegError::Read(_)) => continue,
        };
        if picture
            .planes
            .iter()
            .any(|plane| plane.samples.len() != plane.width * plane.height)
        {
            return Err(Finding::WrongPlanes(scale));
        }
    }
    Ok(())
}
