//! Where does each segment of a JPEG begin and end?

use crate::error::{Flaw, JpegError};
use crate::source::Source;

/// A marker with its payload, reduced to what decoding needs. Everything else is skipped.
pub(crate) enum Segment {
    FrameHeader {
        kind: FrameKind,
        payload: Vec<u8>,
    },
    HuffmanTables(Vec<u8>),
    QuantizationTables(Vec<u8>),
    RestartInterval(Vec<u8>),
    Application {
        number: u8,
        payload: Vec<u8>,
    },
    /// Entropy-coded data follow.
    ScanHeader(Vec<u8>),
    End,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum FrameKind {
    Sequential,
    Progressive,
}

/// The first two bytes of every JPEG.
pub(crate) fn signature(source: &mut Source<'_>) -> Result<(), Flaw> {
    match (source.byte(), source.byte()) {
        (Some(0xFF), Some(0xD8)) => Ok(()),
        _ => Err(Flaw("the file does not begin as a JPEG")),
    }
}

/// Reads on to the next segment. `wanted` says which application segments, by number, are worth keeping.
pub(crate) fn next(source: &mut Source<'_>, wanted: fn(u8) -> bool) -> Result<Segment, JpegError> {
    loop {
        let marker = source.marker().map_err(|other| {
            Flaw(match other {
                None => ENDS_EARLY,
                Some(_) => "bytes lie between the segments of the JPEG",
            })
        })?;
        let segment = match marker {
            0xC0 | 0xC1 => Segment::FrameHeader {
                kind: FrameKind::Sequential,
                payload: payload(source)?,
            },
            0xC2 => Segment::FrameHeader {
                kind: FrameKind::Progressive,
                payload: payload(source)?,
            },
            0xC4 => Segment::HuffmanTables(payload(source)?),
            0xD9 => Segment::End,
            0xDA => Segment::ScanHeader(payload(source)?),
            0xDB => Segment::QuantizationTables(payload(source)?),
            0xDD => Segment::RestartInterval(payload(source)?),
            0xE0..=0xEF if wanted(marker - 0xE0) => Segment::Application {
                number: marker - 0xE0,
                payload: payload(source)?,
            },
            // Some cameras write one restart marker too many, after the last block.
            0xD0..=0xD7 => continue,
            0xD8 => return Err(Flaw("a second picture begins inside the JPEG").into()),
            _ => {
                if let Some(feature) = unsupported(marker) {
                    return Err(JpegError::unsupported(feature));
                }
                let length = length(source)?;
                source.skip(length).ok_or(Flaw(ENDS_EARLY))?;
                continue;
            }
        };
        return Ok(segment);
    }
}

fn payload(source: &mut Source<'_>) -> Result<Vec<u8>, Flaw> {
    let length = length(source)?;
    source.bytes(length).ok_or(Flaw(ENDS_EARLY))
}

fn length(source: &mut Source<'_>) -> Result<usize, Flaw> {
    let (Some(high), Some(low)) = (source.byte(), source.byte()) else {
        return Err(Flaw(ENDS_EARLY));
    };
    // The length counts its own two bytes.
    usize::from(u16::from_be_bytes([high, low]))
        .checked_sub(2)
        .ok_or(Flaw("a segment of the JPEG is shorter than its own length field"))
}

const ENDS_EARLY: &str = "the JPEG ends too early";

fn unsupported(marker: u8) -> Option<&'static str> {
    match marker {
        0xC3 => Some("lossless JPEG"),
        0xC5..=0xC7 | 0xDE | 0xDF => Some("hierarchical JPEG"),
        0xC9..=0xCF => Some("arithmetic coding in a JPEG"),
        0xDC => Some("a JPEG that states its height after the pixels"),
        0xF7 => Some("JPEG-LS"),
        _ => None,
    }
}
