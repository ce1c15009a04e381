"""Tests that a record that its function reported as failed is sent again, and that the records behind it follow."""

import math
import unittest

from stream_retries import deliver


def batch(*numbers):
    return [{"dynamodb": {"SequenceNumber": number}} for number in numbers]


class Function:
    """Fails at some records as often as it is told, and stops there, as ours do."""

    def __init__(self, **failures):
        self.failures = failures
        self.seen = []

    def __call__(self, records):
        numbers = [record["dynamodb"]["SequenceNumber"] for record in records]
        self.seen.append("".join(numbers))
        for number in numbers:
            if self.failures.get(number, 0) > 0:
                self.failures[number] -= 1
                return {"body": {"batchItemFailures": [{"itemIdentifier": number}]}}
        return {"body": {"batchItemFailures": []}}


class Deliver(unittest.TestCase):
    def delivered(self, function, attempts=3):
        given_up = []
        result = deliver(batch(*"abcd"), function, attempts, lambda record, _: given_up.append(record), pause=0)
        return result, [record["dynamodb"]["SequenceNumber"] for record in given_up]

    def test_all_is_well_at_once(self):
        function = Function()
        result, given_up = self.delivered(function)
        self.assertEqual((function.seen, given_up), (["abcd"], []))
        self.assertEqual(result["body"], {"batchItemFailures": []})

    def test_again_from_the_failed_record_on(self):
        function = Function(b=1, d=2)
        _, given_up = self.delivered(function)
        self.assertEqual((function.seen, given_up), (["abcd", "bcd", "d", "d"], []))

    def test_what_fails_always_is_set_aside_and_the_rest_goes_on(self):
        function = Function(b=99)
        _, given_up = self.delivered(function)
        self.assertEqual((function.seen, given_up), (["abcd", "bcd", "bcd", "cd"], ["b"]))

    def test_each_record_has_its_own_attempts(self):
        function = Function(a=2, b=2)
        _, given_up = self.delivered(function)
        self.assertEqual((function.seen, given_up), (["abcd", "abcd", "abcd", "bcd", "bcd"], []))

    def test_the_last_record_of_a_batch_is_set_aside(self):
        result, given_up = self.delivered(Function(d=99))
        self.assertEqual((result["body"], given_up), ({"batchItemFailures": []}, ["d"]))

    def test_without_a_limit_it_comes_until_it_succeeds(self):
        _, given_up = self.delivered(Function(a=50), attempts=math.inf)
        self.assertEqual(given_up, [])

    def test_a_failed_invocation_is_left_to_whoever_polls(self):
        result, given_up = self.delivered(lambda _: {"error": True, "body": {"errorType": "Crash"}})
        self.assertEqual((result["error"], given_up), (True, []))

    def test_a_record_that_nobody_knows_fails_the_whole_batch(self):
        answers = iter([{"body": '{"batchItemFailures": [{"itemIdentifier": "z"}]}'}, {"body": "null"}])
        seen = []
        result, given_up = self.delivered(lambda records: seen.append(len(records)) or next(answers))
        self.assertEqual((seen, given_up, result), ([4, 4], [], {"body": "null"}))


if __name__ == "__main__":
    unittest.main()
