//! Checks the text of one field of a row, and names what is wrong with it.

use crate::catalog::product::{DESCRIPTION_BYTES_MAX, NAME_BYTES_MAX, STOCK_UNITS_MAX};
use crate::values::text::{REPLACEMENT_CHARACTER, is_blank, trim_blank, visible_character};
use crate::values::{Currency, Money, MoneyFault, SkuFault, UnknownCurrency};

/// The fault of one field, without the name of its column.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FieldFault {
    /// The bytes are not UTF-8.
    #[error("the text is not UTF-8; save the file as \"CSV UTF-8\"")]
    NotUtf8,
    /// The SKU breaks a rule.
    #[error(transparent)]
    Sku(#[from] SkuFault),
    /// The name has no visible character.
    #[error("the name is empty")]
    NameEmpty,
    /// The name has more than [`NAME_BYTES_MAX`] bytes.
    #[error("the name is longer than {NAME_BYTES_MAX} bytes (letters beyond a to z take two to four)")]
    NameTooLong,
    /// The description has more than [`DESCRIPTION_BYTES_MAX`] bytes.
    #[error("the description is longer than {DESCRIPTION_BYTES_MAX} bytes (letters beyond a to z take two to four)")]
    DescriptionTooLong,
    /// This control character is not allowed in the column.
    #[error("the text has the control character {}; remove it", visible_character(*.0))]
    ControlCharacter(char),
    /// A program replaced a character that it could not encode by U+FFFD.
    #[error("the text has {} in the place of a character that was lost; type the character again", visible_character(*.0))]
    LostCharacter(char),
    /// The price is missing.
    #[error("the price is empty")]
    PriceEmpty,
    /// The price is not decimal text.
    #[error("the price is not a number like 12.50, with a dot before the decimals and no other sign")]
    PriceNotNumber,
    /// The price is below zero.
    #[error("the price is negative")]
    PriceNegative,
    /// The price is finer than the currency's minor unit.
    #[error("the price has more than the {exponent} decimals of {currency}")]
    PriceDecimals {
        /// The ISO 4217 code.
        currency: &'static str,
        /// Decimals that the currency has.
        exponent: u8,
    },
    /// The price is above the largest amount.
    #[error("the price is more than {max}")]
    PriceTooLarge {
        /// The largest amount, with its currency, like `9999999999.99 EUR`.
        max: String,
    },
    /// The currency is missing.
    #[error("the currency is empty")]
    CurrencyEmpty,
    /// The currency is not one of ISO 4217.
    #[error(transparent)]
    Currency(#[from] UnknownCurrency),
    /// The stock is missing.
    #[error("the stock is empty")]
    StockEmpty,
    /// The stock is not a whole number.
    #[error("the stock is not a whole number")]
    StockNotWhole,
    /// The stock is below zero.
    #[error("the stock is negative")]
    StockNegative,
    /// The stock is above [`STOCK_UNITS_MAX`].
    #[error("the stock is more than {STOCK_UNITS_MAX}")]
    StockTooLarge,
}

pub(super) fn checked_name(name: &str) -> Result<&str, FieldFault> {
    let begins_with_sign = name.as_bytes().first().is_some_and(u8::is_ascii_graphic);
    if !begins_with_sign && name.chars().all(is_blank) {
        Err(FieldFault::NameEmpty)
    } else if name.len() > NAME_BYTES_MAX {
        Err(FieldFault::NameTooLong)
    } else {
        checked_characters(name, "")
    }
}

pub(super) fn checked_description(description: &str) -> Result<&str, FieldFault> {
    if description.len() > DESCRIPTION_BYTES_MAX {
        Err(FieldFault::DescriptionTooLong)
    } else {
        checked_characters(description, "\t\r\n")
    }
}

/// A text has no control characters but those that its column allows, and no sign that some of it was lost.
#[inline]
fn checked_characters<'a>(text: &'a str, allowed: &str) -> Result<&'a str, FieldFault> {
    if may_have_faults(text.as_bytes()) {
        check_each_character(text, allowed)?;
    }
    Ok(text)
}

fn check_each_character(text: &str, allowed: &str) -> Result<(), FieldFault> {
    for character in text.chars() {
        if character == REPLACEMENT_CHARACTER {
            return Err(FieldFault::LostCharacter(character));
        }
        if character.is_control() && !allowed.contains(character) {
            return Err(FieldFault::ControlCharacter(character));
        }
    }
    Ok(())
}

/// Whether there are first bytes of control characters or of U+FFFD, which few other characters have. Texts are most of
/// a file: the compiler compares sixteen bytes at a time, in a loop of a fixed length without a branch.
#[inline]
fn may_have_faults(text: &[u8]) -> bool {
    let mut found = [0_u8; 16];
    let mut look_at = |block: &[u8; 16]| {
        for (found, byte) in found.iter_mut().zip(block) {
            let is = |wanted: u8| u8::from(*byte == wanted);
            *found |= u8::from(*byte < b' ') | is(0x7f) | is(0xc2) | is(0xef);
        }
    };
    let (blocks, rest) = text.as_chunks::<16>();
    for block in blocks {
        look_at(block);
    }
    if let Some(last) = text.last_chunk::<16>() {
        look_at(last);
    } else {
        let mut last = [b' '; 16];
        for (last, byte) in last.iter_mut().zip(rest) {
            *last = *byte;
        }
        look_at(&last);
    }
    u128::from_ne_bytes(found) != 0
}

/// Without a valid currency there is no amount, and decimals and limits cannot be checked. A text that is not a number
/// in any currency is still a fault.
pub(super) fn checked_price(price: &str, currency: Option<Currency>) -> Result<Option<Money>, FieldFault> {
    let price = trim_blank(price);
    if price.is_empty() {
        return Err(FieldFault::PriceEmpty);
    }
    let assumed = match currency {
        Some(currency) => currency,
        None => Currency::parse("EUR")?,
    };
    match Money::parse_decimal(price, assumed) {
        Ok(price) => Ok(currency.map(|_| price)),
        Err(MoneyFault::Negative) => Err(FieldFault::PriceNegative),
        Err(MoneyFault::TooManyDecimals) if currency.is_some() => Err(FieldFault::PriceDecimals {
            currency: assumed.code(),
            exponent: assumed.exponent(),
        }),
        Err(MoneyFault::TooLarge) if currency.is_some() => Err(FieldFault::PriceTooLarge {
            max: Money::max(assumed).to_decimal_text(),
        }),
        Err(MoneyFault::TooManyDecimals | MoneyFault::TooLarge) => Ok(None),
        Err(MoneyFault::NotDecimal | MoneyFault::MixedCurrencies) => Err(FieldFault::PriceNotNumber),
    }
}

pub(super) fn checked_currency(currency: &str) -> Result<Currency, FieldFault> {
    match trim_blank(currency) {
        "" => Err(FieldFault::CurrencyEmpty),
        code => Ok(Currency::parse(code)?),
    }
}

pub(super) fn checked_stock(stock: &str) -> Result<u32, FieldFault> {
    let stock = trim_blank(stock);
    if stock.is_empty() {
        return Err(FieldFault::StockEmpty);
    }
    let (is_negative, digits) = stock.strip_prefix('-').map_or((false, stock), |digits| (true, digits));
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(FieldFault::StockNotWhole);
    }
    if is_negative && digits.bytes().any(|byte| byte != b'0') {
        return Err(FieldFault::StockNegative);
    }
    match digits.parse() {
        Ok(units) if units <= STOCK_UNITS_MAX => Ok(units),
        // All digits, so it can only be out of range.
        _ => Err(FieldFault::StockTooLarge),
    }
}
