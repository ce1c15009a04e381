//! Tests of the use cases of products and of catalog files.

mod import;
mod oracle;
mod products;
