//! Fuzzes the decoder: no file may make it panic, hang, or return samples that it did not decode.
#![no_main]

use libfuzzer_sys::fuzz_target;
use scaled_jpeg::{Decoder, JpegError, Scale, Scales};

/// A caller refuses what is too large; here, so that most of the time is not spent on empty pictures.
const PIXELS_MAX: u64 = 1 << 18;

fuzz_target!(|file: &[u8]| {
    for picture in Scale::ALL {
        let subsampled = if file.len().is_multiple_of(2) {
            picture
        } else {
            Scale::Eighth
        };
        let mut input = file;
        let mut decoder = Decoder::new(&mut input);
        let Ok(header) = decoder.read_header() else { return };
        if u64::from(header.width_px) * u64::from(header.height_px) > PIXELS_MAX {
            return;
        }
        let picture = match decoder.decode(Scales { picture, subsampled }) {
            Ok(picture) => picture,
            Err(JpegError::Damaged { offset, .. }) => {
                assert!(offset <= file.len() as u64, "a flaw beyond the end of the file");
                continue;
            }
            Err(JpegError::Unsupported { .. }) => continue,
            Err(JpegError::Read(failure)) => panic!("memory cannot fail to be read: {failure}"),
        };
        for plane in &picture.planes {
            assert_eq!(plane.samples.len(), plane.width * plane.height);
        }
        let pixels = picture
            .model
            .pixels(picture.width_px, picture.height_px, &picture.planes);
        let count = u64::from(picture.width_px) * u64::from(picture.height_px);
        assert_eq!(pixels.len() as u64, count * scaled_jpeg::PIXEL_BYTES as u64);
    }
});
