"""Deploys the templates on a local cloud: translated by AWS's translator, changed by the shim, as stacks."""

import json
import platform
import time
from concurrent.futures import ThreadPoolExecutor

import boto3
from botocore.config import Config

import shim
import translated
from translated import REGION

STACK = "popshop-local"
# The nested stack of the template, which the emulator cannot make: it is deployed here, as a second stack.
WATCHING_STACK = "popshop-local-watching"
NESTED = "WatchingStack"
# A function of deployments and not of the shop, in Python: nothing here deploys by CodeDeploy.
PAYMENT_STEPS_CHECK = "PaymentStepsCheck"
ARTIFACTS = "popshop-local-artifacts"
# A deployment takes seconds. What takes longer has got stuck.
DEPLOYED_WITHIN_SECONDS = 120
POLL_EVERY_SECONDS = 0.2
UPLOADS_AT_ONCE = 4


class Refused(Exception):
    """The local cloud did not take the stack."""


# Of the template, for every deployment on a local cloud.
PARAMETERS = {
    "Stage": "local",
    "Architecture": {"aarch64": "arm64", "arm64": "arm64"}.get(platform.machine(), "x86_64"),
    "AllowedOrigin": "http://localhost:8080",
    "LogLevel": "debug",
    # Small enough that a test's file is divided.
    "CatalogDivideAboveBytes": "50000",
    "CatalogRangeBytes": "65536",
    # The tests wait for the silence of a payment provider.
    "PaymentResultSeconds": "30",
    # As a new stage is deployed.
    "ShardedIndexes": "only",
    # Off by default; on here, so that what they add to the template is deployed too.
    "ProvisionedConcurrency": "1",
    "Watching": "full",
}


def client(url, service):
    """A client of the local cloud, as the root of its account."""
    return boto3.client(
        service,
        endpoint_url=url,
        region_name=REGION,
        aws_access_key_id="test",
        aws_secret_access_key="test",
        config=Config(s3={"addressing_style": "path"}),
    )


def deploy(url, zips, changed=None):
    """Creates or updates the stacks, with the zips of the folder `zips`, which has one folder per function.

    `changed` has parameters beside or instead of those of every local cloud. Answers the outputs by their names.
    """
    parameters = PARAMETERS | (changed or {})
    template = translated.source()
    # A sender has to be verified before the stack is of use; on AWS a person answers a mail for that.
    sender = parameters.get("SenderAddress", template["Parameters"]["SenderAddress"]["Default"])
    _verify_sender(client(url, "sesv2"), sender)
    template = _uploaded(client(url, "s3"), template, zips, parameters)
    made = translated.translate(template, dict(parameters))
    _make_stack(url, STACK, shim.apply(made), parameters)
    _make_stack(url, WATCHING_STACK, shim.apply(translated.source("watching.yaml")), _nested_parameters(url, made))
    described = client(url, "cloudformation").describe_stacks(StackName=STACK)["Stacks"][0]
    return {output["OutputKey"]: output["OutputValue"] for output in described["Outputs"]}


def page_token_key(url):
    """The secret that signs page tokens, and that the key of the payment provider's webhook is derived from."""
    name = f"popshop-{PARAMETERS['Stage']}-page-token-key"
    return client(url, "secretsmanager").get_secret_value(SecretId=name)["SecretString"]


def delete(url):
    """Deletes the stacks. Tables and buckets stay, as on AWS."""
    cloudformation = client(url, "cloudformation")
    for stack in (WATCHING_STACK, STACK):
        cloudformation.delete_stack(StackName=stack)
        _wait(cloudformation, stack, None, "DELETE_COMPLETE")


def _verify_sender(ses, sender):
    try:
        ses.create_email_identity(EmailIdentity=sender)
    except ses.exceptions.AlreadyExistsException:
        pass


def _nested_parameters(url, made):
    """The parameters of the nested stack, from what was deployed: the template gives names and ids of its resources."""
    physical = {one["LogicalResourceId"]: one["PhysicalResourceId"] for one in resources(url, STACK)}
    defaults = {name: str(one["Default"]) for name, one in made["Parameters"].items()}
    values = defaults | PARAMETERS
    found = {}
    for name, value in made["Resources"][NESTED]["Properties"]["Parameters"].items():
        if "Ref" in value:
            target = value["Ref"]
            found[name] = values[target] if target in values else physical[target]
        else:
            queue, attribute = value["Fn::GetAtt"]
            if attribute != "QueueName":
                raise Refused(f"{NESTED} asks for {attribute} of {queue}, which is not looked up here")
            # A queue's id is its URL.
            found[name] = physical[queue].rsplit("/", 1)[1]
    return found


def resources(url, stack):
    return client(url, "cloudformation").describe_stack_resources(StackName=stack)["StackResources"]


def functions(url):
    """What the shop's functions are called, by their names in the template."""
    return {
        one["LogicalResourceId"]: one["PhysicalResourceId"]
        for one in resources(url, STACK)
        if one["ResourceType"] == "AWS::Lambda::Function" and one["LogicalResourceId"] != PAYMENT_STEPS_CHECK
    }


def api_id(url):
    ids = [one["PhysicalResourceId"] for one in resources(url, STACK) if one["ResourceType"] == "AWS::ApiGatewayV2::Api"]
    if len(ids) != 1:
        raise Refused(f"the stack has {len(ids)} APIs")
    return ids[0]


def _uploaded(s3, template, zips, parameters):
    """The template with code and state machines in a bucket, as `sam package` does it; code comes from `zips`."""
    try:
        s3.create_bucket(Bucket=ARTIFACTS)
    except (s3.exceptions.BucketAlreadyOwnedByYou, s3.exceptions.BucketAlreadyExists):
        pass
    uploads = {}

    def upload(path, key):
        uploads[key] = zips / path.parent.name / path.name if path.suffix == ".zip" else path

    def content(path):
        if path.suffix == ".zip":
            return path.read_bytes()
        return shim.definition(path.read_text(encoding="utf-8"), parameters).encode()

    template = translated.packaged(template, ARTIFACTS, upload)
    with ThreadPoolExecutor(UPLOADS_AT_ONCE) as pool:
        # A list, so that a failure of one is met.
        list(pool.map(lambda key: s3.put_object(Bucket=ARTIFACTS, Key=key, Body=content(uploads[key])), uploads))
    return template


def _make_stack(url, stack, template, parameters):
    s3, cloudformation = client(url, "s3"), client(url, "cloudformation")
    # By its address: a template in the request itself may have 51,200 bytes.
    s3.put_object(Bucket=ARTIFACTS, Key=f"{stack}.json", Body=json.dumps(template).encode())
    request = {
        "StackName": stack,
        "TemplateURL": f"{url}/{ARTIFACTS}/{stack}.json",
        "Parameters": [{"ParameterKey": key, "ParameterValue": value} for key, value in parameters.items()],
        "Capabilities": ["CAPABILITY_IAM"],
    }
    before = _status(cloudformation, stack)
    if before in (None, "DELETE_COMPLETE"):
        cloudformation.create_stack(**request, OnFailure="DO_NOTHING")
        _wait(cloudformation, stack, before, "CREATE_COMPLETE")
    else:
        try:
            cloudformation.update_stack(**request)
        except cloudformation.exceptions.ClientError as refused:
            if "No updates are to be performed" in str(refused):
                return
            raise
        _wait(cloudformation, stack, before, "UPDATE_COMPLETE")


def _status(cloudformation, stack):
    """`None` for a stack that is not there."""
    try:
        return cloudformation.describe_stacks(StackName=stack)["Stacks"][0]["StackStatus"]
    except cloudformation.exceptions.ClientError:
        return None


def _wait(cloudformation, stack, before, wanted):
    deadline = time.monotonic() + DEPLOYED_WITHIN_SECONDS
    while True:
        status = _status(cloudformation, stack)
        if status == wanted or (status is None and wanted == "DELETE_COMPLETE"):
            return
        has_ended = status is not None and not status.endswith("_IN_PROGRESS") and status != before
        if has_ended or time.monotonic() > deadline:
            raise Refused("\n  ".join([f"the stack {stack} is {status}", *_failures(cloudformation, stack)]))
        time.sleep(POLL_EVERY_SECONDS)


def _failures(cloudformation, stack):
    events = cloudformation.describe_stack_events(StackName=stack)["StackEvents"]
    return [
        f"{event['LogicalResourceId']}: {event.get('ResourceStatusReason', 'no reason given')}"
        for event in reversed(events)
        if event["ResourceStatus"].endswith("_FAILED")
    ]
