//! What does `{% … %}` evaluate to? `JSONata` over `$states` and the variables assigned so far.

use std::collections::BTreeMap;

use jsonata_core::ast::AstNode;
use jsonata_core::evaluator::{Context, Evaluator};
use jsonata_core::value::JValue;
use serde_json::{Map, Value};

use crate::errors::{QUERY_EVALUATION_ERROR, StateError};

pub(crate) type Variables = BTreeMap<String, Value>;

/// One parsed `JSONata` expression.
#[derive(Debug, Clone)]
pub(crate) struct Expression {
    source: String,
    tree: AstNode,
}

impl Expression {
    /// `None` when the text is not marked as an expression: then it stands for itself.
    pub(crate) fn parse(text: &str) -> Option<Result<Self, String>> {
        let source = text.strip_prefix("{%")?.strip_suffix("%}")?.trim();
        let parsed = jsonata_core::parser::parse(source);
        Some(match parsed {
            Ok(tree) => Ok(Self {
                source: source.to_owned(),
                tree,
            }),
            Err(fault) => Err(fault.to_string()),
        })
    }

    pub(crate) fn evaluate(&self, states: &Value, variables: &Variables) -> Result<Value, StateError> {
        let failed = |what: String| {
            StateError::new(
                QUERY_EVALUATION_ERROR,
                format!("the JSONata expression '{}' {what}", self.source),
            )
        };
        let mut context = Context::new();
        for (name, value) in variables {
            context.bind(name.clone(), JValue::from(value.clone()));
        }
        context.bind("states".to_owned(), JValue::from(states.clone()));
        let result = Evaluator::with_context(context)
            .evaluate(&self.tree, &JValue::Undefined)
            .map_err(|fault| failed(format!("failed: {}", fault.message())))?;
        if result.is_undefined() {
            return Err(failed("returned nothing".to_owned()));
        }
        if result.is_function() {
            return Err(failed("returned a function".to_owned()));
        }
        let text = result
            .to_json_string()
            .map_err(|fault| failed(format!("is no JSON: {fault}")))?;
        serde_json::from_str(&text).map_err(|fault| failed(format!("is no JSON: {fault}")))
    }
}

/// JSON with expressions at its leaves.
#[derive(Debug, Clone)]
pub(crate) enum Template {
    Literal(Value),
    Expression(Expression),
    Object(Vec<(String, Template)>),
    Array(Vec<Template>),
}

impl Template {
    pub(crate) fn parse(value: &Value) -> Result<Self, String> {
        Ok(match value {
            Value::String(text) => match Expression::parse(text) {
                Some(expression) => Self::Expression(expression?),
                None => Self::Literal(value.clone()),
            },
            Value::Object(members) => Self::Object(
                members
                    .iter()
                    .map(|(name, value)| Ok((name.clone(), Self::parse(value)?)))
                    .collect::<Result<_, String>>()?,
            ),
            Value::Array(items) => Self::Array(items.iter().map(Self::parse).collect::<Result<_, String>>()?),
            other => Self::Literal(other.clone()),
        })
    }

    pub(crate) fn evaluate(&self, states: &Value, variables: &Variables) -> Result<Value, StateError> {
        Ok(match self {
            Self::Literal(value) => value.clone(),
            Self::Expression(expression) => expression.evaluate(states, variables)?,
            Self::Object(members) => {
                let mut object = Map::new();
                for (name, template) in members {
                    object.insert(name.clone(), template.evaluate(states, variables)?);
                }
                Value::Object(object)
            }
            Self::Array(items) => {
                let items = items.iter().map(|template| template.evaluate(states, variables));
                Value::Array(items.collect::<Result<_, StateError>>()?)
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn evaluated(template: &Value) -> Result<Value, StateError> {
        let states = json!({ "input": { "order_id": "o-1", "items": [1, 2] }, "result": null });
        let variables = Variables::from([("reason".to_owned(), json!("out_of_stock"))]);
        Template::parse(template).unwrap().evaluate(&states, &variables)
    }

    #[test]
    fn expressions_see_states_and_variables() {
        let template = json!({
            "id": "{% $states.input.order_id %}", "reason": "{% $reason %}", "literal": "{ plain %}",
            "sum": "{% $sum($states.input.items) %}", "nested": ["{% $states.input.items[0] %}", true],
        });
        let expected =
            json!({ "id": "o-1", "reason": "out_of_stock", "literal": "{ plain %}", "sum": 3, "nested": [1, true] });
        assert_eq!(evaluated(&template).unwrap(), expected);
    }

    #[test]
    fn null_is_a_value_and_nothing_is_an_error() {
        assert_eq!(evaluated(&json!("{% $states.result %}")).unwrap(), Value::Null);
        let fault = evaluated(&json!("{% $states.input.missing %}")).unwrap_err();
        assert_eq!(fault.error, QUERY_EVALUATION_ERROR);
        assert!(fault.cause.contains("$states.input.missing"), "{}", fault.cause);
    }

    #[test]
    fn a_syntax_error_is_found_before_anything_runs() {
        assert!(Template::parse(&json!({ "a": ["{% $states.( %}"] })).is_err());
    }
}
