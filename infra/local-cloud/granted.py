"""Checks that the template grants every permission that a role used, and no other.

Run after the whole end-to-end suite, against the cloud it ran on:

    granted.py STACK IAM_DECISIONS_FILE

Compares the inline policies of every role of the stack, as deployed, with the decisions that `observed.py` wrote down.
A granted pair of action and resource that no call used is a finding, and so is a call that was refused. PLATFORM lists
the actions that only AWS itself uses, with the reason. Prints a table; exits with 1 on a finding.
"""

import fnmatch
import json
import os
import re
import sys

import boto3

# Actions that Lambda or Step Functions make use of on a role's behalf. An emulator does this work inside, without
# asking its own IAM, so that no decision can be observed. Each of them is required by AWS's documentation.
PLATFORM = {
    "logs:CreateLogStream": "Lambda writes a function's log with its role",
    "logs:PutLogEvents": "Lambda writes a function's log with its role",
    "xray:PutTraceSegments": "active tracing",
    "xray:PutTelemetryRecords": "active tracing",
    "sqs:ReceiveMessage": "the poller of an SQS event source",
    "sqs:DeleteMessage": "the poller of an SQS event source",
    "sqs:GetQueueAttributes": "the poller of an SQS event source",
    "sqs:SendMessage": "an on-failure destination",
    "dynamodb:GetRecords": "the poller of a stream event source",
    "dynamodb:GetShardIterator": "the poller of a stream event source",
    "dynamodb:DescribeStream": "the poller of a stream event source",
    "dynamodb:ListStreams": "the poller of a stream event source",
    "logs:CreateLogDelivery": "Step Functions sets up its log delivery",
    "logs:GetLogDelivery": "Step Functions sets up its log delivery",
    "logs:UpdateLogDelivery": "Step Functions sets up its log delivery",
    "logs:DeleteLogDelivery": "Step Functions sets up its log delivery",
    "logs:ListLogDeliveries": "Step Functions sets up its log delivery",
    "logs:PutResourcePolicy": "Step Functions sets up its log delivery",
    "logs:DescribeResourcePolicies": "Step Functions sets up its log delivery",
    "logs:DescribeLogGroups": "Step Functions sets up its log delivery",
    "xray:GetSamplingRules": "Step Functions traces its executions",
    "xray:GetSamplingTargets": "Step Functions traces its executions",
    "lambda:InvokeFunction": "Step Functions invokes the steps; compared with the definition instead, see below",
    "s3:ListBucket": "without it S3 answers 403 instead of 404 for a missing object",
}
# Actions that are used on AWS only. By role, so that no other unused permission is hidden.
NOT_HERE = {
    ("CsvIngesterRole", "dynamodb:DeleteItem"): "a mail was certainly not sent, shown with recorded answers",
    ("SagaNotifyCustomerRole", "dynamodb:DeleteItem"): "a mail was certainly not sent; shown with recorded answers",
    ("ImportFinishRole", "dynamodb:DeleteItem"): "a mail was certainly not sent; shown with recorded answers",
    ("CsvIngesterRole", "s3:GetObjectVersion"): "MiniStack's events on the bus name no version",
    ("ImportPlanRole", "s3:GetObjectVersion"): "MiniStack's events on the bus name no version",
    ("ImportRangeRole", "s3:GetObjectVersion"): "MiniStack's events on the bus name no version",
    ("ImportFinishRole", "s3:GetObjectVersion"): "MiniStack's events on the bus name no version",
    ("SagaAwaitPaymentRole", "states:SendTaskSuccess"): "a verdict came before the wait; shown with recorded answers",
    ("SagaAwaitPaymentRole", "states:SendTaskFailure"): "a verdict came before the wait; shown with recorded answers",
    ("CsvIngesterRole", "s3:AbortMultipartUpload"): "a part of a report failed; shown with recorded answers",
    ("ImportRangeRole", "s3:AbortMultipartUpload"): "a part of a report failed; shown with recorded answers",
    ("ImportFinishRole", "s3:AbortMultipartUpload"): "a part of a report failed; shown with recorded answers",
}
# Services whose roles never run here: nothing but the platform assumes them.
PLATFORM_ASSUMED = {"codedeploy.amazonaws.com"}
# Roles of functions that only such a service starts.
PLATFORM_STARTED = {"PaymentStepsCheckRole"}


def as_list(value):
    return value if isinstance(value, list) else [value]


def client(service):
    return boto3.client(
        service,
        endpoint_url=os.environ["LOCAL_CLOUD_URL"],
        region_name="us-east-1",
        aws_access_key_id="test",
        aws_secret_access_key="test",
    )


def roles_of(stack):
    """Every role of the stack: logical id, physical name, what it may do."""
    resources = client("cloudformation").describe_stack_resources(StackName=stack)["StackResources"]
    iam = client("iam")
    for resource in resources:
        if resource["ResourceType"] != "AWS::IAM::Role":
            continue
        name = resource["PhysicalResourceId"]
        role = iam.get_role(RoleName=name)["Role"]
        trusted = {
            service
            for statement in role["AssumeRolePolicyDocument"]["Statement"]
            for service in as_list(statement["Principal"].get("Service", []))
        }
        attached = iam.list_attached_role_policies(RoleName=name)["AttachedPolicies"]
        grants = []
        for policy in iam.list_role_policies(RoleName=name)["PolicyNames"]:
            document = iam.get_role_policy(RoleName=name, PolicyName=policy)["PolicyDocument"]
            for statement in as_list(document["Statement"]):
                assert statement["Effect"] == "Allow", f"{name}: a grant is expected, not {statement['Effect']}"
                for action in as_list(statement["Action"]):
                    for arn in as_list(statement["Resource"]):
                        grants.append((action, arn))
        yield resource["LogicalResourceId"], name, trusted, attached, grants


def covers(pattern, arn):
    """Whether a resource of a policy names this ARN. `*` and `?` are all that IAM knows; brackets mean themselves."""
    return re.fullmatch(fnmatch.translate(pattern.replace("[", "[[]")), arn) is not None


def decisions(path):
    """What each role asked for, by its name: {name: {(action, resource, allowed)}}."""
    asked = {}
    with open(path, encoding="utf-8") as lines:
        for line in lines:
            decision = json.loads(line)
            found = re.match(r"arn:aws:(?:sts|iam)::\d+:(?:assumed-role|role)/([^/]+)", decision["principal"])
            if found:
                triple = (decision["action"], decision["resource"], decision["allowed"])
                asked.setdefault(found[1], set()).add(triple)
    return asked


def steps_not_invoked(stack):
    """What a state machine's role may invoke and its definition does not, or the other way round."""
    states, iam = client("stepfunctions"), client("iam")
    resources = client("cloudformation").describe_stack_resources(StackName=stack)["StackResources"]
    for resource in resources:
        if resource["ResourceType"] != "AWS::StepFunctions::StateMachine":
            continue
        machine = states.describe_state_machine(stateMachineArn=resource["PhysicalResourceId"])
        named = set(re.findall(r"arn:aws:lambda:[^\"]+", machine["definition"]))
        role = machine["roleArn"].rsplit("/", 1)[1]
        granted = {
            arn
            for policy in iam.list_role_policies(RoleName=role)["PolicyNames"]
            for statement in iam.get_role_policy(RoleName=role, PolicyName=policy)["PolicyDocument"]["Statement"]
            if as_list(statement["Action"]) == ["lambda:InvokeFunction"]
            for arn in as_list(statement["Resource"])
        }
        for arn in sorted(named ^ granted):
            yield f"{resource['LogicalResourceId']}: {arn} is either granted or invoked, not both"


def main(stack, path):
    asked = decisions(path)
    findings = []
    for logical_id, name, trusted, attached, grants in sorted(roles_of(stack)):
        if trusted & PLATFORM_ASSUMED or logical_id in PLATFORM_STARTED:
            continue
        for policy in attached:
            findings.append(f"{logical_id}: has the managed policy {policy['PolicyName']}")
        calls = asked.get(name, set())
        for action, arn, allowed in sorted(calls):
            if not allowed:
                findings.append(f"{logical_id}: asked for {action} on {arn}, which is not granted")
        used, platform = [], []
        for action, arn in grants:
            if "*" in action:
                findings.append(f"{logical_id}: grants {action}")
            elif any(action == asked_for and covers(arn, on) for asked_for, on, allowed in calls if allowed):
                used.append(action)
            elif action in PLATFORM or (logical_id, action) in NOT_HERE:
                platform.append(action)
            else:
                findings.append(f"{logical_id}: is granted {action} on {arn}, which nothing used")
        ours = ", ".join(sorted(set(used))) or "nothing"
        print(f"{logical_id:32} granted = used: {ours}; for the platform: {len(platform)}")
    findings += steps_not_invoked(stack)
    for finding in findings:
        print(f"finding: {finding}", file=sys.stderr)
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2]))
