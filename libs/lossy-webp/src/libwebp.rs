//! Calls libwebp. All of the unsafe code is here.
#![allow(unsafe_code, reason = "libwebp is C")]

use libwebp_sys::{VP8StatusCode, WEBP_CSP_MODE, WebPDecode, WebPDecoderConfig};

use crate::error::WebpError;

/// Of a pixel: red, green, blue, and 255.
pub const PIXEL_BYTES: usize = 4;

/// `width` and `height` are neither zero nor larger than the frame's own, which fit in fourteen bits. A frame that
/// keeps its size must not go through the scaler (`is_scaled`): it costs time, and goes wrong with few pixels.
pub(crate) fn decode(frame: &[u8], (width, height): (u32, u32), is_scaled: bool) -> Result<Vec<u8>, WebpError> {
    let impossible = WebpError::Impossible { width, height };
    let mut config = WebPDecoderConfig::new().map_err(|()| impossible)?;
    let (c_width, c_height) = (i32::try_from(width), i32::try_from(height));
    let (Ok(c_width), Ok(c_height)) = (c_width, c_height) else {
        return Err(impossible);
    };
    let row_bytes = width as usize * PIXEL_BYTES;
    let mut pixels = vec![0; row_bytes * height as usize];
    if is_scaled {
        config.options.use_scaling = 1;
        config.options.scaled_width = c_width;
        config.options.scaled_height = c_height;
    }
    config.output.colorspace = WEBP_CSP_MODE::MODE_RGBA;
    config.output.is_external_memory = 1;
    // Writing a field of a union of plain C structs is safe; libwebp reads this one, as the colour space says.
    config.output.u.RGBA = libwebp_sys::WebPRGBABuffer {
        rgba: pixels.as_mut_ptr(),
        stride: c_width * 4,
        size: pixels.len(),
    };
    // SAFETY: `frame` is readable over its length and `pixels` writable over `size` bytes, both outlive the call, and
    // libwebp checks size and stride against the scaled picture before it writes. It keeps no pointer: with external
    // memory there is nothing to free afterwards.
    let status = unsafe { WebPDecode(frame.as_ptr(), frame.len(), &raw mut config) };
    match status {
        VP8StatusCode::VP8_STATUS_OK => Ok(pixels),
        VP8StatusCode::VP8_STATUS_OUT_OF_MEMORY | VP8StatusCode::VP8_STATUS_INVALID_PARAM => Err(impossible),
        _ => Err(WebpError::Damaged),
    }
}
