//! An HTTP client for a shop: a function per request, as a person would send them with curl.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::mails::{self, Mail};
use crate::people::People;

/// Every order has to be decided within this (the slowest sandbox token is `tok_down`).
pub const DECIDED_WITHIN: Duration = Duration::from_mins(1);
const POLL_EVERY: Duration = Duration::from_millis(50);
const REQUEST_TIMEOUT: Duration = Duration::from_mins(1);

/// A shop at an address.
#[derive(Clone)]
pub struct Client {
    pub base_url: String,
    /// The host name of the API, if it differs from its address.
    host: Option<String>,
    people: People,
    agent: ureq::Agent,
}

/// An answer, whatever its status.
#[derive(Debug, Clone)]
pub struct Answer {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub bytes: Vec<u8>,
}

impl Answer {
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.bytes)
            .unwrap_or_else(|fault| panic!("{fault}: {}", String::from_utf8_lossy(&self.bytes)))
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(other, _)| other.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
    }
}

impl Client {
    pub fn new(base_url: &str) -> Self {
        let config = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .timeout_global(Some(REQUEST_TIMEOUT))
            .max_idle_connections_per_host(4)
            .build();
        Self {
            base_url: base_url.to_owned(),
            host: None,
            people: People::LocalHost,
            agent: config.into(),
        }
    }

    /// Uses this host name, by which the local cloud selects an API.
    #[must_use]
    pub fn with_host(mut self, host: &str) -> Self {
        self.host = Some(host.to_owned());
        self
    }

    #[must_use]
    pub fn with_people(mut self, people: People) -> Self {
        self.people = people;
        self
    }

    /// Sends a request. `path` may be a complete URL.
    pub fn send(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Answer {
        self.try_send(method, path, headers, body)
            .unwrap_or_else(|fault| panic!("{method} {path}: {fault}"))
    }

    pub fn try_send(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &[u8],
    ) -> Result<Answer, ureq::Error> {
        let is_whole = path.starts_with("http");
        let url = if is_whole {
            path.to_owned()
        } else {
            format!("{}{path}", self.base_url)
        };
        let mut request = ureq::http::Request::builder().method(method).uri(&url);
        if let Some(host) = self.host.as_deref().filter(|_| !is_whole) {
            request = request.header("host", host);
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let mut response = if matches!(method, "GET" | "HEAD" | "OPTIONS") {
            self.agent.run(request.body(())?)?
        } else {
            self.agent.run(request.body(body)?)?
        };
        let headers = response
            .headers()
            .iter()
            .map(|(name, value)| (name.to_string(), String::from_utf8_lossy(value.as_bytes()).into_owned()))
            .collect();
        let status = response.status().as_u16();
        let bytes = response.body_mut().with_config().limit(u64::MAX).read_to_vec()?;
        Ok(Answer { status, headers, bytes })
    }

    pub fn get(&self, path: &str, token: Option<&str>) -> Answer {
        let authorization = token.map(|token| format!("Bearer {token}"));
        let headers: Vec<(&str, &str)> = authorization
            .iter()
            .map(|value| ("authorization", value.as_str()))
            .collect();
        self.send("GET", path, &headers, b"")
    }

    pub fn post(&self, path: &str, token: &str, headers: &[(&str, &str)], body: &Value) -> Answer {
        let authorization = format!("Bearer {token}");
        let mut all = vec![
            ("authorization", authorization.as_str()),
            ("content-type", "application/json"),
        ];
        all.extend_from_slice(headers);
        self.send("POST", path, &all, body.to_string().as_bytes())
    }

    /// An access token for this person.
    pub fn token(&self, subject: &str, groups: &[&str]) -> String {
        if let People::Cognito(pool) = &self.people {
            return pool.token(subject, groups);
        }
        let body = json!({ "sub": subject, "groups": groups }).to_string();
        let answer = self.send(
            "POST",
            "/dev/token",
            &[("content-type", "application/json")],
            body.as_bytes(),
        );
        assert_eq!(answer.status, 200, "{}", String::from_utf8_lossy(&answer.bytes));
        answer.json()["access_token"].as_str().unwrap().to_owned()
    }

    /// All mails to this person so far that contain `text`.
    pub fn mails_with(&self, subject: &str, text: &str) -> Vec<Mail> {
        let (address, mails) = match &self.people {
            People::LocalHost => {
                let answer = self.get("/dev/emails", None).json();
                (format!("{subject}@example.test"), mails::of_local_host(&answer))
            }
            People::Cognito(pool) => {
                let answer = self.get(&pool.mails_url(), None).json();
                (pool.address_of(subject), mails::of_local_cloud(&answer))
            }
        };
        let matching = mails.into_iter();
        matching
            .filter(|mail| mail.to.contains(&address) && mail.text.contains(text))
            .collect()
    }

    pub fn place_order(&self, token: &str, key: &str, items: &[(&str, u32)], payment_token: &str) -> Answer {
        let items: Vec<Value> = items
            .iter()
            .map(|(sku, quantity)| json!({ "sku": sku, "quantity": quantity }))
            .collect();
        let body = json!({ "items": items, "payment_token": payment_token });
        self.post("/orders", token, &[("idempotency-key", key)], &body)
    }

    /// Waits until the order has left PENDING and CANCELLING.
    pub fn decided_order(&self, token: &str, id: &str) -> Value {
        self.wait_for(&format!("order {id} to be decided"), || {
            let order = self.get(&format!("/orders/{id}"), Some(token)).json();
            (!matches!(order["status"].as_str(), Some("PENDING" | "CANCELLING"))).then_some(order)
        })
    }

    /// Waits until the upload is DONE or REJECTED.
    pub fn settled_upload(&self, token: &str, status_url: &str) -> Value {
        self.wait_for("the upload to be settled", || {
            let upload = self.get(status_url, Some(token)).json();
            matches!(upload["status"].as_str(), Some("DONE" | "REJECTED")).then_some(upload)
        })
    }

    /// Announces a file, and returns the link for its upload and the URL of its status.
    pub fn announce(&self, token: &str, announcement: &Value) -> Value {
        let created = self.post("/uploads", token, &[], announcement);
        assert_eq!(created.status, 201, "{}", String::from_utf8_lossy(&created.bytes));
        created.json()
    }

    /// Announces a catalog file.
    pub fn announce_catalog(&self, token: &str, file_name: &str, size_bytes: usize) -> Value {
        self.announce(token, &catalog_announcement(file_name, size_bytes))
    }

    /// Announces a file and uploads it.
    pub fn upload(&self, token: &str, announcement: &Value, bytes: &[u8]) -> Value {
        let created = self.announce(token, announcement);
        let put = self.put_file(&created, bytes);
        assert_eq!(put.status, 200, "{}", String::from_utf8_lossy(&put.bytes));
        created
    }

    /// Announces a catalog file and uploads it.
    pub fn upload_catalog(&self, token: &str, file_name: &str, file: &[u8]) -> Value {
        self.upload(token, &catalog_announcement(file_name, file.len()), file)
    }

    /// Uploads a catalog file, and waits for the end of its import.
    pub fn import_catalog(&self, token: &str, file_name: &str, file: &[u8]) -> Value {
        let created = self.upload_catalog(token, file_name, file);
        self.settled_upload(token, created["status_url"].as_str().unwrap())
    }

    /// The PUT of an announced upload, with exactly the headers that were signed.
    pub fn put_file(&self, created: &Value, bytes: &[u8]) -> Answer {
        let headers: Vec<(String, String)> = created["headers"]
            .as_object()
            .unwrap()
            .iter()
            .map(|(name, value)| (name.clone(), value.as_str().unwrap().to_owned()))
            .filter(|(name, _)| !name.eq_ignore_ascii_case("content-length"))
            .collect();
        let headers: Vec<(&str, &str)> = headers
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .collect();
        self.send("PUT", created["url"].as_str().unwrap(), &headers, bytes)
    }

    pub fn available(&self, sku: &str) -> u64 {
        let product = self.get(&format!("/products/{sku}"), None);
        assert_eq!(
            product.status,
            200,
            "{sku}: {}",
            String::from_utf8_lossy(&product.bytes)
        );
        product.json()["available"].as_u64().unwrap()
    }

    /// Polls until there is an answer. Fails with `what` if there is none in time.
    pub fn wait_for<T>(&self, what: &str, mut probe: impl FnMut() -> Option<T>) -> T {
        let started = Instant::now();
        loop {
            if let Some(found) = probe() {
                return found;
            }
            assert!(
                started.elapsed() < DECIDED_WITHIN,
                "waited {DECIDED_WITHIN:?} for {what} at {}",
                self.base_url
            );
            std::thread::sleep(POLL_EVERY);
        }
    }
}

fn catalog_announcement(file_name: &str, size_bytes: usize) -> Value {
    json!({ "kind": "catalog", "file_name": file_name, "size_bytes": size_bytes })
}
