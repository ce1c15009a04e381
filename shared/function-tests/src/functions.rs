//! Invokes the functions of a shop by name, whatever is behind its ports.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use adapter_memory::time::{CountedIds, SetClock};
use domain::ports::{Clock, IdGenerator};
use domain::values::Timestamp;
use events::invocation::{Invocation, Reply};
use serde_json::{Value, json};
use shop::{Ports, Shop};

use crate::in_memory::settings;
use crate::{NOW_MS, REQUEST_ID, event, http, log};

/// Every function of a shop, with the clock and the ids of its test.
pub struct Functions {
    /// The ports and settings of all handlers.
    pub shop: Shop,
    /// The time, which only a test moves.
    pub clock: Arc<SetClock>,
    /// The ids of new orders and uploads.
    pub ids: Arc<ListedIds>,
}

/// Ids in the order in which they were announced, then `id-1`, `id-2` and so on.
pub struct ListedIds {
    announced: Mutex<VecDeque<String>>,
    others: CountedIds,
}

impl ListedIds {
    /// The next new order or upload gets this id.
    pub fn announce(&self, id: &str) {
        self.announced.lock().unwrap().push_back(id.to_owned());
    }
}

impl IdGenerator for ListedIds {
    fn next_id(&self) -> String {
        let announced = self.announced.lock().unwrap().pop_front();
        announced.unwrap_or_else(|| self.others.next_id())
    }
}

impl Functions {
    /// `build` makes the ports from a clock that stands still and ids that a test can announce. It returns with them
    /// what a test wants to look at.
    pub fn over<T>(build: impl FnOnce(&Arc<SetClock>, &Arc<ListedIds>) -> (Ports, T)) -> (Self, T) {
        log::listen();
        let clock = Arc::new(SetClock::at(Timestamp::from_unix_ms(NOW_MS)));
        let ids = Arc::new(ListedIds {
            announced: Mutex::default(),
            others: CountedIds::new("id", 1),
        });
        let (ports, adapters) = build(&clock, &ids);
        let settings = Arc::new(settings());
        let shop = Shop { ports, settings };
        (Self { shop, clock, ids }, adapters)
    }

    /// Invokes the function with this name, like `orders-place`, with an event as Lambda would send it.
    pub async fn invoke(&self, function: &str, event: Value) -> Reply {
        let wired = shop::function(function).unwrap_or_else(|| panic!("no such function: {function}"));
        wired.handler(&self.shop)(self.invocation_of(function, event)).await
    }

    /// An event with a minute to work.
    pub fn invocation_of(&self, function: &str, event: Value) -> Invocation {
        let deadline = self.clock.now().plus(Duration::from_mins(1)).unix_ms();
        Invocation::local(function, REQUEST_ID, deadline.cast_unsigned(), event)
    }

    /// The function's own file of `events/`, or its rejected one: `orders-get.rejected`.
    pub fn invocation(&self, name: &str) -> Invocation {
        self.invocation_of(function_of(name), event(name))
    }

    /// Invokes a function with its own file of `events/`, or with its rejected one.
    pub async fn send(&self, name: &str) -> Reply {
        self.invoke(function_of(name), event(name)).await
    }

    /// The same of a function behind the API.
    pub async fn ask(&self, name: &str) -> Value {
        http(self.send(name).await)
    }

    /// Places an order of one mug, two tees and so on, as Ann would.
    pub async fn place(&self, id: &str, payment_token: &str, items: &Value) {
        self.ids.announce(id);
        let mut event = event("orders-place");
        event["headers"]["idempotency-key"] = json!(format!("key-{id}"));
        event["body"] = json!(json!({"items": items, "payment_token": payment_token}).to_string());
        let answer = http(self.invoke("orders-place", event).await);
        assert_eq!(answer["status"], 202, "{answer}");
    }

    /// Places an order of two mugs.
    pub async fn place_mugs(&self, id: &str, payment_token: &str) {
        self.place(id, payment_token, &json!([{"sku": "MUG-01", "quantity": 2}]))
            .await;
    }

    /// Runs the steps of the order saga up to CONFIRMED.
    pub async fn confirm(&self, id: &str) {
        for step in [
            "saga-reserve-stock",
            "saga-authorize-payment",
            "saga-capture-payment",
            "saga-confirm-order",
        ] {
            self.step(step, id).await.unwrap();
        }
    }

    /// One step of a saga, with the input that the state machines give to most of them.
    pub async fn step(&self, function: &str, id: &str) -> Reply {
        let input = json!({"order_id": id, "correlation_id": "req-7f3a2b10"});
        self.invoke(function, input).await
    }

    /// The order as its customer sees it.
    pub async fn order(&self, id: &str) -> Value {
        let mut event = event("orders-get");
        event["pathParameters"]["id"] = json!(id);
        http(self.invoke("orders-get", event).await)["body"].take()
    }
}

impl Drop for Functions {
    /// A shop closes when its test ends: what was logged in it is read then.
    fn drop(&mut self) {
        log::taken();
    }
}

fn function_of(name: &str) -> &str {
    name.strip_suffix(".rejected").unwrap_or(name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::World;

    #[test]
    fn a_handler_can_be_moved_between_threads() {
        fn is_send(_: impl Send) {}
        // Never polled: the host spawns invocations, and this is where it would fail to compile.
        is_send(async {
            let world = Arc::new(World::open());
            world.invoke("orders-place", Value::Null).await.unwrap();
        });
    }
}
