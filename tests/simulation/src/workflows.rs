//! Runs the sagas: the real interpreter over the files of `infra/`, with journals that survive a crash of the host.

use std::collections::BTreeMap;
use std::future::{pending, poll_fn};
use std::sync::Arc;
use std::task::Poll;

use async_trait::async_trait;
use domain::fulfilment::payment_results::{PaymentVerdict, WaitToken};
use domain::fulfilment::ports::{SagaKind, SagaStart};
use serde_json::{Value, json};
use state_machine::history::{EventKind, HistoryEvent};
use state_machine::host::{Host, HostFailure, StateError, TaskCall};
use state_machine::{ExecutionInput, Outcome, run};

use crate::events;
use crate::executions::{CANCEL_SAGA_ARN, Execution, ORDER_SAGA_ARN, Status};
use crate::faults::{Found, HOST_DOWN_MS, Kind, Nature};
use crate::functions;
use crate::scheduler::{Owner, lock};
use crate::world::World;

/// The time until a crashed host is back.
const RESTART_MS: i64 = 1_000;

/// Starts the execution of this name, unless it exists.
pub(crate) fn begin(world: &Arc<World>, start: &SagaStart) {
    let name = start.kind.execution_name(&start.order);
    let mut executions = lock(&world.executions);
    if executions.by_name.contains_key(&name) {
        return;
    }
    let input = json!({ "order_id": start.order.as_str(), "correlation_id": start.correlation_id.as_str() });
    let execution = Execution {
        kind: start.kind,
        input: input.clone(),
        started_at_ms: world.now_ms(),
        journal: BTreeMap::new(),
        status: Status::Running,
    };
    executions.by_name.insert(name.clone(), execution);
    let is_up = !executions.host_is_down;
    drop(executions);
    world.record(|| format!("       execution {name} starts"));
    world.export(|exported| Some(exported.execution_starting(&name, machine_name(start.kind), &input)));
    if is_up {
        spawn(world, name);
    }
}

fn spawn(world: &Arc<World>, name: String) {
    let world_of_task = Arc::clone(world);
    // Runs until it ends or its host dies.
    world.spawn(Owner::Host, async move { execute(&world_of_task, &name).await });
}

async fn execute(world: &Arc<World>, name: &str) {
    let Some((kind, start)) = input_of(world, name) else {
        return;
    };
    let host = ExecutionHost {
        world: Arc::clone(world),
        name: name.to_owned(),
        machine: machine_name(kind),
    };
    let outcome = run(world.design.machine(kind), &start, &host).await;
    world.export(|exported| exported.execution_ending(name, outcome.as_ref().ok()?));
    let status = match outcome {
        Ok(Outcome::Succeeded(_)) => Status::Succeeded,
        Ok(Outcome::Failed(error)) => Status::Failed(error),
        Ok(Outcome::TimedOut) => Status::TimedOut,
        // A journal in memory fails only if the execution was aborted.
        Err(_) => Status::Aborted,
    };
    world.record(|| format!("       execution {name} ends: {status:?}"));
    if let Some(execution) = lock(&world.executions).by_name.get_mut(name) {
        execution.status = status.clone();
    }
    if let Some(event) = failure_event(kind, name, &start.input, &status) {
        events::deliver(world, "status-event", &event);
    }
}

fn input_of(world: &World, name: &str) -> Option<(SagaKind, ExecutionInput)> {
    let executions = lock(&world.executions);
    let execution = executions.by_name.get(name)?;
    let input = ExecutionInput {
        id: execution_arn(execution.kind, name),
        name: name.to_owned(),
        started_at_ms: execution.started_at_ms,
        input: execution.input.clone(),
    };
    Some((execution.kind, input))
}

/// The event about a failed execution that EventBridge delivers to saga-reconcile.
fn failure_event(kind: SagaKind, name: &str, input: &Value, status: &Status) -> Option<Value> {
    let (status, error) = match status {
        Status::Running | Status::Succeeded => return None,
        Status::Failed(error) => ("FAILED", Some(error)),
        Status::TimedOut => ("TIMED_OUT", None),
        Status::Aborted => ("ABORTED", None),
    };
    Some(json!({
        "source": "aws.states",
        "detail-type": "Step Functions Execution Status Change",
        "detail": {
            "executionArn": execution_arn(kind, name),
            "stateMachineArn": match kind {
                SagaKind::Order => ORDER_SAGA_ARN,
                SagaKind::Cancel => CANCEL_SAGA_ARN,
            },
            "name": name,
            "status": status,
            "input": input.to_string(),
            "error": error.map(|error| &error.error),
            "cause": error.map(|error| &error.cause),
        },
    }))
}

fn machine_name(kind: SagaKind) -> &'static str {
    match kind {
        SagaKind::Order => "order-saga",
        SagaKind::Cancel => "order-cancel",
    }
}

fn execution_arn(kind: SagaKind, name: &str) -> String {
    format!(
        "arn:aws:states:eu-central-1:123456789012:execution:{}:{name}",
        machine_name(kind)
    )
}

struct ExecutionHost {
    world: Arc<World>,
    name: String,
    machine: &'static str,
}

#[async_trait]
impl Host for ExecutionHost {
    fn now_ms(&self) -> i64 {
        self.world.now_ms()
    }

    async fn sleep_until(&self, unix_ms: i64) {
        self.world.sleep_until(unix_ms).await;
    }

    fn random_unit(&self) -> f64 {
        self.world.random_unit()
    }

    async fn invoke(&self, call: TaskCall) -> Result<Value, StateError> {
        let function = functions::named(&call.function).expect("the state machines name existing functions");
        let answer = functions::invoke(&self.world, function, call.payload).await;
        answer.map_err(|failed| StateError::new(failed.error, failed.cause))
    }

    /// A completion is kept in the tables, so a host that was down finds it.
    async fn completed(&self, call: &TaskCall) -> Result<Value, StateError> {
        let token = call.token.as_deref().and_then(|token| WaitToken::parse(token).ok());
        let token = token.expect("a task that waits has a token");
        let verdict = poll_fn(|context| {
            if let Some(verdict) = self.world.look(|tables| tables.resumed.get(&token).copied()) {
                return Poll::Ready(verdict);
            }
            let mut waiting = lock(&self.world.waiting);
            if waiting.iter().all(|waker| !waker.will_wake(context.waker())) {
                waiting.push(context.waker().clone());
            }
            Poll::Pending
        });
        match verdict.await {
            PaymentVerdict::Authorized => Ok(json!({ "outcome": "AUTHORIZED" })),
            PaymentVerdict::Declined => Err(StateError::new("PaymentDeclined", "the provider declined")),
        }
    }

    async fn recorded(&self, key: &str) -> Result<Option<Value>, HostFailure> {
        let executions = lock(&self.world.executions);
        let execution = executions.by_name.get(&self.name);
        Ok(execution.and_then(|execution| execution.journal.get(key).cloned()))
    }

    async fn record(&self, key: &str, value: &Value) -> Result<(), HostFailure> {
        if lock(&self.world.executions).host_is_down {
            // The host died in another branch at this moment.
            return pending().await;
        }
        let found = self.world.at(self.machine, "record", Nature::Record);
        if let Found::Fault(kind) = found {
            if kind == Kind::Abort {
                return Err(HostFailure("an operator stopped the execution".into()));
            }
            if kind == Kind::HostRestart {
                self.write(key, value);
            }
            die(&self.world, kind);
            return pending().await;
        }
        self.write(key, value);
        Ok(())
    }

    fn observe(&self, event: HistoryEvent) {
        self.world
            .export(|exported| exported.observed(&self.name, &event, self.world.now_ms()));
        if let EventKind::StateEntered { .. } = event.kind {
            self.world
                .record(|| format!("       {} enters {}", self.name, event.state));
        }
    }
}

impl ExecutionHost {
    fn write(&self, key: &str, value: &Value) {
        if let Some(execution) = lock(&self.world.executions).by_name.get_mut(&self.name) {
            execution.journal.insert(key.to_owned(), value.clone());
        }
    }
}

/// Ends every execution. They resume from their journals when the host is back.
fn die(world: &Arc<World>, kind: Kind) {
    lock(&world.executions).host_is_down = true;
    world.scheduler.kill(Owner::Host);
    if kind == Kind::HostCrash {
        world.scheduler.kill(Owner::Function);
    }
    let down_ms = if kind == Kind::HostDown {
        HOST_DOWN_MS
    } else {
        RESTART_MS
    };
    let (back, revived) = (world.sleep(down_ms), Arc::clone(world));
    world.spawn(Owner::World, async move {
        back.await;
        let mut executions = lock(&revived.executions);
        executions.host_is_down = false;
        let running = executions
            .by_name
            .iter()
            .filter(|(_, execution)| execution.status == Status::Running);
        let names: Vec<String> = running.map(|(name, _)| name.clone()).collect();
        drop(executions);
        revived.record(|| format!("       the host is back, with {} executions", names.len()));
        for name in names {
            spawn(&revived, name);
        }
    });
}

/// Redrives an execution: it resumes at the failed state, with new attempts and a new timeout. `false` if there is
/// nothing to redrive.
pub(crate) fn redrive(world: &Arc<World>, name: &str) -> bool {
    let mut executions = lock(&world.executions);
    let now_ms = world.now_ms();
    let Some(execution) = executions.by_name.get_mut(name) else {
        return false;
    };
    if !matches!(execution.status, Status::Failed(_) | Status::TimedOut | Status::Aborted) {
        return false;
    }
    let Some(change) = state_machine::redrive::redrive(&execution.journal, now_ms) else {
        return false;
    };
    execution.journal.retain(|key, _| !change.forgotten.contains(key));
    execution.journal.insert(change.key.to_owned(), change.value);
    execution.status = Status::Running;
    drop(executions);
    spawn(world, name.to_owned());
    true
}
