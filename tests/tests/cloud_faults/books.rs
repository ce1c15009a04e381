//! Checks money and stock after faults, by the gateway's ledger and the products, not by the shop's statuses.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use tests::api::Cloud;
use tests::client::Client;

use crate::customer::{End, SCARCE_SKU, SKUS};

/// Initial units of the other products: more than all orders need.
pub(crate) const PLENTY: u32 = 10_000;
pub(crate) const SCARCE: u32 = 5;

/// The entries of the gateway's ledger, by payment.
pub(crate) struct Books {
    movements: BTreeMap<String, Vec<(String, i64)>>,
}

impl Books {
    pub(crate) fn read(cloud: &Cloud) -> Self {
        let tables = cloud.dynamodb("ListTables", &json!({}));
        let names = tables["TableNames"].as_array().unwrap().iter();
        let name = names
            .filter_map(Value::as_str)
            .find(|name| name.contains("SandboxGateway"));
        let mut movements: BTreeMap<String, Vec<(String, i64)>> = BTreeMap::new();
        let mut scan = json!({ "TableName": name.expect("the gateway has a table"), "ConsistentRead": true });
        loop {
            let page = cloud.dynamodb("Scan", &scan);
            for item in page["Items"].as_array().unwrap() {
                let text = |name: &str, kind: &str| item[name][kind].as_str();
                if let (Some(payment), Some(event)) = (text("payment", "S"), text("event", "S")) {
                    let amount = text("amount_minor", "N").map_or(0, |amount| amount.parse().unwrap());
                    movements
                        .entry(payment.to_owned())
                        .or_default()
                        .push((event.to_owned(), amount));
                }
            }
            if page["LastEvaluatedKey"].is_null() {
                return Self { movements };
            }
            scan["ExclusiveStartKey"] = page["LastEvaluatedKey"].clone();
        }
    }

    /// Checks the money and the mails of one order.
    pub(crate) fn check(&self, end: &End, met: &[String], client: &Client) {
        let id = end.id();
        let none = Vec::new();
        let movements = self.movements.get(id).unwrap_or(&none);
        let of = |event: &str| -> Vec<i64> {
            let found = movements.iter().filter(|(entered, _)| entered == event);
            found.map(|(_, amount)| *amount).collect()
        };
        let context = format!("{}: {movements:?} after {met:?}", end.order);
        let total = end.order["total"]["amount_minor"].as_i64().unwrap();
        let (captured, refunded) = (of("CAPTURED"), of("REFUNDED"));
        assert!(
            captured.len() <= 1 && refunded.len() <= 1,
            "money was moved twice: {context}"
        );
        assert!(
            captured.iter().chain(&refunded).all(|amount| *amount == total),
            "wrong amount: {context}"
        );
        match end.status() {
            "CONFIRMED" => assert_eq!((captured.len(), refunded.len()), (1, 0), "{context}"),
            "REJECTED" | "CANCELLED" => {
                assert_eq!(captured.len(), refunded.len(), "{context}");
                let held = !of("AUTHORIZED").is_empty() && captured.is_empty();
                assert!(!held || !of("VOIDED").is_empty(), "money is still held: {context}");
            }
            "PARKED" => {}
            other => panic!("{other} is not a final status: {context}"),
        }
        let mut mails: Vec<String> = client.mails_with("ann", id).into_iter().map(|mail| mail.text).collect();
        mails.sort_unstable();
        let sent = mails.len();
        mails.dedup();
        assert_eq!(mails.len(), sent, "a mail was sent twice: {context}");
    }
}

/// Checks that every unit is in stock or sold. Parked orders may hold units until an operator decides.
pub(crate) fn check_stock(ends: &[End], client: &Client) {
    for sku in SKUS {
        let units = |status: &str| -> u64 {
            let found = ends.iter().filter(|end| end.sku == sku && end.status() == status);
            found.map(|end| u64::from(end.quantity)).sum()
        };
        let (sold, parked) = (units("CONFIRMED"), units("PARKED"));
        let initial = u64::from(if sku == SCARCE_SKU { SCARCE } else { PLENTY });
        let gone = initial
            .checked_sub(client.available(sku))
            .expect("no unit is made from nothing");
        assert!(
            (sold..=sold + parked).contains(&gone),
            "{sku}: {gone} units are gone, {sold} were sold, {parked} are in parked orders"
        );
    }
}

/// Checks that there is one order per request, however often each request was sent.
pub(crate) fn check_orders(ends: &[End], client: &Client, customer: &str) {
    let mut listed: Vec<String> = Vec::new();
    let mut path = "/orders?limit=100".to_owned();
    loop {
        let page = client.get(&path, Some(customer)).json();
        let orders = page["orders"].as_array().unwrap().iter();
        listed.extend(orders.map(|order| order["id"].as_str().unwrap().to_owned()));
        match page["next_cursor"].as_str() {
            Some(cursor) => path = format!("/orders?limit=100&cursor={cursor}"),
            None => break,
        }
    }
    listed.sort_unstable();
    let mut expected: Vec<String> = ends.iter().map(|end| end.id().to_owned()).collect();
    expected.sort_unstable();
    assert_eq!(listed, expected, "there must be one order per request");
}
