//! Which columns does a catalog file have? One table: a new column is one more entry in it.
//!
//! | | required column | optional column |
//! |---|---|---|
//! | the header lacks it | the whole file is unusable | every row is read as if its field were empty |
//! | a field is empty | its parser decides | the row has no value for it |
//! | a field is not valid | the row is rejected, and the reason names the column | the same |
//!
//! To add an optional column: an entry with `required: false` in [`COLUMNS`], a field in [`ValidRow`] and in
//! [`Values`], and a fault in [`FieldFault`] for each way in which its text can be wrong. The compiler then asks for
//! the field of
//! [`ProductDetails`], which in turn asks every store for it. A required column would make the files useless that
//! customers have.

#[cfg(test)]
mod tests;

use std::fmt;

use crate::catalog::product::{CatalogRow, DESCRIPTION_BYTES_MAX, NAME_BYTES_MAX, ProductDetails, STOCK_UNITS_MAX};
use crate::values::{Currency, Money, MoneyFault, SkuFault, SkuText, UnknownCurrency};

/// The columns in the order in which faults name them.
pub(super) const COLUMNS: &[Column] = &[
    Column {
        name: "sku",
        required: true,
        read: |text, values| values.sku = values.checked(text, SkuText::parse),
    },
    Column {
        name: "name",
        required: true,
        read: |text, values| values.name = values.checked(text, checked_name),
    },
    Column {
        name: "description",
        required: true,
        read: |text, values| values.description = values.checked(text, checked_description),
    },
    Column {
        name: "price",
        required: true,
        read: |text, values| values.price_text = text,
    },
    Column {
        name: "currency",
        required: true,
        read: |text, values| {
            let currency = values.checked(text, Currency::parse);
            values.column = "price";
            let check = |price| checked_price(price, currency);
            values.price = values.checked(values.price_text, check).flatten();
        },
    },
    Column {
        name: "stock",
        required: true,
        read: |text, values| values.stock = values.checked(text, checked_stock),
    },
];

#[derive(Clone, Copy)]
pub(super) struct Column {
    /// As headers spell it, in lower case.
    pub(super) name: &'static str,
    pub(super) required: bool,
    /// Checks the text of one field, `None` where its bytes are not UTF-8, and keeps its value or the fault.
    read: for<'a> fn(Option<&'a str>, &mut Values<'a>),
}

/// A row in which nothing is wrong, still in the bytes that it was read from: copying the texts of a row takes most
/// of the time, and a caller that only checks a file needs no copies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ValidRow<'a> {
    pub sku: SkuText<'a>,
    pub name: &'a str,
    pub description: &'a str,
    pub price: Money,
    pub stock: u32,
}

impl ValidRow<'_> {
    pub fn to_row(self) -> CatalogRow {
        CatalogRow {
            sku: self.sku.to_sku(),
            details: ProductDetails {
                name: self.name.to_owned(),
                description: self.description.to_owned(),
                price: self.price,
            },
            stock: self.stock,
        }
    }
}

/// The values of one row that were read so far, and what is wrong with the others.
#[derive(Debug, Default)]
pub(super) struct Values<'a> {
    /// The column that is read now.
    column: &'static str,
    sku: Option<SkuText<'a>>,
    name: Option<&'a str>,
    description: Option<&'a str>,
    /// Cannot be checked before its currency is.
    price_text: Option<&'a str>,
    price: Option<Money>,
    stock: Option<u32>,
    faults: Vec<ColumnFault>,
}

impl<'a> Values<'a> {
    pub(super) fn read(&mut self, column: &Column, text: Option<&'a str>) {
        if column.required || text != Some("") {
            self.column = column.name;
            (column.read)(text, self);
        }
    }

    /// The value of a text, or `None` and a fault of the column.
    fn checked<T, E: Into<FieldFault>>(
        &mut self,
        text: Option<&'a str>,
        check: impl FnOnce(&'a str) -> Result<T, E>,
    ) -> Option<T> {
        match text.map(check) {
            Some(Ok(value)) => return Some(value),
            Some(Err(fault)) => self.reject(fault.into()),
            None => self.reject(FieldFault::NotUtf8),
        }
        None
    }

    #[cold]
    fn reject(&mut self, fault: FieldFault) {
        let column = self.column;
        self.faults.push(ColumnFault { column, fault });
    }

    /// The row, if every field of it is valid.
    pub(super) fn finish(self) -> Result<ValidRow<'a>, Vec<ColumnFault>> {
        match self {
            Self {
                sku: Some(sku),
                name: Some(name),
                description: Some(description),
                price: Some(price),
                stock: Some(stock),
                column: _,
                price_text: _,
                faults,
            } if faults.is_empty() => Ok(ValidRow {
                sku,
                name,
                description,
                price,
                stock,
            }),
            Self { faults, .. } => Err(faults),
        }
    }
}

/// What is wrong with one field of a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ColumnFault {
    pub column: &'static str,
    pub fault: FieldFault,
}

impl fmt::Display for ColumnFault {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { column, fault } = self;
        write!(formatter, "{column}: {fault}")
    }
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FieldFault {
    #[error("the text is not UTF-8")]
    NotUtf8,
    #[error(transparent)]
    Sku(#[from] SkuFault),
    #[error("the name is empty")]
    NameEmpty,
    #[error("the name is longer than {NAME_BYTES_MAX} bytes")]
    NameTooLong,
    #[error("the description is longer than {DESCRIPTION_BYTES_MAX} bytes")]
    DescriptionTooLong,
    #[error(transparent)]
    Price(#[from] MoneyFault),
    #[error(transparent)]
    Currency(#[from] UnknownCurrency),
    #[error("the stock is not a whole number")]
    StockNotWhole,
    #[error("the stock is negative")]
    StockNegative,
    #[error("the stock is more than {STOCK_UNITS_MAX}")]
    StockTooLarge,
}

fn checked_name(name: &str) -> Result<&str, FieldFault> {
    if name.chars().all(char::is_whitespace) {
        Err(FieldFault::NameEmpty)
    } else if name.len() > NAME_BYTES_MAX {
        Err(FieldFault::NameTooLong)
    } else {
        Ok(name)
    }
}

fn checked_description(description: &str) -> Result<&str, FieldFault> {
    if description.len() > DESCRIPTION_BYTES_MAX {
        Err(FieldFault::DescriptionTooLong)
    } else {
        Ok(description)
    }
}

/// Without a valid currency there is no amount, and nothing can be said about decimals and limits. A text that is no
/// number in any currency is still a fault.
fn checked_price(price: &str, currency: Option<Currency>) -> Result<Option<Money>, FieldFault> {
    if let Some(currency) = currency {
        return Ok(Some(Money::parse_decimal(price, currency)?));
    }
    match Money::parse_decimal(price, Currency::parse("EUR")?) {
        Ok(_) | Err(MoneyFault::TooManyDecimals | MoneyFault::TooLarge) => Ok(None),
        Err(fault) => Err(fault.into()),
    }
}

fn checked_stock(stock: &str) -> Result<u32, FieldFault> {
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
