//! Cuts a JPEG into its segments.

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
    /// The height once more, behind the first scan.
    NumberOfLines(Vec<u8>),
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

/// Reads the next segment. `wanted` returns true for the numbers of the application segments to keep.
///
/// Skips bytes between two segments, as libjpeg does: cameras and editors write segments that are longer than their
/// length field. The users of each segment check what they need of it.
pub(crate) fn next(source: &mut Source<'_>, wanted: fn(u8) -> bool) -> Result<Segment, JpegError> {
    let mut is_behind_restart = false;
    loop {
        let (marker, has_skipped) = source.find_marker().ok_or(Flaw(ENDS_EARLY))?;
        if is_behind_restart && has_skipped {
            return Err(TOO_MANY_INTERVALS.into());
        }
        is_behind_restart = matches!(marker, FIRST_RESTART..=LAST_RESTART);
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
            NUMBER_OF_LINES => Segment::NumberOfLines(payload(source)?),
            // Some cameras write one restart marker too many, after the last block. TEM (T.81, table B.1) stands alone.
            FIRST_RESTART..=LAST_RESTART | 0x01 => continue,
            0xD8 => return Err(Flaw("a second picture begins inside the JPEG").into()),
            _ => {
                if let Some(feature) = unsupported(marker) {
                    return Err(JpegError::unsupported(feature));
                }
                let length = field(source)?.saturating_sub(LENGTH_BYTES);
                source.skip(length).ok_or(Flaw(ENDS_EARLY))?;
                continue;
            }
        };
        return Ok(segment);
    }
}

/// Reads the data behind the last scan of a sequential picture whose blocks are complete. It is not part of the
/// picture: an end marker, a trailer of the camera's maker, or nothing. An error is only data that contradicts the
/// scan: another height, or restart intervals of more than `extra_bytes_max` bytes.
pub(crate) fn check_behind_last_scan(
    source: &mut Source<'_>,
    check_height: impl FnOnce(&[u8]) -> Result<(), Flaw>,
    extra_bytes_max: usize,
) -> Result<(), Flaw> {
    let (mut is_behind_restart, mut extra_bytes) = (false, 0);
    loop {
        match source.marker() {
            Ok(FIRST_RESTART..=LAST_RESTART) => is_behind_restart = true,
            Ok(0) | Err(Some(_)) if is_behind_restart => {
                extra_bytes += 1;
                if extra_bytes > extra_bytes_max {
                    return Err(TOO_MANY_INTERVALS);
                }
            }
            Ok(NUMBER_OF_LINES) => return check_height(&payload(source)?),
            Ok(_) | Err(_) => return Ok(()),
        }
    }
}

fn payload(source: &mut Source<'_>) -> Result<Vec<u8>, Flaw> {
    let length = length(source)?;
    source.bytes(length).ok_or(Flaw(ENDS_EARLY))
}

/// The length of the payload: the field also counts its own bytes.
fn length(source: &mut Source<'_>) -> Result<usize, Flaw> {
    field(source)?
        .checked_sub(LENGTH_BYTES)
        .ok_or(Flaw("a segment of the JPEG is shorter than its own length field"))
}

fn field(source: &mut Source<'_>) -> Result<usize, Flaw> {
    let (Some(high), Some(low)) = (source.byte(), source.byte()) else {
        return Err(Flaw(ENDS_EARLY));
    };
    Ok(usize::from(u16::from_be_bytes([high, low])))
}

const LENGTH_BYTES: usize = 2;

const ENDS_EARLY: &str = "the JPEG ends too early";
const TOO_MANY_INTERVALS: Flaw = Flaw("a scan has more restart intervals than its picture needs");
const FIRST_RESTART: u8 = 0xD0;
const LAST_RESTART: u8 = 0xD7;
const NUMBER_OF_LINES: u8 = 0xDC;
/// Conditions of arithmetic coding. Other codings ignore them.
const ARITHMETIC_CONDITIONING: u8 = 0xCC;

fn unsupported(marker: u8) -> Option<&'static str> {
    match marker {
        0xC3 => Some("lossless JPEG"),
        0xC5..=0xC7 | 0xDE | 0xDF => Some("hierarchical JPEG"),
        ARITHMETIC_CONDITIONING => None,
        0xC9..=0xCF => Some("arithmetic coding in a JPEG"),
        0xF7 => Some("JPEG-LS"),
        _ => None,
    }
}
