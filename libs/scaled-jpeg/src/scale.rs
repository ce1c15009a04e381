//! The sizes that a picture can be decoded to.

/// Samples along one side of a block.
pub(crate) const BLOCK_SIDE: usize = 8;

/// The size of what is decoded, as a part of what is coded: so many samples for the eight of a block's side.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Scale {
    /// One sample for each block: its mean.
    Eighth,
    Quarter,
    Half,
    Full,
}

/// The scales of one picture's channels.
///
/// Most photos are stored with fewer samples of colour than of brightness, because the eye sees them less sharply; and
/// a small picture that is stored in the same way has no use for more of them than it keeps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Scales {
    pub picture: Scale,
    /// The scale of the channels that have fewer samples than the picture has pixels. No larger than `picture`.
    pub subsampled: Scale,
}

/// The same scale for all channels.
impl From<Scale> for Scales {
    fn from(scale: Scale) -> Self {
        Self {
            picture: scale,
            subsampled: scale,
        }
    }
}

impl Scale {
    /// From the smallest on.
    pub const ALL: [Self; 4] = [Self::Eighth, Self::Quarter, Self::Half, Self::Full];

    /// Samples along one side of a block.
    pub fn block_side(self) -> usize {
        match self {
            Self::Eighth => 1,
            Self::Quarter => 2,
            Self::Half => 4,
            Self::Full => BLOCK_SIDE,
        }
    }

    /// A side of the coded picture at this scale. A block that is cut counts in part, and its last sample as a whole.
    pub fn of(self, side_px: u32) -> u32 {
        (u64::from(side_px) * self.block_side() as u64)
            .div_ceil(BLOCK_SIDE as u64)
            .try_into()
            .unwrap_or(side_px)
    }

    /// Coefficients that are used of each block: the square of low frequencies in its corner.
    pub(crate) fn coefficients(self) -> usize {
        self.block_side() * self.block_side()
    }

    /// Whether the AC coefficients are used: at an eighth, only the mean of a block is visible.
    pub(crate) fn reads_ac(self) -> bool {
        self != Self::Eighth
    }

    /// Memory that a progressive picture takes for each block beside its samples: the coefficients that are kept, and
    /// for each of all 64 a bit that says whether it is zero.
    pub(crate) fn coefficient_bytes(self) -> usize {
        self.coefficients() * size_of::<i16>() + if self.reads_ac() { size_of::<u64>() } else { 0 }
    }

    /// The last coefficient that is used, in the order of coding, which runs through the block in diagonals.
    pub(crate) fn last_coefficient(self) -> usize {
        match self {
            Self::Eighth => 0,
            Self::Quarter => 4,
            Self::Half => 24,
            Self::Full => 63,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{BLOCK_SIDE, Scale};
    use crate::tables::ZIGZAG;

    #[test]
    fn the_last_coefficient_is_the_corner_of_the_square() {
        for scale in Scale::ALL {
            let corner = (scale.block_side() - 1) * (BLOCK_SIDE + 1);
            assert_eq!(usize::from(ZIGZAG[scale.last_coefficient()]), corner, "{scale:?}");
        }
    }

    #[test]
    fn a_side_is_never_lost() {
        assert_eq!(Scale::Eighth.of(1), 1);
        assert_eq!(Scale::Eighth.of(6001), 751);
        assert_eq!(Scale::Half.of(65_535), 32_768);
        assert_eq!(Scale::Full.of(65_535), 65_535);
    }
}
