//! The lines of an order, checked once: not empty, not too many, no SKU twice.

use std::collections::BTreeSet;
use std::ops::Deref;

use super::Sku;

/// Lines of one order at most: one DynamoDB transaction reserves all of them, and it holds at most 100 items.
pub const ORDER_LINES_MAX: usize = 50;

/// A line of an order, as one area of the domain sees it.
pub trait HasSku {
    /// The product of the line.
    fn sku(&self) -> &Sku;
}

/// 1 to [`ORDER_LINES_MAX`] lines, each of another SKU.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrderLines<Line>(Vec<Line>);

/// Why lines are not those of an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum OrderLinesFault {
    /// There is no line.
    #[error("an order has at least one line")]
    Empty,
    /// There are more than [`ORDER_LINES_MAX`] lines.
    #[error("an order has at most {ORDER_LINES_MAX} lines")]
    TooMany,
    /// `line` counts from zero.
    #[error("line {line} has the SKU of an earlier line")]
    RepeatedSku {
        /// The index of the second line with this SKU.
        line: usize,
    },
}

impl<Line: HasSku> OrderLines<Line> {
    /// Fails with the first fault; [`order_lines_faults`] has them all.
    pub fn new(lines: Vec<Line>) -> Result<Self, OrderLinesFault> {
        let skus: Vec<Option<&Sku>> = lines.iter().map(|line| Some(line.sku())).collect();
        match order_lines_faults(&skus).first() {
            Some(fault) => Err(*fault),
            None => Ok(Self(lines)),
        }
    }
}

impl<Line> OrderLines<Line> {
    /// The same lines as another area sees them. For this crate only: `view` MUST keep the SKU.
    pub(crate) fn map<Other>(&self, view: impl FnMut(&Line) -> Other) -> OrderLines<Other> {
        OrderLines(self.0.iter().map(view).collect())
    }

    /// Like [`Self::map`], or the faults of all lines that have one. `view` also gets the line's number, from zero.
    pub(crate) fn try_map<Other, Fault>(
        &self,
        mut view: impl FnMut(usize, &Line) -> Result<Other, Fault>,
    ) -> Result<OrderLines<Other>, Vec<Fault>> {
        let mut lines = Vec::with_capacity(self.0.len());
        let mut faults = Vec::new();
        for (number, line) in self.0.iter().enumerate() {
            match view(number, line) {
                Ok(line) => lines.push(line),
                Err(fault) => faults.push(fault),
            }
        }
        if faults.is_empty() {
            Ok(OrderLines(lines))
        } else {
            Err(faults)
        }
    }
}

impl<Line> Deref for OrderLines<Line> {
    type Target = [Line];

    fn deref(&self) -> &[Line] {
        &self.0
    }
}

impl<'a, Line> IntoIterator for &'a OrderLines<Line> {
    type Item = &'a Line;
    type IntoIter = std::slice::Iter<'a, Line>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.iter()
    }
}

/// Every fault of an order with lines of these SKUs, `None` for a line whose SKU cannot be read.
pub fn order_lines_faults(skus: &[Option<&Sku>]) -> Vec<OrderLinesFault> {
    let mut faults = Vec::new();
    if skus.is_empty() {
        faults.push(OrderLinesFault::Empty);
    }
    if skus.len() > ORDER_LINES_MAX {
        faults.push(OrderLinesFault::TooMany);
    }
    let mut earlier = BTreeSet::new();
    for (line, sku) in skus.iter().enumerate() {
        if sku.is_some_and(|sku| !earlier.insert(sku)) {
            faults.push(OrderLinesFault::RepeatedSku { line });
        }
    }
    faults
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, Clone, PartialEq, Eq)]
    struct Line(Sku);

    impl HasSku for Line {
        fn sku(&self) -> &Sku {
            &self.0
        }
    }

    fn lines(skus: &[String]) -> Vec<Line> {
        skus.iter().map(|sku| Line(Sku::parse(sku).unwrap())).collect()
    }

    fn faults(skus: &[String]) -> Vec<OrderLinesFault> {
        let lines = lines(skus);
        let skus: Vec<Option<&Sku>> = lines.iter().map(|line| Some(&line.0)).collect();
        order_lines_faults(&skus)
    }

    #[test]
    fn lines_are_one_to_fifty_of_different_skus() {
        assert_eq!(faults(&[]), [OrderLinesFault::Empty]);
        let mut skus: Vec<String> = (0..=ORDER_LINES_MAX).map(|number| format!("SKU-{number}")).collect();
        assert_eq!(faults(&skus), [OrderLinesFault::TooMany]);
        assert_eq!(OrderLines::new(lines(&skus)), Err(OrderLinesFault::TooMany));
        skus.pop();
        assert_eq!(faults(&skus), []);
        assert_eq!(OrderLines::new(lines(&skus)).map(|lines| lines.len()), Ok(50));
        skus[4] = "SKU-0".to_owned();
        skus[49] = "SKU-0".to_owned();
        let repeated = [4, 49].map(|line| OrderLinesFault::RepeatedSku { line });
        assert_eq!(faults(&skus), repeated);
        assert_eq!(OrderLines::new(lines(&skus)), Err(repeated[0]));
    }

    #[test]
    fn a_line_without_a_readable_sku_repeats_none() {
        let mug = Sku::parse("MUG").unwrap();
        assert_eq!(
            order_lines_faults(&[None, Some(&mug), None, Some(&mug)]),
            [OrderLinesFault::RepeatedSku { line: 3 }]
        );
    }
}
