"""Records every decision of MiniStack's IAM.

One line of JSON per decision goes to the file that IAM_DECISIONS names: the principal, the action, the resource, and
whether it was allowed. Nothing about the decision itself is changed.
"""

import json
import os
import threading

from ministack.core import iam_evaluator

_enforce = iam_evaluator.enforce
_evaluate = iam_evaluator.evaluate
# The caller is only available inside a decision.
_asking = threading.local()
_lock = threading.Lock()
_decisions = open(os.environ["IAM_DECISIONS"], "a", buffering=1, encoding="utf-8")


def _observed_evaluate(context, policies, *limits):
    _asking.context = context
    return _evaluate(context, policies, *limits)


def _observed_enforce(*arguments, **names):
    _asking.context = None
    refused = _enforce(*arguments, **names)
    context = _asking.context
    # Without a context nothing was decided: the account's root is always allowed, an unknown caller never.
    if context is not None:
        line = {
            "principal": context.principal_arn,
            "action": context.action,
            "resource": context.resource_arn,
            "allowed": refused is None,
        }
        with _lock:
            _decisions.write(json.dumps(line) + "\n")
    return refused


iam_evaluator.evaluate = _observed_evaluate
iam_evaluator.enforce = _observed_enforce
