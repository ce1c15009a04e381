//! Runs branches at the same time. They are polled in a fixed order, so that the same host gives the same run.
//!
//! The joins of `futures-util` poll only branches that were woken. A simulator has no wakers and needs a fixed order.

use std::future::poll_fn;
use std::task::Poll;

use serde_json::Value;

use crate::execution::{Interrupt, Running};

/// Runs at most `at_once` machines at a time and answers all outputs in order, or the first failure: the others are
/// dropped then.
pub(crate) async fn join(machines: Vec<Running<'_>>, at_once: usize) -> Result<Vec<Value>, Interrupt> {
    let mut outputs: Vec<Value> = vec![Value::Null; machines.len()];
    let mut waiting = machines.into_iter().enumerate();
    let mut running: Vec<(usize, Running<'_>)> = waiting.by_ref().take(at_once).collect();
    poll_fn(move |context| {
        let mut position = 0;
        while let Some((index, machine)) = running.get_mut(position) {
            match machine.as_mut().poll(context) {
                Poll::Pending => position += 1,
                Poll::Ready(Err(interrupt)) => return Poll::Ready(Err(interrupt)),
                Poll::Ready(Ok(output)) => {
                    outputs[*index] = output;
                    drop(running.remove(position));
                    // The next one takes the last place, and is polled in this very pass.
                    running.extend(waiting.next());
                }
            }
        }
        if running.is_empty() {
            Poll::Ready(Ok(std::mem::take(&mut outputs)))
        } else {
            Poll::Pending
        }
    })
    .await
}
