//! How does a JPEG come to the pipeline?

use domain::thumbnails::ports::PhotoRefused;
use image::metadata::Orientation;
use scaled_jpeg::{Colours, Decoder, JpegError};

use crate::limits::Limits;
use crate::orientation;
use crate::raster::{Decoded, Layout, Raster};

pub(crate) fn decode(photo: &[u8], limits: &Limits) -> Result<Decoded, PhotoRefused> {
    let mut decoder = Decoder::new(photo);
    let header = decoder.read_header().map_err(refused)?;
    limits.check_header(header.width_px, header.height_px, header.decoded_bytes)?;
    let picture = decoder.decode().map_err(refused)?;
    let layout = match picture.colours {
        Colours::Gray => Layout::Gray,
        Colours::Rgb => Layout::Rgb,
        Colours::Cmyk => Layout::Cmyk,
    };
    Ok(Decoded {
        raster: Raster {
            width_px: picture.width_px,
            height_px: picture.height_px,
            layout,
            samples: picture.samples,
        },
        icc_profile: picture.icc_profile,
        orientation: picture
            .exif
            .as_deref()
            .map_or(Orientation::NoTransforms, orientation::from_exif),
    })
}

fn refused(error: JpegError) -> PhotoRefused {
    match error {
        JpegError::Damaged { detail } => PhotoRefused::Damaged {
            detail: detail.to_owned(),
        },
        JpegError::Unsupported { feature } => PhotoRefused::Unsupported { feature },
    }
}
