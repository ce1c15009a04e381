#!/usr/bin/env python3
"""Deploys a stage of the shop with `sam deploy`, from packages that `cargo xtask build` made or a release brought.

    infra/deploy_stage.py STAGE [NAME=VALUE ...] [-- OPTION ...]

Parameters of the stage come from samconfig.toml; each NAME=VALUE replaces one or adds one. What follows `--` goes to
`sam deploy` as it is. `Revision` is computed here: SAM publishes a new version of a function for a new package or a
changed template, but not for a changed parameter (https://github.com/aws/serverless-application-model/issues/1640).
`ShardedIndexes` is read from the deployed stack: a new stage gets the sharded indexes only, and an update keeps the
step that the stage has reached (docs/upgrading.md).
"""

import hashlib
import json
import os
import re
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

INFRA = Path(__file__).resolve().parent
# SAM calls the table that it takes by default so.
DEFAULT_STAGE = "dev"
# `e_machine` of an ELF file: https://refspecs.linuxfoundation.org/elf/gabi4+/ch4.eheader.html
MACHINES = {62: "x86_64", 183: "arm64"}
MACHINE_OFFSET = 18
SHARDED_INDEXES = "ShardedIndexes"
# The output of template.yaml with the step that the stage has reached.
SHARDED_INDEXES_OUTPUT = "ShardedIndexesStep"
# What a stage without a table starts with: there is no old index to read from.
SHARDED_INDEXES_OF_A_NEW_STAGE = "only"
# How `sam list stack-outputs` reports a stack that no deployment has created.
NO_STACK = re.compile(r"input stack \S+ does not exist|Outputs do not exist for the input stack")
# Options of `sam deploy` that select another stack, account or region; `sam list` takes the same.
PLACE_OPTIONS = ("--stack-name", "--region", "--profile")


class Refused(Exception):
    """What keeps the stage from being deployed, in words for a person."""


def environment_of(stage):
    """The table of samconfig.toml that has this stage."""
    return "default" if stage == DEFAULT_STAGE else stage


def parameters_of(stage, given, infra=INFRA):
    """The stage's parameters in samconfig.toml, with those of `given` (texts like NAME=VALUE) instead or beside them."""
    with open(infra / "samconfig.toml", "rb") as file:
        tables = tomllib.load(file)
    table = tables.get(environment_of(stage), {})
    if "deploy" not in table:
        stages = [DEFAULT_STAGE if name == "default" else name for name in tables if name != "version"]
        raise Refused(f"samconfig.toml has no stage {stage}; it has {', '.join(stages)}")
    template = (infra / "template.yaml").read_text(encoding="utf-8")
    declared = template.split("\nParameters:\n")[1].split("\n\n")[0]
    known = set(re.findall(r"^  (\w+):$", declared, re.MULTILINE))
    parameters = {}
    for text in [*table["deploy"]["parameters"]["parameter_overrides"], *given]:
        name, equals, value = text.partition("=")
        if not equals:
            raise Refused(f"{text} is no parameter; write NAME=VALUE")
        if name not in known:
            raise Refused(f"template.yaml has no parameter {name}; it has {', '.join(sorted(known))}")
        parameters[name] = value
    return parameters


def packages_of(infra=INFRA):
    """The functions' packages that template.yaml names."""
    template = (infra / "template.yaml").read_text(encoding="utf-8")
    packages = [infra / path for path in re.findall(r"^      CodeUri: (\S+)$", template, re.MULTILINE)]
    for package in packages:
        if not package.is_file():
            raise Refused(f"{package} does not exist; `cargo xtask build --arch arm64` makes it")
    return packages


def check_architecture(packages, wanted):
    """Refuses programs that the functions could not start."""
    for package in packages:
        with zipfile.ZipFile(package) as archive, archive.open("bootstrap") as program:
            header = program.read(MACHINE_OFFSET + 2)
        found = MACHINES.get(int.from_bytes(header[MACHINE_OFFSET:], "little"), "something else")
        if found != wanted:
            raise Refused(f"{package} is for {found}, and the parameter Architecture is {wanted}")


def revision(parameters, packages, infra=INFRA):
    """A hash of all that a function is made of: its package, the template, and the parameters."""
    digest = hashlib.sha256()
    for name, value in sorted(parameters.items()):
        digest.update(f"{name}={value}\n".encode())
    for file in [infra / "template.yaml", *sorted(packages)]:
        digest.update(hashlib.sha256(file.read_bytes()).digest())
    return digest.hexdigest()


def place_of(stage, options, infra=INFRA):
    """The options that select the stack, its account and its region, from the command line or samconfig.toml."""
    with open(infra / "samconfig.toml", "rb") as file:
        shared = tomllib.load(file)[environment_of(stage)]["global"]["parameters"]
    place = {name: shared[key] for name in PLACE_OPTIONS if (key := name[2:].replace("-", "_")) in shared}
    for option, value in zip(options, [*options[1:], ""]):
        name, equals, inline = option.partition("=")
        if name in PLACE_OPTIONS:
            place[name] = inline if equals else value
    return [text for pair in place.items() for text in pair]


def outputs_of(stage, options, infra=INFRA):
    """The outputs of the stage's stack by name; empty if no deployment has created the stack."""
    line = ["sam", "list", "stack-outputs", *place_of(stage, options, infra), "--output", "json"]
    try:
        listed = subprocess.run(line, capture_output=True, text=True, check=False, cwd=infra)
    except FileNotFoundError:
        raise Refused("`sam` is not installed; docs/deploying.md names its version") from None
    if listed.returncode == 0:
        return {one["OutputKey"]: one["OutputValue"] for one in json.loads(listed.stdout)}
    if NO_STACK.search(listed.stderr):
        return {}
    raise Refused(f"`{' '.join(line)}` failed: {listed.stderr.strip()}; or give {SHARDED_INDEXES}= yourself")


def sharded_indexes(outputs):
    """The step to deploy with; None leaves a stage of the last release at the template's default."""
    if not outputs:
        return SHARDED_INDEXES_OF_A_NEW_STAGE
    return outputs.get(SHARDED_INDEXES_OUTPUT)


def command(stage, given, options, infra=INFRA, outputs=outputs_of):
    """The whole command line of `sam deploy`."""
    parameters = parameters_of(stage, given, infra)
    packages = packages_of(infra)
    check_architecture(packages, parameters.get("Architecture", "arm64"))
    if SHARDED_INDEXES not in parameters and (step := sharded_indexes(outputs(stage, options, infra))):
        parameters[SHARDED_INDEXES] = step
    parameters.setdefault("Revision", revision(parameters, packages, infra))
    overrides = [f"{name}={value}" for name, value in parameters.items()]
    return ["sam", "deploy", "--config-env", environment_of(stage), *options, "--parameter-overrides", *overrides]


def main(arguments):
    if not arguments or arguments[0].startswith("-"):
        print(__doc__, file=sys.stderr)
        return 2
    separator = arguments.index("--") if "--" in arguments else len(arguments)
    try:
        line = command(arguments[0], arguments[1:separator], arguments[separator + 1 :])
    except Refused as refused:
        print(f"deploy_stage: {refused}", file=sys.stderr)
        return 1
    print(" ".join(line), file=sys.stderr)
    os.chdir(INFRA)
    os.execvp(line[0], line)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
