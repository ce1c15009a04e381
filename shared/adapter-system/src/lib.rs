//! Which ports need no service at all? Time (its passing, too) and identifiers: the machine that the process runs on
//! has them.

pub mod clock;
pub mod ids;
pub mod pause;
