//! Converts columns to values of the domain, which are parsed like any other input, and values to the text of columns.

use std::error::Error;

use domain::values::{Currency, Money, Timestamp};
use rusqlite::Row;
use rusqlite::types::Type;

/// The column's text is no value of the domain.
#[derive(Debug, thiserror::Error)]
#[error("column {column} has an unknown value")]
struct UnknownText {
    column: &'static str,
}

pub(crate) fn parsed<T, E>(
    row: &Row<'_>,
    column: &'static str,
    parse: impl FnOnce(&str) -> Result<T, E>,
) -> rusqlite::Result<T>
where
    E: Error + Send + Sync + 'static,
{
    let text: String = row.get(column)?;
    parse(&text).map_err(|fault| unreadable(row, column, fault))
}

pub(crate) fn parsed_optional<T, E>(
    row: &Row<'_>,
    column: &'static str,
    parse: impl FnOnce(&str) -> Result<T, E>,
) -> rusqlite::Result<Option<T>>
where
    E: Error + Send + Sync + 'static,
{
    let text: Option<String> = row.get(column)?;
    text.map(|text| parse(&text).map_err(|fault| unreadable(row, column, fault)))
        .transpose()
}

/// For parsers that answer `None` to an unknown name.
pub(crate) fn variant<T>(
    row: &Row<'_>,
    column: &'static str,
    parse: impl FnOnce(&str) -> Option<T>,
) -> rusqlite::Result<T> {
    parsed(row, column, |text| parse(text).ok_or(UnknownText { column }))
}

pub(crate) fn variant_optional<T>(
    row: &Row<'_>,
    column: &'static str,
    parse: impl FnOnce(&str) -> Option<T>,
) -> rusqlite::Result<Option<T>> {
    parsed_optional(row, column, |text| parse(text).ok_or(UnknownText { column }))
}

pub(crate) fn json<T: serde::de::DeserializeOwned>(row: &Row<'_>, column: &'static str) -> rusqlite::Result<T> {
    parsed(row, column, |text| serde_json::from_str(text))
}

/// The reverse of [`json`].
pub(crate) fn json_text<T: serde::Serialize>(value: &T) -> rusqlite::Result<String> {
    serde_json::to_string(value).map_err(unwritable)
}

/// A value that has no JSON.
pub(crate) fn unwritable(fault: serde_json::Error) -> rusqlite::Error {
    rusqlite::Error::ToSqlConversionFailure(fault.into())
}

pub(crate) fn timestamp(row: &Row<'_>, column: &'static str) -> rusqlite::Result<Timestamp> {
    row.get(column).map(Timestamp::from_unix_ms)
}

pub(crate) fn money(row: &Row<'_>, amount: &'static str, currency: &'static str) -> rusqlite::Result<Money> {
    let currency = parsed(row, currency, Currency::parse)?;
    Money::new(row.get(amount)?, currency).map_err(|fault| unreadable(row, amount, fault))
}

/// A stored value that breaks a rule of its type.
pub(crate) fn unreadable(
    row: &Row<'_>,
    column: &str,
    fault: impl Into<Box<dyn Error + Send + Sync>>,
) -> rusqlite::Error {
    match row.as_ref().column_index(column) {
        Ok(index) => rusqlite::Error::FromSqlConversionFailure(index, Type::Text, fault.into()),
        Err(no_such_column) => no_such_column,
    }
}
