//! Which ports need no service at all? Time and identifiers: the machine that the process runs on has them.

pub mod clock;
pub mod ids;
