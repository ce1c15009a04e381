//! Writes values as DynamoDB attributes, and reads them back.

use std::collections::HashMap;
use std::error::Error;

use aws_sdk_dynamodb::primitives::Blob;
use aws_sdk_dynamodb::types::AttributeValue;
use domain::values::{Currency, Money, Timestamp};

/// An item, as the SDK represents it.
pub(crate) type Item = HashMap<String, AttributeValue>;

/// An item that another program wrote, or that is damaged.
#[derive(Debug, thiserror::Error)]
#[error("the stored item has no readable `{attribute}`")]
pub(crate) struct UnreadableItem {
    attribute: &'static str,
    /// The rule that the value breaks. `None` if the attribute is missing or has another type.
    #[source]
    fault: Option<Box<dyn Error + Send + Sync>>,
}

impl UnreadableItem {
    pub(crate) fn at(attribute: &'static str) -> Self {
        Self { attribute, fault: None }
    }

    pub(crate) fn invalid(attribute: &'static str, fault: impl Error + Send + Sync + 'static) -> Self {
        Self {
            attribute,
            fault: Some(Box::new(fault)),
        }
    }
}

/// A text that names no value of the domain's type.
#[derive(Debug, thiserror::Error)]
#[error("the text is not one of the names of this type")]
struct UnknownName;

pub(crate) fn text(value: impl Into<String>) -> AttributeValue {
    AttributeValue::S(value.into())
}

pub(crate) fn number(value: impl ToString + Copy) -> AttributeValue {
    AttributeValue::N(value.to_string())
}

/// The name of the attribute that holds the time to live of an item.
pub(crate) const EXPIRES_AT: &str = "expires_at";
const MS_PER_SECOND: i64 = 1_000;

/// A time to live in whole Unix seconds, as DynamoDB needs it; rounded up, so that no item is deleted early.
pub(crate) fn expiry(expires_at: Timestamp) -> AttributeValue {
    number(-(-expires_at.unix_ms()).div_euclid(MS_PER_SECOND))
}

pub(crate) fn bytes(value: impl Into<Vec<u8>>) -> AttributeValue {
    AttributeValue::B(Blob::new(value))
}

pub(crate) fn optional_bytes<'i>(item: &'i Item, attribute: &str) -> Option<&'i [u8]> {
    item.get(attribute)?.as_b().ok().map(Blob::as_ref)
}

pub(crate) fn texts(values: &[String]) -> AttributeValue {
    AttributeValue::L(values.iter().map(text).collect())
}

/// An empty list if the attribute is absent. An attribute that is present must be a list of texts.
pub(crate) fn read_texts(item: &Item, attribute: &'static str) -> Result<Vec<String>, UnreadableItem> {
    let Some(value) = item.get(attribute) else {
        return Ok(Vec::new());
    };
    let texts = value.as_l().ok().and_then(|list| {
        let texts = list.iter().map(|text| text.as_s().ok().cloned());
        texts.collect()
    });
    texts.ok_or(UnreadableItem::at(attribute))
}

/// A text that must be present.
pub(crate) fn read_text<'i>(item: &'i Item, attribute: &'static str) -> Result<&'i str, UnreadableItem> {
    optional_text(item, attribute).ok_or(UnreadableItem::at(attribute))
}

pub(crate) fn optional_text<'i>(item: &'i Item, attribute: &str) -> Option<&'i str> {
    item.get(attribute)?.as_s().ok().map(String::as_str)
}

/// A text that must be present and that its type accepts.
pub(crate) fn parsed<T, E: Error + Send + Sync + 'static>(
    item: &Item,
    attribute: &'static str,
    parse: impl FnOnce(&str) -> Result<T, E>,
) -> Result<T, UnreadableItem> {
    optional_parsed(item, attribute, parse)?.ok_or(UnreadableItem::at(attribute))
}

/// `None` if the attribute is absent. An attribute that is present must be readable.
pub(crate) fn optional_parsed<T, E: Error + Send + Sync + 'static>(
    item: &Item,
    attribute: &'static str,
    parse: impl FnOnce(&str) -> Result<T, E>,
) -> Result<Option<T>, UnreadableItem> {
    let Some(value) = item.get(attribute) else {
        return Ok(None);
    };
    let text = value.as_s().map_err(|_other| UnreadableItem::at(attribute))?;
    let parsed = parse(text).map_err(|fault| UnreadableItem::invalid(attribute, fault))?;
    Ok(Some(parsed))
}

/// [`parsed`] for types whose parser returns `None` for an unknown name.
pub(crate) fn named<T>(
    item: &Item,
    attribute: &'static str,
    parse: impl FnOnce(&str) -> Option<T>,
) -> Result<T, UnreadableItem> {
    parsed(item, attribute, |text| parse(text).ok_or(UnknownName))
}

/// `None` if the attribute is absent. An attribute that is present must be a known name.
pub(crate) fn optional_named<T>(
    item: &Item,
    attribute: &'static str,
    parse: impl FnOnce(&str) -> Option<T>,
) -> Result<Option<T>, UnreadableItem> {
    optional_parsed(item, attribute, |text| parse(text).ok_or(UnknownName))
}

/// A number that must be present, and in the range of its type.
pub(crate) fn read_number<T: std::str::FromStr>(item: &Item, attribute: &'static str) -> Result<T, UnreadableItem> {
    optional_number(item, attribute)?.ok_or(UnreadableItem::at(attribute))
}

/// `None` if the attribute is absent. An attribute that is present must be readable.
pub(crate) fn optional_number<T: std::str::FromStr>(
    item: &Item,
    attribute: &'static str,
) -> Result<Option<T>, UnreadableItem> {
    let Some(value) = item.get(attribute) else {
        return Ok(None);
    };
    let number = value.as_n().ok().and_then(|digits| digits.parse().ok());
    number.map(Some).ok_or(UnreadableItem::at(attribute))
}

/// An amount in two attributes that must both be present.
pub(crate) fn money(item: &Item, amount_minor: &'static str, currency: &'static str) -> Result<Money, UnreadableItem> {
    let currency = parsed(item, currency, Currency::parse)?;
    let amount = read_number(item, amount_minor)?;
    Money::new(amount, currency).map_err(|fault| UnreadableItem::invalid(amount_minor, fault))
}
