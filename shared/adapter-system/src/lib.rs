//! Implements the ports that need no service: the clock, pauses and ids come from the machine that runs the process.
#![warn(missing_docs)]

pub mod clock;
pub mod ids;
pub mod pause;
