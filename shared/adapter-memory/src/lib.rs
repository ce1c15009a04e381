//! The shop in memory: every port of the domain over plain tables. The one fake of this repository.
//!
//! Tests of use cases run on [`Memory`]. It keeps the same contracts as the SQLite and the DynamoDB adapters
//! (`tests/contracts.rs`), so a test that passes here does not pass by a fake's mistake.
//!
//! - Create it with [`Memory::new`] and pass the `Arc` as whichever port a use case needs: all ports share its tables.
//! - Prepare and inspect the tables with [`Memory::change`] and [`Memory::look`]: stock, sent mails, started sagas.
//! - Plan failures with [`Memory::refuse_next`], [`Memory::lose_answer`] and [`Memory::change_before`].
//! - [`time::SetClock`] and [`time::CountedIds`] stand in for the clock and for random ids.
//!
//! Each port is written once, as an `impl` of [`Ports`] over any [`access::Access`] to the tables. The simulation has
//! an access of its own, which delays, repeats and loses calls.

#![warn(missing_docs)]

pub mod access;
pub mod memory;
mod ports;
pub mod renderer;
pub mod tables;
pub mod time;

pub use access::Ports;
pub use memory::Memory;
