//! Generates catalog files for tests, with faults in fixed rows.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use crate::client::Client;

pub const HEADER: &str = "sku,name,description,price,currency,stock\r\n";

/// A catalog of one product.
pub fn one_product(sku: &str, price: &str, stock: u32) -> String {
    format!("{HEADER}{sku},Test product {sku},Sold by a test,{price},EUR,{stock}\r\n")
}

/// A catalog of `rows` rows. Every row whose number ends in `00` has an invalid price. The file contains quotes, line
/// breaks inside quotes, and non-ASCII letters.
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

/// The expected products after an import: price in minor units, and units on hand.
pub type Expected = BTreeMap<String, (u64, u64)>;

/// A catalog of `rows` rows of `skus` products. Each product has many rows all over the file, and every hundredth row
/// has an invalid price. Also returns the last valid row of each product, computed independently of any import.
pub fn repeating(prefix: &str, rows: u32, skus: u32, seed: u32) -> (String, Expected) {
    let mut text = HEADER.to_owned();
    let mut expected = Expected::new();
    for row in 1..=rows {
        // A step that is coprime to the number of products reaches all of them.
        let sku = format!("{prefix}-{:06}", row.wrapping_mul(7_919) % skus);
        let (minor, stock) = (u64::from(row % 5_000 + seed), u64::from((row + seed) % 1_000));
        let price = if row % 100 == 0 {
            "free".to_owned()
        } else {
            expected.insert(sku.clone(), (minor, stock));
            format!("{}.{:02}", minor / 100, minor % 100)
        };
        writeln!(
            text,
            "{sku},\"Ünit \"\"{row}\"\"\",\"first line\nsecond, line, and some more words to make a row as long as most\",{price},EUR,{stock}\r"
        )
        .unwrap();
    }
    (text, expected)
}

/// All listed products whose SKU has this prefix.
pub fn on_sale(client: &Client, prefix: &str) -> Expected {
    let mut products = Expected::new();
    let mut cursor = String::new();
    loop {
        let page = client.get(&format!("/products?limit=100{cursor}"), None).json();
        for product in page["products"].as_array().unwrap() {
            let sku = product["sku"].as_str().unwrap();
            if sku.starts_with(prefix) {
                let (price, available) = (&product["price"]["amount_minor"], &product["available"]);
                products.insert(sku.to_owned(), (price.as_u64().unwrap(), available.as_u64().unwrap()));
            }
        }
        match page["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return products,
        }
    }
}
