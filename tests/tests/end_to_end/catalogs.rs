//! Tests the import of catalog files: products, exact counts, and the report of rejected rows.

use serde_json::json;
use tests::shop::Shop;

#[test]
fn a_large_catalog_with_one_percent_bad_rows_is_counted_exactly() {
    let shop = Shop::open();
    let client = &shop.client;
    let olga = client.token("olga", &["staff"]);
    let rows = shop.load.catalog_rows;
    let rejected = rows / 100;
    let upload = client.import_catalog(
        &olga,
        "spring.csv",
        tests::catalog::many_products("BULK", rows).as_bytes(),
    );
    assert_eq!(upload["status"], "DONE", "{upload}");
    let numbers = &upload["import"];
    assert_eq!(numbers["rows_read"], rows);
    assert_eq!(numbers["rows_written"], rows - rejected);
    assert_eq!(numbers["rows_rejected"], rejected);
    assert_eq!(
        (&numbers["percent"], &numbers["rows_total_estimate"]),
        (&json!(100), &json!(rows))
    );

    let report = client.get(numbers["rejected_rows_url"].as_str().unwrap(), None);
    let text = String::from_utf8(report.bytes).unwrap();
    assert_eq!(text.matches("BULK-").count(), rejected as usize);
    assert!(text.contains("BULK-00100") && text.contains("free"), "{}", &text[..400]);
    // Every record has two lines, so row 100 begins on line 200, after the header.
    assert!(text.lines().any(|line| line.starts_with("200,")), "{}", &text[..400]);

    let product = client.get("/products/BULK-00042", None).json();
    assert_eq!(product["name"], "Ünit \"42\"");
    assert_eq!(product["description"], "first line\nsecond, line");
    assert_eq!(product["price"], json!({ "amount_minor": 4_342, "currency": "EUR" }));
    assert_eq!(product["available"], 42);
    assert_eq!(client.get("/products/BULK-00100", None).status, 404);

    // The mail is sent before or right after the upload is DONE.
    client.wait_for("the report", || {
        (client.mails_with("olga", "spring.csv").len() == 1).then_some(())
    });
}

#[test]
fn a_file_without_its_columns_is_rejected_as_a_whole() {
    let shop = Shop::open();
    let client = &shop.client;
    let olga = client.token("olga", &["staff"]);
    for file in [b"sku;name;price\nA;B;1\n".as_slice(), b"\x00\x01\x02\x03"] {
        let upload = client.import_catalog(&olga, "spring.csv", file);
        assert_eq!(upload["status"], "REJECTED", "{upload}");
        assert!(upload["reason"].is_string());
    }
}

#[test]
fn a_catalog_sets_the_units_on_hand_and_keeps_open_orders_subtracted() {
    let shop = Shop::open();
    let client = &shop.client;
    let olga = client.token("olga", &["staff"]);
    let ann = client.token("ann", &[]);
    client.import_catalog(
        &olga,
        "spring.csv",
        tests::catalog::one_product("SET-MUG", "1.00", 10).as_bytes(),
    );
    // `tok_down` keeps its reservation open for some seconds.
    let answer = client.place_order(&ann, "k", &[("SET-MUG", 4)], "tok_down");
    let id = answer.json()["id"].as_str().unwrap().to_owned();
    client.wait_for("the units to be reserved", || {
        (client.available("SET-MUG") == 6).then_some(())
    });
    client.import_catalog(
        &olga,
        "spring.csv",
        tests::catalog::one_product("SET-MUG", "1.00", 20).as_bytes(),
    );
    assert_eq!(client.available("SET-MUG"), 16, "twenty on hand, four reserved");
    assert_eq!(client.decided_order(&ann, &id)["status"], "REJECTED");
    assert_eq!(client.available("SET-MUG"), 20);
}
