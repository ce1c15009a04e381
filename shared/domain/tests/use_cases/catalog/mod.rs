//! Products, and the files that describe them.

mod import;
mod oracle;
mod products;
