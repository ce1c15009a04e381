//! The currencies of ISO 4217 and their decimals.

/// An ISO 4217 currency with its minor unit exponent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Currency {
    code: &'static str,
    exponent: u8,
}

/// The text is not the code of a circulating currency of ISO 4217.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the currency is not an ISO 4217 code in upper case")]
pub struct UnknownCurrency;

impl Currency {
    /// Reads a code of three upper-case letters.
    pub fn parse(code: &str) -> Result<Self, UnknownCurrency> {
        // A catalog asks a million times: numbers are compared instead of texts, eight of them instead of all.
        let &[first, second, third] = code.as_bytes() else {
            return Err(UnknownCurrency);
        };
        let wanted = sort_key(&[first, second, third]);
        let found = SORTED.binary_search_by_key(&wanted, |(key, _)| *key);
        found.map_or(Err(UnknownCurrency), |index| Ok(SORTED[index].1))
    }

    /// The code of ISO 4217, like `EUR`.
    pub fn code(self) -> &'static str {
        self.code
    }

    /// Decimals of the minor unit: 2 for EUR, 0 for JPY, 3 for KWD.
    pub fn exponent(self) -> u8 {
        self.exponent
    }
}

const fn sort_key(code: &[u8]) -> u32 {
    u32::from_be_bytes([0, code[0], code[1], code[2]])
}

const COUNT: usize = {
    let (mut count, mut group) = (0, 0);
    while group < EXPONENTS.len() {
        count += EXPONENTS[group].1.len();
        group += 1;
    }
    count
};

/// Every currency by its code, sorted.
static SORTED: [(u32, Currency); COUNT] = {
    let nothing = Currency { code: "", exponent: 0 };
    let mut sorted = [(0, nothing); COUNT];
    let (mut count, mut group) = (0, 0);
    while group < EXPONENTS.len() {
        let (exponent, codes) = EXPONENTS[group];
        let mut index = 0;
        while index < codes.len() {
            let code = codes[index];
            let key = sort_key(code.as_bytes());
            let mut place = count;
            while place > 0 && sorted[place - 1].0 > key {
                sorted[place] = sorted[place - 1];
                place -= 1;
            }
            sorted[place] = (key, Currency { code, exponent });
            count += 1;
            index += 1;
        }
        group += 1;
    }
    sorted
};

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
    fn every_code_of_the_list_is_found() {
        for (exponent, codes) in EXPONENTS {
            for code in codes {
                assert_eq!(Currency::parse(code), Ok(Currency { code, exponent }));
            }
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
