//! Invokes functions like Lambda: the real handlers, with ports of the simulation.

use std::pin::pin;
use std::sync::{Arc, OnceLock};

use entry::cursor::{CursorSigner, KEY_BYTES_MIN};
use entry::webhook::WebhookKey;
use events::invocation::{Invocation, Reply};
use futures_util::future::{Either, select};
use serde_json::Value;
use shop::{SagaArns, Settings};
use tokio::sync::oneshot;

use crate::call::Call;
use crate::executions::{CANCEL_SAGA_ARN, ORDER_SAGA_ARN};
use crate::fate::Fate;
use crate::faults::{Found, Kind, Nature};
use crate::ports;
use crate::scheduler::Owner;
use crate::variants::published;
use crate::world::World;

/// `Timeout` of the functions in `infra/template.yaml`.
const TIMEOUT_MS: i64 = 10_000;
/// `Timeout` of saga-reconcile, which handles many orders.
const RECONCILE_TIMEOUT_MS: i64 = 60_000;
/// How long a caller without its own timeout waits for Lambda.
const CALLER_TIMEOUT_MS: i64 = 30_000;

/// The error of an invocation, with the name that Step Functions gives it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Failed {
    pub(crate) error: String,
    pub(crate) cause: String,
}

impl Failed {
    fn new(error: &str, cause: &str) -> Self {
        Self {
            error: error.to_owned(),
            cause: cause.to_owned(),
        }
    }
}

/// The static name of a function; `None` if no function has this name.
pub(crate) fn named(function: &str) -> Option<&'static str> {
    let published = || published::FUNCTIONS.into_iter().find(|name| *name == function);
    shop::function(function)
        .map(|function| function.name)
        .or_else(published)
}

/// Invokes a function, with the faults that can happen on the way to Lambda and back.
pub(crate) async fn invoke(world: &Arc<World>, function: &'static str, event: Value) -> Result<Value, Failed> {
    world.travel().await;
    let refused = || Failed::new("Lambda.TooManyRequestsException", "throttled");
    let lost = || Failed::new("Lambda.ServiceException", "the answer got lost");
    let kind = match world.at(function, "invoke", Nature::Invoke) {
        Found::Nothing => return ended(start(world, function, event)).await,
        Found::Shut => return Err(refused()),
        Found::Fault(kind) => kind,
    };
    match kind {
        Kind::Throttle => Err(refused()),
        Kind::FailAfter => {
            // The answer gets lost.
            let _lost = ended(start(world, function, event)).await;
            Err(lost())
        }
        Kind::Twice => {
            let first = start(world, function, event.clone());
            world.travel().await;
            let second = ended(start(world, function, event)).await;
            let _dropped = ended(first).await;
            second
        }
        Kind::Late { delay_ms } => {
            let (later, arrives) = (Arc::clone(world), world.sleep(delay_ms));
            world.spawn(Owner::World, async move {
                arrives.await;
                let _nobody_waits = ended(start(&later, function, event)).await;
            });
            world.sleep(CALLER_TIMEOUT_MS).await;
            Err(lost())
        }
        _ => Err(Failed::new("Lambda.ServiceException", "the service did not answer")),
    }
}

type Ended = Result<Reply, Fate>;

async fn ended(running: oneshot::Receiver<Ended>) -> Result<Value, Failed> {
    // Lambda reports a host that died like a function that vanished.
    match running.await.unwrap_or(Err(Fate::Vanished)) {
        Ok(reply) => reply.map_err(|error| Failed::new(&error.error_type, &error.error_message)),
        Err(fate) => {
            let (name, message) = fate.error();
            Err(Failed::new(name, message))
        }
    }
}

/// Runs the function in a separate task, which goes on if the caller stops waiting.
fn start(world: &Arc<World>, function: &'static str, event: Value) -> oneshot::Receiver<Ended> {
    let timeout_ms = if function == "saga-reconcile" {
        RECONCILE_TIMEOUT_MS
    } else {
        TIMEOUT_MS
    };
    let call = Call::new(world, function, world.now_ms() + timeout_ms);
    let began_ms = world.now_ms();
    world.export(|exported| Some(exported.starting(call.number, function, &event)));
    let (sender, receiver) = oneshot::channel();
    world.spawn(Owner::Function, async move {
        let outcome = {
            let running = pin!(handle(&call, event));
            match select(running, pin!(call.end())).await {
                Either::Left((reply, _)) => Ok(reply),
                Either::Right((fate, _)) => Err(fate),
            }
        };
        call.world.record(|| match &outcome {
            Ok(Ok(_)) => format!("       {function} is done"),
            Ok(Err(error)) => format!("       {function} fails: {}", error.error_type),
            Err(fate) => format!("       {function} ends: {fate:?}"),
        });
        call.world.export(|exported| {
            let reply = outcome.as_ref().map_err(|fate| *fate);
            exported.ending(call.number, call.world.now_ms() - began_ms, reply)
        });
        // The caller may have stopped waiting.
        sender.send(outcome).unwrap_or_default();
    });
    receiver
}

async fn handle(call: &Arc<Call>, event: Value) -> Reply {
    let function = call.function;
    let deadline_ms = u64::try_from(call.deadline_ms()).unwrap_or_default();
    let invocation = Invocation::local(function, "invocation", deadline_ms, event);
    match shop::function(function) {
        Some(wired) => wired.handler(&wiring(call))(invocation).await,
        None => published::handle(function, invocation, &adapter_memory::Ports(Arc::clone(call))).await,
    }
}

/// The same for every invocation of every history.
static SETTINGS: OnceLock<Arc<Settings>> = OnceLock::new();

fn new_settings() -> Arc<Settings> {
    Arc::new(Settings {
        cursors: CursorSigner::new(&[7; KEY_BYTES_MIN]).expect("the key is long enough"),
        webhook_key: WebhookKey::derive(&[7; KEY_BYTES_MIN]).expect("the secret is long enough"),
        uploads_bucket: "uploads".to_owned(),
        divide_above_bytes: u64::MAX,
        range_bytes: u64::MAX,
        sagas: SagaArns {
            order: ORDER_SAGA_ARN.to_owned(),
            cancel: CANCEL_SAGA_ARN.to_owned(),
        },
    })
}

pub(crate) fn settings() -> &'static Arc<Settings> {
    SETTINGS.get_or_init(new_settings)
}

fn wiring(call: &Arc<Call>) -> shop::Shop {
    shop::Shop {
        ports: ports::of(call),
        settings: Arc::clone(settings()),
    }
}
