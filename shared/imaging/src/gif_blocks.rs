//! Finds the first frame of a GIF and what belongs to it; nothing behind it matters.
//!
//! GIF has no checksum and no length of its own. That the first frame is whole is seen from its blocks, and from the
//! number of its pixels, which the decoder counts. A trailer says nothing about it, and many files lack one.
//!
//! <https://www.w3.org/Graphics/GIF/spec-gif89a.txt>

use domain::thumbnails::ports::PhotoRefused;

/// Signature and logical screen descriptor; the flags of the latter.
const SCREEN_BYTES: usize = 13;
const SCREEN_FLAGS_AT: usize = 10;
/// A frame's descriptor after its introducer; the flags in it.
const FRAME_BYTES: usize = 9;
const FRAME_FLAGS_AT: usize = 8;
const HAS_COLOR_TABLE: u8 = 0x80;
/// Introducer, label, length, content, end.
const GRAPHIC_CONTROL_BYTES: usize = 8;

const EXTENSION: u8 = 0x21;
const GRAPHIC_CONTROL: u8 = 0xF9;
const APPLICATION: u8 = 0xFF;
const ICC_APPLICATION: &[u8] = b"\x0BICCRGBG1012";
const FRAME: u8 = 0x2C;
const TRAILER: u8 = 0x3B;
/// Ends a row of sub-blocks. Some programs write one too many.
const TERMINATOR: u8 = 0;

/// The palette of a file without any: number and gray level are the same.
static GRAYS: [u8; 768] = {
    let mut grays = [0; 768];
    let (mut level, mut at) = (0_u8, 0);
    while at < grays.len() {
        grays[at] = level;
        at += 1;
        level = level.wrapping_add((at % 3 == 0) as u8);
    }
    grays
};

/// Place and size of a frame, in pixels.
pub(crate) struct Frame {
    pub(crate) left: u32,
    pub(crate) top: u32,
    pub(crate) width: u32,
    pub(crate) height: u32,
}

/// All that a decoder needs.
pub(crate) struct FirstFrame<'a> {
    pub(crate) frame: Frame,
    /// The logical screen, extended to the frame where that reaches beyond it.
    pub(crate) canvas: (u32, u32),
    /// Parts of the file, which together are a GIF of one frame.
    pub(crate) pieces: Vec<&'a [u8]>,
}

/// The logical screen, if it has any pixels: some files leave the size to the first frame.
pub(crate) fn claimed_size(start: &[u8]) -> Option<(u32, u32)> {
    let (width_px, height_px) = (side(start, 6)?, side(start, 8)?);
    (width_px > 0 && height_px > 0).then_some((width_px, height_px))
}

fn side(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from(u16::from_le_bytes(*bytes.get(at..)?.first_chunk()?)))
}

impl<'a> FirstFrame<'a> {
    pub(crate) fn pixels(&self) -> u64 {
        u64::from(self.frame.width) * u64::from(self.frame.height)
    }

    pub(crate) fn find(photo: &'a [u8]) -> Result<Self, PhotoRefused> {
        let mut blocks = Blocks { photo, at: 0 };
        let screen = blocks.take(SCREEN_BYTES)?;
        let palette = blocks.take(color_table_bytes(screen[SCREEN_FLAGS_AT]))?;
        let mut extensions = Vec::new();
        loop {
            let start = blocks.at;
            match blocks.take(1)?[0] {
                EXTENSION => {
                    blocks.take(1)?;
                    blocks.skip_sub_blocks()?;
                    let extension = &photo[start..blocks.at];
                    if is_needed(extension) {
                        extensions.push(extension);
                    }
                }
                FRAME => {
                    let descriptor = blocks.take(FRAME_BYTES)?;
                    let flags = descriptor[FRAME_FLAGS_AT];
                    blocks.take(color_table_bytes(flags))?;
                    // The code size of the compression.
                    blocks.take(1)?;
                    let is_terminated = blocks.skip_frame_data()?;
                    let mut pieces = if palette.is_empty() && flags & HAS_COLOR_TABLE == 0 {
                        vec![&screen[..SCREEN_FLAGS_AT], &[HAS_COLOR_TABLE | 7, 0, 0], &GRAYS]
                    } else {
                        vec![screen, palette]
                    };
                    pieces.append(&mut extensions);
                    pieces.push(&photo[start..blocks.at]);
                    pieces.push(if is_terminated {
                        &[TRAILER]
                    } else {
                        &[TERMINATOR, TRAILER]
                    });
                    return Self::of(screen, descriptor, pieces);
                }
                TERMINATOR => {}
                TRAILER => return Err(damaged("the GIF has no frame")),
                _ => return Err(damaged("the GIF has a block of an unknown kind before its first frame")),
            }
        }
    }

    fn of(screen: &[u8], descriptor: &[u8], pieces: Vec<&'a [u8]>) -> Result<Self, PhotoRefused> {
        let of_screen = |at| side(screen, at).ok_or_else(ends_early);
        let of_frame = |at| side(descriptor, at).ok_or_else(ends_early);
        let frame = Frame {
            left: of_frame(0)?,
            top: of_frame(2)?,
            width: of_frame(4)?,
            height: of_frame(6)?,
        };
        if frame.width == 0 || frame.height == 0 {
            return Err(damaged("the first frame of the GIF has no pixels"));
        }
        Ok(Self {
            canvas: (
                of_screen(6)?.max(frame.left + frame.width),
                of_screen(8)?.max(frame.top + frame.height),
            ),
            frame,
            pieces,
        })
    }
}

/// Whether the decoder is to see an extension: the transparency of the frame, and the profile. Others have lengths, so
/// that they can be passed whatever they are.
fn is_needed(extension: &[u8]) -> bool {
    match extension[1] {
        GRAPHIC_CONTROL => extension.len() == GRAPHIC_CONTROL_BYTES && extension[2] == 4,
        APPLICATION => extension[2..].starts_with(ICC_APPLICATION),
        _ => false,
    }
}

fn color_table_bytes(flags: u8) -> usize {
    if flags & HAS_COLOR_TABLE == 0 {
        0
    } else {
        3 << ((flags & 7) + 1)
    }
}

struct Blocks<'a> {
    photo: &'a [u8],
    at: usize,
}

impl<'a> Blocks<'a> {
    fn take(&mut self, count: usize) -> Result<&'a [u8], PhotoRefused> {
        let taken = self.photo.get(self.at..self.at + count).ok_or_else(ends_early)?;
        self.at += count;
        Ok(taken)
    }

    /// Sub-blocks begin with their length; one of length zero ends the row.
    fn skip_sub_blocks(&mut self) -> Result<(), PhotoRefused> {
        loop {
            let length = self.take(1)?[0];
            if length == TERMINATOR {
                return Ok(());
            }
            self.take(usize::from(length))?;
        }
    }

    /// The same for the pixels, whose last sub-block may be the last of the file. Returns whether the row was ended.
    fn skip_frame_data(&mut self) -> Result<bool, PhotoRefused> {
        while self.at < self.photo.len() {
            let length = self.take(1)?[0];
            if length == TERMINATOR {
                return Ok(true);
            }
            self.take(usize::from(length))?;
        }
        Ok(false)
    }
}

pub(crate) fn ends_early() -> PhotoRefused {
    damaged("the GIF ends too early")
}

pub(crate) fn damaged(detail: &str) -> PhotoRefused {
    PhotoRefused::Damaged {
        detail: detail.to_owned(),
    }
}
