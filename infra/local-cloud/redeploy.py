"""Checks on a running local cloud that the stacks can be updated, deleted and deployed again.

    redeploy.py URL ZIPS

1. An update with a changed parameter publishes a version that has the new value, and the alias leads to it.
2. After a deletion, whose tables and buckets stay, the same template deploys again.
The shop is empty afterwards.
"""

import sys
from pathlib import Path

import deploy
import translated

FUNCTION = "OrdersGet"
# What outlives the stack.
STORES = ("AWS::S3::Bucket", "AWS::DynamoDB::Table")


def live(url):
    """Version and log level of a function, as its callers reach it."""
    functions = deploy.client(url, "lambda")
    name = deploy.functions(url)[FUNCTION]
    configuration = functions.get_function_configuration(FunctionName=name, Qualifier="live")
    return configuration["Version"], configuration["Environment"]["Variables"]["LOG_LEVEL"]


def kept(url):
    """Buckets and tables of the stack."""
    resources = deploy.resources(url, deploy.STACK)
    return {one["PhysicalResourceId"] for one in resources if one["ResourceType"] in STORES}


def main(url, zips):
    zips = Path(zips)
    before = live(url)
    # A revision stands for what infra/deploy_stage.py computes of parameters and packages.
    deploy.deploy(url, zips, {"LogLevel": "error", "Revision": "0123456789"})
    after = live(url)
    if after[1] != "error" or before[0] == after[0]:
        return f"callers reach version {after[0]} at level {after[1]} after an update from {before}"
    left = kept(url)
    expected = sum(one["Type"] in STORES for one in translated.source()["Resources"].values())
    if len(left) != expected:
        return f"the stack has {len(left)} stores and not {expected}"
    deploy.delete(url)
    buckets = {bucket["Name"] for bucket in deploy.client(url, "s3").list_buckets()["Buckets"]}
    tables = set(deploy.client(url, "dynamodb").list_tables()["TableNames"])
    if lost := left - buckets - tables:
        return f"the deletion took {', '.join(sorted(lost))} along"
    # MiniStack gives a table the name that it had before, where AWS draws a new one; buckets get new names here, too.
    deploy.deploy(url, zips)
    print(f"updated to version {after[0]}, deleted, and deployed again beside {len(left)} buckets and tables of before")
    return None


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
