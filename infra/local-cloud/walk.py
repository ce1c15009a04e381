"""Prints the outputs of a local cloud, and commands to try it with."""

WALK = """
Sign in (a user pool, as on AWS), in a second terminal at the root of the repository:

  shop={api_url}
  token() {{ target/local-cloud/venv/bin/python infra/local-cloud/sign_in.py "$@"; }}
  ann=$(token ann)  olga=$(token olga staff)

A catalog, to have something to sell; the second row is refused, and the upload says so:

  printf 'sku,name,description,price,currency,stock\\nMUG-01,Mug,A mug,12.50,EUR,40\\nMUG-02,Mug,No price,,EUR,1\\n' > spring.csv
  upload=$(curl -s $shop/uploads -H "authorization: Bearer $olga" -H 'content-type: application/json' \\
    -d "{{\\"kind\\":\\"catalog\\",\\"file_name\\":\\"spring.csv\\",\\"size_bytes\\":$(wc -c < spring.csv | tr -d ' ')}}")
  curl -s -X PUT --data-binary @spring.csv -H 'content-type: text/csv' -H 'if-none-match: *' \\
    "$(echo $upload | sed 's/.*"url":"\\([^"]*\\)".*/\\1/')"
  sleep 3; curl -s "$shop$(echo $upload | sed 's/.*"status_url":"\\([^"]*\\)".*/\\1/')" -H "authorization: Bearer $olga"
  curl -s $shop/products

An order, which the saga decides:

  curl -si $shop/orders -H "authorization: Bearer $ann" -H 'content-type: application/json' \\
    -H 'idempotency-key: first' -d '{{"items":[{{"sku":"MUG-01","quantity":2}}],"payment_token":"tok_ok"}}'
  sleep 3; curl -s "$shop/orders?limit=1" -H "authorization: Bearer $ann"

The mails that were sent: curl -s {url}/_ministack/ses/messages
The log of it all:        {log}
"""


def outputs(cloud):
    """The deployed resources and their addresses."""
    width = max(len(name) for name in cloud["outputs"])
    lines = [f"Deployed in {cloud['deployed_in_seconds']} s: stack {cloud['stack']} at {cloud['url']}", ""]
    lines += [f"  {name:{width}}  {value}" for name, value in sorted(cloud["outputs"].items())]
    # The output is the address that the API would have on AWS.
    lines += ["", f"  {'ApiUrl, from here':{width}}  {cloud['api_url']}"]
    return "\n".join(lines)


def steps(cloud):
    """Commands to copy."""
    return WALK.format(**cloud)
