//! The `main` of a function: reads the environment, warms up, and serves one invocation after the other.

use std::future::Future;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use events::invocation::{FunctionError, Invocation, InvocationContext, Reply};
use lambda_runtime::{Diagnostic, LambdaEvent, Runtime};
use serde_json::value::RawValue;
use telemetry::{log, metrics};

use crate::config::{self, Environment};
use crate::{deadline, warm_up};

/// The process's own variables.
pub type ProcessEnvironment = Environment<fn(&str) -> Option<String>>;

/// The `main` of a function: reads the environment, builds the parts that the handler needs, then serves invocations
/// until Lambda ends the process.
///
/// `wire` builds the parts from the environment without any call. The calls that it registers by
/// [`Environment::warm_up`] are made before the first event. If the environment has faults, the process logs them and
/// ends with exit code 1, so that a misconfigured function fails at INIT and not at its first event.
///
/// It uses one thread: a function serves one invocation at a time, and Lambda provides a second processor only from
/// 1,769 MB of memory on.
pub fn main<P, F, Fut>(wire: impl FnOnce(&ProcessEnvironment) -> P, handler: F) -> ExitCode
where
    P: Send + Sync + 'static,
    F: Fn(Invocation, Arc<P>) -> Fut + Clone + Send + Sync + 'static,
    Fut: Future<Output = Reply> + Send + 'static,
{
    try_main(|environment| Some(wire(environment)), handler)
}

/// Like [`main`], but `wire` can fail: it returns `None` when [`Environment::parsed`] did, which recorded the fault.
/// Let `wire` read all other variables first, because only variables that were read are reported.
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
            metrics::report_failed_start();
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
    let parts = Arc::new(parts.ok_or("environment: the function could not be built from its variables")?);
    let cold_start = Arc::new(AtomicBool::new(true));
    let service = lambda_runtime::service_fn(move |event: LambdaEvent<Box<RawValue>>| {
        let (handler, parts) = (handler.clone(), Arc::clone(&parts));
        let invocation = invocation(event, cold_start.swap(false, Ordering::Relaxed));
        async move { handler(invocation, parts).await.map_err(diagnostic) }
    });
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        warm_up::make(warm_ups).await;
        // Not `lambda_runtime::run`, which would add a second span around each invocation. Spawned as a task, because
        // the future of `block_on` is woken through the kernel, four times in an invocation with one call.
        tokio::spawn(Runtime::new(service).run()).await?
    })
}

/// Keeps our error name. `lambda_runtime` would use the name of the Rust type, which no state machine can match.
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
