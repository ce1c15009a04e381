"""Does what was deployed answer? One question through the whole of it: gateway, user pool, function, role, table."""

import json
import urllib.error
import urllib.request

import sign_in

# A function's first invocation starts its process.
ANSWERS_WITHIN_SECONDS = 30


class Wrong(Exception):
    """The shop answers otherwise than it should."""


def answers(cloud):
    """Whether a customer without orders gets an empty list of them, and somebody without a token gets nothing."""
    token = sign_in.access_token(cloud, "first-call", [])
    for headers, expected in (({}, 401), ({"authorization": f"Bearer {token}"}, 200)):
        # By address and name apart: not everybody resolves names below `localhost`.
        request = urllib.request.Request(f"{cloud['url']}/orders", headers=headers | {"host": cloud["api_host"]})
        try:
            with urllib.request.urlopen(request, timeout=ANSWERS_WITHIN_SECONDS) as response:
                status, body = response.status, response.read()
        except urllib.error.HTTPError as refused:
            status, body = refused.code, refused.read()
        if status != expected:
            raise Wrong(f"GET /orders answered {status} and not {expected}: {body.decode(errors='replace')}")
    if json.loads(body) != {"orders": [], "next_cursor": None}:
        raise Wrong(f"GET /orders of a new customer answered {body.decode(errors='replace')}")
