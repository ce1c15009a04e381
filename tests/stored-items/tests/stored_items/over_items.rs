//! Records the answers of each port of the DynamoDB adapter over a stored item.

use std::collections::BTreeMap;
use std::fmt::Debug;
use std::sync::Arc;
use std::time::Duration;

use adapter_dynamodb::catalog::{DynamoCatalogWriter, DynamoPriceList, DynamoProductCatalog};
use adapter_dynamodb::gateway::DynamoSandboxGateway;
use adapter_dynamodb::imports::DynamoImportLedger;
use adapter_dynamodb::payments::DynamoPaymentRecords;
use adapter_dynamodb::photo_uploads::DynamoPhotoUploads;
use adapter_dynamodb::photos::DynamoProductPhotos;
use adapter_dynamodb::sends::DynamoSendLog;
use adapter_dynamodb::stock::DynamoStockLedger;
use adapter_dynamodb::table::Table;
use adapter_dynamodb::uploads::DynamoUploadRepository;
use adapter_system::clock::SystemClock;
use domain::catalog::import::job::ImportId;
use domain::catalog::ports::{
    Begin, CatalogImport, CatalogImportEnd, CatalogVersion, CatalogWriter, Finish, ImportLedger, ProductCatalog,
};
use domain::catalog::product::{CatalogRow, ProductDetails};
use domain::fulfilment::ports::{PaymentGateway, PaymentRecords, Refund, StockLedger, StockLine};
use domain::orders::ports::PriceList;
use domain::ports::{PortFailure, SendLog};
use domain::thumbnails::ports::{PhotoShown, PhotoUploads, ProductPhotos};
use domain::uploads::ports::UploadRepository;
use domain::values::{
    Currency, CustomerId, Money, ObjectSequencer, ObjectVersion, OrderId, OrderLines, PaymentToken, PhotoKey, Quantity,
    Sku, Timestamp, UploadId,
};
use serde_json::{Value, json};
use wire::money::MoneyJson;
use wire::product::ProductJson;
use wire::upload::UploadJson;

use crate::item::text;

pub(crate) fn number(item: &Value, name: &str) -> i64 {
    item[name]["N"].as_str().unwrap().parse().unwrap()
}

pub(crate) fn later() -> Timestamp {
    Timestamp::from_unix_ms(4_000_000_000_000)
}

fn money(money: Money) -> Value {
    json!(MoneyJson::from(money))
}

fn import_json(import: CatalogImport) -> Value {
    let end = import.finished.map(|end| match end {
        CatalogImportEnd::Done {
            counts,
            unknown_columns,
        } => json!({
            "rows": [counts.rows_read, counts.rows_written, counts.rows_rejected],
            "bytes": [counts.bytes_read, counts.bytes_total],
            "unknown_columns": unknown_columns,
        }),
        CatalogImportEnd::Rejected { reason } => json!({ "reason": reason }),
    });
    let uploaded_by = import.uploaded_by.as_ref().map(CustomerId::as_str);
    json!({ "sequence": import.id.sequence, "file_name": import.file_name, "uploaded_by": uploaded_by, "end": end })
}

fn finish_json(finish: Finish) -> Value {
    match finish {
        Finish::Ended(import) | Finish::EndedBefore(import) => import_json(import),
        Finish::Superseded(_) => Value::Null,
    }
}

/// What was answered, by what was asked.
#[derive(Default)]
pub(crate) struct Answers(BTreeMap<String, Value>);

impl Answers {
    pub(crate) fn json(&mut self, question: &str, answer: Result<Value, PortFailure>) {
        let answer = answer.unwrap_or_else(|failure| json!({ "failure": failure.to_string() }));
        self.0.insert(question.to_owned(), answer);
    }

    /// Adds an outcome as its debug text.
    pub(crate) fn outcome<T: Debug>(&mut self, question: &str, answer: Result<T, PortFailure>) {
        self.json(question, answer.map(|outcome| json!(format!("{outcome:?}"))));
    }
}

/// The ports over one table.
pub(crate) struct OverItems {
    table: Table,
}

impl OverItems {
    pub(crate) fn at(address: &str, table: &str) -> Self {
        let lookup = |name: &str| match name {
            "AWS_REGION" => Some("us-east-1".to_owned()),
            "AWS_ACCESS_KEY_ID" | "AWS_SECRET_ACCESS_KEY" => Some("test".to_owned()),
            "AWS_ENDPOINT_URL" => Some(address.to_owned()),
            _ => None,
        };
        let config = lambda::config::from_lookup(lookup, lambda::sdk::sdk_config).unwrap();
        let table = Table::new(&config, table);
        Self { table }
    }

    pub(crate) fn table(&self) -> Table {
        self.table.clone()
    }

    pub(crate) async fn answers(&self, item: &Value) -> BTreeMap<String, Value> {
        let mut answers = Answers::default();
        let (kind, key) = text(item, "pk").split_once('#').unwrap();
        match kind {
            "order" => self.over_order(&mut answers, key, item).await,
            "idempotency" => self.over_request(&mut answers, key, item).await,
            "send" => {
                let sends = DynamoSendLog { table: self.table() };
                answers.outcome("claim", sends.claim(key, later()).await);
            }
            "product" => self.over_product(&mut answers, key, item).await,
            "reservation" => self.over_reservation(&mut answers, key).await,
            "payment" if item["revision"].is_null() => {
                let records = DynamoPaymentRecords { table: self.table() };
                let record = records.find(&OrderId::parse(key).unwrap()).await.map(Option::unwrap);
                answers.json("find", record.map(|record| {
                    json!({ "state": record.state.as_str(), "amount": money(record.amount), "at": record.at.unix_ms() })
                }));
            }
            "payment" => self.over_payment(&mut answers, key).await,
            "entry" => {
                let entries = self.gateway().ledger().await;
                let entry = entries.map(|entries| {
                    entries
                        .into_iter()
                        .find(|entry| format!("{}#{}", entry.payment, entry.sequence) == key)
                        .unwrap()
                });
                answers.json(
                    "ledger",
                    entry.map(|entry| {
                        let amount = entry.amount.map(money);
                        json!({ "event": entry.event.as_str(), "amount": amount, "at": entry.at.unix_ms() })
                    }),
                );
            }
            "upload" => self.over_upload(&mut answers, key, item).await,
            "import" => {
                let parts: Vec<&str> = key.split('#').collect();
                let [upload, sequence, "range", range] = parts[..] else {
                    panic!("{key}")
                };
                let upload_id = UploadId::parse(upload).unwrap();
                let import = ImportId {
                    upload_id,
                    sequence: sequence.parse().unwrap(),
                };
                let ledger = DynamoImportLedger { table: self.table() };
                let range = range.parse().unwrap();
                let progress = ledger.progress(&import, range).await;
                let from = progress.as_ref().unwrap().clone().unwrap();
                let mut to = from.clone();
                to.rows_read += 1;
                answers.json(
                    "progress",
                    progress.map(|_| {
                        let reached = [from.reached.byte_offset, from.reached.line];
                        json!({ "reached": reached, "rows_read": from.rows_read, "rows_rejected": from.rows_rejected,
                        "parts": from.parts, "is_done": from.is_done })
                    }),
                );
                let advanced = ledger.advance(&import, range, &from, &to, later()).await;
                // The recorded version called it otherwise.
                answers.json(
                    "advance",
                    advanced.map(|advance| json!(format!("{advance:?}").replace("Recorded", "Noted"))),
                );
            }
            // Only a sequence number, which updates increment.
            "counter" => answers.json("sequence", Ok(json!(number(item, "sequence")))),
            other => panic!("{other} is not a kind of item"),
        }
        answers.0
    }

    async fn over_product(&self, answers: &mut Answers, key: &str, item: &Value) {
        let sku = Sku::parse(key).unwrap();
        let catalog = DynamoProductCatalog { table: self.table() };
        let shown = |product: domain::catalog::product::Product| {
            let thumbnails = product.thumbnails.clone();
            ProductJson::new(product, thumbnails)
        };
        answers.json("find", catalog.find(&sku).await.map(|found| json!(found.map(shown))));
        let prices = DynamoPriceList { table: self.table() };
        let skus = std::slice::from_ref(&sku);
        answers.json(
            "price",
            prices
                .prices(skus)
                .await
                .map(|prices| prices.get(&sku).copied().map_or(Value::Null, money)),
        );
        let listed = catalog.list(None, 999).await;
        answers.outcome(
            "is listed",
            listed.map(|page| page.products.iter().any(|product| product.sku == sku)),
        );
        let row = CatalogRow {
            sku: sku.clone(),
            details: ProductDetails::new("New", "", Money::new(1, Currency::parse("EUR").unwrap()).unwrap()),
            stock: 1,
        };
        for upload_sequence in [0, 9, u64::MAX] {
            let version = CatalogVersion {
                upload_sequence,
                byte_offset: 0,
            };
            let outcome = DynamoCatalogWriter::new(&self.table)
                .apply(&row, version, later())
                .await;
            answers.outcome(&format!("apply version {upload_sequence}"), outcome);
        }
        let stored = item["photo_sequence"]["N"]
            .as_str()
            .map_or(7, |digits| digits.parse().unwrap());
        for sequence in [stored, stored + 1] {
            let upload_id = UploadId::parse("photo").unwrap();
            let photo = PhotoShown {
                sku: sku.clone(),
                upload_id,
                sequence,
                keys: Vec::new(),
            };
            let outcome = DynamoProductPhotos { table: self.table() }.show(&photo, later()).await;
            answers.outcome(&format!("show photo {sequence}"), outcome);
        }
        let stock = DynamoStockLedger { table: self.table() };
        for units in [1, 99] {
            let line = StockLine {
                sku: sku.clone(),
                quantity: Quantity::new(units).unwrap(),
            };
            let reserved = stock
                .reserve(&OrderId::parse("new-order").unwrap(), &only(line), later())
                .await;
            answers.outcome(&format!("reserve {units}"), reserved);
        }
    }

    async fn over_reservation(&self, answers: &mut Answers, key: &str) {
        let stock = DynamoStockLedger { table: self.table() };
        let order = OrderId::parse(key).unwrap();
        let line = StockLine {
            sku: Sku::parse("NO-SUCH").unwrap(),
            quantity: Quantity::new(1).unwrap(),
        };
        answers.outcome("reserve", stock.reserve(&order, &only(line), later()).await);
        answers.outcome("commit", stock.commit(&order, later()).await);
        answers.outcome("give back", stock.give_back(&order, later()).await);
    }

    fn gateway(&self) -> DynamoSandboxGateway {
        DynamoSandboxGateway {
            table: self.table(),
            clock: Arc::new(SystemClock),
            answer_timeout: Duration::from_millis(1),
        }
    }

    async fn over_payment(&self, answers: &mut Answers, key: &str) {
        let (gateway, payment) = (self.gateway(), OrderId::parse(key).unwrap());
        let amount = Money::new(2_500, Currency::parse("EUR").unwrap()).unwrap();
        for token in ["tok_ok", "tok_flaky"] {
            let answer = gateway
                .authorize(&payment, amount, &PaymentToken::parse(token).unwrap())
                .await;
            answers.outcome(&format!("authorize {token}"), answer);
        }
        answers.outcome("capture", gateway.capture(&payment).await);
        answers.outcome("void", gateway.void(&payment).await);
        let refund = gateway.refund(&payment).await;
        answers.json(
            "refund",
            refund.map(|refund| match refund {
                Refund::Refunded(amount) => money(amount),
                other @ Refund::NothingCaptured => json!(format!("{other:?}")),
            }),
        );
    }

    async fn over_upload(&self, answers: &mut Answers, key: &str, item: &Value) {
        let id = UploadId::parse(key).unwrap();
        let found = DynamoUploadRepository { table: self.table() }.find(&id).await;
        let sequence = number(item, "sequence").try_into().unwrap();
        answers.json(
            "find",
            found.map(|found| {
                let upload = found.unwrap();
                let mut shown = json!({ "sequence": upload.sequence, "size_bytes": upload.size_bytes });
                shown["created_by"] = json!(upload.created_by.as_ref().map(CustomerId::as_str));
                shown["shown"] = json!(UploadJson::new(upload, None));
                shown
            }),
        );
        let ledger = DynamoImportLedger { table: self.table() };
        let sequencer = item["sequencer"]["S"]
            .as_str()
            .map(|digits| ObjectSequencer::parse(digits).unwrap());
        let oldest = ObjectSequencer::parse("00").unwrap();
        let version = item["version_id"]["S"].as_str();
        for (question, version, sequencer) in [
            ("begin", version, sequencer.as_ref()),
            ("begin an older version", Some("older"), Some(&oldest)),
        ] {
            let object = ObjectVersion {
                key: format!("catalogs/{key}/file.csv"),
                version_id: version.map(str::to_owned),
                size_bytes: 1_000,
            };
            let begun = ledger.begin(&id, &object, sequencer, later()).await;
            answers.json(
                question,
                begun.map(|begun| match begun {
                    Begin::Import(import) => import_json(import),
                    Begin::Outdated => json!("Outdated"),
                }),
            );
        }
        let import = ImportId {
            upload_id: id.clone(),
            sequence,
        };
        let end = CatalogImportEnd::Rejected {
            reason: "late".to_owned(),
        };
        let finished = ledger.finish(&import, &end, later()).await;
        answers.json("finish", finished.map(finish_json));
        let overtaken = ImportId {
            sequence: sequence + 1,
            ..import
        };
        let finished = ledger.finish(&overtaken, &end, later()).await;
        answers.json("finish another", finished.map(finish_json));
        let photos = DynamoPhotoUploads { table: self.table() };
        let photo = PhotoKey {
            sku: Sku::parse("MUG-01").unwrap(),
            upload_id: id.clone(),
        };
        let begun = photos.begin(&photo, 1_000, later()).await;
        answers.json(
            "begin photo",
            begun.map(|photo| json!([photo.sequence, photo.finished])),
        );
        answers.outcome("end photo", photos.done(&id, later()).await);
    }
}

fn only(line: StockLine) -> OrderLines<StockLine> {
    OrderLines::new(vec![line]).unwrap()
}
