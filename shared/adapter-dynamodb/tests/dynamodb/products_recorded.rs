//! Tests what the catalog's adapters send, and how they handle lost answers, throttling and incomplete answers.

use adapter_dynamodb::catalog::{DynamoCatalogWriter, DynamoPriceList, DynamoProductCatalog};
use adapter_dynamodb::photos::DynamoProductPhotos;
use adapter_dynamodb::table::Table;
use domain::catalog::ports::{ApplyOutcome, CatalogVersion, CatalogWriter, ProductCatalog, ProductPage};
use domain::catalog::product::{CatalogRow, ProductDetails};
use domain::orders::ports::PriceList;
use domain::ports::PortFailure;
use domain::thumbnails::ports::{PhotoShown, ProductPhotos, ShowOutcome};
use domain::values::UploadId;
use lambda::sdk::ATTEMPTS_MAX;
use serde_json::{Value, json};

use crate::recorded::{Answer, Recorded, condition_failed, throttled};
use crate::samples::{euros, now, sku};

/// Rounds of asking for keys that were left out.
const ROUNDS: usize = 6;

fn table(recorded: &Recorded) -> Table {
    Table::new(&recorded.config, "products")
}

fn priced(name: &str, price: &str) -> Value {
    json!({
        "sku": { "S": name },
        "listing": { "S": "catalog" },
        "name": { "S": name },
        "description": { "S": "" },
        "price_minor": { "N": price },
        "currency": { "S": "EUR" },
        "available": { "N": "-2" },
    })
}

fn keys(names: &[&str]) -> Value {
    let keys = names
        .iter()
        .map(|name| json!({ "pk": { "S": format!("product#{name}") } }));
    json!({
        "Keys": keys.collect::<Vec<Value>>(),
        "ConsistentRead": true,
        "ProjectionExpression": "sku, listing, price_minor, currency",
    })
}

async fn apply(recorded: &Recorded) -> Result<ApplyOutcome, PortFailure> {
    let row = CatalogRow {
        sku: sku("MUG"),
        details: ProductDetails::new("A mug", "Blue.", euros(1_250)),
        stock: 7,
    };
    let version = CatalogVersion {
        upload_sequence: 12,
        byte_offset: 5_000_000_000,
    };
    let writer = DynamoCatalogWriter::new(&table(recorded));
    writer.apply(&row, version, now()).await
}

async fn show(recorded: &Recorded) -> Result<ShowOutcome, PortFailure> {
    let photo = PhotoShown {
        sku: sku("MUG"),
        upload_id: UploadId::parse("upload-1").unwrap(),
        sequence: 3,
        keys: vec![(128, "MUG/upload-1/128.jpg".to_owned())],
    };
    let photos = DynamoProductPhotos { table: table(recorded) };
    photos.show(&photo, now()).await
}

#[tokio::test(start_paused = true)]
async fn prices_that_were_left_out_are_asked_for_again() {
    let recorded = Recorded::new(|sent| {
        Answer::Success(match sent.len() {
            1 => json!({
                "Responses": { "products": [priced("A", "100")] },
                "UnprocessedKeys": { "products": keys(&["B", "C"]) },
            }),
            2 => json!({ "Responses": {}, "UnprocessedKeys": { "products": keys(&["B", "C"]) } }),
            _ => json!({ "Responses": { "products": [priced("B", "200"), {}] } }),
        })
    });
    let prices = DynamoPriceList {
        table: table(&recorded),
    };
    // A photo alone, as C has, is no product, and the same key must not stand there twice.
    let skus = ["B", "A", "C", "A"].map(sku);
    let found = prices.prices(&skus).await.unwrap();
    let expected = [(sku("A"), euros(100)), (sku("B"), euros(200))];
    assert_eq!(found.into_iter().collect::<Vec<_>>(), expected);
    let asked: Vec<Value> = recorded
        .sent()
        .into_iter()
        .map(|sent| sent.body["RequestItems"]["products"].clone())
        .collect();
    assert_eq!(asked, [keys(&["A", "B", "C"]), keys(&["B", "C"]), keys(&["B", "C"])]);
}

#[tokio::test(start_paused = true)]
async fn prices_that_never_come_are_a_failure_that_may_pass() {
    let recorded = Recorded::new(|_sent| {
        Answer::Success(json!({
            "Responses": { "products": [priced("A", "100")] },
            "UnprocessedKeys": { "products": keys(&["B"]) },
        }))
    });
    let prices = DynamoPriceList {
        table: table(&recorded),
    };
    let failure = prices.prices(&["A", "B"].map(sku)).await.unwrap_err();
    assert!(failure.transient);
    assert_eq!(recorded.sent().len(), ROUNDS);
}

#[tokio::test]
async fn no_price_is_read_without_a_call() {
    let recorded = Recorded::new(|_sent| Answer::Dropped);
    let prices = DynamoPriceList {
        table: table(&recorded),
    };
    assert!(prices.prices(&[]).await.unwrap().is_empty());
    assert!(recorded.sent().is_empty());
}

#[tokio::test]
async fn a_row_is_one_write_of_the_catalogs_attributes_under_its_version() {
    let recorded = Recorded::new(|_sent| Answer::Success(json!({})));
    assert_eq!(apply(&recorded).await.unwrap(), ApplyOutcome::Applied);
    let [mut sent] = recorded.sent().try_into().unwrap();
    assert_eq!(sent.operation, "UpdateItem");
    // Further attributes of the catalog may follow these; the tests beside the expression say which.
    let sets = sent.body["UpdateExpression"].take();
    let expected = "SET sku = :sku, listing = :listed, #name = :name, description = :description, \
         price_minor = :price, currency = :currency, catalog_version = :version, catalog_at = :at, \
         available = :stock - if_not_exists(reserved, :none)";
    assert!(sets.as_str().unwrap().starts_with(expected), "{sets}");
    let values = sent.body["ExpressionAttributeValues"].take();
    let expected = json!({
        ":sku": { "S": "MUG" },
        ":listed": { "S": "catalog" },
        ":name": { "S": "A mug" },
        ":description": { "S": "Blue." },
        ":price": { "N": "1250" },
        ":currency": { "S": "EUR" },
        ":version": { "S": "00000000000000000012#00000000005000000000" },
        ":at": { "N": "1700000000000" },
        ":stock": { "N": "7" },
        ":none": { "N": "0" },
    });
    for (name, value) in expected.as_object().unwrap() {
        assert_eq!(&values[name], value, "{name}");
    }
    let expected = json!({
        "TableName": "products",
        "Key": { "pk": { "S": "product#MUG" } },
        "ConditionExpression": "attribute_not_exists(catalog_version) OR catalog_version < :version",
        "UpdateExpression": null,
        "ExpressionAttributeNames": { "#name": "name" },
        "ExpressionAttributeValues": null,
    });
    assert_eq!(sent.body, expected);
}

#[tokio::test(start_paused = true)]
async fn a_row_or_a_photo_that_meets_itself_is_superseded() {
    // Written, the answer lost; the repetition finds its own version.
    let lost = |sent: &[_]| match sent.len() {
        1 => Answer::Dropped,
        _ => condition_failed(&json!({})),
    };
    let recorded = Recorded::new(lost);
    assert_eq!(apply(&recorded).await.unwrap(), ApplyOutcome::Superseded);
    let recorded = Recorded::new(lost);
    assert_eq!(show(&recorded).await.unwrap(), ShowOutcome::Superseded);
    assert_eq!(recorded.sent().len(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_throttled_photo_is_repeated_and_in_the_end_may_pass() {
    let recovers = |sent: &[_]| match sent.len() {
        1 | 2 => throttled(),
        _ => Answer::Success(json!({})),
    };
    assert_eq!(show(&Recorded::new(recovers)).await.unwrap(), ShowOutcome::Shown);

    let recorded = Recorded::new(|_sent| throttled());
    assert!(show(&recorded).await.unwrap_err().transient);
    assert_eq!(recorded.sent().len(), usize::try_from(ATTEMPTS_MAX).unwrap());
}

#[tokio::test(start_paused = true)]
async fn a_throttled_row_is_told_at_once() {
    for code in [
        "ThrottlingException",
        "ProvisionedThroughputExceededException",
        "RequestLimitExceeded",
    ] {
        let recorded = Recorded::new(move |_sent| Answer::Error(400, code, json!({})));
        assert_eq!(apply(&recorded).await.unwrap(), ApplyOutcome::Throttled, "{code}");
        assert_eq!(recorded.sent().len(), 1, "{code}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_row_that_got_lost_or_met_a_transaction_is_repeated() {
    let troubles = [
        || Answer::Dropped,
        || Answer::Error(500, "InternalServerError", json!({})),
        || Answer::Error(503, "ServiceUnavailable", json!({})),
        || Answer::Error(400, "TransactionConflictException", json!({})),
    ];
    for trouble in troubles {
        let recorded = Recorded::new(move |sent| match sent.len() {
            1 => trouble(),
            _ => Answer::Success(json!({})),
        });
        assert_eq!(apply(&recorded).await.unwrap(), ApplyOutcome::Applied);
        let recorded = Recorded::new(move |_sent| trouble());
        assert!(apply(&recorded).await.unwrap_err().transient);
        assert_eq!(recorded.sent().len(), usize::try_from(ATTEMPTS_MAX).unwrap());
    }
}

#[tokio::test]
async fn a_photo_touches_its_own_attributes_alone() {
    let recorded = Recorded::new(|_sent| Answer::Success(json!({})));
    show(&recorded).await.unwrap();
    let [sent] = recorded.sent().try_into().unwrap();
    let expected = json!({
        "TableName": "products",
        "Key": { "pk": { "S": "product#MUG" } },
        "ConditionExpression": "attribute_not_exists(photo_sequence) OR photo_sequence < :sequence",
        "UpdateExpression":
            "SET photo_sequence = :sequence, photo_upload_id = :upload, thumbnails = :thumbnails, photo_at = :at",
        "ExpressionAttributeValues": {
            ":sequence": { "N": "3" },
            ":upload": { "S": "upload-1" },
            ":thumbnails": { "M": { "128": { "S": "MUG/upload-1/128.jpg" } } },
            ":at": { "N": "1700000000000" },
        },
    });
    assert_eq!(sent.body, expected);
}

#[tokio::test]
async fn a_page_that_ends_early_leads_on() {
    let recorded = Recorded::new(|_sent| {
        Answer::Success(json!({
            "Items": [priced("A", "100"), priced("B", "200")],
            "LastEvaluatedKey": {
                "pk": { "S": "product#B" }, "listing": { "S": "catalog" }, "sku": { "S": "B" },
            },
        }))
    });
    let catalog = DynamoProductCatalog {
        table: table(&recorded),
    };
    // The page is full at a megabyte, before the limit.
    let page = catalog.list(Some(&sku("0")), 100).await.unwrap();
    assert_eq!((page.products.len(), page.next), (2, Some(sku("B"))));
    // Fewer units than are reserved show as none.
    assert_eq!(page.products[0].available, 0);
    let [sent] = recorded.sent().try_into().unwrap();
    assert_eq!(sent.body["IndexName"], "by-sku");
    assert_eq!(
        sent.body["KeyConditionExpression"],
        "listing = :listed AND sku > :after"
    );
    assert_eq!(sent.body["Limit"], 101);

    let nothing = Recorded::new(|_sent| Answer::Success(json!({ "Items": [] })));
    let catalog = DynamoProductCatalog { table: table(&nothing) };
    let empty = ProductPage {
        products: Vec::new(),
        next: None,
    };
    assert_eq!(catalog.list(None, 20).await.unwrap(), empty);
}

#[tokio::test]
async fn a_damaged_product_is_a_failure_for_good() {
    for (attribute, value) in [
        ("name", json!({ "N": "1" })),
        ("price_minor", json!({ "N": "-1" })),
        ("currency", json!({ "S": "euro" })),
        ("available", json!({ "S": "many" })),
        ("thumbnails", json!({ "M": { "large": { "S": "key" } } })),
    ] {
        let mut item = priced("MUG", "100");
        item[attribute] = value;
        let recorded = Recorded::new(move |_sent| Answer::Success(json!({ "Item": item })));
        let catalog = DynamoProductCatalog {
            table: table(&recorded),
        };
        let failure = catalog.find(&sku("MUG")).await.unwrap_err();
        assert!(!failure.transient, "{attribute}");
    }
}
