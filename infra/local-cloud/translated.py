"""AWS's own translation of the template into CloudFormation, for a set of parameters. Deployments and tests share it."""

import logging
import os
from pathlib import Path

from samtranslator.translator.transform import transform
from samtranslator.yaml_helper import yaml_parse

INFRA = Path(__file__).resolve().parents[1]
REGION = "us-east-1"


class NoManagedPolicies:
    """The translator asks for these; roles are spelled out in the template and name none."""

    def load(self):
        return {}


def source(file="template.yaml"):
    """A template of the folder `infra`, as it is written."""
    return yaml_parse((INFRA / file).read_text(encoding="utf-8"))


def packaged(template, bucket, upload):
    """`template` with each local file replaced by its place in `bucket`, as `sam package` does. Calls `upload` with the
    path and the key of each file."""
    for resource in template["Resources"].values():
        properties = resource.get("Properties", {})
        for name, folder in (("CodeUri", "functions"), ("DefinitionUri", "state-machines")):
            if name in properties:
                path = INFRA / properties[name]
                # Every package is called bootstrap.zip; its folder has the function's name.
                key = f"{folder}/{path.parent.name}.zip" if name == "CodeUri" else f"{folder}/{path.name}"
                upload(path, key)
                properties[name] = {"Bucket": bucket, "Key": key}
    return template


def translate(template, parameters):
    """CloudFormation for `template`, whose parameters have these values or their defaults."""
    os.environ.setdefault("AWS_DEFAULT_REGION", REGION)
    # The translator logs a line per function about its own switches.
    logging.getLogger("samtranslator").setLevel(logging.ERROR)
    return transform(template, parameters, NoManagedPolicies())
