//! Where do the samples of each channel lie?

use crate::error::Flaw;
use crate::frame::{BLOCK_SIDE, Component, Frame};
use crate::idct;
use crate::scale::Scale;
use crate::tables::QuantizationTable;

/// The samples of one channel, which may have fewer of them than the picture has pixels.
#[derive(Debug, Clone)]
pub struct Plane {
    pub width: usize,
    pub height: usize,
    /// Rows from top to bottom without padding.
    pub samples: Vec<u8>,
    /// Samples, across and down, that the picture reaches over. Less than width and height where it ends within the last
    /// one.
    pub reach: (f64, f64),
    /// Pixels for each sample, across and down.
    pub pixels: (usize, usize),
}

/// The planes while they are filled, in whole blocks.
pub(crate) struct Canvases {
    pub(crate) scale: Scale,
    canvases: Vec<Canvas>,
}

struct Canvas {
    samples: Vec<u8>,
    stride: usize,
    /// A plane is filled by exactly one sequential scan.
    filled: bool,
}

impl Canvases {
    pub(crate) fn new(frame: &Frame, scale: Scale) -> Self {
        let side = scale.block_side();
        let canvases = frame
            .components
            .iter()
            .map(|component| Canvas {
                samples: vec![0; component.blocks() * side * side],
                stride: component.blocks_wide * side,
                filled: false,
            })
            .collect();
        Self { scale, canvases }
    }

    /// Marks a plane as filled. Twice would mean that one of two pictures is lost.
    pub(crate) fn claim(&mut self, component: usize) -> Result<(), Flaw> {
        if std::mem::replace(&mut self.canvases[component].filled, true) {
            return Err(Flaw("a channel of the picture is coded twice"));
        }
        Ok(())
    }

    /// At an eighth: the one sample of a block.
    #[inline]
    pub(crate) fn paint_mean(&mut self, component: usize, (column, row): (usize, usize), dc: i16, step: u16) {
        let canvas = &mut self.canvases[component];
        canvas.samples[row * canvas.stride + column] = idct::mean(dc, step);
    }

    /// `last` is the index, in coding order, of the last coefficient that may be other than zero.
    #[inline]
    pub(crate) fn paint(
        &mut self,
        component: usize,
        (column, row): (usize, usize),
        block: &[i16; 64],
        last: usize,
        steps: &QuantizationTable,
    ) {
        let canvas = &mut self.canvases[component];
        let side = self.scale.block_side();
        let target = &mut canvas.samples[(row * canvas.stride + column) * side..];
        match self.scale {
            _ if last == 0 => idct::flat(idct::mean(block[0], steps[0]), side, target, canvas.stride),
            Scale::Eighth => idct::flat(idct::mean(block[0], steps[0]), 1, target, canvas.stride),
            Scale::Quarter => idct::quarter(block, steps, target, canvas.stride),
            Scale::Half => idct::half(block, steps, target, canvas.stride),
            Scale::Full => idct::full(block, steps, target, canvas.stride),
        }
    }

    /// The planes without the padding to whole blocks, if every one of them was coded.
    pub(crate) fn complete(self, frame: &Frame) -> Result<Vec<Plane>, Flaw> {
        let mut planes = Vec::with_capacity(self.canvases.len());
        for (canvas, component) in self.canvases.into_iter().zip(&frame.components) {
            if !canvas.filled {
                return Err(Flaw("a channel of the picture is missing"));
            }
            planes.push(canvas.trimmed(frame, component, self.scale));
        }
        Ok(planes)
    }
}

impl Canvas {
    fn trimmed(mut self, frame: &Frame, component: &Component, scale: Scale) -> Plane {
        let side = scale.block_side();
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
        Plane {
            width,
            height,
            samples: self.samples,
            reach: (reach(frame.width_px, across), reach(frame.height_px, down)),
            pixels: (across, down),
        }
    }
}
