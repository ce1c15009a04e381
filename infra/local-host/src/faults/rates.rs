//! How often, and for how long, each switch strikes.

use std::time::Duration;

/// One of so many calls of a table is refused as throttled. An order needs about twenty, and so meets about one.
pub(super) const THROTTLED_ONE_IN: u64 = 20;
/// One of so many calls of a port takes effect and loses its answer.
pub(super) const LOST_PORT_ANSWERS_ONE_IN: u64 = 25;
/// One of so many invocations has its effect and loses its answer.
pub(super) const LOST_FUNCTION_ANSWERS_ONE_IN: u64 = 10;
/// How long every second event is held back: longer than the next one takes to be delivered.
pub(super) const REORDER_HOLD: Duration = Duration::from_millis(400);
