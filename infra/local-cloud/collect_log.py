"""Writes every line of every log group of a local cloud into a file for tests.

    collect_log.py URL FILE
"""

import sys

import deploy


def lines(url):
    """The lines of all functions, and those of the API's access log where the cloud writes one."""
    logs = deploy.client(url, "logs")
    for page in logs.get_paginator("describe_log_groups").paginate():
        for group in page["logGroups"]:
            for events in logs.get_paginator("filter_log_events").paginate(logGroupName=group["logGroupName"]):
                for event in events["events"]:
                    yield event["message"]


if __name__ == "__main__":
    with open(sys.argv[2], "w", encoding="utf-8") as log:
        for line in lines(sys.argv[1]):
            log.write(line.rstrip("\n") + "\n")
