"""How does the template get onto a local cloud? Translated by AWS's translator, passed through the shim, as a stack."""

import json
import logging
import os
import platform
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import boto3
from botocore.config import Config
from samtranslator.translator.transform import transform
from samtranslator.yaml_helper import yaml_parse

import shim

STACK = "popshop-local"
REGION = "us-east-1"
ARTIFACTS = "popshop-local-artifacts"
# A deployment takes seconds. What takes longer has got stuck.
DEPLOYED_WITHIN_SECONDS = 120
POLL_EVERY_SECONDS = 0.2
UPLOADS_AT_ONCE = 4


class Refused(Exception):
    """The local cloud did not take the stack."""


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


def deploy(url, infra, zips):
    """Deploys `template.yaml` of the folder `infra` with the zips of the folder `zips`; the outputs, by their names."""
    template = yaml_parse((infra / "template.yaml").read_text(encoding="utf-8"))
    parameters = {
        "Stage": "local",
        "Architecture": {"aarch64": "arm64", "arm64": "arm64"}.get(platform.machine(), "x86_64"),
        "LogLevel": "debug",
        # Small enough that a test's file is divided.
        "CatalogDivideAboveBytes": "50000",
        "CatalogRangeBytes": "65536",
        # As a new stage is deployed.
        "ShardedIndexes": "only",
        # Off by default; on here, so that what it adds to the template is deployed too.
        "ProvisionedConcurrency": "1",
    }
    _upload_artifacts(client(url, "s3"), template, infra, zips)
    # A sender has to be verified before the stack is of use; on AWS a person answers a mail for that.
    sender = template["Parameters"]["SenderAddress"]["Default"]
    client(url, "sesv2").create_email_identity(EmailIdentity=sender)
    _create_stack(url, shim.apply(_translated(template, parameters)), parameters)
    described = client(url, "cloudformation").describe_stacks(StackName=STACK)["Stacks"][0]
    return {output["OutputKey"]: output["OutputValue"] for output in described["Outputs"]}


def functions(url):
    """What the functions are called, by their names in the template."""
    resources = client(url, "cloudformation").describe_stack_resources(StackName=STACK)["StackResources"]
    return {
        one["LogicalResourceId"]: one["PhysicalResourceId"]
        for one in resources
        if one["ResourceType"] == "AWS::Lambda::Function"
    }


def api_id(url):
    resources = client(url, "cloudformation").describe_stack_resources(StackName=STACK)["StackResources"]
    ids = [one["PhysicalResourceId"] for one in resources if one["ResourceType"] == "AWS::ApiGatewayV2::Api"]
    if len(ids) != 1:
        raise Refused(f"the stack has {len(ids)} APIs")
    return ids[0]


def _upload_artifacts(s3, template, infra, zips):
    """Puts code and state machines where the template can point to, as `sam package` does."""
    s3.create_bucket(Bucket=ARTIFACTS)
    uploads = {}
    for resource in template["Resources"].values():
        properties = resource.get("Properties", {})
        if "CodeUri" in properties:
            # A function's crate, folder and zip carry one name.
            function = Path(properties["CodeUri"]).name
            key = f"functions/{function}.zip"
            uploads[key] = zips / function / "bootstrap.zip"
            properties["CodeUri"] = {"Bucket": ARTIFACTS, "Key": key}
        if "DefinitionUri" in properties:
            key = f"state-machines/{properties['DefinitionUri']}"
            uploads[key] = infra / properties["DefinitionUri"]
            properties["DefinitionUri"] = {"Bucket": ARTIFACTS, "Key": key}
    with ThreadPoolExecutor(UPLOADS_AT_ONCE) as pool:
        # A list, so that a failure of one is met.
        list(pool.map(lambda key: s3.put_object(Bucket=ARTIFACTS, Key=key, Body=uploads[key].read_bytes()), uploads))


class NoManagedPolicies:
    """The translator asks for these; roles are spelled out in the template and name none."""

    def load(self):
        return {}


def _translated(template, parameters):
    # The translator asks the environment for the region, and tells of its own switches at every function.
    os.environ.setdefault("AWS_DEFAULT_REGION", REGION)
    logging.getLogger("samtranslator").setLevel(logging.ERROR)
    return transform(template, parameters, NoManagedPolicies())


def _create_stack(url, template, parameters):
    s3, cloudformation = client(url, "s3"), client(url, "cloudformation")
    # By its address: a template in the request itself may have 51,200 bytes.
    s3.put_object(Bucket=ARTIFACTS, Key="template.json", Body=json.dumps(template).encode())
    cloudformation.create_stack(
        StackName=STACK,
        TemplateURL=f"{url}/{ARTIFACTS}/template.json",
        Parameters=[{"ParameterKey": key, "ParameterValue": value} for key, value in parameters.items()],
        Capabilities=["CAPABILITY_IAM"],
        OnFailure="DO_NOTHING",
    )
    deadline = time.monotonic() + DEPLOYED_WITHIN_SECONDS
    while True:
        status = cloudformation.describe_stacks(StackName=STACK)["Stacks"][0]["StackStatus"]
        if status == "CREATE_COMPLETE":
            return
        if status != "CREATE_IN_PROGRESS" or time.monotonic() > deadline:
            raise Refused("\n  ".join([f"the stack is {status}", *_failures(cloudformation)]))
        time.sleep(POLL_EVERY_SECONDS)


def _failures(cloudformation):
    events = cloudformation.describe_stack_events(StackName=STACK)["StackEvents"]
    return [
        f"{event['LogicalResourceId']}: {event.get('ResourceStatusReason', 'no reason given')}"
        for event in reversed(events)
        if event["ResourceStatus"].endswith("_FAILED")
    ]
