//! In which order does a file become a picture?

use crate::error::{Flaw, JpegError};
use crate::frame::Frame;
use crate::metadata::Metadata;
use crate::pixels::{self, ColourModel, Colours};
use crate::progressive::Coefficients;
use crate::scan::Scan;
use crate::segments::{Segment, Segments};
use crate::sequential::Planes;
use crate::tables::Tables;

/// Scans of one picture. Cameras and optimisers write about ten; each costs a pass over the picture however short it is.
const SCANS_MAX: usize = 256;

/// Reads one file: first its header, by which a caller may refuse it, then its pixels.
pub struct Decoder<'a> {
    segments: Segments<'a>,
    metadata: Metadata<'a>,
    tables: Tables,
    frame: Option<Frame>,
}

/// What is known before any pixel is decoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Header {
    pub width_px: u32,
    pub height_px: u32,
    /// Memory at the peak of decoding.
    pub decoded_bytes: u64,
}

/// A decoded picture, as the file stores it: not turned, not converted.
pub struct Picture {
    pub width_px: u32,
    pub height_px: u32,
    /// What the first bytes of a pixel mean.
    pub colours: Colours,
    /// Four bytes for each pixel, rows from top to bottom without padding.
    pub samples: Vec<u8>,
    /// The first EXIF segment, from its signature on.
    pub exif: Option<Vec<u8>>,
    pub icc_profile: Option<Vec<u8>>,
}

impl<'a> Decoder<'a> {
    pub fn new(photo: &'a [u8]) -> Self {
        Self {
            segments: Segments::new(photo),
            metadata: Metadata::default(),
            tables: Tables::default(),
            frame: None,
        }
    }

    /// Reads up to the frame header, which says how large the picture is.
    pub fn read_header(&mut self) -> Result<Header, JpegError> {
        while self.frame.is_none() {
            let segment = self.segments.next()?;
            self.read(segment)?;
        }
        let frame = self.frame.as_ref().ok_or(NO_FRAME)?;
        Ok(Header {
            width_px: frame.width_px,
            height_px: frame.height_px,
            decoded_bytes: frame.decoded_bytes(),
        })
    }

    /// Reads the rest of the file.
    pub fn decode(mut self) -> Result<Picture, JpegError> {
        self.read_header()?;
        let frame = self.frame.take().ok_or(NO_FRAME)?;
        let mut making = Making::new(frame);
        let mut scans = 0;
        loop {
            match self.segments.next()? {
                Segment::FrameHeader { .. } => return Err(Flaw("the JPEG has two frame headers").into()),
                Segment::ScanHeader(payload) => {
                    scans += 1;
                    if scans > SCANS_MAX {
                        return Err(JpegError::unsupported(format!("more than {SCANS_MAX} scans in a JPEG")));
                    }
                    let scan = Scan::parse(payload, &making.frame)?;
                    let end = making.decode_scan(&scan, &self.tables, self.segments.rest())?;
                    self.segments.skip(end);
                }
                Segment::End => break,
                other => self.read(other)?,
            }
        }
        let (colours, samples) = making.finish_pixels(self.metadata.adobe_transform)?;
        Ok(Picture {
            width_px: making.frame.width_px,
            height_px: making.frame.height_px,
            colours,
            samples,
            exif: self.metadata.exif.map(<[u8]>::to_vec),
            icc_profile: self.metadata.icc_profile(),
        })
    }

    /// Takes in everything that is not pixels.
    fn read(&mut self, segment: Segment<'a>) -> Result<(), JpegError> {
        match segment {
            Segment::FrameHeader { kind, payload } => self.frame = Some(Frame::parse(kind, payload)?),
            Segment::HuffmanTables(payload) => self.tables.define_huffman(payload)?,
            Segment::QuantizationTables(payload) => self.tables.define_quantization(payload)?,
            Segment::RestartInterval(payload) => self.tables.define_restart_interval(payload)?,
            Segment::Application { number, payload } => self.metadata.read(number, payload),
            Segment::ScanHeader(_) => return Err(Flaw("a scan comes before the frame header").into()),
            Segment::End => return Err(NO_FRAME.into()),
        }
        Ok(())
    }
}

const NO_FRAME: Flaw = Flaw("the JPEG has no frame header");

/// A picture in the making.
struct Making {
    frame: Frame,
    planes: Planes,
    /// Of a progressive picture, whose blocks are complete after the last scan only.
    coefficients: Option<Coefficients>,
}

impl Making {
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

    fn finish_pixels(&mut self, adobe_transform: Option<u8>) -> Result<(Colours, Vec<u8>), JpegError> {
        if let Some(coefficients) = self.coefficients.take() {
            coefficients.render(&self.frame, &mut self.planes)?;
        }
        let planes = self.planes.complete()?;
        let model = ColourModel::of(&self.frame, adobe_transform)?;
        Ok((model.colours(), pixels::samples(&self.frame, &planes, model)))
    }
}
