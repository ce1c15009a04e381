//! Prices the lines of an order, and finds every fault that makes it impossible.

use std::collections::BTreeMap;

use super::order::{NewOrderLine, OrderLine};
use crate::values::{Money, MoneyFault, OrderLines, Sku};

/// Why an order cannot be placed. `line` counts from zero.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OrderFault {
    /// The catalog has no price for the SKU.
    UnknownSku {
        /// The index of the line in the order.
        line: usize,
    },
    /// The lines before it are in another currency.
    MixedCurrencies {
        /// The index of the first line in the other currency.
        line: usize,
    },
    /// More than [`crate::values::Money::AMOUNT_MINOR_MAX`].
    TotalTooLarge,
}

/// The lines at today's prices and their total, or all of their faults.
pub(super) fn priced(
    lines: &OrderLines<NewOrderLine>,
    prices: &BTreeMap<Sku, Money>,
) -> Result<(OrderLines<OrderLine>, Money), Vec<OrderFault>> {
    let mut currency = None;
    // Of the lines without a fault. There is no zero without a currency.
    let mut total: Result<Option<Money>, MoneyFault> = Ok(None);
    let lines = lines.try_map(|line, NewOrderLine { sku, quantity }| {
        let unit_price = *prices.get(sku).ok_or(OrderFault::UnknownSku { line })?;
        if *currency.get_or_insert(unit_price.currency()) != unit_price.currency() {
            return Err(OrderFault::MixedCurrencies { line });
        }
        let order_line = OrderLine {
            sku: sku.clone(),
            quantity: *quantity,
            unit_price,
        };
        total = total
            .clone()
            .and_then(|total| added(total, order_line.amount()?).map(Some));
        Ok(order_line)
    });
    match (lines, total) {
        (Ok(lines), Ok(Some(total))) => Ok((lines, total)),
        (lines, total) => {
            let mut faults = lines.err().unwrap_or_default();
            // All amounts are in one currency and none is negative: the total can only be too large.
            faults.extend(total.err().map(|_| OrderFault::TotalTooLarge));
            Err(faults)
        }
    }
}

fn added(total: Option<Money>, amount: Money) -> Result<Money, MoneyFault> {
    total.map_or(Ok(amount), |total| total.plus(amount))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::values::{Currency, Quantity};

    fn lines(skus: &[&str]) -> OrderLines<NewOrderLine> {
        let line = |sku: &&str| NewOrderLine {
            sku: Sku::parse(sku).unwrap(),
            quantity: Quantity::new(2).unwrap(),
        };
        OrderLines::new(skus.iter().map(line).collect()).unwrap()
    }

    fn prices(prices: &[(&str, i64, &str)]) -> BTreeMap<Sku, Money> {
        let money = |amount, code| Money::new(amount, Currency::parse(code).unwrap()).unwrap();
        prices
            .iter()
            .map(|(sku, amount, code)| (Sku::parse(sku).unwrap(), money(*amount, code)))
            .collect()
    }

    #[test]
    fn a_total_is_the_sum_over_quantities() {
        let prices = prices(&[("MUG", 1_250, "EUR"), ("TEE", 1, "EUR"), ("CAP", 9, "EUR")]);
        let (order_lines, total) = priced(&lines(&["MUG", "TEE"]), &prices).unwrap();
        assert_eq!(total.to_decimal_text(), "25.02 EUR");
        assert_eq!(order_lines.len(), 2);
        assert_eq!(order_lines[0].unit_price.amount_minor(), 1_250);
    }

    #[test]
    fn every_fault_is_reported() {
        let most = Money::AMOUNT_MINOR_MAX;
        let prices = prices(&[("MUG", most, "EUR"), ("TEE", 1, "USD"), ("CAP", 0, "EUR")]);
        let faults = priced(&lines(&["?", "MUG", "TEE", "CAP", "??"]), &prices).unwrap_err();
        let expected = [
            OrderFault::UnknownSku { line: 0 },
            OrderFault::MixedCurrencies { line: 2 },
            OrderFault::UnknownSku { line: 4 },
            OrderFault::TotalTooLarge,
        ];
        assert_eq!(faults, expected);
    }

    #[test]
    fn one_bad_line_refuses_the_good_ones_beside_it() {
        let prices = prices(&[("MUG", 1_250, "EUR"), ("TEE", 1, "USD")]);
        let unknown = priced(&lines(&["MUG", "?"]), &prices);
        assert_eq!(unknown, Err(vec![OrderFault::UnknownSku { line: 1 }]));
        let mixed = priced(&lines(&["MUG", "TEE"]), &prices);
        assert_eq!(mixed, Err(vec![OrderFault::MixedCurrencies { line: 1 }]));
    }

    #[test]
    fn a_total_stops_where_money_does() {
        let half = Money::AMOUNT_MINOR_MAX / 2;
        let most = prices(&[("MUG", half, "EUR")]);
        assert!(priced(&lines(&["MUG"]), &most).is_ok(), "two halves");
        let one_line_too_large = prices(&[("MUG", half + 1, "EUR")]);
        assert_eq!(
            priced(&lines(&["MUG"]), &one_line_too_large),
            Err(vec![OrderFault::TotalTooLarge])
        );
        let sum_too_large = prices(&[("MUG", half, "EUR"), ("TEE", 1, "EUR")]);
        assert_eq!(
            priced(&lines(&["MUG", "TEE"]), &sum_too_large),
            Err(vec![OrderFault::TotalTooLarge])
        );
    }

    #[test]
    fn without_prices_every_sku_is_unknown() {
        let faults = priced(&lines(&["MUG"]), &BTreeMap::new());
        assert_eq!(faults, Err(vec![OrderFault::UnknownSku { line: 0 }]));
    }
}
