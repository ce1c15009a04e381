//! Imports a catalog in the plain way: `csv` with serde, and `UpdateItem` as the SDK's guide shows it.

use std::error::Error;

use aws_sdk_dynamodb::types::AttributeValue::{N, S};
use aws_sdk_dynamodb::{Client, Error as Failed};
use futures_util::StreamExt as _;

const IN_FLIGHT: usize = 128;

#[derive(serde::Deserialize)]
struct Row {
    sku: String,
    name: String,
    description: String,
    price: f64,
    currency: String,
    stock: u32,
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let path = std::env::args().nth(1).ok_or("a file is missing")?;
    let client = Client::new(&aws_config::load_from_env().await);
    let mut reader = csv::ReaderBuilder::new().flexible(true).from_path(path)?;
    let mut offset = 0_u64;
    let rows = reader.deserialize::<Row>().filter_map(Result::ok);
    let writes = rows.map(|row| {
        offset += 1;
        write(client.clone(), row, offset)
    });
    let mut writes = futures_util::stream::iter(writes).buffer_unordered(IN_FLIGHT);
    let mut written = 0;
    while let Some(outcome) = writes.next().await {
        outcome?;
        written += 1;
    }
    println!("{written}");
    Ok(())
}

async fn write(client: Client, row: Row, offset: u64) -> Result<(), Failed> {
    client
        .update_item()
        .table_name("products")
        .key("pk", S(format!("product#{}", row.sku)))
        .condition_expression("attribute_not_exists(catalog_version) OR catalog_version < :version")
        .update_expression(
            "SET sku = :sku, listing = :listed, #name = :name, description = :description, price_minor = :price, \
             currency = :currency, catalog_version = :version, catalog_at = :at, \
             available = :stock - if_not_exists(reserved, :none)",
        )
        .expression_attribute_names("#name", "name")
        .expression_attribute_values(":sku", S(row.sku))
        .expression_attribute_values(":listed", S("catalog".to_owned()))
        .expression_attribute_values(":name", S(row.name))
        .expression_attribute_values(":description", S(row.description))
        .expression_attribute_values(":price", N(format!("{:.0}", row.price * 100.0)))
        .expression_attribute_values(":currency", S(row.currency))
        .expression_attribute_values(":version", S(format!("{:020}#{offset:020}", 1)))
        .expression_attribute_values(":at", N("1793527200000".to_owned()))
        .expression_attribute_values(":stock", N(row.stock.to_string()))
        .expression_attribute_values(":none", N("0".to_owned()))
        .send()
        .await?;
    Ok(())
}
