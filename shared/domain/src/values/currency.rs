//! The currencies of ISO 4217 and their decimals.

/// An ISO 4217 currency with its minor unit exponent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Currency {
    code: &'static str,
    exponent: u8,
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the currency is not an ISO 4217 code in upper case")]
pub struct UnknownCurrency;

impl Currency {
    pub fn parse(code: &str) -> Result<Self, UnknownCurrency> {
        // Three bytes are compared at once, texts byte by byte: a catalog asks a million times.
        let wanted: &[u8; 3] = code.as_bytes().try_into().map_err(|_| UnknownCurrency)?;
        EXPONENTS
            .iter()
            .find_map(|(exponent, codes)| {
                let is_wanted = |code: &&&str| code.as_bytes().first_chunk() == Some(wanted);
                codes.iter().find(is_wanted).map(|code| Self {
                    code,
                    exponent: *exponent,
                })
            })
            .ok_or(UnknownCurrency)
    }

    pub fn code(self) -> &'static str {
        self.code
    }

    /// Decimals of the minor unit: 2 for EUR, 0 for JPY, 3 for KWD.
    pub fn exponent(self) -> u8 {
        self.exponent
    }
}

/// Circulating currencies of ISO 4217 list one (SIX Group,
/// <https://www.six-group.com/en/products-services/financial-information/data-standards.html>), by exponent. Funds,
/// metals and test codes are left out: no shop takes them.
const EXPONENTS: [(u8, &[&str]); 4] = [
    (
        2,
        &[
            "EUR", "USD", "GBP", "CHF", "AED", "AFN", "ALL", "AMD", "AOA", "ARS", "AUD", "AWG", "AZN", "BAM", "BBD",
            "BDT", "BMD", "BND", "BOB", "BRL", "BSD", "BTN", "BWP", "BYN", "BZD", "CAD", "CDF", "CNY", "COP", "CRC",
            "CUP", "CVE", "CZK", "DKK", "DOP", "DZD", "EGP", "ERN", "ETB", "FJD", "FKP", "GEL", "GHS", "GIP", "GMD",
            "GTQ", "GYD", "HKD", "HNL", "HTG", "HUF", "IDR", "ILS", "INR", "IRR", "JMD", "KES", "KGS", "KHR", "KPW",
            "KYD", "KZT", "LAK", "LBP", "LKR", "LRD", "LSL", "MAD", "MDL", "MGA", "MKD", "MMK", "MNT", "MOP", "MRU",
            "MUR", "MVR", "MWK", "MXN", "MYR", "MZN", "NAD", "NGN", "NIO", "NOK", "NPR", "NZD", "PAB", "PEN", "PGK",
            "PHP", "PKR", "PLN", "QAR", "RON", "RSD", "RUB", "SAR", "SBD", "SCR", "SDG", "SEK", "SGD", "SHP", "SLE",
            "SOS", "SRD", "SSP", "STN", "SVC", "SYP", "SZL", "THB", "TJS", "TMT", "TOP", "TRY", "TTD", "TWD", "TZS",
            "UAH", "UYU", "UZS", "VED", "VES", "WST", "XCD", "XCG", "YER", "ZAR", "ZMW", "ZWG",
        ],
    ),
    (
        0,
        &[
            "JPY", "KRW", "BIF", "CLP", "DJF", "GNF", "ISK", "KMF", "PYG", "RWF", "UGX", "VND", "VUV", "XAF", "XOF",
            "XPF",
        ],
    ),
    (3, &["BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"]),
    (4, &["CLF", "UYW"]),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exponents_are_those_of_iso_4217() {
        for (code, exponent) in [("EUR", 2), ("JPY", 0), ("KWD", 3), ("CLF", 4), ("ISK", 0), ("MGA", 2)] {
            assert_eq!(Currency::parse(code).map(Currency::exponent), Ok(exponent), "{code}");
        }
    }

    #[test]
    fn only_upper_case_codes_of_the_list_are_known() {
        for code in ["", "eur", "EURO", "XXX", "XAU", "ABC", "€"] {
            assert_eq!(Currency::parse(code), Err(UnknownCurrency), "{code}");
        }
    }

    #[test]
    fn no_code_is_listed_twice() {
        let mut codes: Vec<_> = EXPONENTS.iter().flat_map(|(_, codes)| codes.iter()).collect();
        let count = codes.len();
        codes.sort();
        codes.dedup();
        assert_eq!(codes.len(), count);
    }
}
