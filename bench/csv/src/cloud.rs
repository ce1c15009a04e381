//! Answers the other requests of an import: for its file, its ledger, the report, and the mail. This stand-in for AWS
//! has one catalog, meets every condition, and stores what it receives.

use std::collections::{BTreeMap, HashMap};
use std::fs::File;
use std::path::Path;
use std::sync::Arc;

use bench_kit::http::{Body, Request, Response};
use bench_kit::trouble::Trouble;
use serde_json::{Map, Value, json};

const E_TAG: &str = "\"b1946ac92492d2347c6235b4d2611184\"";
/// What uploads of catalogs are called in the bucket.
const CATALOGS: &str = "/catalogs/";
const CUSTOMER: &str = "7d1e4c52-90b1-70aa-3f6e-0c9b2f1a8e01";
const ANNOUNCED_AT: &str = "1793527200000";

#[derive(Default)]
pub(crate) struct Cloud {
    catalog: Option<(Arc<File>, u64)>,
    items: HashMap<String, Map<String, Value>>,
    objects: HashMap<String, Vec<u8>>,
    /// Of objects that are written in parts, by number.
    parts: HashMap<String, BTreeMap<u32, Vec<u8>>>,
}

impl Cloud {
    pub(crate) fn with(file: &Path) -> Result<Self, Trouble> {
        let trouble = |reason| Trouble::new(file.display(), reason);
        let catalog = File::open(file).map_err(trouble)?;
        let bytes = catalog.metadata().map_err(trouble)?.len();
        Ok(Self {
            catalog: Some((Arc::new(catalog), bytes)),
            ..Self::default()
        })
    }

    pub(crate) fn answer(&mut self, request: &Request<'_>) -> Response {
        let (path, query) = request.path().split_once('?').unwrap_or((request.path(), ""));
        let operation = request
            .header("x-amz-target")
            .and_then(|target| target.split_once('.'))
            .map(|(_, operation)| operation);
        let Some(operation) = operation else {
            return match path {
                "/v2/email/outbound-emails" => Response::json(&json!({"MessageId": "m-1"})),
                _ => self.object(request, path, query),
            };
        };
        let body: Value = serde_json::from_slice(request.body).unwrap_or_default();
        Response::json(&match operation {
            "UpdateItem" => {
                let item = self.update(&body);
                match body["ReturnValues"].as_str() {
                    Some(_) => json!({ "Attributes": item }),
                    None => json!({}),
                }
            }
            "TransactWriteItems" => {
                for part in body["TransactItems"].as_array().into_iter().flatten() {
                    self.update(&part["Update"]);
                }
                json!({})
            }
            "GetItem" => match self.items.get(key(&body)) {
                Some(item) => json!({ "Item": item }),
                None => json!({}),
            },
            "AdminGetUser" => {
                let attributes = json!([{"Name": "email", "Value": "ann@example.test"}, {"Name": "email_verified", "Value": "true"}]);
                json!({"Username": "ann", "Enabled": true, "UserStatus": "CONFIRMED", "UserAttributes": attributes})
            }
            "StartExecution" => json!({"executionArn": "arn:execution", "startDate": 1.0}),
            _ => json!({}),
        })
    }

    /// The item as it is afterwards. An upload is one that was announced.
    fn update(&mut self, update: &Value) -> Map<String, Value> {
        let key = key(update);
        let size_bytes = self.catalog.as_ref().map_or(0, |(_, bytes)| *bytes);
        let item = self
            .items
            .entry(key.to_owned())
            .or_insert_with(|| announced(key, size_bytes));
        let names = &update["ExpressionAttributeNames"];
        let values = &update["ExpressionAttributeValues"];
        let expression = update["UpdateExpression"].as_str().unwrap_or_default();
        let mut words = expression.split([' ', ',']).filter(|word| !word.is_empty());
        let mut clause = "";
        while let Some(word) = words.next() {
            if matches!(word, "SET" | "ADD" | "REMOVE") {
                clause = word;
                continue;
            }
            let name = names[word].as_str().unwrap_or(word).to_owned();
            match clause {
                "SET" => {
                    let value = words.nth(1).unwrap_or_default();
                    item.insert(name, values[value].clone());
                }
                "ADD" => {
                    let number = |value: &Value| value["N"].as_str().and_then(|digits| digits.parse().ok());
                    let before = item.get(&name).and_then(number).unwrap_or(0_u64);
                    let more = number(&values[words.next().unwrap_or_default()]).unwrap_or(0);
                    item.insert(name, json!({"N": (before + more).to_string()}));
                }
                _ => {
                    item.remove(&name);
                }
            }
        }
        item.clone()
    }

    fn object(&mut self, request: &Request<'_>, path: &str, query: &str) -> Response {
        let parameter = |name: &str| {
            query
                .split('&')
                .find_map(|pair| pair.strip_prefix(name)?.strip_prefix('='))
        };
        let key = path.to_owned();
        match request.method() {
            "GET" => self.get(request, path),
            "PUT" => {
                let body = request.body.to_vec();
                match parameter("partNumber").and_then(|number| number.parse().ok()) {
                    Some(number) => self.parts.entry(key).or_default().insert(number, body),
                    None => self.objects.insert(key, body),
                };
                Response::made(200, vec![("etag", E_TAG.to_owned())], [])
            }
            "POST" if parameter("uploadId").is_some() => {
                let parts = self.parts.remove(path).unwrap_or_default();
                self.objects.insert(key, parts.into_values().flatten().collect());
                Response::xml(
                    200,
                    "<CompleteMultipartUploadResult><ETag>e</ETag></CompleteMultipartUploadResult>",
                )
            }
            "POST" => Response::xml(
                200,
                "<InitiateMultipartUploadResult><UploadId>upload</UploadId></InitiateMultipartUploadResult>",
            ),
            _ => Response::made(204, Vec::new(), []),
        }
    }

    fn get(&self, request: &Request<'_>, path: &str) -> Response {
        let object = self.objects.get(path);
        let catalog = self.catalog.as_ref().filter(|_| path.contains(CATALOGS));
        let size = match (object, catalog) {
            (Some(object), _) => object.len() as u64,
            (None, Some((_, bytes))) => *bytes,
            (None, None) => return Response::xml(404, "<Error><Code>NoSuchKey</Code></Error>"),
        };
        let asked = request.header("range").and_then(range);
        let (begin, last) = asked.unwrap_or((0, None));
        if asked.is_some() && begin >= size {
            return Response::xml(416, "<Error><Code>InvalidRange</Code></Error>");
        }
        let end = last.map_or(size, |last| size.min(last.saturating_add(1)));
        let mut headers = vec![("etag", E_TAG.to_owned()), ("content-type", "text/csv".to_owned())];
        if asked.is_some() {
            headers.push((
                "content-range",
                format!("bytes {begin}-{}/{size}", end.saturating_sub(1)),
            ));
        }
        let index = |byte: u64| usize::try_from(byte).unwrap_or(usize::MAX);
        let body = match (object, catalog) {
            (None, Some((file, _))) => Body::File {
                file: Arc::clone(file),
                begin,
                end,
            },
            _ => Body::Bytes(object.map_or_else(Vec::new, |object| object[index(begin)..index(end)].to_vec())),
        };
        Response::Made {
            status: if asked.is_some() { 206 } else { 200 },
            headers,
            body,
        }
    }
}

fn key(request: &Value) -> &str {
    request["Key"]["pk"]["S"].as_str().unwrap_or_default()
}

/// Of `bytes=20-` or `bytes=20-39`: the first byte and the last one.
fn range(header: &str) -> Option<(u64, Option<u64>)> {
    let (begin, last) = header.strip_prefix("bytes=")?.split_once('-')?;
    Some((begin.parse().ok()?, last.parse().ok()))
}

/// The item of an upload as `adapter-dynamodb` writes it; of anything else, its key.
fn announced(key: &str, size_bytes: u64) -> Map<String, Value> {
    let mut item = Map::from_iter([("pk".to_owned(), json!({ "S": key }))]);
    let Some(id) = key.strip_prefix("upload#") else {
        return item;
    };
    let texts = [
        ("kind", "UPLOAD"),
        ("upload_id", id),
        ("brings", "catalog"),
        ("file_name", "catalog.csv"),
        ("created_by", CUSTOMER),
        ("status", "WAITING"),
    ];
    item.extend(texts.map(|(name, value)| (name.to_owned(), json!({ "S": value }))));
    let size_bytes = size_bytes.to_string();
    let numbers = [
        ("sequence", "1"),
        ("size_bytes", &size_bytes),
        ("created_at", ANNOUNCED_AT),
        ("updated_at", ANNOUNCED_AT),
    ];
    item.extend(numbers.map(|(name, value)| (name.to_owned(), json!({ "N": value }))));
    item
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_item_remembers_what_updates_set_add_and_remove() {
        let mut cloud = Cloud::default();
        let mut update = json!({
            "Key": {"pk": {"S": "upload#1"}},
            "UpdateExpression": "SET #status = :end, at = :at ADD rows :rows REMOVE brings, kind",
            "ExpressionAttributeNames": {"#status": "status"},
            "ExpressionAttributeValues": {":end": {"S": "DONE"}, ":at": {"N": "7"}, ":rows": {"N": "3"}},
        });
        cloud.update(&update);
        update["UpdateExpression"] = json!("ADD rows :rows");
        let item = cloud.update(&update);
        assert_eq!(item["status"], json!({"S": "DONE"}));
        assert_eq!(item["at"], json!({"N": "7"}));
        assert_eq!(item["rows"], json!({"N": "6"}));
        assert_eq!(item["upload_id"], json!({"S": "1"}));
        assert!(!item.contains_key("brings") && !item.contains_key("kind"));
    }

    #[test]
    fn ranges_have_an_end_or_none() {
        assert_eq!(range("bytes=20-39"), Some((20, Some(39))));
        assert_eq!(range("bytes=20-"), Some((20, None)));
        assert_eq!(range("bytes=-5"), None);
    }
}
