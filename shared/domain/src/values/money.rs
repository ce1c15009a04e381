//! Exact amounts of money in minor units. Never a float, never a silent overflow.

use super::{Currency, Quantity};

/// An amount of one currency, in its minor unit (cents for EUR, yen for JPY). Never negative.
///
/// ```
/// use domain::values::{Currency, Money, MoneyFault, Quantity};
///
/// let euro = Currency::parse("EUR")?;
/// let mug = Money::parse_decimal("12.50", euro)?;
/// assert_eq!(mug.amount_minor(), 1_250);
/// assert_eq!(mug.times(Quantity::new(3)?)?.to_decimal_text(), "37.50 EUR");
///
/// let poster = Money::new(1_200, Currency::parse("JPY")?)?;
/// assert_eq!(poster.to_decimal_text(), "1200 JPY");
/// assert_eq!(mug.plus(poster), Err(MoneyFault::MixedCurrencies));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Money {
    amount_minor: i64,
    currency: Currency,
}

/// Why a text or a sum is not an amount of money.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MoneyFault {
    /// The text is not digits with an optional dot.
    #[error("the amount is not decimal text like 12.50")]
    NotDecimal,
    /// The text is finer than the currency's minor unit.
    #[error("the amount has more decimals than its currency")]
    TooManyDecimals,
    /// The amount is below zero.
    #[error("the amount is negative")]
    Negative,
    /// The amount is above [`Money::AMOUNT_MINOR_MAX`].
    #[error("the amount in minor units is more than {max}", max = Money::AMOUNT_MINOR_MAX)]
    TooLarge,
    /// Amounts of two currencies cannot be added.
    #[error("the amounts are in different currencies")]
    MixedCurrencies,
}

impl Money {
    /// Exact in every JSON number and every database, and far above any real order.
    pub const AMOUNT_MINOR_MAX: i64 = 999_999_999_999;

    /// Fails with [`MoneyFault::Negative`] or [`MoneyFault::TooLarge`].
    pub fn new(amount_minor: i64, currency: Currency) -> Result<Self, MoneyFault> {
        if amount_minor < 0 {
            return Err(MoneyFault::Negative);
        }
        if amount_minor > Self::AMOUNT_MINOR_MAX {
            return Err(MoneyFault::TooLarge);
        }
        Ok(Self { amount_minor, currency })
    }

    /// Reads decimal text: digits, optionally a dot and at most as many digits as the currency has decimals; further
    /// zeros mean nothing. Signs, thousands separators, exponents and surrounding spaces are refused.
    pub fn parse_decimal(text: &str, currency: Currency) -> Result<Self, MoneyFault> {
        if text.starts_with('-') {
            return Err(MoneyFault::Negative);
        }
        let dot = text.bytes().position(|byte| byte == b'.');
        let (whole, fraction) = dot.map_or((text, ""), |dot| (&text[..dot], &text[dot + 1..]));
        let all_digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
        if whole.is_empty() || !all_digits(whole) || !all_digits(fraction) || text.ends_with('.') {
            return Err(MoneyFault::NotDecimal);
        }
        let exponent = usize::from(currency.exponent());
        let (fraction, further) = fraction.split_at(exponent.min(fraction.len()));
        if further.bytes().any(|digit| digit != b'0') {
            return Err(MoneyFault::TooManyDecimals);
        }
        let add = |amount: i64, digit: u8| amount.checked_mul(10)?.checked_add(i64::from(digit));
        let digits = whole.bytes().chain(fraction.bytes()).map(|byte| byte - b'0');
        let mut amount_minor = Some(0_i64);
        for digit in digits {
            amount_minor = amount_minor.and_then(|amount| add(amount, digit));
        }
        for _ in fraction.len()..exponent {
            amount_minor = amount_minor.and_then(|amount| add(amount, 0));
        }
        Self::new(amount_minor.ok_or(MoneyFault::TooLarge)?, currency)
    }

    /// In the currency's minor unit, like cents.
    pub fn amount_minor(self) -> i64 {
        self.amount_minor
    }

    /// The currency of the amount.
    pub fn currency(self) -> Currency {
        self.currency
    }

    /// The sum. Fails if the currencies differ or the sum is too large.
    pub fn plus(self, other: Self) -> Result<Self, MoneyFault> {
        if self.currency != other.currency {
            return Err(MoneyFault::MixedCurrencies);
        }
        let sum = self
            .amount_minor
            .checked_add(other.amount_minor)
            .ok_or(MoneyFault::TooLarge)?;
        Self::new(sum, self.currency)
    }

    /// The price of so many units. Fails if it is too large.
    pub fn times(self, quantity: Quantity) -> Result<Self, MoneyFault> {
        let product = self
            .amount_minor
            .checked_mul(i64::from(quantity.units()))
            .ok_or(MoneyFault::TooLarge)?;
        Self::new(product, self.currency)
    }

    /// The largest amount of a currency.
    pub fn max(currency: Currency) -> Self {
        Self {
            amount_minor: Self::AMOUNT_MINOR_MAX,
            currency,
        }
    }

    /// `12.50 EUR`, with exactly the currency's decimals.
    pub fn to_decimal_text(self) -> String {
        let exponent = usize::from(self.currency.exponent());
        let digits = format!("{:0>width$}", self.amount_minor, width = exponent + 1);
        let (whole, fraction) = digits.split_at(digits.len() - exponent);
        let dot = if exponent == 0 { "" } else { "." };
        format!("{whole}{dot}{fraction} {}", self.currency.code())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn money(text: &str, code: &str) -> Result<i64, MoneyFault> {
        Money::parse_decimal(text, Currency::parse(code).unwrap()).map(Money::amount_minor)
    }

    #[test]
    fn decimal_text_becomes_minor_units_of_its_currency() {
        assert_eq!(money("12.5", "EUR"), Ok(1_250));
        assert_eq!(money("12.50", "EUR"), Ok(1_250));
        assert_eq!(money("0", "EUR"), Ok(0));
        assert_eq!(money("1200", "JPY"), Ok(1_200));
        assert_eq!(money("1.234", "KWD"), Ok(1_234));
        for (text, code, amount) in [("1200.00", "JPY", 1_200), ("1.0", "JPY", 1), ("12.5000", "EUR", 1_250)] {
            assert_eq!(money(text, code), Ok(amount), "{text} {code}");
        }
    }

    #[test]
    fn only_plain_decimal_text_is_accepted() {
        for text in [
            "", ".", ".5", "5.", "1,50", "1 000", " 1", "+1", "1e3", "NaN", "١", "0x10",
        ] {
            assert_eq!(money(text, "EUR"), Err(MoneyFault::NotDecimal), "{text:?}");
        }
        assert_eq!(money("-1", "EUR"), Err(MoneyFault::Negative));
        assert_eq!(money("1.005", "EUR"), Err(MoneyFault::TooManyDecimals));
        assert_eq!(money("1.01", "JPY"), Err(MoneyFault::TooManyDecimals));
        assert_eq!(money("99999999999999999999999", "EUR"), Err(MoneyFault::TooLarge));
        assert_eq!(money("10000000000.00", "EUR"), Err(MoneyFault::TooLarge));
    }

    #[test]
    fn sums_are_checked() {
        let euro = Currency::parse("EUR").unwrap();
        let most = Money::new(Money::AMOUNT_MINOR_MAX, euro).unwrap();
        let cent = Money::new(1, euro).unwrap();
        let yen = Money::new(1, Currency::parse("JPY").unwrap()).unwrap();
        assert_eq!(most.plus(cent), Err(MoneyFault::TooLarge));
        assert_eq!(cent.plus(yen), Err(MoneyFault::MixedCurrencies));
        assert_eq!(most.times(Quantity::new(2).unwrap()), Err(MoneyFault::TooLarge));
        assert_eq!(cent.times(Quantity::new(99).unwrap()).map(Money::amount_minor), Ok(99));
    }

    #[test]
    fn text_has_the_decimals_of_the_currency() {
        let text = |amount, code| {
            Money::new(amount, Currency::parse(code).unwrap())
                .unwrap()
                .to_decimal_text()
        };
        assert_eq!(text(1_250, "EUR"), "12.50 EUR");
        assert_eq!(text(5, "EUR"), "0.05 EUR");
        assert_eq!(text(1_200, "JPY"), "1200 JPY");
        assert_eq!(text(1, "KWD"), "0.001 KWD");
    }
}
