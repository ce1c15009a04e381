"""Prints an access token for a person on the local cloud. The first call creates the person in the user pool.

    sign_in.py NAME [GROUP...]        prints an access token; the group `staff` may upload

The same calls work on AWS with credentials of the account. There, people sign in through your front end.
"""

import argparse
import json
import sys
from pathlib import Path

import deploy

OUTPUTS = Path(__file__).resolve().parents[2] / "target/local-cloud/outputs.json"
PASSWORD = "Pop-up-shop-2026"


def access_token(cloud, name, groups):
    """An access token of NAME@example.test, a member of these groups."""
    pool = deploy.client(cloud["url"], "cognito-idp")
    pool_id, client_id = cloud["outputs"]["UserPoolId"], cloud["outputs"]["UserPoolClientId"]
    address = f"{name}@example.test"
    person = {"UserPoolId": pool_id, "Username": address}
    attributes = [{"Name": "email", "Value": address}, {"Name": "email_verified", "Value": "true"}]
    try:
        pool.admin_create_user(**person, UserAttributes=attributes, MessageAction="SUPPRESS")
    except pool.exceptions.UsernameExistsException:
        pass
    pool.admin_set_user_password(**person, Password=PASSWORD, Permanent=True)
    for group in groups:
        pool.admin_add_user_to_group(**person, GroupName=group)
    signed_in = pool.initiate_auth(
        ClientId=client_id,
        AuthFlow="USER_PASSWORD_AUTH",
        AuthParameters={"USERNAME": address, "PASSWORD": PASSWORD},
    )
    return signed_in["AuthenticationResult"]["AccessToken"]


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Prints an access token of a person on the local cloud.")
    parser.add_argument("name")
    parser.add_argument("group", nargs="*")
    arguments = parser.parse_args()
    if not OUTPUTS.exists():
        sys.exit("no local cloud is running: `cargo xtask local-cloud` starts one")
    print(access_token(json.loads(OUTPUTS.read_text(encoding="utf-8")), arguments.name, arguments.group))
