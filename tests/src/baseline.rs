//! Compares present answers with the recorded ones in `tests/baseline/`.
//!
//! The code of the commit in `tests/baseline/COMMIT` recorded them. With `BASELINE=record` in its environment, a test
//! writes its file instead of comparing with it: `tests/baseline/README.md` describes when to do this.

use std::path::{Path, PathBuf};

use serde_json::Value;

/// Members that people read. Their text may change, but they must stay strings.
const PROSE: [&str; 3] = ["detail", "message", "reason"];

/// Titles of problems that changed since the baseline: the recorded one, and the present one. All others are unchanged.
const TITLES: [(&str, &str); 13] = [
    (
        "A query parameter has a value out of range",
        "A query parameter is not valid",
    ),
    (
        "The body cannot be read as the expected JSON",
        "The request body cannot be parsed",
    ),
    ("The body has faults in its content", "The request body is invalid"),
    ("The body is too large", "The request body is too large"),
    ("The body must be JSON", "The request body must be JSON"),
    ("The caller may not do this", "Forbidden"),
    (
        "The header Idempotency-Key is malformed",
        "The Idempotency-Key header is not valid",
    ),
    ("The request could not be completed", "Internal server error"),
    (
        "The request does not fit the current state",
        "The request conflicts with the current state",
    ),
    (
        "The service is not available at the moment",
        "The service is temporarily unavailable",
    ),
    ("There is no such thing here", "Not found"),
    (
        "This request needs a valid access token",
        "A valid access token is required",
    ),
    (
        "This request needs the header Idempotency-Key",
        "The Idempotency-Key header is required",
    ),
];

/// Answers that changed on purpose since the baseline, by place: the present ones.
const CHANGED: [(&str, &str); 2] = [
    // The report of rejected rows can be corrected and uploaded again (decision 40).
    (
        "answers.json/the rejected rows/body",
        "\u{feff}line,reason,popshop report ✓,sku,name,description,price,currency,stock,colour\r\n\
         4,\"price: the price is not a number like 12.50, with a dot before the decimals and no other sign\",,\
         BASE-02,Broken,,free,EUR,1,blue\r\n",
    ),
    // The end of an import that no store has is a failure of its own, and not that of an outdated import.
    ("files are gone, step 2", r#"{"error":"InternalFailure"}"#),
];

/// The present answer at this place, if it changed on purpose.
fn changed(place: &str) -> Option<Value> {
    let (_, now) = CHANGED.iter().find(|(changed, _)| *changed == place)?;
    Some(serde_json::from_str(now).unwrap_or_else(|_| Value::from(*now)))
}

pub fn is_recording() -> bool {
    std::env::var_os("BASELINE").is_some_and(|mode| mode == "record")
}

pub fn path(file: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("baseline").join(file)
}

pub fn read(file: &str) -> Value {
    let path = path(file);
    let text = std::fs::read_to_string(&path).unwrap_or_else(|fault| panic!("{}: {fault}", path.display()));
    serde_json::from_str(&text).unwrap_or_else(|fault| panic!("{}: {fault}", path.display()))
}

pub fn write(file: &str, value: &Value) {
    let path = path(file);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, format!("{value:#}\n")).unwrap();
}

/// Compares a value with the recorded file, or records it.
pub fn hold(file: &str, present: &Value) {
    if is_recording() {
        write(file, present);
    } else {
        assert_holds(file, &read(file), present);
    }
}

/// Every recorded member must exist with the same value. A present answer may have new members.
pub fn assert_holds(place: &str, recorded: &Value, present: &Value) {
    if let Some(now) = changed(place) {
        assert_eq!(now, *present, "{place}");
        return;
    }
    match (recorded, present) {
        (Value::Object(recorded), Value::Object(present)) => {
            for (name, member) in recorded {
                let place = format!("{place}/{name}");
                let found = present.get(name).unwrap_or_else(|| panic!("{place} is gone"));
                if name == "title" {
                    assert_eq!(present_title(member), *found, "{place}");
                    continue;
                }
                // A reason without spaces is a code.
                let is_prose = PROSE.contains(&name.as_str()) && member.as_str().is_some_and(|text| text.contains(' '));
                if !is_prose || !found.is_string() {
                    assert_holds(&place, member, found);
                }
            }
        }
        (Value::Array(recorded), Value::Array(present)) => {
            assert_eq!(
                recorded.len(),
                present.len(),
                "{place}: {recorded:?} became {present:?}"
            );
            for (index, (item, found)) in recorded.iter().zip(present).enumerate() {
                assert_holds(&format!("{place}/{index}"), item, found);
            }
        }
        _ => assert_eq!(recorded, present, "{place}"),
    }
}

/// The present title for a recorded one.
fn present_title(recorded: &Value) -> Value {
    let changed = TITLES.iter().find(|(before, _)| recorded == before);
    changed.map_or_else(|| recorded.clone(), |(_, now)| Value::from(*now))
}

/// Copies a folder with all its content.
pub fn copy_folder(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let (entry, target) = entry.map(|entry| (entry.path(), to.join(entry.file_name()))).unwrap();
        if entry.is_dir() {
            copy_folder(&entry, &target);
        } else {
            std::fs::copy(entry, target).unwrap();
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn holds(recorded: &Value, present: &Value) -> bool {
        std::panic::catch_unwind(|| assert_holds("", recorded, present)).is_ok()
    }

    #[test]
    fn new_members_changed_prose_and_listed_titles_are_accepted() {
        let recorded = json!({
            "status": 404, "title": "There is no such thing here", "detail": "old words", "list": [{"a": 1}],
        });
        assert!(holds(
            &recorded,
            &json!({
                "status": 404, "title": "Not found", "detail": "new words", "list": [{"a": 1, "b": 2}], "new": true,
            })
        ));
    }

    #[test]
    fn any_other_change_is_refused() {
        let recorded = json!({"status": 404, "title": "Not found", "reason": "OUT_OF_STOCK", "list": [1, 2]});
        for (name, value) in [
            ("status", json!("404")),
            ("title", json!(null)),
            ("title", json!("Missing")),
            ("reason", json!("SOLD_OUT")),
            ("list", json!([1])),
            ("list", json!([2, 1])),
        ] {
            let mut present = recorded.clone();
            present[name] = value;
            assert!(!holds(&recorded, &present), "{present}");
        }
        let mut gone = recorded.clone();
        gone.as_object_mut().unwrap().remove("status");
        assert!(!holds(&recorded, &gone));
    }
}
