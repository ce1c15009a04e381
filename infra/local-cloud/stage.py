"""Describes a deployed stage for `cargo xtask verify`: its address and, for tests that write, two people to act for.

    stage.py STACK FILE [--people | --forget]

Calls AWS with the credentials and the region of the environment; `AWS_ENDPOINT_URL` leads to a local cloud instead.
Writes FILE: `base_url`, `host` (the name that the API answers to, if it is not that of its address) and, with `--people`,
access tokens of a `customer` and of one of the `staff`, who are made for this run. `--forget` deletes them again.
"""

import argparse
import json
import os
import secrets
import sys
from pathlib import Path
from urllib.parse import urlsplit

import boto3

PEOPLE = {"customer": [], "staff": ["staff"]}


def outputs(stack):
    described = boto3.client("cloudformation").describe_stacks(StackName=stack)["Stacks"][0]
    return {one["OutputKey"]: one["OutputValue"] for one in described["Outputs"]}


def address(found):
    """Where the API answers: at its own address on AWS, by its name at the local cloud's."""
    endpoint = os.environ.get("AWS_ENDPOINT_URL")
    if not endpoint:
        return {"base_url": found["ApiUrl"]}
    api = urlsplit(found["ApiUrl"]).hostname.split(".")[0]
    return {"base_url": endpoint, "host": f"{api}.execute-api.localhost:{urlsplit(endpoint).port}"}


def make_people(found):
    """Tokens by what the person is, and the people's addresses."""
    pool = boto3.client("cognito-idp")
    run = secrets.token_hex(4)
    tokens, addresses = {}, []
    for name, groups in PEOPLE.items():
        person = {"UserPoolId": found["UserPoolId"], "Username": f"verify-{run}-{name}@example.com"}
        # Long enough for every policy, with a letter of each case and a digit.
        password = "Aa1-" + secrets.token_urlsafe(24)
        attributes = [{"Name": "email", "Value": person["Username"]}]
        pool.admin_create_user(**person, UserAttributes=attributes, MessageAction="SUPPRESS")
        addresses.append(person["Username"])
        pool.admin_set_user_password(**person, Password=password, Permanent=True)
        for group in groups:
            pool.admin_add_user_to_group(**person, GroupName=group)
        signed_in = pool.admin_initiate_auth(
            UserPoolId=found["UserPoolId"],
            ClientId=found["UserPoolClientId"],
            AuthFlow="ADMIN_USER_PASSWORD_AUTH",
            AuthParameters={"USERNAME": person["Username"], "PASSWORD": password},
        )
        if "AuthenticationResult" not in signed_in:
            sys.exit(f"the pool asks for {signed_in.get('ChallengeName')}: with MultiFactor=ON nobody can sign in unattended")
        tokens[name] = signed_in["AuthenticationResult"]["AccessToken"]
    return tokens, addresses


def forget(found, addresses):
    pool = boto3.client("cognito-idp")
    for username in addresses:
        pool.admin_delete_user(UserPoolId=found["UserPoolId"], Username=username)


def main():
    parser = argparse.ArgumentParser(description="Describes a deployed stage.")
    parser.add_argument("stack")
    parser.add_argument("file", type=Path)
    parser.add_argument("--people", action="store_true")
    parser.add_argument("--forget", action="store_true")
    arguments = parser.parse_args()
    found = outputs(arguments.stack)
    if arguments.forget:
        forget(found, json.loads(arguments.file.read_text(encoding="utf-8")).get("people", []))
        arguments.file.unlink()
        return
    stage = address(found)
    if arguments.people:
        stage["tokens"], stage["people"] = make_people(found)
    arguments.file.parent.mkdir(parents=True, exist_ok=True)
    # Tokens are in it: for nobody else to read.
    arguments.file.touch(mode=0o600)
    arguments.file.write_text(json.dumps(stage), encoding="utf-8")


if __name__ == "__main__":
    main()
