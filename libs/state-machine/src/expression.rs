//! Evaluates `{% … %}`: `JSONata` over `$states` and the variables assigned so far.

use std::cell::OnceCell;
use std::collections::{BTreeMap, BTreeSet};

use jsonata_core::ast::AstNode;
use jsonata_core::evaluator::{Context, Evaluator, EvaluatorOptions};
use jsonata_core::value::JValue;
use serde_json::{Map, Value};

use crate::errors::{QUERY_EVALUATION_ERROR, StateError};
use crate::names;

pub(crate) type Variables = BTreeMap<String, Value>;

const STATES: &str = "states";
/// The deepest recursion of an expression.
const STACK_DEPTH_MAX: usize = 1_000;
/// The longest list inside an expression.
const SEQUENCE_ITEMS_MAX: usize = 100_000;

/// One parsed `JSONata` expression.
#[derive(Debug, Clone)]
pub(crate) struct Expression {
    source: String,
    tree: AstNode,
    variables: BTreeSet<String>,
}

impl Expression {
    pub(crate) fn is_marked(text: &str) -> bool {
        source_of(text).is_some()
    }

    /// `None` when the text is not marked as an expression: then it stands for itself.
    pub(crate) fn parse(text: &str) -> Option<Result<Self, String>> {
        source_of(text).map(Self::parse_source)
    }

    fn parse_source(source: &str) -> Result<Self, String> {
        let tree = jsonata_core::parser::parse(source).map_err(|fault| fault.to_string())?;
        let variables = names::variables(&tree)?;
        let source = source.to_owned();
        Ok(Self {
            source,
            tree,
            variables,
        })
    }

    /// The variables it reads, `$states` and its own left out.
    pub(crate) fn variables(&self) -> impl Iterator<Item = &str> {
        self.variables.iter().map(String::as_str)
    }

    pub(crate) fn evaluate(&self, states: &Value, variables: &Variables) -> Result<Value, StateError> {
        self.evaluate_with(&Bindings::new(states, variables))
    }

    fn evaluate_with(&self, bindings: &Bindings<'_>) -> Result<Value, StateError> {
        let failed = |what: String| {
            StateError::new(
                QUERY_EVALUATION_ERROR,
                format!("the JSONata expression '{}' {what}", self.source),
            )
        };
        let options = EvaluatorOptions {
            max_stack_depth: Some(STACK_DEPTH_MAX),
            max_sequence_length: Some(SEQUENCE_ITEMS_MAX),
            ..EvaluatorOptions::default()
        };
        let result = Evaluator::with_options(bindings.context(), options)
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

fn source_of(text: &str) -> Option<&str> {
    Some(text.strip_prefix("{%")?.strip_suffix("%}")?.trim())
}

/// The values that one template's expressions read, converted for the first of them. Values of the evaluator must not
/// outlive a synchronous call: they cannot be sent to another thread.
struct Bindings<'a> {
    states: &'a Value,
    variables: &'a Variables,
    converted: OnceCell<Vec<(&'a str, JValue)>>,
}

impl<'a> Bindings<'a> {
    fn new(states: &'a Value, variables: &'a Variables) -> Self {
        Self {
            states,
            variables,
            converted: OnceCell::new(),
        }
    }

    fn converted(&self) -> &[(&'a str, JValue)] {
        self.converted.get_or_init(|| {
            let variables = self.variables.iter().map(|(name, value)| (name.as_str(), value));
            variables
                .chain([(STATES, self.states)])
                .map(|(name, value)| (name, JValue::from(value.clone())))
                .collect()
        })
    }

    /// A fresh one for every expression: none sees what another one binds.
    fn context(&self) -> Context {
        let mut context = Context::new();
        for (name, value) in self.converted() {
            context.bind((*name).to_owned(), value.clone());
        }
        context
    }

    /// The same, with `$states.context.Map`.
    fn within_map(&self, map: &Value) -> Self {
        let mut converted = self.converted().to_vec();
        let states = converted.iter_mut().find(|(name, _)| *name == STATES);
        // Objects that are shared with other expressions are copied; their members are not.
        let context = states
            .and_then(|(_, states)| states.as_object_mut()?.get_mut("context"))
            .and_then(JValue::as_object_mut);
        if let Some(context) = context {
            context.insert("Map".to_owned(), JValue::from(map.clone()));
        }
        Self {
            states: self.states,
            variables: self.variables,
            converted: OnceCell::from(converted),
        }
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
        self.evaluate_with(&Bindings::new(states, variables))
    }

    /// Once for each of `maps`, as `$states.context.Map`. What they have in common is converted once: a thousand items
    /// come in an input of a thousand items.
    pub(crate) fn evaluate_each(
        &self,
        maps: &[Value],
        states: &Value,
        variables: &Variables,
    ) -> Result<Vec<Value>, StateError> {
        let bindings = Bindings::new(states, variables);
        let values = maps.iter().map(|map| self.evaluate_with(&bindings.within_map(map)));
        values.collect()
    }

    fn evaluate_with(&self, bindings: &Bindings<'_>) -> Result<Value, StateError> {
        Ok(match self {
            Self::Literal(value) => value.clone(),
            Self::Expression(expression) => expression.evaluate_with(bindings)?,
            Self::Object(members) => {
                let mut object = Map::new();
                for (name, template) in members {
                    object.insert(name.clone(), template.evaluate_with(bindings)?);
                }
                Value::Object(object)
            }
            Self::Array(items) => {
                let items = items.iter().map(|template| template.evaluate_with(bindings));
                Value::Array(items.collect::<Result<_, StateError>>()?)
            }
        })
    }

    pub(crate) fn collect_variables<'a>(&'a self, names: &mut BTreeSet<&'a str>) {
        match self {
            Self::Literal(_) => {}
            Self::Expression(expression) => names.extend(expression.variables()),
            Self::Object(members) => members.iter().for_each(|(_, member)| member.collect_variables(names)),
            Self::Array(items) => items.iter().for_each(|item| item.collect_variables(names)),
        }
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
    fn every_item_of_a_map_is_seen_beside_what_all_of_them_see() {
        let template = json!({
            "name": "{% $states.context.State.Name %}", "id": "{% $states.input.order_id %}",
            "item": "{% $states.context.Map.Item.Value %}", "reason": "{% $reason %}",
        });
        let states = json!({ "input": { "order_id": "o-1" }, "context": { "State": { "Name": "Each" } } });
        let variables = Variables::from([("reason".to_owned(), json!({ "context": 1 }))]);
        let maps = [7, 8].map(|value| json!({ "Item": { "Value": value } }));
        let expected =
            [7, 8].map(|value| json!({ "name": "Each", "id": "o-1", "item": value, "reason": { "context": 1 } }));
        let template = Template::parse(&template).unwrap();
        assert_eq!(template.evaluate_each(&maps, &states, &variables).unwrap(), expected);
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
