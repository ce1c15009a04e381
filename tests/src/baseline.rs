//! Which files did the baseline leave, and does a present answer hold what a recorded one says?
//!
//! `tests/baseline/` was written by the code of the commit in its file `COMMIT`. With `BASELINE=record` in its environment,
//! a test of it writes its file instead of reading it: `tests/baseline/README.md` says when.

use std::path::{Path, PathBuf};

use serde_json::Value;

/// Members that people read. Their words may be improved; they must stay texts.
const PROSE: [&str; 4] = ["detail", "message", "reason", "title"];

pub fn is_recording() -> bool {
    std::env::var_os("BASELINE").is_some_and(|wish| wish == "record")
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

/// Compares with the recorded file, or records it.
pub fn hold(file: &str, present: &Value) {
    if is_recording() {
        write(file, present);
    } else {
        assert_holds(file, &read(file), present);
    }
}

/// Every recorded member must be there and the same. A present answer may have members that the baseline did not know.
pub fn assert_holds(place: &str, recorded: &Value, present: &Value) {
    match (recorded, present) {
        (Value::Object(recorded), Value::Object(present)) => {
            for (name, member) in recorded {
                let place = format!("{place}/{name}");
                let found = present.get(name).unwrap_or_else(|| panic!("{place} is gone"));
                // A reason of one word is a code.
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

/// A folder with all that is in it.
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
    fn members_may_come_and_prose_may_change() {
        let recorded = json!({"status": 404, "title": "There is no such thing here", "list": [{"a": 1}]});
        assert!(holds(
            &recorded,
            &json!({"status": 404, "title": "Not found", "list": [{"a": 1, "b": 2}], "new": true})
        ));
    }

    #[test]
    fn nothing_else_may_change() {
        let recorded = json!({"status": 404, "title": "Not found", "reason": "OUT_OF_STOCK", "list": [1, 2]});
        for (name, value) in [
            ("status", json!("404")),
            ("title", json!(null)),
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
