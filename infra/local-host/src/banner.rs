//! Prints the addresses of a started host, and one example for each pipeline to paste.
//!
//! The files in `walk/` are the one source of the examples: the README and the text of the local cloud show them too,
//! and a test runs them.

/// The address in `sign-in.sh`.
const EXAMPLE_ADDRESS: &str = "http://127.0.0.1:3000";
const SIGN_IN: &str = include_str!("walk/sign-in.sh");
const PEOPLE: &str = include_str!("walk/people.sh");
const CATALOG: &str = include_str!("walk/catalog.sh");
const ORDER: &str = include_str!("walk/order.sh");
const PHOTO: &str = include_str!("walk/photo.sh");

/// The whole text, with a line feed at its end. The examples work as they are printed, in a POSIX shell with curl.
pub fn text(base_url: &str) -> String {
    let sign_in = SIGN_IN.replace(EXAMPLE_ADDRESS, base_url);
    format!(
        "\
Popshop is open: {base_url}/ is the console.

  products     {base_url}/products
  e-mails      {base_url}/dev/emails
  invocations  {base_url}/dev/invocations
  executions   {base_url}/dev/executions

Examples for a second terminal, in the folder of the repository and in this order. README.md explains them.

# sign in
{sign_in}{PEOPLE}
# import a catalog
{CATALOG}
# place an order
{ORDER}
# upload a photo
{PHOTO}
Ctrl-C stops the host. Log lines follow.

"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_console_comes_first_and_every_address_is_that_of_the_host() {
        let text = text("http://127.0.0.1:4711");
        assert!(
            text.lines().next().unwrap().contains(" http://127.0.0.1:4711/ "),
            "{text}"
        );
        assert!(text.contains("shop=http://127.0.0.1:4711\n"), "{text}");
        assert!(!text.contains(EXAMPLE_ADDRESS), "{text}");
    }
}
