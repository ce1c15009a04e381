//! Reads the frame header of a JPEG: size, channels and their sampling.

use crate::error::{Flaw, JpegError};
use crate::scale::{BLOCK_SIDE, Scale, Scales};
use crate::segments::FrameKind;

pub(crate) struct Frame {
    pub(crate) width_px: u32,
    pub(crate) height_px: u32,
    pub(crate) progressive: bool,
    pub(crate) components: Vec<Component>,
    /// Minimum coded units of an interleaved scan.
    pub(crate) units_wide: usize,
    pub(crate) units_high: usize,
}

/// One colour channel, which may have fewer samples than the picture has pixels.
pub(crate) struct Component {
    pub(crate) id: u8,
    pub(crate) quantization_table: usize,
    /// Blocks in a minimum coded unit.
    pub(crate) horizontal: usize,
    pub(crate) vertical: usize,
    /// Pixels for each sample.
    pub(crate) pixels_across: usize,
    pub(crate) pixels_down: usize,
    /// Samples that belong to the picture.
    pub(crate) width: usize,
    pub(crate) height: usize,
    /// Blocks that are stored: whole minimum coded units.
    pub(crate) blocks_wide: usize,
    pub(crate) blocks_high: usize,
}

impl Frame {
    pub(crate) fn parse(kind: FrameKind, payload: &[u8]) -> Result<Self, JpegError> {
        let (header, list) = payload
            .split_first_chunk::<6>()
            .ok_or(Flaw("the frame header is too short"))?;
        let [precision, high, low, wide_high, wide_low, count] = *header;
        if precision != 8 {
            return Err(JpegError::unsupported(format!("{precision} bits per sample in a JPEG")));
        }
        if high == 0 && low == 0 {
            return Err(JpegError::unsupported("a JPEG that states its height after the pixels"));
        }
        if !matches!(count, 1 | 3 | 4) {
            return Err(JpegError::unsupported(format!("a JPEG of {count} colour channels")));
        }
        if list.len() != usize::from(count) * 3 {
            return Err(Flaw("the frame header does not list its channels").into());
        }
        let height = usize::from(u16::from_be_bytes([high, low]));
        let width = usize::from(u16::from_be_bytes([wide_high, wide_low]));
        if width == 0 {
            return Err(Flaw("the header says that a side has no pixels").into());
        }

        let factors = list
            .chunks_exact(3)
            .map(|entry| (usize::from(entry[1] >> 4), usize::from(entry[1] & 15)));
        let (mut horizontal_max, mut vertical_max) = (1, 1);
        for (horizontal, vertical) in factors {
            if !(1..=4).contains(&horizontal) || !(1..=4).contains(&vertical) {
                return Err(Flaw("a sampling factor is not between 1 and 4").into());
            }
            horizontal_max = horizontal_max.max(horizontal);
            vertical_max = vertical_max.max(vertical);
        }
        let units_wide = width.div_ceil(BLOCK_SIDE * horizontal_max);
        let units_high = height.div_ceil(BLOCK_SIDE * vertical_max);
        let mut components: Vec<Component> = Vec::with_capacity(usize::from(count));
        for entry in list.chunks_exact(3) {
            let (horizontal, vertical) = (usize::from(entry[1] >> 4), usize::from(entry[1] & 15));
            if horizontal_max % horizontal != 0 || vertical_max % vertical != 0 {
                return Err(JpegError::unsupported("subsampling by a fraction in a JPEG"));
            }
            components.push(Component {
                id: entry[0],
                quantization_table: usize::from(entry[2]),
                horizontal,
                vertical,
                pixels_across: horizontal_max / horizontal,
                pixels_down: vertical_max / vertical,
                width: (width * horizontal).div_ceil(horizontal_max),
                height: (height * vertical).div_ceil(vertical_max),
                blocks_wide: units_wide * horizontal,
                blocks_high: units_high * vertical,
            });
        }
        Ok(Self {
            width_px: u32::from(u16::from_be_bytes([wide_high, wide_low])),
            height_px: u32::from(u16::from_be_bytes([high, low])),
            progressive: kind == FrameKind::Progressive,
            components,
            units_wide,
            units_high,
        })
    }

    /// Compares the height with that of a DNL segment, which may repeat it behind the first scan (T.81, B.2.5).
    pub(crate) fn check_height(&self, lines: &[u8]) -> Result<(), Flaw> {
        let height = lines.first_chunk().map(|bytes| u32::from(u16::from_be_bytes(*bytes)));
        if height == Some(self.height_px) {
            Ok(())
        } else {
            Err(Flaw("the JPEG states two different heights"))
        }
    }

    /// Memory at the peak of decoding: the planes, and beside them the coefficients of a progressive picture.
    pub(crate) fn decoded_bytes(&self, scale: Scale) -> u64 {
        let blocks: usize = self.components.iter().map(Component::blocks).sum();
        let coefficients = if self.progressive { scale.coefficient_bytes() } else { 0 };
        (blocks * (scale.coefficients() + coefficients)) as u64
    }

    /// Pixels for each sample of the channel that has the fewest, across and down.
    pub(crate) fn subsampling(&self) -> (usize, usize) {
        let across = self.components.iter().map(|component| component.pixels_across);
        let down = self.components.iter().map(|component| component.pixels_down);
        (across.max().unwrap_or(1), down.max().unwrap_or(1))
    }
}

impl Component {
    pub(crate) fn scale(&self, scales: Scales) -> Scale {
        let is_subsampled = self.pixels_across * self.pixels_down > 1;
        if is_subsampled {
            scales.subsampled.min(scales.picture)
        } else {
            scales.picture
        }
    }

    pub(crate) fn blocks_in_unit(&self) -> usize {
        self.horizontal * self.vertical
    }

    /// Blocks in memory: whole minimum coded units.
    pub(crate) fn blocks(&self) -> usize {
        self.blocks_wide * self.blocks_high
    }
}
