//! Break-it switches: faults that a visitor turns on to see which pattern survives them.
//!
//! Ports are wrapped in one place ([`ports::faulty`]) and so is the invoker ([`functions::FaultyFunctions`]), which all
//! event sources, workflows and routes share. A restart turns every switch off.

mod chance;
pub(crate) mod crash;
pub(crate) mod functions;
pub(crate) mod payments;
pub(crate) mod ports;
mod rates;
pub(crate) mod routes;
mod switch;
#[cfg(test)]
mod tests;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use serde_json::{Value, json};

use self::chance::Chance;
use self::crash::Crash;
use self::payments::{Payments, PaymentsMode};
use self::rates::{LOST_FUNCTION_ANSWERS_ONE_IN, LOST_PORT_ANSWERS_ONE_IN, THROTTLED_ONE_IN};
use self::switch::Switch;

/// The switches of a host, as all of its parts share them.
#[derive(Clone)]
pub(crate) struct Faults {
    duplicate_events: Arc<AtomicBool>,
    reorder_events: Arc<AtomicBool>,
    lose_answers: Arc<AtomicBool>,
    throttle_tables: Arc<AtomicBool>,
    pub(crate) payments: Payments,
    pub(crate) crash: Crash,
    throttling: Arc<Chance>,
    port_losses: Arc<Chance>,
    function_losses: Arc<Chance>,
}

impl Faults {
    /// All off. `is_in_memory`: whether a crash also loses the data.
    pub(crate) fn new(is_in_memory: bool) -> Self {
        Self {
            duplicate_events: Arc::default(),
            reorder_events: Arc::default(),
            lose_answers: Arc::default(),
            throttle_tables: Arc::default(),
            payments: Payments::default(),
            crash: Crash::new(is_in_memory),
            throttling: Arc::new(Chance::one_in(THROTTLED_ONE_IN)),
            port_losses: Arc::new(Chance::one_in(LOST_PORT_ANSWERS_ONE_IN)),
            function_losses: Arc::new(Chance::one_in(LOST_FUNCTION_ANSWERS_ONE_IN)),
        }
    }

    fn duplicates_events(&self) -> bool {
        self.duplicate_events.load(Ordering::SeqCst)
    }

    fn reorders_events(&self) -> bool {
        self.reorder_events.load(Ordering::SeqCst)
    }

    /// Whether the next call of a table is refused as throttled.
    fn throttles_call(&self) -> bool {
        self.throttle_tables.load(Ordering::SeqCst) && self.throttling.next_is_hit()
    }

    /// Whether the answer of the next call of a port is lost.
    fn loses_port_answer(&self) -> bool {
        self.lose_answers.load(Ordering::SeqCst) && self.port_losses.next_is_hit()
    }

    /// Whether the answer of the next invocation is lost.
    fn loses_function_answer(&self) -> bool {
        self.lose_answers.load(Ordering::SeqCst) && self.function_losses.next_is_hit()
    }

    fn flag(&self, switch: Switch) -> Option<&AtomicBool> {
        match switch {
            Switch::DuplicateEvents => Some(&self.duplicate_events),
            Switch::ReorderEvents => Some(&self.reorder_events),
            Switch::LoseAnswers => Some(&self.lose_answers),
            Switch::ThrottleTables => Some(&self.throttle_tables),
            Switch::Payments | Switch::Crash => None,
        }
    }

    fn value(&self, switch: Switch) -> Value {
        match switch {
            Switch::Payments => json!(self.payments.mode().as_str()),
            Switch::Crash => json!(false),
            _ => json!(self.flag(switch).is_some_and(|flag| flag.load(Ordering::SeqCst))),
        }
    }

    /// Sets a switch other than `crash` to a value that [`Switch::accepts`].
    fn set(&self, switch: Switch, value: &Value) {
        if let Some(mode) = value.as_str().and_then(PaymentsMode::parse) {
            self.payments.turn(mode);
        } else if let (Some(flag), Some(on)) = (self.flag(switch), value.as_bool()) {
            flag.store(on, Ordering::SeqCst);
        }
    }

    /// Every switch with its value and its explanation.
    pub(crate) fn to_json(&self) -> Value {
        let faults = Switch::ALL.map(|switch| {
            let effect = match switch {
                Switch::Crash => self.crash.effect().to_owned(),
                _ => switch.effect(),
            };
            json!({
                "name": switch.name(),
                "value": self.value(switch),
                "values": switch.values(),
                "effect": effect,
                "pattern": switch.pattern(),
                "page": switch.page(),
            })
        });
        json!({ "faults": faults })
    }
}
