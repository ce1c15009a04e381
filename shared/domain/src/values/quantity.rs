//! The number of units in an order line.

/// 1 to 99 units.
///
/// ```
/// use domain::values::{Quantity, QuantityOutOfRange};
///
/// assert_eq!(Quantity::new(2).map(Quantity::units), Ok(2));
/// assert_eq!(Quantity::new(0), Err(QuantityOutOfRange));
/// assert_eq!(QuantityOutOfRange.to_string(), "a quantity is between 1 and 99");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Quantity(u32);

/// The number is not between [`Quantity::MIN`] and [`Quantity::MAX`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a quantity is between {min} and {max}", min = Quantity::MIN, max = Quantity::MAX)]
pub struct QuantityOutOfRange;

impl Quantity {
    /// The fewest units of a line.
    pub const MIN: u32 = 1;
    /// The most units of a line.
    pub const MAX: u32 = 99;

    /// Fails outside of [`Self::MIN`] to [`Self::MAX`].
    pub fn new(units: u32) -> Result<Self, QuantityOutOfRange> {
        if (Self::MIN..=Self::MAX).contains(&units) {
            Ok(Self(units))
        } else {
            Err(QuantityOutOfRange)
        }
    }

    /// The number of units.
    pub fn units(self) -> u32 {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zero_and_a_hundred_are_refused() {
        assert!(Quantity::new(0).is_err());
        assert_eq!(Quantity::new(1).map(Quantity::units), Ok(1));
        assert_eq!(Quantity::new(99).map(Quantity::units), Ok(99));
        assert!(Quantity::new(100).is_err());
    }
}
