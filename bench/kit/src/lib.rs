//! What do the benches have in common? How a process is started and what it cost, which cloud it meets, and what a report
//! says of the machine.

pub mod arguments;
#[cfg(feature = "functions")]
pub mod certificates;
pub mod cost;
#[cfg(feature = "functions")]
pub mod http;
pub mod machine;
#[cfg(feature = "functions")]
pub mod process;
#[cfg(feature = "functions")]
pub mod runtime_api;
#[cfg(feature = "functions")]
pub mod server;
pub mod trouble;

/// The middle one: what a busy machine did to one round, the others do not show.
pub fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}
