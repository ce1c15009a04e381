//! Counts the transitions that AWS bills on every path through the state machines, and compares them with
//! `docs/cost.md`.
//!
//! AWS counts a transition "each time a step of your workflow is executed", retries included
//! (<https://aws.amazon.com/step-functions/pricing/>): each entered state, and each retry.

use std::fmt::Write as _;

use local_host::template::{self, Deployment};
use serde_json::json;
use state_machine::history::EventKind;
use state_machine::host::StateError;
use state_machine::virtual_host::{Answer, VirtualHost};
use state_machine::{ExecutionInput, Outcome, StateMachine};
use tests::{page, repository};

const PAGE: &str = "docs/cost.md";
/// The price of 1,000 transitions of a Standard workflow, in N. Virginia and in Frankfurt; micro-dollars are exact.
const MICRO_USD_PER_1000_TRANSITIONS: usize = 25_000;
/// The duration of every call, so that branches overlap.
const CALL_MS: i64 = 10;
const JITTER: f64 = 0.5;

/// A path through a state machine: which functions fail, by which error, in how many attempts.
struct Way {
    machine: &'static str,
    happens: &'static str,
    failing: &'static [(&'static str, &'static str, u32)],
}

const ALWAYS: u32 = u32::MAX;
const UNANSWERED: &str = "TransientFailure";

const fn order(happens: &'static str, failing: &'static [(&'static str, &'static str, u32)]) -> Way {
    Way {
        machine: "OrderSaga",
        happens,
        failing,
    }
}

const fn cancel(happens: &'static str, failing: &'static [(&'static str, &'static str, u32)]) -> Way {
    Way {
        machine: "OrderCancelSaga",
        happens,
        failing,
    }
}

const WAYS: [Way; 14] = [
    order("nothing fails", &[]),
    order(
        "the gateway answers at the third try",
        &[("SagaAuthorizePayment", UNANSWERED, 2)],
    ),
    order(
        "the provider answers later",
        &[("SagaAuthorizePayment", "PaymentPending", ALWAYS)],
    ),
    order(
        "the provider is silent",
        &[
            ("SagaAuthorizePayment", "PaymentPending", ALWAYS),
            ("SagaAwaitPayment", "States.Timeout", ALWAYS),
        ],
    ),
    order(
        "notifying the customer fails",
        &[("SagaNotifyCustomer", "OrderNotFound", ALWAYS)],
    ),
    order("out of stock", &[("SagaReserveStock", "OutOfStock", ALWAYS)]),
    order(
        "payment declined",
        &[("SagaAuthorizePayment", "PaymentDeclined", ALWAYS)],
    ),
    order(
        "the gateway never answers",
        &[("SagaAuthorizePayment", UNANSWERED, ALWAYS)],
    ),
    order("capture refused", &[("SagaCapturePayment", "CaptureRefused", ALWAYS)]),
    order(
        "capture without an answer",
        &[("SagaCapturePayment", UNANSWERED, ALWAYS)],
    ),
    order(
        "capture refused, and yet captured",
        &[
            ("SagaCapturePayment", "CaptureRefused", ALWAYS),
            ("SagaVoidPayment", "AlreadyCaptured", ALWAYS),
        ],
    ),
    order(
        "a compensation never succeeds",
        &[
            ("SagaAuthorizePayment", "PaymentDeclined", ALWAYS),
            ("SagaReleaseStock", UNANSWERED, ALWAYS),
        ],
    ),
    cancel("nothing fails", &[]),
    cancel(
        "notifying the customer fails",
        &[("SagaNotifyCustomer", "OrderNotFound", ALWAYS)],
    ),
];

struct Cost {
    ended: String,
    states: usize,
    retries: usize,
    invocations: usize,
}

fn cost(deployment: &Deployment, way: &Way) -> Cost {
    let spec = &deployment.state_machines[way.machine];
    let machine = StateMachine::parse(&spec.name, &spec.definition, &spec.substitutions).unwrap();
    let failing = way.failing;
    let host = VirtualHost::new(JITTER, move |call| {
        let function = template::function_of_arn(&call.function).unwrap();
        let failing = failing
            .iter()
            .find(|(name, _, times)| *name == function && call.attempt < *times);
        Answer {
            after_ms: CALL_MS,
            result: failing.map_or(Ok(json!({})), |(_, error, _)| {
                Err(StateError::new(*error, "made to fail"))
            }),
        }
    });
    let host = host.completing(|_| {
        Some(Answer {
            after_ms: 2 * CALL_MS,
            result: Ok(json!({})),
        })
    });
    let execution = ExecutionInput {
        id: "arn:execution".to_owned(),
        name: "o-1".to_owned(),
        started_at_ms: 0,
        input: json!({ "order_id": "o-1", "correlation_id": "c-1" }),
    };
    let ended = match host
        .run(&machine, &execution)
        .expect("the execution is blocked")
        .unwrap()
    {
        Outcome::Succeeded(output) => output["outcome"].as_str().unwrap().to_owned(),
        Outcome::Failed(_) => "parked".to_owned(),
        Outcome::TimedOut => panic!("{}: the execution timed out", way.happens),
    };
    let history = host.history();
    let count = |is_one: fn(&EventKind) -> bool| history.iter().filter(|event| is_one(&event.kind)).count();
    Cost {
        ended,
        states: count(|kind| matches!(kind, EventKind::StateEntered { .. })),
        retries: count(|kind| matches!(kind, EventKind::RetryScheduled { .. })),
        invocations: host.calls().len(),
    }
}

fn table(deployment: &Deployment) -> String {
    let mut table = String::from(
        "| saga | what happens | ends | states | retries | transitions | invocations | USD per 1,000 |\n\
         |---|---|---|---:|---:|---:|---:|---:|\n",
    );
    for way in &WAYS {
        let Cost {
            ended,
            states,
            retries,
            invocations,
        } = cost(deployment, way);
        let name = &deployment.state_machines[way.machine].name;
        let name = name
            .split_once("order-")
            .map_or(name.as_str(), |(stage, _)| &name[stage.len()..]);
        let (happens, transitions) = (way.happens, states + retries);
        let micro_usd = transitions * MICRO_USD_PER_1000_TRANSITIONS;
        let (usd, rest) = (micro_usd / 1_000_000, micro_usd % 1_000_000 / 1_000);
        writeln!(
            table,
            "| {name} | {happens} | {ended} | {states} | {retries} | {transitions} | {invocations} | {usd}.{rest:03} |"
        )
        .unwrap();
    }
    table
}

#[test]
fn the_page_on_cost_has_the_transitions_of_the_state_machine_files() {
    page::part_agrees(PAGE, &table(&template::load().unwrap()));
}

/// A ceiling, so that an additional state is a decision.
#[test]
fn an_order_without_failures_takes_six_transitions_and_a_cancel_five() {
    let deployment = template::load().unwrap();
    for (way, transitions) in [(&WAYS[0], 6), (&WAYS[12], 5)] {
        let cost = cost(&deployment, way);
        assert_eq!(
            (cost.states, cost.retries),
            (transitions, 0),
            "{}: {}",
            way.machine,
            way.happens
        );
    }
}

/// The page gives reasons for the sizes that the template has.
#[test]
fn every_function_has_the_memory_that_the_page_says() {
    let (text, words) = (repository::text("infra/template.yaml"), repository::text(PAGE));
    let memory_in = |text: &str| {
        let line = text.lines().find_map(|line| line.trim().strip_prefix("MemorySize: "));
        line.map(|size| size.parse::<u32>().unwrap())
    };
    let by_default = memory_in(text.split_once("\nGlobals:\n").unwrap().1).unwrap();
    for function in template::load().unwrap().functions.into_values() {
        let resource = text.split_once(&format!("\n  {}:\n", function.logical_id)).unwrap().1;
        let resource = resource.split("\n\n  ").next().unwrap();
        let size = memory_in(resource).unwrap_or(by_default);
        let row = words
            .lines()
            .find(|line| line.starts_with(&format!("| {} |", function.crate_name)));
        let row = row.unwrap_or_else(|| panic!("{PAGE} has no row for {}", function.crate_name));
        assert!(
            row.contains(&format!("| **{size}** |")),
            "{size} MB of {} is not in {row}",
            function.crate_name
        );
    }
}
