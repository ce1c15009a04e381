//! Can the simulator see? Shops that are broken in a known way, each of which it has to catch.

pub mod published;
