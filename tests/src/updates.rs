//! Applies DynamoDB's update expressions to an item: the clauses that our adapter uses. Any other is refused by name.
//!
//! <https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Expressions.UpdateExpressions.html>

use serde_json::{Value, json};

use crate::conditions::{name_in, spaced, value_in};

const CLAUSES: [&str; 3] = ["SET", "REMOVE", "ADD"];

/// The item after the update that `request` asks for. An update of no item creates one with the request's key.
pub fn updated(request: &Value, item: Option<&Value>) -> Value {
    let mut updated = item.cloned().unwrap_or_else(|| request["Key"].clone());
    let text = request["UpdateExpression"].as_str().unwrap_or_default();
    let spaced = spaced(text);
    let mut update = Update {
        tokens: spaced.split_whitespace().rev().collect(),
        request,
        before: item,
    };
    while let Some(clause) = update.tokens.pop() {
        loop {
            let token = update.next();
            let name = name_in(request, token);
            match clause {
                "SET" => {
                    assert_eq!(update.next(), "=", "{text}");
                    let value = update.value();
                    updated[name] = value.unwrap_or_else(|| panic!("{text}: {name} is set to a missing attribute"));
                }
                "REMOVE" => {
                    updated.as_object_mut().unwrap().remove(name);
                }
                "ADD" => {
                    let added = update.value();
                    updated[name] = sum(updated.get(name), added.as_ref(), 1);
                }
                other => panic!("the clause {other} is not one of an update here"),
            }
            if update.tokens.last() != Some(&",") {
                break;
            }
            update.tokens.pop();
        }
    }
    updated
}

struct Update<'a> {
    /// The next one last.
    tokens: Vec<&'a str>,
    request: &'a Value,
    /// Expressions read the item as it was before the update.
    before: Option<&'a Value>,
}

impl<'a> Update<'a> {
    fn next(&mut self) -> &'a str {
        self.tokens.pop().expect("the update has another token")
    }

    /// One operand, or two with a plus or a minus between them.
    fn value(&mut self) -> Option<Value> {
        let left = self.operand();
        let sign = match self.tokens.last() {
            Some(&"+") => 1,
            Some(&"-") => -1,
            Some(&token) => {
                assert!(
                    token == "," || CLAUSES.contains(&token),
                    "{token} is not an operator of an update here"
                );
                return left;
            }
            None => return left,
        };
        self.tokens.pop();
        let right = self.operand();
        Some(sum(left.as_ref(), right.as_ref(), sign))
    }

    fn operand(&mut self) -> Option<Value> {
        let token = self.tokens.pop().expect("the update has another operand");
        match token {
            "if_not_exists" => {
                let (present, otherwise) = self.two_operands();
                present.or(otherwise)
            }
            "list_append" => {
                let (front, back) = self.two_operands();
                let all = [items(front.as_ref()), items(back.as_ref())].concat();
                Some(json!({ "L": all }))
            }
            _ => value_in(self.request, self.before, token).cloned(),
        }
    }

    /// The operands of a function, in parentheses.
    fn two_operands(&mut self) -> (Option<Value>, Option<Value>) {
        assert_eq!(self.next(), "(");
        let first = self.operand();
        assert_eq!(self.next(), ",");
        let second = self.operand();
        assert_eq!(self.next(), ")");
        (first, second)
    }
}

/// DynamoDB refuses to append to anything but a list.
fn items(list: Option<&Value>) -> Vec<Value> {
    let items = list.and_then(|list| list["L"].as_array());
    items.expect("`list_append` takes two lists").clone()
}

/// A missing number counts as zero, as in DynamoDB's ADD.
fn sum(left: Option<&Value>, right: Option<&Value>, sign: i128) -> Value {
    let number = |value: Option<&Value>| -> i128 {
        let digits = value.map(|value| value["N"].as_str().expect("a sum is of numbers"));
        digits.map_or(0, |digits| digits.parse().expect("a number is whole"))
    };
    json!({ "N": (number(left) + sign * number(right)).to_string() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_clause_reads_the_item_as_it_was() {
        let item = json!({ "pk": {"S": "k"}, "a": {"N": "5"}, "b": {"S": "x"}, "c": {"S": "gone"} });
        let request = json!({
            "Key": { "pk": {"S": "k"} },
            "UpdateExpression": "SET #b = :y, old = b, rest = :n - if_not_exists(a, :zero), all = :n - if_not_exists(z, :zero) REMOVE c ADD a :n, z :n",
            "ExpressionAttributeNames": { "#b": "b" },
            "ExpressionAttributeValues": { ":y": {"S": "y"}, ":n": {"N": "7"}, ":zero": {"N": "0"} },
        });
        let expected = json!({
            "pk": {"S": "k"}, "a": {"N": "12"}, "b": {"S": "y"}, "old": {"S": "x"}, "rest": {"N": "2"}, "all": {"N": "7"},
            "z": {"N": "7"},
        });
        assert_eq!(updated(&request, Some(&item)), expected);
    }

    #[test]
    fn a_list_is_appended_to_one_that_is_there_or_to_an_empty_one() {
        let request = json!({
            "UpdateExpression": "SET log = list_append(if_not_exists(log, :none), :more)",
            "ExpressionAttributeValues": { ":none": {"L": []}, ":more": {"L": [{"S": "b"}]} },
        });
        let first = updated(&request, Some(&json!({ "pk": {"S": "k"} })));
        assert_eq!(first["log"], json!({"L": [{"S": "b"}]}));
        let item = json!({ "pk": {"S": "k"}, "log": {"L": [{"S": "a"}]} });
        assert_eq!(
            updated(&request, Some(&item))["log"],
            json!({"L": [{"S": "a"}, {"S": "b"}]})
        );
    }

    #[test]
    fn an_update_of_no_item_creates_one() {
        let request = json!({
            "Key": { "pk": {"S": "k"} },
            "UpdateExpression": "SET kind = :kind ADD fence :one",
            "ExpressionAttributeValues": { ":kind": {"S": "K"}, ":one": {"N": "1"} },
        });
        let expected = json!({ "pk": {"S": "k"}, "kind": {"S": "K"}, "fence": {"N": "1"} });
        assert_eq!(updated(&request, None), expected);
    }
}
