//! Passes on to the PNG decoder the chunks that a picture needs, and leaves out all others.
//!
//! Chunks of text, time or animation have no influence on a thumbnail, so damage in them is no reason to refuse the
//! picture, and a chunk that no decoder looks at cannot make one fail. `https://www.w3.org/TR/png-3/#11Chunks`

use std::io::{self, Read, Seek, SeekFrom};

use domain::thumbnails::ports::PhotoRefused;
use png::{BitDepth, ColorType};

/// The most bytes of a palette, a profile or an EXIF chunk.
pub(crate) const METADATA_BYTES_MAX: usize = 16 << 20;

const SIGNATURE_BYTES: u64 = 8;
const HEADER_BYTES: usize = 8;
const CHECKSUM_BYTES: usize = 4;
/// Red, green and blue.
const PALETTE_ENTRY_BYTES: usize = 3;
const PALETTE_BYTES_MAX: usize = 256 * PALETTE_ENTRY_BYTES;
/// In IHDR, behind the sides.
const DEPTH_AT: usize = 8;
const COLOR_AT: usize = 9;
const PIXELS: [u8; 4] = *b"IDAT";
/// The first letter of a chunk that a decoder may skip is a small one.
const ANCILLARY: u8 = 0x20;

/// The chunks of a PNG as the decoder is to see them.
pub(crate) struct NeededChunks<'a> {
    input: &'a mut dyn Read,
    /// Bytes of a chunk that was looked at, and how many of them have been handed out.
    ready: Vec<u8>,
    ready_at: usize,
    /// Bytes that are handed out as they are.
    pass_bytes: u64,
    color: Option<(ColorType, BitDepth)>,
    /// Kinds that were handed out. Of most of them, only the first counts.
    handed_out: Vec<[u8; 4]>,
    /// Another chunk has followed those of the pixels, which belong together.
    are_pixels_over: bool,
    is_over: bool,
}

impl<'a> NeededChunks<'a> {
    pub(crate) fn new(input: &'a mut dyn Read) -> Self {
        Self {
            input,
            ready: Vec::new(),
            ready_at: 0,
            pass_bytes: SIGNATURE_BYTES,
            color: None,
            handed_out: Vec::new(),
            are_pixels_over: false,
            is_over: false,
        }
    }

    /// Looks at the next chunk. A file that ends here has nothing more to hand out; that its end is missing is found by
    /// the decoder.
    fn next_chunk(&mut self) -> io::Result<()> {
        let mut header = [0; HEADER_BYTES];
        if self.fill(&mut header)? < HEADER_BYTES {
            self.is_over = true;
            return Ok(());
        }
        let [a, b, c, d, kind @ ..] = header;
        let length = u32::from_be_bytes([a, b, c, d]);
        if !kind.iter().all(u8::is_ascii_alphabetic) {
            return Err(refusal("a chunk of the PNG has no valid name"));
        }
        if kind != PIXELS {
            self.are_pixels_over = self.has(PIXELS);
        } else if self.are_pixels_over {
            return Err(refusal("the pixels of the PNG are interrupted"));
        }
        match &kind {
            b"IHDR" => self.take_header(header, length),
            b"PLTE" => self.take_palette(kind, length),
            b"tRNS" => self.take_transparency(kind, length),
            b"iCCP" | b"eXIf" if !self.has(PIXELS) && !self.has(kind) => self.take_metadata(kind, length),
            [first, ..] if first & ANCILLARY != 0 => self.skip(length),
            _ => {
                self.is_over = &kind == b"IEND";
                if !self.has(kind) {
                    self.handed_out.push(kind);
                }
                self.ready.extend(header);
                self.pass_bytes = u64::from(length) + CHECKSUM_BYTES as u64;
                Ok(())
            }
        }
    }

    fn take_header(&mut self, header: [u8; HEADER_BYTES], length: u32) -> io::Result<()> {
        let (content, checksum) = self.content(length)?;
        let field = |at: usize| content.get(at).copied().unwrap_or_default();
        self.color = ColorType::from_u8(field(COLOR_AT)).zip(BitDepth::from_u8(field(DEPTH_AT)));
        // With the checksum that is there: the decoder judges the header.
        self.ready.extend(header);
        self.ready.extend(content);
        self.ready.extend(checksum);
        Ok(())
    }

    /// A palette of anything but palette numbers is a suggestion for old screens. Of one that is cut within an entry,
    /// or has more entries than there are numbers, those count that can be used.
    fn take_palette(&mut self, kind: [u8; 4], length: u32) -> io::Result<()> {
        if !self.has_colors_of(ColorType::Indexed) {
            return self.skip(length);
        }
        let mut palette = self.whole(kind, length)?;
        let entries = palette.len().min(PALETTE_BYTES_MAX) / PALETTE_ENTRY_BYTES;
        if entries == 0 {
            return Err(refusal("the palette of the PNG is empty"));
        }
        palette.truncate(entries * PALETTE_ENTRY_BYTES);
        self.push(kind, &palette);
        Ok(())
    }

    /// Out of place, or of another length than the colours ask for, it counts as absent, as in libpng.
    fn take_transparency(&mut self, kind: [u8; 4], length: u32) -> io::Result<()> {
        let fits = match self.color {
            Some((ColorType::Grayscale, _)) => length == 2,
            Some((ColorType::Rgb, _)) => length == 6,
            Some((ColorType::Indexed, _)) => self.has(*b"PLTE") && (1..=256).contains(&length),
            _ => false,
        };
        if !fits || self.has(kind) || self.has(PIXELS) {
            return self.skip(length);
        }
        let mut transparency = self.whole(kind, length)?;
        if let Some((ColorType::Grayscale | ColorType::Rgb, depth)) = self.color {
            mask_unused_bits(&mut transparency, depth);
        }
        self.push(kind, &transparency);
        Ok(())
    }

    /// A damaged profile or EXIF chunk counts as absent.
    fn take_metadata(&mut self, kind: [u8; 4], length: u32) -> io::Result<()> {
        let (content, checksum) = self.content(length)?;
        if checksum == sum(kind, &content) {
            self.push(kind, &content);
        }
        Ok(())
    }

    fn has(&self, kind: [u8; 4]) -> bool {
        self.handed_out.contains(&kind)
    }

    fn has_colors_of(&self, color: ColorType) -> bool {
        self.color.is_some_and(|(found, _)| found == color)
    }

    /// A chunk that the picture needs.
    fn whole(&mut self, kind: [u8; 4], length: u32) -> io::Result<Vec<u8>> {
        let (content, checksum) = self.content(length)?;
        if checksum != sum(kind, &content) {
            return Err(refusal(WRONG_CHECKSUM));
        }
        Ok(content)
    }

    fn content(&mut self, length: u32) -> io::Result<(Vec<u8>, [u8; CHECKSUM_BYTES])> {
        let length = usize::try_from(length).unwrap_or(usize::MAX);
        if length > METADATA_BYTES_MAX {
            let feature = format!("PNG metadata of more than {METADATA_BYTES_MAX} bytes");
            return Err(io::Error::other(PhotoRefused::Unsupported { feature }));
        }
        let mut content = Vec::new();
        (&mut *self.input).take(length as u64).read_to_end(&mut content)?;
        let mut checksum = [0; CHECKSUM_BYTES];
        if content.len() < length || self.fill(&mut checksum)? < CHECKSUM_BYTES {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        Ok((content, checksum))
    }

    fn push(&mut self, kind: [u8; 4], content: &[u8]) {
        self.handed_out.push(kind);
        let length = u32::try_from(content.len()).unwrap_or(u32::MAX);
        self.ready.extend(length.to_be_bytes());
        self.ready.extend(kind);
        self.ready.extend(content);
        self.ready.extend(sum(kind, content));
    }

    fn skip(&mut self, length: u32) -> io::Result<()> {
        let bytes = u64::from(length) + CHECKSUM_BYTES as u64;
        io::copy(&mut (&mut *self.input).take(bytes), &mut io::sink())?;
        Ok(())
    }

    /// Reads until `target` is full or the file ends.
    fn fill(&mut self, target: &mut [u8]) -> io::Result<usize> {
        let mut filled = 0;
        while filled < target.len() {
            match self.input.read(&mut target[filled..]) {
                Ok(0) => break,
                Ok(count) => filled += count,
                Err(failure) if failure.kind() == io::ErrorKind::Interrupted => {}
                Err(failure) => return Err(failure),
            }
        }
        Ok(filled)
    }
}

impl Read for NeededChunks<'_> {
    fn read(&mut self, target: &mut [u8]) -> io::Result<usize> {
        loop {
            let ready = &self.ready[self.ready_at..];
            if !ready.is_empty() {
                let count = ready.len().min(target.len());
                target[..count].copy_from_slice(&ready[..count]);
                self.ready_at += count;
                return Ok(count);
            }
            self.ready.clear();
            self.ready_at = 0;
            if self.pass_bytes > 0 {
                let count = (&mut *self.input).take(self.pass_bytes).read(target)?;
                self.pass_bytes = if count == 0 { 0 } else { self.pass_bytes - count as u64 };
                self.is_over |= count == 0;
                return Ok(count);
            }
            if self.is_over {
                return Ok(0);
            }
            self.next_chunk()?;
        }
    }
}

/// The decoder asks for it and does not use it: it reads from front to back.
impl Seek for NeededChunks<'_> {
    fn seek(&mut self, _: SeekFrom) -> io::Result<u64> {
        Err(io::ErrorKind::Unsupported.into())
    }
}

pub(crate) const WRONG_CHECKSUM: &str = "a part of the PNG does not match its checksum";

/// Travels through the decoder as its input's error.
fn refusal(detail: &str) -> io::Error {
    io::Error::other(PhotoRefused::Damaged {
        detail: detail.to_owned(),
    })
}

/// A transparent colour has sixteen bits for each channel, of which those above the depth mean nothing.
fn mask_unused_bits(transparency: &mut [u8], depth: BitDepth) {
    let mask = match depth {
        BitDepth::One => 0x0001,
        BitDepth::Two => 0x0003,
        BitDepth::Four => 0x000F,
        BitDepth::Eight => 0x00FF,
        BitDepth::Sixteen => 0xFFFF_u16,
    };
    for channel in transparency.as_chunks_mut::<2>().0 {
        *channel = (u16::from_be_bytes(*channel) & mask).to_be_bytes();
    }
}

fn sum(kind: [u8; 4], content: &[u8]) -> [u8; CHECKSUM_BYTES] {
    let mut checksum = flate2::Crc::new();
    checksum.update(&kind);
    checksum.update(content);
    checksum.sum().to_be_bytes()
}
