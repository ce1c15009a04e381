"""Which role asked for what, and was it allowed? MiniStack, with every decision of its IAM written down.

One line of JSON per decision goes to the file that IAM_DECISIONS names: the principal, the action, the resource, and
the decision. Nothing about the decision itself is changed.
"""

import json
import os
import sys
import threading

from ministack.core import iam_evaluator

_decide = iam_evaluator.evaluate
_lock = threading.Lock()
_decisions = open(os.environ["IAM_DECISIONS"], "a", buffering=1, encoding="utf-8")


def _observed(context, policies, *limits):
    result = _decide(context, policies, *limits)
    line = {
        "principal": context.principal_arn,
        "action": context.action,
        "resource": context.resource_arn,
        "decision": result.decision,
    }
    with _lock:
        _decisions.write(json.dumps(line) + "\n")
    return result


iam_evaluator.evaluate = _observed

if __name__ == "__main__":
    from ministack.app import main

    sys.exit(main())
