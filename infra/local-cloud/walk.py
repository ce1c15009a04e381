"""Prints the outputs of a local cloud, and commands to try it with."""

import pathlib

# The examples of the local host and of the README. Only the sign-in differs: the tokens come from a user pool.
EXAMPLES = pathlib.Path(__file__).parents[1] / "local-host" / "src" / "walk"

SIGN_IN = """shop={api_url}
token() {{ target/local-cloud/venv/bin/python infra/local-cloud/sign_in.py "$@"; }}
"""

WALK = """
Examples for a second terminal, in the folder of the repository and in this order. README.md explains them.

# sign in (a user pool, as on AWS)
{sign_in}{people}
# import a catalog; the second row is rejected
{catalog}
# place an order
{order}
# upload a photo
{photo}
The sent e-mails:   curl -s {url}/_ministack/ses/messages
The complete log:   {log}
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
    examples = {name: _example(name) for name in ("people", "catalog", "order", "photo")}
    return WALK.format(sign_in=SIGN_IN.format(**cloud), url=cloud["url"], log=cloud["log"], **examples)


def _example(name):
    return (EXAMPLES / f"{name}.sh").read_text(encoding="utf-8")
