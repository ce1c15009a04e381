//! How is a JPEG decoded, whole or not at all?
//!
//! Our own decoder, because the ones at hand answer a cut file with half a picture: the rest is gray, and nobody is told.
//! This one never invents a bit. A scan must hold exactly the blocks of its picture, a restart marker must be the next in
//! turn, and the file must say that it has ended.
//!
//! Baseline, extended and progressive pictures of eight bits, as ITU-T T.81 (<https://www.w3.org/Graphics/JPEG/itu-t81.pdf>)
//! defines them. Arithmetic is that of libjpeg, bit by bit, so that a picture looks as everywhere else.

mod bits;
mod frame;
mod huffman;
mod idct;
mod metadata;
mod pixels;
mod progressive;
mod scan;
mod segments;
mod sequential;
mod tables;
mod upsample;

use domain::thumbnails::ports::PhotoRefused;
use image::metadata::Orientation;

use crate::limits::Limits;
use crate::orientation;
use crate::raster::Decoded;
use frame::Frame;
use metadata::Metadata;
use progressive::Coefficients;
use scan::Scan;
use segments::{Segment, Segments};
use sequential::Planes;
use tables::Tables;

/// Scans of one picture. Cameras and optimisers write about ten; each costs a pass over the picture however short it is.
const SCANS_MAX: usize = 256;

/// What is wrong with the data. Small, because it is the error of the innermost loops.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Flaw(&'static str);

impl From<Flaw> for PhotoRefused {
    fn from(flaw: Flaw) -> Self {
        Self::Damaged {
            detail: flaw.0.to_owned(),
        }
    }
}

pub(crate) fn decode(photo: &[u8], limits: &Limits) -> Result<Decoded, PhotoRefused> {
    let mut segments = Segments::new(photo);
    let mut metadata = Metadata::default();
    let mut tables = Tables::default();
    let mut picture: Option<Picture> = None;
    let mut scans = 0;
    loop {
        match segments.next()? {
            Segment::FrameHeader { kind, payload } => {
                if picture.is_some() {
                    return Err(Flaw("the JPEG has two frame headers").into());
                }
                let frame = Frame::parse(kind, payload)?;
                limits.check_header(frame.width_px, frame.height_px, frame.decoded_bytes())?;
                picture = Some(Picture::new(frame));
            }
            Segment::HuffmanTables(payload) => tables.define_huffman(payload)?,
            Segment::QuantizationTables(payload) => tables.define_quantization(payload)?,
            Segment::RestartInterval(payload) => tables.define_restart_interval(payload)?,
            Segment::Application { number, payload } => metadata.read(number, payload),
            Segment::ScanHeader(payload) => {
                let picture = picture.as_mut().ok_or(Flaw("a scan comes before the frame header"))?;
                scans += 1;
                if scans > SCANS_MAX {
                    let feature = format!("more than {SCANS_MAX} scans in a JPEG");
                    return Err(PhotoRefused::Unsupported { feature });
                }
                let scan = Scan::parse(payload, &picture.frame)?;
                let end = picture.decode_scan(&scan, &tables, segments.rest())?;
                segments.skip(end);
            }
            Segment::End => break,
        }
    }
    let picture = picture.ok_or(Flaw("the JPEG has no frame header"))?;
    let orientation = metadata.exif.map_or(Orientation::NoTransforms, orientation::from_exif);
    let icc_profile = metadata.icc_profile();
    let raster = picture.finish(metadata.adobe_transform)?;
    Ok(Decoded {
        raster,
        icc_profile,
        orientation,
    })
}

/// A picture in the making.
struct Picture {
    frame: Frame,
    planes: Planes,
    /// Of a progressive picture, whose blocks are complete after the last scan only.
    coefficients: Option<Coefficients>,
}

impl Picture {
    fn new(frame: Frame) -> Self {
        let planes = Planes::new(&frame);
        let coefficients = frame.progressive.then(|| Coefficients::new(&frame));
        Self {
            frame,
            planes,
            coefficients,
        }
    }

    /// Answers with the number of bytes that the scan took.
    fn decode_scan(&mut self, scan: &Scan, tables: &Tables, data: &[u8]) -> Result<usize, Flaw> {
        match &mut self.coefficients {
            Some(coefficients) => coefficients.decode_scan(&self.frame, scan, tables, data),
            None => self.planes.decode_scan(&self.frame, scan, tables, data),
        }
    }

    fn finish(mut self, adobe_transform: Option<u8>) -> Result<crate::raster::Raster, PhotoRefused> {
        if let Some(coefficients) = self.coefficients.take() {
            coefficients.render(&self.frame, &mut self.planes)?;
        }
        let planes = self.planes.complete()?;
        let model = pixels::ColourModel::of(&self.frame, adobe_transform)?;
        Ok(pixels::raster(&self.frame, &planes, model))
    }
}
