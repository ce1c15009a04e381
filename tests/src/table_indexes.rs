//! Reads the tables' indexes from the template, for each step of its parameter `ShardedIndexes`.

use std::collections::BTreeMap;

use saphyr::{LoadableYamlNode as _, YamlOwned};
use serde_json::{Value, json};

use crate::repository;

/// The values of the parameter `ShardedIndexes`, in the order in which a stage takes them.
pub const STEPS: [&str; 3] = ["added", "read", "only"];

/// An index of a table, as the template describes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableIndex {
    pub name: String,
    /// The attribute that is the partition key.
    pub partition: String,
    /// The attribute that is the sort key.
    pub sort: String,
    /// `ALL` or `KEYS_ONLY`.
    pub projection: String,
}

/// The indexes by the logical id of their table, tables without an index included.
pub type Tables = BTreeMap<String, Vec<TableIndex>>;

/// The indexes that the template creates when the parameter `ShardedIndexes` has this value.
pub fn in_template(step: &str) -> Tables {
    let documents = YamlOwned::load_from_str(&repository::text("infra/template.yaml")).unwrap();
    let resources = documents[0].as_mapping_get("Resources").unwrap().as_mapping().unwrap();
    let tables = resources.iter().filter(|(_, resource)| {
        resource.as_mapping_get("Type").and_then(YamlOwned::as_str) == Some("AWS::DynamoDB::Table")
    });
    tables
        .map(|(id, table)| {
            let properties = table.as_mapping_get("Properties").unwrap();
            let indexes = properties
                .as_mapping_get("GlobalSecondaryIndexes")
                .and_then(YamlOwned::as_vec);
            let indexes = indexes.into_iter().flatten().filter_map(|index| chosen(index, step));
            (id.as_str().unwrap().to_owned(), indexes.map(index).collect())
        })
        .collect()
}

/// The attributes that the template defines as keys of this table.
pub fn key_attributes(table: &str, step: &str) -> Vec<String> {
    let documents = YamlOwned::load_from_str(&repository::text("infra/template.yaml")).unwrap();
    let resource = documents[0]
        .as_mapping_get("Resources")
        .unwrap()
        .as_mapping_get(table)
        .unwrap();
    let properties = resource.as_mapping_get("Properties").unwrap();
    let attributes = properties
        .as_mapping_get("AttributeDefinitions")
        .and_then(YamlOwned::as_vec)
        .unwrap();
    let attributes = attributes.iter().filter_map(|attribute| chosen(attribute, step));
    attributes.map(|attribute| text(attribute, "AttributeName")).collect()
}

/// What `!If` chooses. `None` for `!Ref AWS::NoValue`.
fn chosen<'a>(node: &'a YamlOwned, step: &str) -> Option<&'a YamlOwned> {
    let YamlOwned::Tagged(tag, inner) = node else {
        return Some(node);
    };
    if tag.suffix.as_str() == "Ref" {
        assert_eq!(inner.as_str(), Some("AWS::NoValue"));
        return None;
    }
    assert_eq!(tag.suffix.as_str(), "If");
    let [condition, then, otherwise] = inner.as_vec().unwrap().as_slice() else {
        panic!("an If has a condition and two values");
    };
    let holds = match condition.as_str().unwrap() {
        "HasUnshardedIndexes" => step != "only",
        "ReadsShardedIndexes" => step != "added",
        other => panic!("the condition {other} is not about the steps of the indexes"),
    };
    chosen(if holds { then } else { otherwise }, step)
}

fn index(node: &YamlOwned) -> TableIndex {
    let keys = node.as_mapping_get("KeySchema").and_then(YamlOwned::as_vec).unwrap();
    let key = |kind: &str| {
        let key = keys.iter().find(|key| text(key, "KeyType") == kind);
        text(key.unwrap(), "AttributeName")
    };
    TableIndex {
        name: text(node, "IndexName"),
        partition: key("HASH"),
        sort: key("RANGE"),
        projection: text(node.as_mapping_get("Projection").unwrap(), "ProjectionType"),
    }
}

fn text(node: &YamlOwned, member: &str) -> String {
    node.as_mapping_get(member)
        .and_then(YamlOwned::as_str)
        .unwrap()
        .to_owned()
}

/// The form in which released indexes are recorded.
pub fn as_json(tables: &Tables) -> Value {
    let json = tables.iter().map(|(table, indexes)| {
        let indexes = indexes.iter().map(|index| {
            let TableIndex {
                name,
                partition,
                sort,
                projection,
            } = index;
            (
                name.clone(),
                json!({ "partition": partition, "sort": sort, "projection": projection }),
            )
        });
        (table.clone(), Value::Object(indexes.collect()))
    });
    Value::Object(json.collect())
}
