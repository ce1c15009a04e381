"""Does every alarm of the stack sound when its metric crosses the line?

    alarms.py URL

Tells each alarm's metric a value beyond its threshold, as often as it asks for, and reads the alarm's state. An alarm of
the template that is not found by its name here counts as silent. What this cannot show: MiniStack compares no
dimensions, takes no expressions (`shim.py` has such an alarm watch the first of its metrics), and reads no metrics out
of log lines. That the metrics exist, and that every function is among those of an expression, says
`tests/tests/tidy/alarms.rs`.
"""

import sys

import deploy

# One metric is the share of failed invocations: twice its line is no share, but beyond it all the same.
BEYOND = 2


def silent(url):
    """The alarms that did not sound, by name, and how many there are."""
    cloudwatch = deploy.client(url, "cloudwatch")
    for alarm in _alarms(cloudwatch):
        datum = {
            "MetricName": alarm["MetricName"],
            "Dimensions": alarm["Dimensions"],
            "Value": alarm["Threshold"] * BEYOND + 1,
        }
        cloudwatch.put_metric_data(Namespace=alarm["Namespace"], MetricData=[datum] * alarm["EvaluationPeriods"])
    sounding = {alarm["AlarmName"] for alarm in _alarms(cloudwatch) if alarm["StateValue"] == "ALARM"}
    deployed = _deployed(url)
    return sorted(deployed - sounding), len(deployed)


def _deployed(url):
    resources = deploy.client(url, "cloudformation").describe_stack_resources(StackName=deploy.STACK)["StackResources"]
    return {one["PhysicalResourceId"] for one in resources if one["ResourceType"] == "AWS::CloudWatch::Alarm"}


def _alarms(cloudwatch):
    pages = cloudwatch.get_paginator("describe_alarms").paginate(AlarmNamePrefix=deploy.STACK)
    return [alarm for page in pages for alarm in page["MetricAlarms"]]


if __name__ == "__main__":
    names, count = silent(sys.argv[1])
    if names or not count:
        sys.exit(f"of {count} alarms these stayed silent: {', '.join(names)}")
    print(f"all {count} alarms sounded")
