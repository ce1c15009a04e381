"""Checks that every alarm of the stacks rings when its metric crosses the threshold.

    alarms.py URL

Puts a value beyond the threshold into each alarm's metric, as often as the alarm asks for, and reads the alarm's state.
An alarm of the templates that is not found by its name here counts as silent. What this cannot show: MiniStack compares
no dimensions, takes no expressions (`shim.py` has such an alarm watch the first of its metrics), and reads no metrics out
of log lines. `tests/tests/tidy/alarms.rs` checks that the metrics exist.
"""

import sys

import deploy

# Times the threshold.
BEYOND = 2


def silent(url):
    """The alarms that did not ring, by name, and how many there are."""
    cloudwatch = deploy.client(url, "cloudwatch")
    for alarm in _alarms(cloudwatch):
        datum = {
            "MetricName": alarm["MetricName"],
            "Dimensions": alarm.get("Dimensions", []),
            "Value": alarm["Threshold"] * BEYOND + 1,
        }
        cloudwatch.put_metric_data(Namespace=alarm["Namespace"], MetricData=[datum] * alarm["EvaluationPeriods"])
    ringing = {alarm["AlarmName"] for alarm in _alarms(cloudwatch) if alarm["StateValue"] == "ALARM"}
    deployed = _deployed(url)
    return sorted(deployed - ringing), len(deployed)


def _deployed(url):
    resources = deploy.resources(url, deploy.STACK) + deploy.resources(url, deploy.WATCHING_STACK)
    return {one["PhysicalResourceId"] for one in resources if one["ResourceType"] == "AWS::CloudWatch::Alarm"}


def _alarms(cloudwatch):
    pages = cloudwatch.get_paginator("describe_alarms").paginate(AlarmNamePrefix=deploy.STACK)
    return [alarm for page in pages for alarm in page["MetricAlarms"]]


if __name__ == "__main__":
    names, count = silent(sys.argv[1])
    if names or not count:
        sys.exit(f"of {count} alarms these did not ring: {', '.join(names)}")
    print(f"all {count} alarms rang")
