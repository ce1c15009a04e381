//! Tests that a deployed stage can take the template's indexes: CloudFormation creates or deletes one index per table
//! and update.
//!
//! `infra/released-indexes.json` has the indexes of the last release. A release with other indexes replaces the file.

use serde_json::{Map, Value};
use tests::repository;
use tests::table_indexes::{self, STEPS, Tables};

const RELEASED: &str = "infra/released-indexes.json";
const CHANGES_MAX: usize = 1;

fn released() -> Value {
    serde_json::from_str(&repository::text(RELEASED)).unwrap()
}

/// The tables that one update would have to change more than once. An index with other keys or another projection under
/// the same name is deleted and created.
fn refused(before: &Value, after: &Value) -> Vec<String> {
    let tables = after.as_object().unwrap().iter();
    let refused = tables.filter(|(table, after)| {
        // A new table is created with all of its indexes.
        let Some(before) = before[table.as_str()].as_object() else {
            return false;
        };
        let after = after.as_object().unwrap();
        let missing_in = |one: &Map<String, Value>, other: &Map<String, Value>| {
            one.iter()
                .filter(|(name, index)| other.get(*name) != Some(index))
                .count()
        };
        missing_in(before, after) + missing_in(after, before) > CHANGES_MAX
    });
    refused.map(|(table, _)| table.clone()).collect()
}

fn at(step: &str) -> (Tables, Value) {
    let tables = table_indexes::in_template(step);
    let json = table_indexes::as_json(&tables);
    (tables, json)
}

#[test]
fn a_stage_of_the_last_release_takes_the_template() {
    let refused = refused(&released(), &at(STEPS[0]).1);
    assert!(
        refused.is_empty(),
        "{RELEASED} differs by more than one index in {refused:?}: see docs/upgrading.md"
    );
}

#[test]
fn every_step_changes_one_index_of_a_table_at_most() {
    for pair in STEPS.windows(2) {
        assert_eq!(
            refused(&at(pair[0]).1, &at(pair[1]).1),
            Vec::<String>::new(),
            "{pair:?}"
        );
    }
}

#[test]
fn two_changes_of_one_table_are_refused() {
    let index = |sort: &str| serde_json::json!({ "partition": "a", "sort": sort, "projection": "ALL" });
    let tables = |indexes: Value| serde_json::json!({ "OrdersTable": indexes });
    let before = tables(serde_json::json!({ "one": index("b") }));
    let both = tables(serde_json::json!({ "one": index("b"), "two": index("c") }));
    let replaced = tables(serde_json::json!({ "two": index("c") }));
    let changed = tables(serde_json::json!({ "one": index("c") }));
    assert!(refused(&before, &both).is_empty());
    assert!(refused(&both, &before).is_empty());
    for after in [replaced, changed] {
        assert_eq!(refused(&before, &after), ["OrdersTable"]);
    }
    // From the last release straight to the end is two changes of each table.
    assert_eq!(refused(&released(), &at("only").1), ["OrdersTable", "ProductsTable"]);
}

/// DynamoDB refuses a definition that no key uses, and a key without a definition.
#[test]
fn the_attributes_of_the_keys_are_defined_and_no_others() {
    for step in STEPS {
        for (table, indexes) in at(step).0 {
            let keys = indexes
                .iter()
                .flat_map(|index| [index.partition.clone(), index.sort.clone()]);
            let mut keys: Vec<String> = keys.chain(["pk".to_owned()]).collect();
            keys.sort_unstable();
            keys.dedup();
            let mut defined = table_indexes::key_attributes(&table, step);
            defined.sort_unstable();
            assert_eq!(defined, keys, "{table}, {step}");
        }
    }
}
