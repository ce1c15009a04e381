//! Which catalog files do tests upload? Generated ones, with faults at known rows.

use std::fmt::Write as _;

pub const HEADER: &str = "sku,name,description,price,currency,stock\r\n";

/// A catalog of one product.
pub fn one_product(sku: &str, price: &str, stock: u32) -> String {
    format!("{HEADER}{sku},Test product {sku},Sold by a test,{price},EUR,{stock}\r\n")
}

/// `rows` rows, of which every one whose number ends in `00` has a price that is none. Quotes, line breaks within quotes
/// and letters beyond ASCII are all over it.
pub fn many_products(prefix: &str, rows: u32) -> String {
    let mut text = HEADER.to_owned();
    for row in 1..=rows {
        let price = if row % 100 == 0 {
            "free".to_owned()
        } else {
            format!("{}.{:02}", row % 90 + 1, row % 100)
        };
        writeln!(
            text,
            "{prefix}-{row:05},\"Ünit \"\"{row}\"\"\",\"first line\nsecond, line\",{price},EUR,{}\r",
            row % 50
        )
        .unwrap();
    }
    text
}
