//! Finds the names in an expression. Variables are reported; a function must exist and return the same in every run.

use std::collections::BTreeSet;

use jsonata_core::ast::AstNode;
use jsonata_core::evaluator::Evaluator;
use jsonata_core::value::JValue;
use serde_json::Value;

/// Time, chance and hidden sources: a replay would take another way. AWS refuses `$eval` as well.
const NOT_REPEATABLE: [&str; 5] = ["eval", "millis", "now", "random", "shuffle"];

#[derive(Default)]
struct Names {
    used: BTreeSet<String>,
    called: BTreeSet<String>,
    /// Bound inside the expression itself.
    own: BTreeSet<String>,
}

/// The variables that must come from outside, `$states` left out.
pub(crate) fn variables(tree: &AstNode) -> Result<BTreeSet<String>, String> {
    // The tree has many kinds of nodes, but one shape as data; only what carries a name matters here.
    let tree = serde_json::to_value(tree).map_err(|fault| fault.to_string())?;
    let mut names = Names::default();
    collect(&tree, &mut names);
    let foreign = |name: &&String| !names.own.contains(*name);
    for name in names.used.union(&names.called).filter(foreign) {
        if NOT_REPEATABLE.contains(&name.as_str()) {
            return Err(format!(
                "uses ${name}, which is not supported: a replay would find another value"
            ));
        }
    }
    if let Some(name) = names.called.iter().filter(foreign).find(|name| !is_builtin(name)) {
        return Err(format!("calls ${name}, which is not a function here"));
    }
    let variables = names.used.iter().filter(foreign).filter(|name| {
        // `$` and `$$` have no name.
        !name.is_empty() && *name != "states" && !is_builtin(name)
    });
    Ok(variables.cloned().collect())
}

fn is_builtin(name: &str) -> bool {
    let value = Evaluator::new().evaluate(&AstNode::Variable(name.to_owned()), &JValue::Undefined);
    value.is_ok_and(|value| value.is_builtin())
}

fn collect(node: &Value, names: &mut Names) {
    match node {
        Value::Array(items) => items.iter().for_each(|item| collect(item, names)),
        Value::Object(members) => {
            for (kind, inner) in members {
                match (kind.as_str(), inner) {
                    ("Variable", Value::String(name)) => {
                        names.used.insert(name.clone());
                    }
                    ("Function", Value::Object(call)) => names.called.extend(name_in(call.get("name"))),
                    // `$a := …`
                    ("Binary", Value::Object(binary)) if binary.get("op").is_some_and(|op| op == "ColonEqual") => {
                        names
                            .own
                            .extend(name_in(binary.get("lhs").and_then(|lhs| lhs.get("Variable"))));
                    }
                    // `function($a, $b)`
                    ("params", Value::Array(params)) => {
                        names.own.extend(params.iter().filter_map(|name| name_in(Some(name))));
                    }
                    // `@$a` and `#$a`
                    ("focus" | "index_var" | "Index", Value::String(name)) => {
                        names.own.insert(name.clone());
                    }
                    _ => {}
                }
                collect(inner, names);
            }
        }
        _ => {}
    }
}

fn name_in(value: Option<&Value>) -> Option<String> {
    value?.as_str().map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(source: &str) -> Result<Vec<String>, String> {
        let tree = jsonata_core::parser::parse(source).unwrap();
        Ok(variables(&tree)?.into_iter().collect())
    }

    #[test]
    fn only_variables_from_outside_are_reported() {
        assert_eq!(names("$undo = 'refund'"), Ok(vec!["undo".to_owned()]));
        assert_eq!(names("$states.input.items.{ 'a': $k }"), Ok(vec!["k".to_owned()]));
        assert_eq!(
            names("($f := function($x) { $x + $y }; $f(2))"),
            Ok(vec!["y".to_owned()])
        );
        assert_eq!(names("$map([1], $string)"), Ok(Vec::new()));
        assert_eq!(names("$states.input.items@$item#$i.($item & $i & $)"), Ok(Vec::new()));
    }

    #[test]
    fn what_another_run_would_answer_otherwise_is_refused_even_unmarked_as_a_call() {
        for source in [
            "$now()",
            "$millis()",
            "$random()",
            "$shuffle([1])",
            "$eval('1')",
            "$map([1], $random)",
        ] {
            assert!(names(source).is_err(), "{source}");
        }
    }

    #[test]
    fn a_function_that_does_not_exist_is_refused() {
        assert_eq!(
            names("$parse('1')"),
            Err("calls $parse, which is not a function here".to_owned())
        );
    }
}
