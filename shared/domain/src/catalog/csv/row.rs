//! Is a record a valid row, and if not, what is wrong with it?

use std::fmt;

use super::header::{Column, Header};
use super::record::{RECORD_BYTES_MAX, Record};
use crate::catalog::product::{CatalogRow, DESCRIPTION_BYTES_MAX, NAME_BYTES_MAX, STOCK_UNITS_MAX};
use crate::values::{Currency, Money, MoneyFault, SkuFault, SkuText, UnknownCurrency};

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RowFault {
    #[error("the row has {found} fields and the header {expected}")]
    FieldCount { found: usize, expected: usize },
    #[error("the row is longer than {RECORD_BYTES_MAX} bytes")]
    TooLong,
    #[error("a quote is not closed before the end of the file")]
    UnterminatedQuote,
    #[error("{column}: the text is not UTF-8")]
    NotUtf8 { column: &'static str },
    #[error("sku: {0}")]
    Sku(#[from] SkuFault),
    #[error("name: the name is empty")]
    NameEmpty,
    #[error("name: the name is longer than {NAME_BYTES_MAX} bytes")]
    NameTooLong,
    #[error("description: the description is longer than {DESCRIPTION_BYTES_MAX} bytes")]
    DescriptionTooLong,
    #[error("price: {0}")]
    Price(#[from] MoneyFault),
    #[error("currency: {0}")]
    Currency(#[from] UnknownCurrency),
    #[error("stock: the stock is not a whole number")]
    StockNotWhole,
    #[error("stock: the stock is negative")]
    StockNegative,
    #[error("stock: the stock is more than {STOCK_UNITS_MAX}")]
    StockTooLarge,
}

/// Everything that is wrong with one row; never empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RowFaults(Vec<RowFault>);

impl RowFaults {
    pub fn as_slice(&self) -> &[RowFault] {
        &self.0
    }
}

impl fmt::Display for RowFaults {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, fault) in self.0.iter().enumerate() {
            let separator = if index == 0 { "" } else { "; " };
            write!(formatter, "{separator}{fault}")?;
        }
        Ok(())
    }
}

impl std::error::Error for RowFaults {}

/// A row in which nothing is wrong, still in the bytes that it was read from: most of the time goes into making texts of
/// its own for a row, and whoever only checks a file needs none.
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
            name: self.name.to_owned(),
            description: self.description.to_owned(),
            price: self.price,
            stock: self.stock,
        }
    }
}

pub(super) fn parse<'a>(header: &Header, record: &Record<'a>) -> Result<ValidRow<'a>, RowFaults> {
    let shape = shape_faults(header, record);
    if !shape.is_empty() {
        // Which field belongs to which column is anybody's guess: their faults would mislead.
        return Err(RowFaults(shape));
    }
    let texts = Texts::of(record);
    let mut faults = Vec::new();
    let sku = noted(
        &mut faults,
        texts
            .of_column(header, Column::Sku)
            .and_then(|sku| Ok(SkuText::parse(sku)?)),
    );
    let name = noted(
        &mut faults,
        texts.of_column(header, Column::Name).and_then(checked_name),
    );
    let description = noted(
        &mut faults,
        texts
            .of_column(header, Column::Description)
            .and_then(checked_description),
    );
    let currency_text = texts.of_column(header, Column::Currency);
    let currency = noted(&mut faults, currency_text.and_then(|code| Ok(Currency::parse(code)?)));
    let price = noted(
        &mut faults,
        texts
            .of_column(header, Column::Price)
            .and_then(|price| checked_price(price, currency)),
    );
    let stock = noted(
        &mut faults,
        texts.of_column(header, Column::Stock).and_then(checked_stock),
    );
    match (sku, name, description, price.flatten(), stock) {
        (Some(sku), Some(name), Some(description), Some(price), Some(stock)) => Ok(ValidRow {
            sku,
            name,
            description,
            price,
            stock,
        }),
        _ => Err(RowFaults(faults)),
    }
}

fn shape_faults(header: &Header, record: &Record<'_>) -> Vec<RowFault> {
    let (found, expected) = (record.field_count, header.names().len());
    let faults = [
        (record.too_long, RowFault::TooLong),
        (record.unterminated, RowFault::UnterminatedQuote),
        (
            found != expected && !record.unterminated,
            RowFault::FieldCount { found, expected },
        ),
    ];
    faults
        .into_iter()
        .filter(|(applies, _)| *applies)
        .map(|(_, fault)| fault)
        .collect()
}

fn noted<T>(faults: &mut Vec<RowFault>, checked: Result<T, RowFault>) -> Option<T> {
    checked.map_err(|fault| faults.push(fault)).ok()
}

/// A record whose fields are asked for as texts.
struct Texts<'a> {
    record: Record<'a>,
    /// All of it at once, which is quicker; `None` where some field is not UTF-8.
    whole: Option<&'a str>,
}

impl<'a> Texts<'a> {
    fn of(record: &Record<'a>) -> Self {
        Self {
            record: *record,
            whole: std::str::from_utf8(record.bytes).ok(),
        }
    }

    fn of_column(&self, header: &Header, column: Column) -> Result<&'a str, RowFault> {
        let place = self.record.place(header.place(column)).unwrap_or_default();
        if let Some(text) = self.whole.and_then(|whole| whole.get(place.clone())) {
            return Ok(text);
        }
        let bytes = self.record.bytes.get(place).unwrap_or_default();
        std::str::from_utf8(bytes).map_err(|_| RowFault::NotUtf8 {
            column: column.as_str(),
        })
    }
}

fn checked_name(name: &str) -> Result<&str, RowFault> {
    match name.len() {
        _ if name.trim().is_empty() => Err(RowFault::NameEmpty),
        bytes if bytes > NAME_BYTES_MAX => Err(RowFault::NameTooLong),
        _ => Ok(name),
    }
}

fn checked_description(description: &str) -> Result<&str, RowFault> {
    if description.len() > DESCRIPTION_BYTES_MAX {
        Err(RowFault::DescriptionTooLong)
    } else {
        Ok(description)
    }
}

/// Without a currency nothing can be said of decimals and limits, and no amount comes of it; what is no number in any
/// currency is told all the same.
fn checked_price(price: &str, currency: Option<Currency>) -> Result<Option<Money>, RowFault> {
    if let Some(currency) = currency {
        return Ok(Some(Money::parse_decimal(price, currency)?));
    }
    match Money::parse_decimal(price, Currency::parse("EUR")?) {
        Ok(_) | Err(MoneyFault::TooManyDecimals | MoneyFault::TooLarge) => Ok(None),
        Err(fault) => Err(fault.into()),
    }
}

fn checked_stock(stock: &str) -> Result<u32, RowFault> {
    let (is_negative, digits) = stock.strip_prefix('-').map_or((false, stock), |digits| (true, digits));
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(RowFault::StockNotWhole);
    }
    if is_negative && digits.bytes().any(|byte| byte != b'0') {
        return Err(RowFault::StockNegative);
    }
    match digits.parse() {
        Ok(units) if units <= STOCK_UNITS_MAX => Ok(units),
        // All digits, so it can only be out of range.
        _ => Err(RowFault::StockTooLarge),
    }
}
