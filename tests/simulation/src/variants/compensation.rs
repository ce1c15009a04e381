//! A broken shop: a failed compensation is treated as a success.

use serde_json::{Value, json};
use state_machine::DefinitionFault;

use crate::design::Design;

/// Every compensation catches its errors after the retries, and the order is rejected anyway.
pub fn swallowed() -> Result<Design, DefinitionFault> {
    Design::with_order_saga("a swallowed compensation", |saga| {
        let mut saga: Value = serde_json::from_str(saga).expect("the order saga is JSON");
        let branches = saga["States"]["UndoOrder"]["Branches"].as_array_mut();
        for (branch, name) in branches
            .into_iter()
            .flatten()
            .zip(["MoneyNotGivenBack", "StockNotGivenBack"])
        {
            let states = &mut branch["States"];
            for compensation in ["VoidPayment", "RefundPayment", "ReleaseStock"] {
                if let Some(state) = states.get_mut(compensation) {
                    swallow(state, name);
                }
            }
            states[name] = json!({ "Type": "Succeed" });
        }
        saga.to_string()
    })
}

fn swallow(state: &mut Value, next: &str) {
    let everything = json!({ "ErrorEquals": ["States.ALL"], "Next": next });
    match state.get_mut("Catch").and_then(Value::as_array_mut) {
        Some(catchers) => catchers.push(everything),
        None => state["Catch"] = json!([everything]),
    }
}
