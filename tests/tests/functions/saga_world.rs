//! Runs a saga in a test: the real state machine files and handlers, with simulated time and injected failures.

use std::sync::Arc;

use serde_json::{Value, json};
use state_machine::history::EventKind;
use state_machine::host::{StateError, TaskCall};
use state_machine::virtual_host::{Answer, VirtualHost};
use state_machine::{ExecutionInput, Outcome, StateMachine};
use tests::repository;
use tokio::runtime::{Builder, Runtime};

use crate::books::books;
use crate::shop::{ORDER, Shop, event};

/// The duration of every call, so that parallel branches overlap.
const CALL_MS: i64 = 10;
/// The timeout of the gateway.
const SILENCE_MS: i64 = 2_000;
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Happens {
    /// The call never reached its function.
    No,
    /// The function finished, and its answer got lost.
    Yes,
}

#[derive(Debug, Clone, Copy)]
pub(crate) struct Fault {
    state: &'static str,
    error: &'static str,
    happens: Happens,
    /// The number of failing attempts.
    attempts: u32,
}

pub(crate) fn once(state: &'static str, error: &'static str, happens: Happens) -> Fault {
    Fault {
        state,
        error,
        happens,
        attempts: 1,
    }
}

pub(crate) fn always(state: &'static str, error: &'static str, happens: Happens) -> Fault {
    Fault {
        attempts: u32::MAX,
        ..once(state, error, happens)
    }
}

/// A shop with its own runtime, because the interpreter has simulated time.
pub(crate) struct World {
    pub(crate) runtime: Runtime,
    pub(crate) shop: Shop,
}

pub(crate) struct Executed {
    pub(crate) outcome: Outcome,
    /// In the order in which they were entered.
    pub(crate) states: Vec<String>,
    pub(crate) calls: Vec<TaskCall>,
    pub(crate) elapsed_ms: i64,
}

impl World {
    pub(crate) fn with_order(payment_token: &str) -> Arc<Self> {
        let runtime = Builder::new_current_thread().enable_time().build().unwrap();
        let shop = runtime.block_on(Shop::with_order(payment_token));
        Arc::new(Self { runtime, shop })
    }

    pub(crate) fn with_cancelled_order() -> Arc<Self> {
        let world = Self::with_order("tok_ok");
        world.runtime.block_on(async {
            world.shop.confirm(ORDER).await;
            world.shop.send("orders-cancel").await.unwrap();
        });
        world
    }

    fn invoke(&self, function: &str, payload: Value) -> Result<Value, StateError> {
        let reply = self.runtime.block_on(self.shop.invoke(function, payload));
        // The form in which Step Functions returns the answer of Lambda.
        reply
            .map(|payload| json!({"Payload": payload, "StatusCode": 200}))
            .map_err(|error| StateError::new(error.error_type, error.error_message))
    }

    fn answer(&self, call: &TaskCall, faults: &[Fault]) -> Answer {
        let fault = faults
            .iter()
            .find(|fault| fault.state == call.state && call.attempt < fault.attempts);
        if let Some(fault) = fault {
            if fault.happens == Happens::Yes {
                // Its answer gets lost.
                let _lost = self.invoke(&call.function, call.payload.clone());
            }
            let error = StateError::new(fault.error, "injected");
            return Answer {
                after_ms: CALL_MS,
                result: Err(error),
            };
        }
        let result = self.invoke(&call.function, call.payload.clone());
        let is_silent = result.as_ref().is_err_and(|error| error.error == "TransientFailure");
        Answer {
            after_ms: if is_silent { SILENCE_MS } else { CALL_MS },
            result,
        }
    }

    fn execute(self: &Arc<Self>, file: &str, faults: &[Fault]) -> Executed {
        let machine = machine(file);
        let (world, injected) = (self.clone(), faults.to_vec());
        let host = VirtualHost::new(0.99, move |call| world.answer(call, &injected));
        let execution = ExecutionInput {
            id: format!("arn:aws:states:eu-central-1:123456789012:execution:popshop-dev-{file}:{ORDER}"),
            name: ORDER.to_owned(),
            started_at_ms: 0,
            input: json!({"order_id": ORDER, "correlation_id": "req-7f3a2b10"}),
        };
        let outcome = host
            .run(&machine, &execution)
            .expect("the execution is not blocked")
            .unwrap();
        let entered = host
            .history()
            .into_iter()
            .filter(|event| matches!(event.kind, EventKind::StateEntered { .. }));
        let states = entered.map(|event| event.state).collect();
        Executed {
            outcome,
            states,
            calls: host.calls(),
            elapsed_ms: host.elapsed_ms(),
        }
    }

    /// Runs a saga. If it failed, delivers the event of EventBridge to saga-reconcile.
    pub(crate) fn run(self: &Arc<Self>, file: &str, faults: &[Fault]) -> Executed {
        let executed = self.execute(file, faults);
        let (status, error) = match &executed.outcome {
            Outcome::Succeeded(_) => return executed,
            Outcome::Failed(error) => ("FAILED", json!(error.error)),
            Outcome::TimedOut => ("TIMED_OUT", json!(null)),
        };
        let mut ended = event("saga-reconcile");
        ended["detail"]["status"] = json!(status);
        ended["detail"]["error"] = error;
        if file == "order-cancel" {
            let machine = ended["detail"]["stateMachineArn"]
                .as_str()
                .unwrap()
                .replace("order-saga", file);
            ended["detail"]["stateMachineArn"] = json!(machine);
            ended["detail"]["name"] = json!(format!("{ORDER}-cancel"));
        }
        self.invoke("saga-reconcile", ended).unwrap();
        executed
    }

    /// Status, reason, earned amount, whether money is still held, and the remaining mugs.
    pub(crate) fn end(&self) -> (String, Option<String>, i64, bool, u32) {
        self.runtime.block_on(async {
            let order = self.shop.order(ORDER).await;
            let (earned, held) = books(&self.shop, ORDER).await;
            let text = |name: &str| order[name].as_str().map(str::to_owned);
            (
                text("status").unwrap(),
                text("reason"),
                earned,
                held,
                self.shop.available("MUG-01").await,
            )
        })
    }

    /// Asserts that no order is charged twice, no stock leaks, no order stays undecided, and no mail is sent twice.
    pub(crate) fn assert_in_order(&self, executed: &Executed, faults: &[Fault]) {
        let (status, _, earned, held, left) = self.end();
        let ended_well = matches!(executed.outcome, Outcome::Succeeded(_));
        let in_order = match status.as_str() {
            "CONFIRMED" => (earned, held, left) == (2_500, false, 5),
            "REJECTED" | "CANCELLED" => (earned, held, left) == (0, false, 7),
            "PARKED" => !ended_well && matches!(earned, 0 | 2_500) && matches!(left, 5 | 7),
            _ => false,
        };
        assert!(
            in_order,
            "{status}, earned {earned}, held {held}, left {left}: {faults:?} {:?}",
            executed.states
        );
        let mails = self.runtime.block_on(self.shop.mailer.newest(10)).unwrap().emails;
        assert!(mails.len() <= 1, "{faults:?}");
    }
}

/// Parses a file of `infra/`, with function names in place of ARNs: `${ReserveStockFunctionArn}` is saga-reserve-stock.
fn machine(file: &str) -> StateMachine {
    let definition = repository::text(&format!("infra/{file}.asl.json"));
    let names = definition
        .split("${")
        .skip(1)
        .map(|rest| rest.split('}').next().unwrap());
    let substitutions = names.map(|name| {
        let Some(step) = name.strip_suffix("FunctionArn") else {
            let value = match name {
                "Partition" => "aws",
                "PaymentResultSeconds" => "45",
                other => panic!("{other} has no value"),
            };
            return (name.to_owned(), value.to_owned());
        };
        let kebab: String = step
            .chars()
            .map(|c| {
                if c.is_uppercase() {
                    format!("-{}", c.to_ascii_lowercase())
                } else {
                    c.to_string()
                }
            })
            .collect();
        (name.to_owned(), format!("saga{kebab}"))
    });
    StateMachine::parse(file, &definition, &substitutions.collect()).unwrap()
}
