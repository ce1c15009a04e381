//! Captures what functions log in tests, at the lowest level, and checks it for private data.

use std::cell::RefCell;
use std::sync::Once;

use telemetry::log;
use tracing::level_filters::LevelFilter;

use crate::privacy;

thread_local! {
    /// Every test runs on a thread of its own, and so has its own lines.
    static LINES: RefCell<Vec<String>> = const { RefCell::new(Vec::new()) };
}

/// For the whole process, since a subscriber of one thread is overlooked while others log without one.
pub fn listen() {
    static LISTENING: Once = Once::new();
    LISTENING.call_once(|| {
        let write = |line: &str| LINES.with_borrow_mut(|lines| lines.push(line.to_owned()));
        tracing::subscriber::set_global_default(log::subscriber(LevelFilter::TRACE, write)).unwrap();
    });
}

/// The lines since the last time.
pub fn taken() -> Vec<String> {
    let lines = LINES.take();
    privacy::assert_no_private_data("the functions", lines.iter().map(String::as_str));
    lines
}
