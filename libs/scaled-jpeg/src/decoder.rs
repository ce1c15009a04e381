//! Turns a file into a picture: reads its segments in order and decodes its scans.

use std::io::Read;

use crate::coefficients::Coefficients;
use crate::error::{Flaw, JpegError};
use crate::frame::Frame;
use crate::metadata::{self, Metadata};
use crate::pixels::ColourModel;
use crate::plane::{Canvases, Plane};
use crate::scale::{Scale, Scales};
use crate::scan::Scan;
use crate::segments::{self, Segment};
use crate::source::Source;
use crate::tables::Tables;
use crate::{progressive, sequential};

/// Scans of one picture. Cameras and optimisers write about ten; each costs a pass over the picture however short it
/// is.
pub const SCANS_MAX: usize = 256;

/// Blocks that all scans of one picture go through. The ten scans that libjpeg writes for a hundred megapixels without
/// subsampling go through a third of that; a scan of a few bytes can claim them all, so that without a limit a small
/// file would hold a processor for minutes.
pub const BLOCK_VISITS_MAX: u64 = 64 << 20;

/// Reads one file: first its header, by which a caller may refuse it, then its pixels.
pub struct Decoder<'a> {
    source: Source<'a>,
    begun: bool,
    metadata: Metadata,
    tables: Tables,
    frame: Option<Frame>,
}

/// The facts that the headers state, before any pixel is decoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Header {
    pub width_px: u32,
    pub height_px: u32,
    pub progressive: bool,
    /// Pixels, across and down, for each sample of the channel that has the fewest: (2, 2) in most photos.
    pub subsampling: (usize, usize),
    /// Memory at the peak of decoding, for each of [`Scale::ALL`].
    decoded_bytes: [u64; Scale::ALL.len()],
}

impl Header {
    /// Memory at the peak of decoding all channels at this scale.
    pub fn decoded_bytes(&self, scale: Scale) -> u64 {
        self.decoded_bytes[scale as usize]
    }
}

/// A decoded picture as the file stores it: not rotated, not converted, with separate channels.
#[derive(Debug, Clone)]
pub struct Picture {
    /// The coded size at the scale that was asked for.
    pub width_px: u32,
    pub height_px: u32,
    /// The colour model of the channels.
    pub model: ColourModel,
    pub planes: Vec<Plane>,
    /// The first EXIF segment, from its signature on.
    pub exif: Option<Vec<u8>>,
    pub icc_profile: Option<Vec<u8>>,
}

impl<'a> Decoder<'a> {
    /// The input is read in chunks of its own size; it need not be buffered.
    pub fn new(input: &'a mut dyn Read) -> Self {
        Self {
            source: Source::new(input),
            begun: false,
            metadata: Metadata::default(),
            tables: Tables::default(),
            frame: None,
        }
    }

    /// Reads up to the frame header, which says how large the picture is.
    pub fn read_header(&mut self) -> Result<Header, JpegError> {
        self.read_to_frame().map_err(|error| self.located(error))
    }

    /// Reads the file to its end. Skips data that a smaller scale does not need with as little work as possible.
    pub fn decode(mut self, scales: impl Into<Scales>) -> Result<Picture, JpegError> {
        self.read_to_end(scales.into()).map_err(|error| self.located(error))
    }

    fn read_to_frame(&mut self) -> Result<Header, JpegError> {
        if !self.begun {
            segments::signature(&mut self.source)?;
            self.begun = true;
        }
        while self.frame.is_none() {
            let segment = segments::next(&mut self.source, metadata::wanted)?;
            self.read(segment)?;
        }
        let frame = self.frame.as_ref().ok_or(NO_FRAME)?;
        Ok(Header {
            width_px: frame.width_px,
            height_px: frame.height_px,
            progressive: frame.progressive,
            subsampling: frame.subsampling(),
            decoded_bytes: Scale::ALL.map(|scale| frame.decoded_bytes(scale)),
        })
    }

    fn read_to_end(&mut self, scales: Scales) -> Result<Picture, JpegError> {
        self.read_to_frame()?;
        let frame = self.frame.take().ok_or(NO_FRAME)?;
        let mut canvases = Canvases::new(&frame, scales);
        let mut coefficients = frame.progressive.then(|| Coefficients::new(&frame, scales));
        let (mut scans, mut block_visits) = (0, 0);
        loop {
            match segments::next(&mut self.source, metadata::wanted)? {
                Segment::FrameHeader { .. } => return Err(Flaw("the JPEG has two frame headers").into()),
                Segment::ScanHeader(payload) => {
                    scans += 1;
                    if scans > SCANS_MAX {
                        return Err(JpegError::unsupported(format!("more than {SCANS_MAX} scans in a JPEG")));
                    }
                    let scan = Scan::parse(&payload, &frame)?;
                    block_visits += scan.blocks(&frame);
                    if block_visits > BLOCK_VISITS_MAX {
                        let feature = format!("scans through more than {BLOCK_VISITS_MAX} blocks in a JPEG");
                        return Err(JpegError::unsupported(feature));
                    }
                    let (tables, source) = (&mut self.tables, &mut self.source);
                    if let Some(coefficients) = &mut coefficients {
                        progressive::decode_scan(coefficients, &frame, &scan, tables, source)?;
                        continue;
                    }
                    let extra_bytes_max = sequential::decode_scan(&mut canvases, &frame, &scan, tables, source)?;
                    if canvases.are_filled() {
                        segments::check_behind_last_scan(source, |lines| frame.check_height(lines), extra_bytes_max)?;
                        break;
                    }
                }
                Segment::NumberOfLines(lines) => frame.check_height(&lines)?,
                Segment::End => break,
                other => self.read(other)?,
            }
        }
        if let Some(coefficients) = coefficients {
            coefficients.render(&mut canvases)?;
        }
        let mut metadata = std::mem::take(&mut self.metadata);
        Ok(Picture {
            width_px: scales.picture.of(frame.width_px),
            height_px: scales.picture.of(frame.height_px),
            model: ColourModel::of(&frame, &metadata)?,
            planes: canvases.complete(&frame, scales.picture)?,
            exif: metadata.exif.take(),
            icc_profile: metadata.icc_profile(),
        })
    }

    /// Reads every segment that is not pixels.
    fn read(&mut self, segment: Segment) -> Result<(), JpegError> {
        match segment {
            Segment::FrameHeader { kind, payload } => self.frame = Some(Frame::parse(kind, &payload)?),
            Segment::HuffmanTables(payload) => self.tables.define_huffman(&payload)?,
            Segment::QuantizationTables(payload) => self.tables.define_quantization(&payload)?,
            Segment::RestartInterval(payload) => self.tables.define_restart_interval(&payload)?,
            Segment::Application { number, payload } => self.metadata.read(number, payload),
            // Without a frame there is nothing to compare it with.
            Segment::NumberOfLines(_) => {}
            Segment::ScanHeader(_) => return Err(Flaw("a scan comes before the frame header").into()),
            Segment::End => return Err(NO_FRAME.into()),
        }
        Ok(())
    }

    /// Adds the place to a fault of the data, or replaces it by the failure of the input.
    fn located(&mut self, error: JpegError) -> JpegError {
        match (self.source.failure(), error) {
            (Some(failure), _) => JpegError::Read(failure),
            (None, JpegError::Damaged { detail, .. }) => JpegError::Damaged {
                detail,
                offset: self.source.offset(),
            },
            (None, other) => other,
        }
    }
}

const NO_FRAME: Flaw = Flaw("the JPEG has no frame header");
