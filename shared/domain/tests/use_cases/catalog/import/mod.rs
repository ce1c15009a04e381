//! Tests of catalog imports.

mod cases;
mod divided;
mod in_one_go;
mod report;
mod shop;
mod time;
mod writes;
