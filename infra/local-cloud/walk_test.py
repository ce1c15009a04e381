"""Tests of the examples that the local cloud prints."""

import unittest

import walk


class WalkTest(unittest.TestCase):
    def test_the_examples_are_those_of_the_local_host_behind_a_sign_in_of_the_cloud(self):
        text = walk.steps({"api_url": "http://127.0.0.1:1/api", "url": "http://127.0.0.1:1", "log": "cloud.log"})
        self.assertIn("shop=http://127.0.0.1:1/api\ntoken() { target/local-cloud/", text)
        for name in ("people", "catalog", "order", "photo"):
            self.assertIn(walk._example(name), text)
        self.assertNotIn("{{", text)
        self.assertNotIn("/dev/token", text)


if __name__ == "__main__":
    unittest.main()
