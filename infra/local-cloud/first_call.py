"""Checks that a deployed shop answers, by one request through gateway, user pool, function, role and table."""

import json
import urllib.error
import urllib.request

import sign_in

# A function's first invocation starts its process.
ANSWERS_WITHIN_SECONDS = 30


class Wrong(Exception):
    """The shop gives a wrong answer."""


def answers(cloud):
    """Checks that a new customer gets an empty list of orders, and a caller without a token 401."""
    token = sign_in.access_token(cloud, "first-call", [])
    for headers, expected in (({}, 401), ({"authorization": f"Bearer {token}"}, 200)):
        # Address and host name are separate: not every resolver resolves names below `localhost`.
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
