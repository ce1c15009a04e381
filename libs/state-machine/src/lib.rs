//! An interpreter of a subset of Amazon States Language with `JSONata`.
//!
//! Only machines in `JSONata`, only the states and fields of that subset; everything else is refused at
//! [`StateMachine::parse`], by name and place, so that a file never means less here than it says. The interpreter has
//! no clock, no chance and no input or output of its own: all of it comes through a [`host::Host`], which is why the
//! same code runs in real time with executions that survive the death of their process, and in a simulator with one
//! seed.
//!
//! Supported are Task (Lambda functions, also with a task token), Parallel, Map (inline), Choice, Pass, Wait, Succeed
//! and Fail, with `Retry`, `Catch`, `Assign` and `Output`. Stricter than AWS: an expression may not ask for time or
//! chance (`$now`, `$random` …), nor read a variable that no state assigns, and a function is named by the file, not
//! computed.
//!
//! ```
//! use std::collections::BTreeMap;
//!
//! use serde_json::json;
//! use state_machine::virtual_host::{Answer, VirtualHost};
//! use state_machine::{ExecutionInput, Outcome, StateMachine};
//!
//! let definition = json!({
//!     "QueryLanguage": "JSONata",
//!     "StartAt": "Add",
//!     "States": {
//!         "Add": { "Type": "Pass", "Assign": { "total": "{% $sum($states.input.numbers) %}" }, "Next": "Rest" },
//!         "Rest": { "Type": "Wait", "Seconds": 60, "Next": "Done" },
//!         "Done": { "Type": "Succeed", "Output": "{% $total %}" },
//!     },
//! });
//! let machine = StateMachine::parse("adder", &definition.to_string(), &BTreeMap::new()).unwrap();
//! let execution = ExecutionInput {
//!     id: "arn:adder-1".to_owned(),
//!     name: "adder-1".to_owned(),
//!     started_at_ms: 0,
//!     input: json!({ "numbers": [1, 2, 3] }),
//! };
//! // No state invokes a function, so the host has nothing to answer.
//! let host = VirtualHost::new(0.5, |call| Answer::at_once(Ok(call.payload.clone())));
//! assert_eq!(host.run(&machine, &execution).unwrap().unwrap(), Outcome::Succeeded(json!(6)));
//! assert_eq!(host.elapsed_ms(), 60_000);
//! ```
//!
//! The language: <https://states-language.net>, and for `JSONata`
//! <https://docs.aws.amazon.com/step-functions/latest/dg/transforming-data.html>.

mod bookkeeping;
mod check;
pub mod deaths;
mod definition;
mod errors;
mod execution;
mod expression;
mod fault;
mod fields;
mod handlers;
pub mod history;
pub mod host;
mod interpreter;
mod join;
mod names;
mod output;
mod parse;
pub mod redrive;
mod retry;
mod states;
mod substitution;
mod task;
mod times;
pub mod virtual_host;

pub use definition::StateMachine;
pub use execution::{ExecutionInput, Outcome};
pub use fault::DefinitionFault;
pub use interpreter::run;

/// The example of the README compiles and holds.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
