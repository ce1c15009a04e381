//! Reads the steps of the state machine files: the function of each Task, its position, and its number of retries.

use std::collections::BTreeMap;

use serde_json::{Value, json};

pub(crate) const ORDER_SAGA: File = File {
    name: "order-saga",
    text: include_str!("../../../infra/order-saga.asl.json"),
};
pub(crate) const ORDER_CANCEL: File = File {
    name: "order-cancel",
    text: include_str!("../../../infra/order-cancel.asl.json"),
};
pub(crate) const FILES: [File; 2] = [ORDER_SAGA, ORDER_CANCEL];
/// The end of a placeholder for a function, like `${ReserveStockFunctionArn}`.
const PLACEHOLDER_END: &str = "FunctionArn}";

#[derive(Clone, Copy)]
pub(crate) struct File {
    pub(crate) name: &'static str,
    pub(crate) text: &'static str,
}

/// A Task of a file.
#[derive(Debug, Clone)]
pub(crate) struct Step {
    pub(crate) state: String,
    /// The function, like `ReserveStock` for `${ReserveStockFunctionArn}`.
    pub(crate) function: String,
    /// The constant arguments, which distinguish two states with the same function.
    pub(crate) notice: Value,
    /// The lane, inside which calls are sequential: a branch of a Parallel, like `UndoOrder[1]`, or empty at the top
    /// level.
    pub(crate) lane: String,
    pub(crate) retries: u32,
}

impl File {
    pub(crate) fn definition(&self) -> Value {
        serde_json::from_str(self.text).unwrap()
    }

    pub(crate) fn steps(&self) -> Vec<Step> {
        let mut steps = Vec::new();
        collect(&self.definition(), "", &mut steps);
        assert!(!steps.is_empty());
        steps
    }

    /// The value of each placeholder.
    pub(crate) fn substitutions(&self, arn_of: impl Fn(&str) -> String) -> BTreeMap<String, String> {
        let steps = self.steps();
        let names = steps.iter().map(|step| step.function.as_str());
        names
            .map(|function| (format!("{function}FunctionArn"), arn_of(function)))
            .chain([
                ("Partition".to_owned(), "aws".to_owned()),
                ("PaymentResultSeconds".to_owned(), "45".to_owned()),
            ])
            .collect()
    }

    /// The file, rewritten for `MiniStack`. It ignores `Output` of Parallel and Succeed, although AWS allows it in
    /// every state (<https://docs.aws.amazon.com/step-functions/latest/dg/transforming-data.html>). So a Succeed
    /// becomes a Pass that ends, and `{% $states.input %}` of a Parallel becomes a `ResultPath` of null. Other values
    /// are refused.
    pub(crate) fn rewritten(&self) -> Value {
        let mut definition = self.definition();
        let states = definition["States"].as_object_mut().unwrap();
        for (name, state) in states {
            let state = state.as_object_mut().unwrap();
            match state["Type"].as_str().unwrap() {
                "Succeed" if state.contains_key("Output") => {
                    state.insert("Type".to_owned(), json!("Pass"));
                    state.insert("End".to_owned(), json!(true));
                }
                "Parallel" => {
                    let output = state.remove("Output");
                    assert_eq!(output, Some(json!("{% $states.input %}")), "Output of {name}");
                    state.insert("ResultPath".to_owned(), Value::Null);
                }
                _ => {}
            }
        }
        definition
    }
}

fn collect(machine: &Value, lane: &str, steps: &mut Vec<Step>) {
    for (name, state) in machine["States"].as_object().unwrap() {
        match state["Type"].as_str().unwrap() {
            "Task" => steps.push(step(name, state, lane)),
            "Parallel" => {
                for (index, branch) in state["Branches"].as_array().unwrap().iter().enumerate() {
                    collect(branch, &format!("{name}[{index}]"), steps);
                }
            }
            _ => {}
        }
    }
}

fn step(name: &str, state: &Value, lane: &str) -> Step {
    let function = state["Arguments"]["FunctionName"].as_str().unwrap();
    let function = function
        .strip_prefix("${")
        .and_then(|function| function.strip_suffix(PLACEHOLDER_END));
    let retriers = state["Retry"].as_array().unwrap();
    assert_eq!(retriers.len(), 1, "{name}: retries are counted for one retrier");
    Step {
        state: name.to_owned(),
        function: function
            .unwrap_or_else(|| panic!("{name} calls no substituted function"))
            .to_owned(),
        notice: state["Arguments"]["Payload"]["notice"].clone(),
        lane: lane.to_owned(),
        retries: u32::try_from(retriers[0]["MaxAttempts"].as_u64().unwrap()).unwrap(),
    }
}
