//! To which sizes can a picture be decoded?

use crate::frame::{BLOCK_SIDE, Component};

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
/// Most photos are stored with fewer samples of colour than of brightness, because the eye sees them less sharply; and a
/// small picture that is stored in the same way has no use for more of them than it keeps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Scales {
    pub picture: Scale,
    /// Of the channels that have fewer samples than the picture has pixels. No larger than `picture`.
    pub subsampled: Scale,
}

/// All channels alike.
impl From<Scale> for Scales {
    fn from(scale: Scale) -> Self {
        Self {
            picture: scale,
            subsampled: scale,
        }
    }
}

impl Scales {
    pub(crate) fn of(self, component: &Component) -> Scale {
        if component.is_subsampled() {
            self.subsampled.min(self.picture)
        } else {
            self.picture
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

    /// The last of them in the order of coding, which runs through the block in diagonals.
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
    use super::Scale;
    use crate::frame::BLOCK_SIDE;
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
