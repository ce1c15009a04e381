//! The JSON of an amount: minor units and a currency, never a fraction.

use domain::values::Money;
use serde::Serialize;

/// `{"amount_minor": 1250, "currency": "EUR"}` is 12.50 EUR.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "Money"))]
pub struct MoneyJson {
    /// The amount in minor units: 1250 is 12.50 EUR, 1250 JPY, 1.250 KWD.
    #[cfg_attr(feature = "schema", schemars(schema_with = "crate::schema::amount_minor"))]
    pub amount_minor: i64,
    /// ISO 4217.
    #[cfg_attr(feature = "schema", schemars(schema_with = "crate::schema::currency"))]
    pub currency: &'static str,
}

impl From<Money> for MoneyJson {
    fn from(money: Money) -> Self {
        Self {
            amount_minor: money.amount_minor(),
            currency: money.currency().code(),
        }
    }
}

#[cfg(test)]
mod tests {
    use domain::values::Currency;
    use serde_json::json;

    use super::*;

    #[test]
    fn an_amount_is_a_whole_number_of_minor_units() {
        let money = Money::new(1_250, Currency::parse("EUR").unwrap()).unwrap();
        assert_eq!(
            json!(MoneyJson::from(money)),
            json!({"amount_minor": 1250, "currency": "EUR"})
        );
    }
}
