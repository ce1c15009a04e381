"""Delivers a record of a stream again that its function reports as failed, as AWS does.

MiniStack 1.5.33 takes every answer of a stream's function for success, also one that names `batchItemFailures`, and
those records would never come again. Here the rest of the batch does, from the first failed record on. A record that
fails `MaximumRetryAttempts` times more goes to the mapping's failure destination, and the records behind it are
processed: what AWS does where a mapping has `BisectBatchOnFunctionError`, as all of ours have. Queues need none of this.
"""

import json
import math
import threading
import time

from ministack.services import lambda_svc

PAUSE_SECONDS = 0.5

_execute = lambda_svc._execute_function
_poll = lambda_svc._poll_dynamodb_streams
# A direct invocation gets the function's answer unchanged.
_polling = threading.local()


def _polled():
    _polling.now = True
    try:
        return _poll()
    finally:
        _polling.now = False


def _executed(function, event):
    records = event.get("Records") if isinstance(event, dict) else None
    mapping = _mapping_of(function, records[0]) if records and getattr(_polling, "now", False) else None
    if mapping is None:
        return _execute(function, event)
    return deliver(
        records,
        lambda batch: _execute(function, {"Records": batch}),
        attempts=_attempts(mapping),
        give_up=lambda record, result: lambda_svc._send_ddb_stream_failure_record(
            mapping, function, [record], mapping["EventSourceArn"], result, "RetryAttemptsExhausted"
        ),
    )


def _attempts(mapping):
    retries = int(mapping.get("MaximumRetryAttempts", -1))
    # AWS's value for "as long as the stream keeps the record".
    return math.inf if retries == -1 else 1 + retries


def deliver(records, invoke, attempts, give_up, pause=PAUSE_SECONDS):
    """Invokes until no record is left that failed; the last result, without failures, or that of a failed invocation."""
    # Of the first record of those that are left.
    tried = 0
    while True:
        result = invoke(records)
        failed = _first_failed(records, result)
        if failed is None:
            return result
        tried = tried + 1 if failed == 0 else 1
        records = records[failed:]
        if tried >= attempts:
            give_up(records[0], result)
            records, tried = records[1:], 0
            if not records:
                return result | {"body": {"batchItemFailures": []}}
        else:
            time.sleep(pause)


def _first_failed(records, result):
    """Where the first record stands that the function reports as failed; `None` if all went well, or all failed."""
    body = result.get("body")
    if isinstance(body, (str, bytes)):
        body = json.loads(body or "null")
    if result.get("error") or not isinstance(body, dict):
        return None
    named = {failure.get("itemIdentifier") for failure in body.get("batchItemFailures") or []}
    if not named:
        return None
    numbers = [record["dynamodb"]["SequenceNumber"] for record in records]
    # A record that is not in the batch: for AWS, the whole batch failed.
    return next((place for place, number in enumerate(numbers) if number in named), 0)


def _mapping_of(function, record):
    """The mapping that brings this record to this function, if it may report single records."""
    name = (function.get("config") or function)["FunctionName"]
    for _account, _region, mapping in lambda_svc._iter_all_esms():
        is_its = (mapping["FunctionName"], mapping["EventSourceArn"]) == (name, record["eventSourceARN"])
        if is_its and "ReportBatchItemFailures" in mapping.get("FunctionResponseTypes", []):
            return mapping
    return None


lambda_svc._poll_dynamodb_streams = _polled
lambda_svc._execute_function = _executed
