//! What does a person read when the host has started? Its addresses, and one example for each pipeline to paste.

/// A GIF of a mug, 48 pixels wide: small enough for a command line.
const EXAMPLE_PHOTO_BASE64: &str = concat!(
    "R0lGODlhMAAwAJEAAP/26NFJW////zw8RiwAAAAAMAAwAAACnYSPqcvtD6OctNqLs968+w+G4kiWW4Cm6sqmXAvHb0yrs4DX",
    "8J3rLC/w1S4oXFBIsxR7yORkeWzKngGjFIVYUa3XhDYCvQYUNnCV2SS7zFypGstGI9/jeDTtXUPC3Tx8f3Y351cH2IZ38GUo",
    "J5RVZie2s8UYWWhW2aKE+aOJOeN5svlZORpZKoYxoLrK2ur66ioBO0v7anKLm6urUQAAOw==",
);

/// The whole text, with a line feed at its end. Every example works as it is printed, in a POSIX shell with curl.
pub fn text(base_url: &str) -> String {
    format!(
        r#"Popshop is open.

  console      {base_url}/
  products     {base_url}/products
  mails        {base_url}/dev/emails
  invocations  {base_url}/dev/invocations
  sagas        {base_url}/dev/executions

A customer and a member of staff (paste this first):

  shop={base_url}
  token() {{ curl -s $shop/dev/token -H 'content-type: application/json' -d "{{\"sub\":\"$1\",\"groups\":[${{2-}}]}}" | sed 's/.*"access_token":"\([^"]*\)".*/\1/'; }}
  link() {{ sed 's/.*"url":"\([^"]*\)".*/\1/'; }}
  ann=$(token ann) olga=$(token olga '"staff"')

An order (other tokens: tok_declined, tok_insufficient_funds, tok_flaky, tok_down, tok_capture_fails, tok_later_ok):

  curl -si $shop/orders -H "authorization: Bearer $ann" -H 'content-type: application/json' -H "idempotency-key: $(date +%s)" -d '{{"items":[{{"sku":"MUG-01","quantity":2}}],"payment_token":"tok_ok"}}'
  sleep 1; curl -s "$shop/orders?limit=1" -H "authorization: Bearer $ann"

A photo:

  printf %s {EXAMPLE_PHOTO_BASE64} | base64 -d > photo.gif
  url=$(curl -s $shop/uploads -H "authorization: Bearer $olga" -H 'content-type: application/json' -d "{{\"kind\":\"product-photo\",\"sku\":\"MUG-01\",\"content_type\":\"image/gif\",\"size_bytes\":$(wc -c < photo.gif | tr -d ' ')}}" | link)
  curl -si -X PUT "$url" -H 'content-type: image/gif' -H 'if-none-match: *' --data-binary @photo.gif
  sleep 1; curl -s $shop/products/MUG-01

A catalog:

  printf 'sku,name,description,price,currency,stock\nCUP-01,Cup,A cup,7.50,EUR,12\nCUP-02,Cup,No price,,EUR,1\n' > spring.csv
  url=$(curl -s $shop/uploads -H "authorization: Bearer $olga" -H 'content-type: application/json' -d "{{\"kind\":\"catalog\",\"file_name\":\"spring.csv\",\"size_bytes\":$(wc -c < spring.csv | tr -d ' ')}}" | link)
  curl -si -X PUT "$url" -H 'content-type: text/csv' -H 'if-none-match: *' --data-binary @spring.csv
  sleep 1; curl -s $shop/products/CUP-01; curl -s $shop/dev/emails

Ctrl-C stops it. Log lines follow.

"#
    )
}
