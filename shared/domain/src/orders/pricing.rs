//! What does an order cost, and what makes it impossible?

use std::collections::{BTreeMap, BTreeSet};

use super::order::{ORDER_LINES_MAX, OrderLine};
use super::place::{NewOrderLine, OrderFault};
use crate::values::{Money, MoneyFault, Sku};

/// What is wrong with the lines whatever the catalog says.
pub(super) fn faults_without_prices(lines: &[NewOrderLine]) -> Vec<OrderFault> {
    if lines.is_empty() {
        return vec![OrderFault::NoLines];
    }
    let mut faults = Vec::new();
    if lines.len() > ORDER_LINES_MAX {
        faults.push(OrderFault::TooManyLines);
    }
    let mut seen = BTreeSet::new();
    for (line, new) in lines.iter().enumerate() {
        if !seen.insert(&new.sku) {
            faults.push(OrderFault::RepeatedSku { line });
        }
    }
    faults
}

/// The lines at today's prices and their total, or every fault they have.
pub(super) fn priced(
    lines: &[NewOrderLine],
    prices: &BTreeMap<Sku, Money>,
) -> Result<(Vec<OrderLine>, Money), Vec<OrderFault>> {
    let mut faults = Vec::new();
    let mut order_lines: Vec<OrderLine> = Vec::with_capacity(lines.len());
    for (line, NewOrderLine { sku, quantity }) in lines.iter().enumerate() {
        let Some(&unit_price) = prices.get(sku) else {
            faults.push(OrderFault::UnknownSku { line });
            continue;
        };
        if order_lines
            .first()
            .is_some_and(|first| first.unit_price.currency() != unit_price.currency())
        {
            faults.push(OrderFault::MixedCurrencies { line });
            continue;
        }
        order_lines.push(OrderLine {
            sku: sku.clone(),
            quantity: *quantity,
            unit_price,
        });
    }
    match total(&order_lines) {
        Ok(Some(total)) if faults.is_empty() => return Ok((order_lines, total)),
        Ok(_) => {}
        // All in one currency and none negative: it can only be too much.
        Err(_) => faults.push(OrderFault::TotalTooLarge),
    }
    Err(faults)
}

/// `None` without lines: there is no zero without a currency.
fn total(lines: &[OrderLine]) -> Result<Option<Money>, MoneyFault> {
    let mut total: Option<Money> = None;
    for line in lines {
        let amount = line.amount()?;
        total = Some(total.map_or(Ok(amount), |total| total.plus(amount))?);
    }
    Ok(total)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::values::{Currency, Quantity};

    fn lines(skus: &[&str]) -> Vec<NewOrderLine> {
        let line = |sku: &&str| NewOrderLine {
            sku: Sku::parse(sku).unwrap(),
            quantity: Quantity::new(2).unwrap(),
        };
        skus.iter().map(line).collect()
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
    fn every_fault_is_told_not_only_the_first() {
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
    fn nothing_is_priced_when_nothing_is_known() {
        let faults = priced(&lines(&["MUG"]), &BTreeMap::new());
        assert_eq!(faults, Err(vec![OrderFault::UnknownSku { line: 0 }]));
    }

    #[test]
    fn lines_are_one_to_fifty_of_different_skus() {
        assert_eq!(faults_without_prices(&[]), [OrderFault::NoLines]);
        let skus: Vec<String> = (0..=ORDER_LINES_MAX).map(|number| format!("SKU-{number}")).collect();
        let mut skus: Vec<&str> = skus.iter().map(String::as_str).collect();
        assert_eq!(faults_without_prices(&lines(&skus)), [OrderFault::TooManyLines]);
        skus.pop();
        assert_eq!(faults_without_prices(&lines(&skus)), []);
        skus[4] = "SKU-0";
        skus[49] = "SKU-0";
        let repeated = [
            OrderFault::RepeatedSku { line: 4 },
            OrderFault::RepeatedSku { line: 49 },
        ];
        assert_eq!(faults_without_prices(&lines(&skus)), repeated);
    }
}
