//! Holds the samples of each channel, while they are decoded and afterwards.

use crate::error::Flaw;
use crate::frame::{Component, Frame};
use crate::idct;
use crate::scale::{BLOCK_SIDE, Scale, Scales};
use crate::scan::Scan;
use crate::tables::QuantizationTable;

/// The samples of one channel, which may have fewer of them than the picture has pixels.
#[derive(Debug, Clone)]
pub struct Plane {
    pub width: usize,
    pub height: usize,
    /// Rows from top to bottom without padding.
    pub samples: Vec<u8>,
    /// Samples, across and down, that the picture reaches over. Less than width and height where it ends within the
    /// last one.
    pub reach: (f64, f64),
    /// Pixels of the picture at its scale for each sample, across and down.
    pub pixels: (usize, usize),
}

/// The planes while they are filled, in whole blocks.
pub(crate) struct Canvases {
    canvases: Vec<Canvas>,
}

pub(crate) struct Canvas {
    pub(crate) scale: Scale,
    samples: Vec<u8>,
    stride: usize,
    /// A plane is filled by exactly one sequential scan.
    filled: bool,
}

impl Canvases {
    pub(crate) fn new(frame: &Frame, scales: Scales) -> Self {
        let canvas = |component: &Component| {
            let scale = component.scale(scales);
            Canvas {
                scale,
                samples: vec![0; component.blocks() * scale.coefficients()],
                stride: component.blocks_wide * scale.block_side(),
                filled: false,
            }
        };
        Self {
            canvases: frame.components.iter().map(canvas).collect(),
        }
    }

    /// Marks a plane as filled. A second scan of it is refused: it would replace a picture.
    pub(crate) fn claim(&mut self, component: usize) -> Result<&mut Canvas, Flaw> {
        let canvas = &mut self.canvases[component];
        canvas.claim()?;
        Ok(canvas)
    }

    /// The same for all channels of a scan, in its order.
    pub(crate) fn claim_all(&mut self, scan: &Scan) -> Result<Vec<&mut Canvas>, Flaw> {
        let mut left: Vec<Option<&mut Canvas>> = self.canvases.iter_mut().map(Some).collect();
        let mut claimed = Vec::with_capacity(scan.channels.len());
        for channel in &scan.channels {
            if let Some(canvas) = left[channel.component].take() {
                canvas.claim()?;
                claimed.push(canvas);
            }
        }
        Ok(claimed)
    }

    /// Whether every plane is filled, and so a sequential picture is complete.
    pub(crate) fn are_filled(&self) -> bool {
        self.canvases.iter().all(|canvas| canvas.filled)
    }

    /// The planes without the padding to whole blocks, if every one of them was coded.
    pub(crate) fn complete(self, frame: &Frame, picture: Scale) -> Result<Vec<Plane>, Flaw> {
        let mut planes = Vec::with_capacity(self.canvases.len());
        for (canvas, component) in self.canvases.into_iter().zip(&frame.components) {
            if !canvas.filled {
                return Err(Flaw("a channel of the picture is missing"));
            }
            planes.push(canvas.trimmed(frame, component, picture));
        }
        Ok(planes)
    }
}

impl Canvas {
    fn claim(&mut self) -> Result<(), Flaw> {
        if std::mem::replace(&mut self.filled, true) {
            return Err(Flaw("a channel of the picture is coded twice"));
        }
        Ok(())
    }

    /// Where the first sample of each block lies, in rows of blocks.
    pub(crate) fn places(&self) -> impl Iterator<Item = usize> + use<> {
        let (stride, side) = (self.stride, self.scale.block_side());
        (0..self.samples.len())
            .step_by(stride * side)
            .flat_map(move |row| (row..row + stride).step_by(side))
    }

    /// At an eighth: the one sample of a block.
    #[inline]
    pub(crate) fn paint_mean(&mut self, at: usize, dc: i16, step: u16) {
        self.samples[at] = idct::mean(dc, step);
    }

    /// The same for all blocks.
    pub(crate) fn paint_means(&mut self, means: &[i16], step: u16) {
        for (sample, &dc) in self.samples.iter_mut().zip(means) {
            *sample = idct::mean(dc, step);
        }
    }

    /// `at` is the block's first sample; `last` the index, in coding order, of the last coefficient that may be other
    /// than zero.
    #[inline]
    pub(crate) fn paint(&mut self, at: usize, block: &[i16; 64], last: usize, steps: &QuantizationTable) {
        let target = &mut self.samples[at..];
        match self.scale {
            Scale::Eighth => idct::flat(idct::mean(block[0], steps[0]), 1, target, self.stride),
            scale if last == 0 => {
                let mean = idct::mean(block[0], steps[0]);
                idct::flat(mean, scale.block_side(), target, self.stride);
            }
            Scale::Quarter => idct::quarter(block, steps, target, self.stride),
            Scale::Half => idct::half(block, steps, target, self.stride),
            Scale::Full => idct::full(block, steps, target, self.stride),
        }
    }

    fn trimmed(mut self, frame: &Frame, component: &Component, picture: Scale) -> Plane {
        let side = self.scale.block_side();
        let width = (component.width * side).div_ceil(BLOCK_SIDE);
        let height = (component.height * side).div_ceil(BLOCK_SIDE);
        if width < self.stride {
            for row in 1..height {
                let start = row * self.stride;
                self.samples.copy_within(start..start + width, row * width);
            }
        }
        self.samples.truncate(width * height);
        let (across, down) = (component.pixels_across, component.pixels_down);
        #[expect(clippy::cast_precision_loss, reason = "numbers up to 32")]
        let reach = |side_px: u32, pixels: usize| f64::from(side_px) * side as f64 / (BLOCK_SIDE * pixels) as f64;
        let smaller = picture.block_side() / side;
        Plane {
            width,
            height,
            samples: self.samples,
            reach: (reach(frame.width_px, across), reach(frame.height_px, down)),
            pixels: (across * smaller, down * smaller),
        }
    }
}
