//! How does `saga-confirm-order` run on AWS? Not yet: the handler is done, its adapters are not.

fn main() -> std::process::ExitCode {
    edge::unwired::exit(env!("CARGO_PKG_NAME"))
}
