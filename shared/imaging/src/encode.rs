//! Encodes a finished picture as JPEG or PNG.

use domain::thumbnails::ports::{PhotoRefused, ThumbnailFormat};
use jpeg_encoder::{
    ChromaSubsamplingMethod, Encoder, ImageBuffer, JpegColorType, QuantizationTableType, SamplingFactor, rgb_to_ycbcr,
};

use crate::raster::{Layout, PIXEL_BYTES, Raster};

/// The usual trade between size and visible loss.
const JPEG_QUALITY: u8 = 80;
/// Up to this longest side, colours are as sharp as brightness. With half the samples they are the larger part of what
/// a small thumbnail has lost: at 128 pixels it costs a quarter of the bytes, about one kilobyte, for 7 to 18 points of
/// SSIMULACRA2; at 256 pixels two kilobytes and more for 2 to 8.
const FULL_COLOUR_PX_MAX: u32 = 128;

/// Samples of colour along the longest side of a JPEG of this size.
#[cfg(feature = "fast-codecs")]
pub(crate) fn colour_samples(size_px: u32) -> u32 {
    if size_px <= FULL_COLOUR_PX_MAX {
        size_px
    } else {
        size_px.div_ceil(2)
    }
}

/// JPEG for an opaque picture, PNG for one with transparency. Neither carries metadata: pixels without a profile are
/// sRGB.
pub(crate) fn encode(raster: &Raster) -> Result<(ThumbnailFormat, Vec<u8>), PhotoRefused> {
    match raster.layout {
        // Colours are converted before a picture is written; a CMYK JPEG would still be a valid answer.
        Layout::Gray | Layout::Rgb | Layout::Cmyk => Ok((ThumbnailFormat::Jpeg, jpeg(raster)?)),
        Layout::GrayAlpha | Layout::Rgba => Ok((ThumbnailFormat::Png, png(raster)?)),
    }
}

/// `jpeg-encoder` rather than the encoder of `image`, which writes 4:4:4 only and so a quarter more bytes at the same
/// quality.
fn jpeg(raster: &Raster) -> Result<Vec<u8>, PhotoRefused> {
    let (Ok(width), Ok(height)) = (u16::try_from(raster.width_px), u16::try_from(raster.height_px)) else {
        return Err(PhotoRefused::Unsupported {
            feature: "a thumbnail of more than 65535 pixels a side".to_owned(),
        });
    };
    let mut bytes = Vec::new();
    let mut encoder = Encoder::new(&mut bytes, JPEG_QUALITY);
    encoder.set_sampling_factor(if raster.width_px.max(raster.height_px) <= FULL_COLOUR_PX_MAX {
        SamplingFactor::F_1_1
    } else {
        SamplingFactor::F_2_2
    });
    // The steps of libjpeg and its peers are from 1992. With these, found by search for MS-SSIM, the files are as large
    // at the same quality, and of twelve thumbnails of 256 pixels and more every one was nearer to its original: by
    // half a point of SSIMULACRA2 on average, up to one.
    encoder.set_quantization_tables(QuantizationTableType::CustomMsSsim, QuantizationTableType::CustomMsSsim);
    // The default takes one chroma sample of four and drops the rest, which frays coloured edges: two to six points of
    // SSIMULACRA2. With the mean of the four, pixels and bytes are those of libjpeg-turbo, to a twentieth of a point.
    encoder.set_chroma_subsampling_method(ChromaSubsamplingMethod::Average);
    let rows = JpegRows { raster, width, height };
    encoder.encode_image(rows).map_err(|reason| unwritable(&reason))?;
    Ok(bytes)
}

/// The channels of a picture as a JPEG stores them.
///
/// The encoder's own way in takes nine layouts of pixels and is compiled once for each: ten seconds of a first build
/// for what is one layout here.
struct JpegRows<'a> {
    raster: &'a Raster,
    width: u16,
    height: u16,
}

impl ImageBuffer for JpegRows<'_> {
    fn get_jpeg_color_type(&self) -> JpegColorType {
        match self.raster.layout {
            Layout::Gray | Layout::GrayAlpha => JpegColorType::Luma,
            Layout::Rgb | Layout::Rgba => JpegColorType::Ycbcr,
            Layout::Cmyk => JpegColorType::Cmyk,
        }
    }

    fn width(&self) -> u16 {
        self.width
    }

    fn height(&self) -> u16 {
        self.height
    }

    fn fill_buffers(&self, y: u16, buffers: &mut [Vec<u8>; 4]) {
        let row_bytes = usize::from(self.width) * PIXEL_BYTES;
        let row = &self.raster.samples[usize::from(y) * row_bytes..][..row_bytes];
        let (pixels, _) = row.as_chunks::<PIXEL_BYTES>();
        match self.raster.layout {
            Layout::Gray | Layout::GrayAlpha => buffers[0].extend(pixels.iter().map(|pixel| pixel[0])),
            // One channel after the other: the compiler then converts many pixels at a time.
            Layout::Rgb | Layout::Rgba => {
                buffers[0].extend(
                    pixels
                        .iter()
                        .map(|&[red, green, blue, _]| rgb_to_ycbcr(red, green, blue).0),
                );
                buffers[1].extend(
                    pixels
                        .iter()
                        .map(|&[red, green, blue, _]| rgb_to_ycbcr(red, green, blue).1),
                );
                buffers[2].extend(
                    pixels
                        .iter()
                        .map(|&[red, green, blue, _]| rgb_to_ycbcr(red, green, blue).2),
                );
            }
            // Ink is stored inverted, as Adobe does.
            Layout::Cmyk => {
                for (channel, buffer) in buffers.iter_mut().enumerate() {
                    buffer.extend(pixels.iter().map(|pixel| u8::MAX - pixel[channel]));
                }
            }
        }
    }
}

fn png(raster: &Raster) -> Result<Vec<u8>, PhotoRefused> {
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, raster.width_px, raster.height_px);
    encoder.set_color(png::ColorType::Rgba);
    encoder.set_depth(png::BitDepth::Eight);
    encoder.set_compression(png::Compression::Balanced);
    let mut writer = encoder.write_header().map_err(|reason| unwritable(&reason))?;
    writer
        .write_image_data(&raster.samples)
        .map_err(|reason| unwritable(&reason))?;
    writer.finish().map_err(|reason| unwritable(&reason))?;
    Ok(bytes)
}

/// Writing to memory fails only for a shape that the format cannot hold.
fn unwritable(reason: &dyn std::fmt::Display) -> PhotoRefused {
    PhotoRefused::Unsupported {
        feature: format!("a shape that cannot be written ({reason})"),
    }
}
