//! How does a function's binary come up on Lambda, and go on from one invocation to the next?

use std::future::Future;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use events::invocation::{FunctionError, Invocation, InvocationContext, Reply};
use lambda_runtime::{Diagnostic, LambdaEvent, Runtime};
use serde_json::value::RawValue;
use telemetry::log;

use crate::config::{self, Environment};
use crate::{deadline, warm_up};

/// The process's own variables.
pub type ProcessEnvironment = Environment<fn(&str) -> Option<String>>;

/// The whole of a function's `main`: reads the environment, builds what the handler needs, then serves invocations until
/// Lambda ends the process.
///
/// `wire` builds the parts from the environment, without calling anybody; what it asks for by [`Environment::warm_up`] is
/// called before the first event. Where the environment has a fault, the process says which and ends with exit code 1: a
/// function that cannot work fails at INIT, not at its first event.
///
/// One thread: a function serves one invocation at a time, and Lambda gives a second processor from 1,769 MB of memory on
/// only.
pub fn main<P, F, Fut>(wire: impl FnOnce(&ProcessEnvironment) -> P, handler: F) -> ExitCode
where
    P: Send + Sync + 'static,
    F: Fn(Invocation, Arc<P>) -> Fut + Clone + Send + Sync + 'static,
    Fut: Future<Output = Reply> + Send + 'static,
{
    try_main(|environment| Some(wire(environment)), handler)
}

/// [`main`] for parts that some values of the environment cannot build: `wire` answers `None` where
/// [`Environment::parsed`] did, which has noted the fault. Read every other variable first: what is not read is not named.
pub fn try_main<P, F, Fut>(wire: impl FnOnce(&ProcessEnvironment) -> Option<P>, handler: F) -> ExitCode
where
    P: Send + Sync + 'static,
    F: Fn(Invocation, Arc<P>) -> Fut + Clone + Send + Sync + 'static,
    Fut: Future<Output = Reply> + Send + 'static,
{
    log::init();
    match serve(wire, handler) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            tracing::error!(
                error = error.as_ref() as &dyn std::error::Error,
                "function cannot start"
            );
            ExitCode::FAILURE
        }
    }
}

fn serve<P, F, Fut>(
    wire: impl FnOnce(&ProcessEnvironment) -> Option<P>,
    handler: F,
) -> Result<(), lambda_runtime::Error>
where
    P: Send + Sync + 'static,
    F: Fn(Invocation, Arc<P>) -> Fut + Clone + Send + Sync + 'static,
    Fut: Future<Output = Reply> + Send + 'static,
{
    let lookup = config::process_variable as fn(&str) -> Option<String>;
    let (parts, warm_ups) = config::with_warm_ups(lookup, wire)?;
    let parts = Arc::new(parts.ok_or("environment: a variable cannot be read")?);
    let cold_start = Arc::new(AtomicBool::new(true));
    let service = lambda_runtime::service_fn(move |event: LambdaEvent<Box<RawValue>>| {
        let (handler, parts) = (handler.clone(), Arc::clone(&parts));
        let invocation = invocation(event, cold_start.swap(false, Ordering::Relaxed));
        async move { handler(invocation, parts).await.map_err(diagnostic) }
    });
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        warm_up::make(warm_ups).await;
        // Not `lambda_runtime::run`, which puts a span around each invocation, beside ours. And as a task: what stands right
        // below `block_on` is woken by way of the kernel, four times in an invocation with one call.
        tokio::spawn(Runtime::new(service).run()).await?
    })
}

/// Named by hand: `lambda_runtime` would name an error after its Rust type, which no state machine can match.
fn diagnostic(error: FunctionError) -> Diagnostic {
    Diagnostic {
        error_type: error.error_type,
        error_message: error.error_message,
    }
}

fn time_left(deadline_ms: u64) -> Duration {
    let deadline = UNIX_EPOCH + Duration::from_millis(deadline_ms);
    deadline.duration_since(SystemTime::now()).unwrap_or_default()
}

fn invocation(event: LambdaEvent<Box<RawValue>>, cold_start: bool) -> Invocation {
    let (event, context) = event.into_parts();
    deadline::set(context.deadline);
    Invocation {
        event: event.into(),
        context: InvocationContext {
            function_name: context.env_config.function_name.clone(),
            request_id: context.request_id,
            deadline_ms: context.deadline,
            ends_at: Some(Instant::now() + time_left(context.deadline)),
            trace_id: context.xray_trace_id,
            cold_start,
        },
    }
}
