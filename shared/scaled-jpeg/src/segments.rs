//! Where does each segment of a JPEG begin and end?

use crate::error::{Flaw, JpegError};

/// A marker with its payload, reduced to what decoding needs. Everything else is skipped.
#[derive(Clone, Copy)]
pub(crate) enum Segment<'a> {
    FrameHeader { kind: FrameKind, payload: &'a [u8] },
    HuffmanTables(&'a [u8]),
    QuantizationTables(&'a [u8]),
    RestartInterval(&'a [u8]),
    Application { number: u8, payload: &'a [u8] },
    ScanHeader(&'a [u8]),
    End,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum FrameKind {
    Sequential,
    Progressive,
}

pub(crate) struct Segments<'a> {
    rest: &'a [u8],
}

impl<'a> Segments<'a> {
    /// After the signature, whatever that is.
    pub(crate) fn new(photo: &'a [u8]) -> Self {
        Self {
            rest: photo.get(2..).unwrap_or_default(),
        }
    }

    /// The bytes after the last segment: entropy-coded data, when that was a scan header.
    pub(crate) fn rest(&self) -> &'a [u8] {
        self.rest
    }

    pub(crate) fn skip(&mut self, count: usize) {
        self.rest = self.rest.get(count..).unwrap_or_default();
    }

    pub(crate) fn next(&mut self) -> Result<Segment<'a>, JpegError> {
        loop {
            let marker = self.marker()?;
            let segment = match marker {
                0xC0 | 0xC1 => Segment::FrameHeader {
                    kind: FrameKind::Sequential,
                    payload: self.payload()?,
                },
                0xC2 => Segment::FrameHeader {
                    kind: FrameKind::Progressive,
                    payload: self.payload()?,
                },
                0xC4 => Segment::HuffmanTables(self.payload()?),
                0xD9 => Segment::End,
                0xDA => Segment::ScanHeader(self.payload()?),
                0xDB => Segment::QuantizationTables(self.payload()?),
                0xDD => Segment::RestartInterval(self.payload()?),
                0xE0..=0xEF => Segment::Application {
                    number: marker - 0xE0,
                    payload: self.payload()?,
                },
                // Some cameras write one restart marker too many, after the last block.
                0xD0..=0xD7 => continue,
                0xD8 => return Err(Flaw("a second picture begins inside the JPEG").into()),
                _ => {
                    if let Some(feature) = unsupported(marker) {
                        return Err(JpegError::unsupported(feature));
                    }
                    self.payload()?;
                    continue;
                }
            };
            return Ok(segment);
        }
    }

    /// A marker may be preceded by any number of fill bytes (T.81, B.1.1.2).
    fn marker(&mut self) -> Result<u8, Flaw> {
        let Some((0xFF, mut rest)) = self.rest.split_first() else {
            return Err(Flaw(if self.rest.is_empty() {
                ENDS_EARLY
            } else {
                "bytes lie between the segments of the JPEG"
            }));
        };
        while let Some((&byte, after)) = rest.split_first() {
            rest = after;
            if byte != 0xFF {
                self.rest = rest;
                return Ok(byte);
            }
        }
        Err(Flaw(ENDS_EARLY))
    }

    fn payload(&mut self) -> Result<&'a [u8], Flaw> {
        let (length, rest) = self.rest.split_first_chunk::<2>().ok_or(Flaw(ENDS_EARLY))?;
        // The length counts its own two bytes.
        let length = usize::from(u16::from_be_bytes(*length))
            .checked_sub(2)
            .ok_or(Flaw("a segment of the JPEG is shorter than its own length field"))?;
        let (payload, rest) = rest.split_at_checked(length).ok_or(Flaw(ENDS_EARLY))?;
        self.rest = rest;
        Ok(payload)
    }
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
