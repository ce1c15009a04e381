//! Decodes a JPEG at the smallest scale that is enough for the thumbnails.

use std::io::Read;

use domain::thumbnails::ports::PhotoRefused;
use image::metadata::Orientation;
use scaled_jpeg::{Decoder, JpegError, Scale, Scales};

use crate::decoded::{Decoded, Pixels};
use crate::limits::Limits;
use crate::planar::Planar;
use crate::raster::PIXEL_BYTES;
use crate::{encode, orientation};

/// The decoded picture is at least about twice as large as the largest that is made of it. With less, the filter has
/// too little to choose from, and it shows. For colours that the photo has fewer samples of, the same holds beside the
/// samples that the largest picture keeps of them.
///
/// In tenths, because just below twice is what is left of 4032 and of 4000 pixels, the longest sides of most
/// telephones' photos: at twice, they would be decoded in their full size.
const RATIO_TENTHS_MIN: u64 = 19;

/// `largest_px` is the longest side of the largest picture wanted.
pub(crate) fn decode(input: &mut dyn Read, limits: &Limits, largest_px: u32) -> Result<Decoded, PhotoRefused> {
    let mut decoder = Decoder::new(input);
    let header = decoder.read_header().map_err(refused)?;
    let (width_px, height_px) = (header.width_px, header.height_px);
    let longest_px = width_px.max(height_px);
    let scale = scale_for(longest_px, largest_px);
    let pixels_bytes = match scale {
        Some(_) => 0,
        None => u64::from(width_px) * u64::from(height_px) * PIXEL_BYTES as u64,
    };
    let decoded_bytes = header.decoded_bytes(scale.unwrap_or(Scale::Full)) + pixels_bytes;
    limits.check_header(width_px, height_px, decoded_bytes)?;

    let scales = match scale {
        Some(picture) => Scales {
            picture,
            subsampled: colour_scale_for(longest_px, header.subsampling, largest_px),
        },
        None => Scale::Full.into(),
    };
    let picture = decoder.decode(scales).map_err(refused)?;
    let planar = Planar {
        planes: picture.planes,
        model: picture.model,
    };
    Ok(Decoded {
        size: (width_px, height_px),
        pixels: match scale {
            Some(_) => Pixels::Planar(planar),
            None => Pixels::Raster(planar.raster(width_px, height_px)),
        },
        icc_profile: picture.icc_profile,
        orientation: picture
            .exif
            .as_deref()
            .map_or(Orientation::NoTransforms, orientation::from_exif),
    })
}

/// The smallest scale that is large enough; `None` if the picture is wanted as it is.
fn scale_for(longest_px: u32, largest_px: u32) -> Option<Scale> {
    if largest_px >= longest_px {
        return None;
    }
    let is_enough = |scale: &Scale| {
        u64::from(longest_px) * scale.block_side() as u64 * 10
            >= u64::from(largest_px) * RATIO_TENTHS_MIN * Scale::Full.block_side() as u64
    };
    Some(Scale::ALL.into_iter().find(is_enough).unwrap_or(Scale::Full))
}

/// The smallest scale at which subsampled colours are enough for what is kept of them.
fn colour_scale_for(longest_px: u32, (across, down): (usize, usize), largest_px: u32) -> Scale {
    let kept = u64::from(encode::colour_samples(largest_px));
    let is_enough = |scale: &Scale| {
        u64::from(longest_px) * scale.block_side() as u64 * 10
            >= kept * RATIO_TENTHS_MIN * (across.max(down) * Scale::Full.block_side()) as u64
    };
    Scale::ALL.into_iter().find(is_enough).unwrap_or(Scale::Full)
}

fn refused(error: JpegError) -> PhotoRefused {
    match error {
        JpegError::Unsupported { feature } => PhotoRefused::Unsupported { feature },
        // The input keeps why it could not be read, and that becomes the answer.
        JpegError::Damaged { .. } | JpegError::Read(_) => PhotoRefused::Damaged {
            detail: error.to_string(),
        },
    }
}

#[cfg(test)]
mod tests {
    use scaled_jpeg::Scale;

    use super::{colour_scale_for, scale_for};

    #[test]
    fn the_decoded_picture_is_about_twice_as_large_as_the_largest_wanted() {
        assert_eq!(scale_for(6000, 256), Some(Scale::Eighth));
        assert_eq!(scale_for(3892, 256), Some(Scale::Eighth));
        assert_eq!(scale_for(3891, 256), Some(Scale::Quarter));
        for telephone in [3968, 4000, 4032, 4080, 4096] {
            assert_eq!(scale_for(telephone, 1024), Some(Scale::Half), "{telephone}");
        }
        assert_eq!(scale_for(6000, 1024), Some(Scale::Half));
        assert_eq!(scale_for(3000, 1024), Some(Scale::Full));
        assert_eq!(scale_for(1025, 1024), Some(Scale::Full));
    }

    #[test]
    fn colours_are_decoded_for_what_is_kept_of_them() {
        // 4:2:0 of a telephone: 2016 samples are stored, an eighth of them for 128, a half for 512.
        assert_eq!(colour_scale_for(4032, (2, 2), 256), Scale::Eighth);
        assert_eq!(colour_scale_for(4032, (2, 1), 1024), Scale::Half);
        // A small thumbnail keeps all of them.
        assert_eq!(colour_scale_for(2000, (2, 2), 128), Scale::Quarter);
        assert_eq!(colour_scale_for(2000, (1, 1), 128), Scale::Eighth);
        assert_eq!(colour_scale_for(300, (2, 2), 256), Scale::Full);
    }

    #[test]
    fn a_picture_in_its_own_size_is_not_reduced() {
        assert_eq!(scale_for(1024, 1024), None);
        assert_eq!(scale_for(1, 128), None);
    }
}
