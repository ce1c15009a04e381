//! The parts that all benchmarks share: start and measure processes, simulate Lambda and AWS, describe the machine.

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

/// The median: a disturbance in one round does not change it.
pub fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}
