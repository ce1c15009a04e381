//! Compares the answers of every route with the baseline, for the requests of `requests.json` in their order.
//!
//! The host has the built-in catalog. Ids, times, links and page tokens in the answers are replaced by their names.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};
use tests::baseline;
use tests::client::{Answer, Client};
use tests::local::LocalHost;

/// Headers that differ between answers, or belong to the connection.
const HEADERS_LEFT_OUT: [&str; 4] = ["apigw-requestid", "connection", "content-length", "date"];

/// In the built-in catalog.
const PRODUCTS: usize = 12;

#[test]
fn every_route_gives_the_recorded_answers() {
    let host = LocalHost::start_in_memory();
    // Its rows come in any order.
    host.client.wait_for("the built-in catalog to come in", || {
        let page = host.client.get("/products?limit=100", None).json();
        (page["products"].as_array()?.len() == PRODUCTS).then_some(())
    });
    let mut caller = Caller {
        client: &host.client,
        kept: BTreeMap::new(),
    };
    let requests = baseline::read("requests.json");
    let answers = requests.as_array().unwrap().iter().map(|request| {
        let answer = caller.answer(request);
        (request["name"].as_str().unwrap().to_owned(), answer)
    });
    baseline::hold("answers.json", &answers.collect::<Map<_, _>>().into());
}

struct Caller<'a> {
    client: &'a Client,
    /// Values of earlier answers that later requests need.
    kept: BTreeMap<String, String>,
}

impl Caller<'_> {
    fn answer(&mut self, request: &Value) -> Value {
        let name = &request["name"];
        let answer = match request["until"].as_object() {
            None => self.send(request),
            Some(until) => self.client.wait_for(&name.to_string(), || {
                let answer = self.send(request);
                let body: Value = serde_json::from_slice(&answer.bytes).unwrap_or_default();
                let has_come = until
                    .iter()
                    .all(|(pointer, value)| body.pointer(pointer) == Some(value));
                has_come.then_some(answer)
            }),
        };
        for (name, pointer) in request["keep"].as_object().into_iter().flatten() {
            let body = answer.json();
            let value = body.pointer(pointer.as_str().unwrap()).and_then(Value::as_str);
            let value = value.unwrap_or_else(|| panic!("{name} is not in {body}"));
            self.kept.insert(name.clone(), value.to_owned());
        }
        self.shown(&answer)
    }

    fn send(&self, request: &Value) -> Answer {
        let mut path = request["path"].as_str().unwrap().to_owned();
        for (name, value) in &self.kept {
            path = path.replace(&format!("{{{name}}}"), value);
        }
        let mut headers: Vec<(String, String)> = Vec::new();
        for (name, value) in request["headers"].as_object().into_iter().flatten() {
            headers.push((name.clone(), value.as_str().unwrap().to_owned()));
        }
        if let Some(person) = request["as"].as_str() {
            let groups: &[&str] = if person == "olga" { &["staff"] } else { &[] };
            let token = self.client.token(person, groups);
            headers.push(("authorization".to_owned(), format!("Bearer {token}")));
        }
        let mut body = match (&request["text"], &request["body"]) {
            (Value::String(text), _) => text.clone(),
            (_, Value::Null) => String::new(),
            (_, body) => body.to_string(),
        };
        let padding = request["padding"].as_u64().unwrap_or_default();
        body += &" ".repeat(usize::try_from(padding).unwrap());
        let headers: Vec<(&str, &str)> = headers
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .collect();
        self.client
            .send(request["method"].as_str().unwrap(), &path, &headers, body.as_bytes())
    }

    fn shown(&self, answer: &Answer) -> Value {
        let headers = answer
            .headers
            .iter()
            .filter(|(name, _)| !HEADERS_LEFT_OUT.contains(&name.as_str()));
        let headers = headers.map(|(name, value)| (name.clone(), self.replaced(value).into()));
        let body = serde_json::from_slice(&answer.bytes)
            .unwrap_or_else(|_| Value::String(String::from_utf8_lossy(&answer.bytes).into_owned()));
        json!({
            "status": answer.status,
            "headers": headers.collect::<Map<_, _>>(),
            "body": self.shown_value(body),
        })
    }

    fn shown_value(&self, value: Value) -> Value {
        match value {
            Value::String(text) => self.replaced(&text).into(),
            Value::Array(items) => items.into_iter().map(|item| self.shown_value(item)).collect(),
            Value::Object(members) => {
                let members = members.into_iter().map(|(name, member)| {
                    let is_token = name == "next_cursor" && member.is_string();
                    let shown = if is_token {
                        json!("{page token}")
                    } else {
                        self.shown_value(member)
                    };
                    (name, shown)
                });
                members.collect::<Map<_, _>>().into()
            }
            other => other,
        }
    }

    fn replaced(&self, text: &str) -> String {
        let mut shown = String::new();
        let mut rest = text.replace(&self.client.base_url, "{host}");
        while !rest.is_empty() {
            let of_a_word = |character: char| character.is_ascii_alphanumeric() || character == '-';
            let end = rest.find(|character| !of_a_word(character)).unwrap_or(rest.len());
            let (value, behind) = rest.split_at(end);
            shown += name_of(value).unwrap_or(value);
            let next = behind.chars().next().map_or(0, char::len_utf8);
            shown += &behind[..next];
            rest = behind[next..].to_owned();
        }
        // The end of a time: minutes, seconds and milliseconds.
        match shown.split_once("{hour}") {
            Some(("", time)) => format!("{{time of {} characters}}", time.len()),
            _ => shown,
        }
    }
}

/// The name of a value that differs between runs.
fn name_of(value: &str) -> Option<&'static str> {
    let shape: String = value
        .chars()
        .map(|character| match character {
            '0'..='9' => '0',
            'a'..='f' => 'a',
            other => other,
        })
        .collect();
    let is_hexadecimal = value
        .chars()
        .all(|character| matches!(character, '0'..='9' | 'a'..='f'));
    let hyphens: Vec<usize> = value.match_indices('-').map(|(at, _)| at).collect();
    match value.len() {
        13 if shape == "0".repeat(13) => Some("{milliseconds}"),
        13 if shape == "0000-00-00T00" => Some("{hour}"),
        32 if is_hexadecimal => Some("{32 hexadecimal digits}"),
        36 if hyphens == [8, 13, 18, 23] => Some("{id}"),
        64 if is_hexadecimal => Some("{64 hexadecimal digits}"),
        _ => None,
    }
}
