//! Evaluates DynamoDB conditions over items: the operators that the adapter uses. Others are refused by name.
//!
//! <https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Expressions.OperatorsAndFunctions.html>

use std::cmp::Ordering;

use serde_json::Value;

/// Whether the condition in this member of `request` holds for `item`. A missing condition holds.
pub fn holds(request: &Value, member: &str, item: Option<&Value>) -> bool {
    let Some(text) = request[member].as_str() else {
        return true;
    };
    let spaced = spaced(text);
    let mut condition = Condition {
        tokens: spaced.split_whitespace().rev().collect(),
        request,
        item,
    };
    let holds = condition.either();
    assert!(condition.tokens.is_empty(), "{text}: {:?} is left", condition.tokens);
    holds
}

/// An expression with spaces between all its tokens.
pub(crate) fn spaced(expression: &str) -> String {
    expression.replace('(', " ( ").replace(')', " ) ").replace(',', " , ")
}

/// The attribute that a name of an expression stands for.
pub(crate) fn name_in<'a>(request: &'a Value, name: &'a str) -> &'a str {
    request["ExpressionAttributeNames"][name].as_str().unwrap_or(name)
}

/// The value that a token of an expression stands for: of the request, or an attribute of the item.
pub(crate) fn value_in<'a>(request: &'a Value, item: Option<&'a Value>, token: &'a str) -> Option<&'a Value> {
    if token.starts_with(':') {
        return request["ExpressionAttributeValues"].get(token);
    }
    item?.get(name_in(request, token))
}

struct Condition<'a> {
    /// The tokens in reverse order.
    tokens: Vec<&'a str>,
    request: &'a Value,
    item: Option<&'a Value>,
}

impl<'a> Condition<'a> {
    fn next(&mut self) -> &'a str {
        self.tokens.pop().expect("the condition has another token")
    }

    fn skip(&mut self, token: &str) -> bool {
        let is_next = self.tokens.last() == Some(&token);
        if is_next {
            self.tokens.pop();
        }
        is_next
    }

    fn either(&mut self) -> bool {
        let mut holds = self.both();
        while self.skip("OR") {
            holds |= self.both();
        }
        holds
    }

    fn both(&mut self) -> bool {
        let mut holds = self.one();
        while self.skip("AND") {
            holds &= self.one();
        }
        holds
    }

    fn one(&mut self) -> bool {
        if self.skip("(") {
            let holds = self.either();
            assert!(self.skip(")"));
            return holds;
        }
        let token = self.next();
        if self.skip("(") {
            let value = self.operand();
            let holds = match token {
                "attribute_exists" => value.is_some(),
                "attribute_not_exists" => value.is_none(),
                "begins_with" => {
                    assert!(self.skip(","));
                    let text = |value: Option<&'a Value>| value.and_then(|value| value["S"].as_str());
                    let begin = text(self.operand());
                    text(value)
                        .zip(begin)
                        .is_some_and(|(text, begin)| text.starts_with(begin))
                }
                other => panic!("the function {other} is not one of a condition here"),
            };
            assert!(self.skip(")"));
            return holds;
        }
        let value = self.value(token);
        let operator = self.next();
        if operator == "IN" {
            assert!(self.skip("("));
            let mut holds = false;
            while !self.skip(")") {
                holds |= compared(value, self.operand()) == Some(Ordering::Equal);
                self.skip(",");
            }
            return holds;
        }
        let order = compared(value, self.operand());
        if operator == "BETWEEN" {
            assert!(self.skip("AND"));
            let end = compared(value, self.operand());
            return order.is_some_and(Ordering::is_ge) && end.is_some_and(Ordering::is_le);
        }
        match operator {
            "=" => order == Some(Ordering::Equal),
            "<>" => order != Some(Ordering::Equal),
            "<" => order == Some(Ordering::Less),
            "<=" => matches!(order, Some(Ordering::Less | Ordering::Equal)),
            ">" => order == Some(Ordering::Greater),
            ">=" => matches!(order, Some(Ordering::Greater | Ordering::Equal)),
            other => panic!("the operator {other} is not one of a condition here"),
        }
    }

    fn operand(&mut self) -> Option<&'a Value> {
        let token = self.next();
        self.value(token)
    }

    fn value(&self, token: &'a str) -> Option<&'a Value> {
        value_in(self.request, self.item, token)
    }
}

/// The order of two values. `None` if one is missing or their types differ. Other types than numbers and strings are
/// only compared for equality.
fn compared(left: Option<&Value>, right: Option<&Value>) -> Option<Ordering> {
    let (left, right) = (left?, right?);
    let number = |value: &Value| value["N"].as_str().and_then(|digits| digits.parse::<i128>().ok());
    let text = |value: &Value| value["S"].as_str().map(str::to_owned);
    if let (Some(left), Some(right)) = (number(left), number(right)) {
        return Some(left.cmp(&right));
    }
    if let (Some(left), Some(right)) = (text(left), text(right)) {
        return Some(left.cmp(&right));
    }
    (left == right).then_some(Ordering::Equal)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    #[test]
    fn conditions_hold_as_dynamodb_documents_them() {
        let item = json!({ "n": {"N": "10"}, "s": {"S": "b"}, "state": {"S": "OPEN"}, "flag": {"BOOL": true} });
        let names = json!({ "#s": "state" });
        let values = json!({
            ":9": {"N": "9"}, ":10": {"N": "10"}, ":a": {"S": "a"}, ":open": {"S": "OPEN"}, ":yes": {"BOOL": true},
        });
        let holds = |text: &str| {
            let request = json!({ "If": text, "ExpressionAttributeNames": names, "ExpressionAttributeValues": values });
            super::holds(&request, "If", Some(&item))
        };
        for text in [
            "n = :10 AND n > :9 AND n >= :10 AND n <= :10 AND s > :a AND n <> :9 AND flag = :yes",
            "attribute_not_exists(gone) OR n = :9",
            "attribute_exists(n) AND (n = :9 OR #s IN (:a, :open))",
            "begins_with(state, :open)",
            "n = :10 OR n = :9 AND n = :9",
            "gone <> :9",
            "n BETWEEN :9 AND :10 AND flag = :yes",
            "n BETWEEN :10 AND :10",
        ] {
            assert!(holds(text), "{text}");
        }
        for text in [
            "n < :9",
            "gone < :9",
            "gone = :9",
            "s = :10",
            "attribute_exists(gone)",
            "#s IN (:a)",
            "n BETWEEN :10 AND :9",
            "n BETWEEN :9 AND :9",
            "gone BETWEEN :9 AND :10",
            "(n = :10 OR n = :9) AND n = :9",
        ] {
            assert!(!holds(text), "{text}");
        }
    }
}
