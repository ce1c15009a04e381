"""Tests what AWS's translator makes of the template: which changes publish a new version, and what each stage consists of."""

import importlib.util
import json
import re
import sys
import tempfile
import types
import unittest
import zipfile
from pathlib import Path
from unittest import mock

import translated

SPEC = importlib.util.spec_from_file_location("deploy_stage", translated.INFRA / "deploy_stage.py")
deploy_stage = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(deploy_stage)

PROD = {"Stage": "prod", "AllowedOrigin": "https://shop.example.com"}
EVERY_OPTION = PROD | {
    "Stage": "abcdefghijklmnop",
    "AlarmTopicArn": "arn:aws:sns:us-east-1:111122223333:alarms",
    "BudgetAddress": "ann@example.com",
    "CertificateArn": "arn:aws:acm:us-east-1:111122223333:certificate/1",
    "DeploymentType": "Linear10PercentEvery1Minute",
    "DomainName": "api.example.com",
    "HostedZoneId": "Z1",
    "MultiFactor": "ON",
    "PasswordSignIn": "off",
    "PermissionsBoundaryArn": "arn:aws:iam::111122223333:policy/boundary",
    "PipelineConcurrency": "10",
    "Protection": "on",
    "ProvisionedConcurrency": "1",
    "Revision": "0123456789abcdef",
    "RouteConcurrency": "10",
    "SagaConcurrency": "10",
    "Watching": "full",
}
# https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html
RESOURCES_MAX = 500
TEMPLATE_BYTES_MAX = 1_000_000
FUNCTIONS = 28


def template(change=lambda template: None):
    source = translated.packaged(translated.source(), "bucket", lambda path, key: None)
    change(source)
    return source


def versions(parameters, change=lambda template: None):
    """The versions of all functions, by the logical ids that SAM gives them."""
    resources = translated.translate(template(change), parameters)["Resources"]
    found = {name for name, one in resources.items() if one["Type"] == "AWS::Lambda::Version"}
    assert len(found) == FUNCTIONS, found
    return found


class Folder:
    """A copy of what deploy_stage.py reads, with packages for arm64."""

    def __init__(self, test):
        folder = tempfile.TemporaryDirectory()
        test.addCleanup(folder.cleanup)
        self.infra = Path(folder.name) / "infra"
        self.infra.mkdir()
        for name in ("template.yaml", "samconfig.toml"):
            (self.infra / name).write_bytes((translated.INFRA / name).read_bytes())
        for path in re.findall(r"CodeUri: (\S+)", (self.infra / "template.yaml").read_text()):
            self.pack(self.infra / path, 183)

    @staticmethod
    def pack(path, machine, content=b""):
        path.parent.mkdir(parents=True, exist_ok=True)
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("bootstrap", b"\x7fELF".ljust(18, b"\0") + machine.to_bytes(2, "little") + content)

    def overrides(self, stage, *given):
        line = deploy_stage.command(stage, given, [], self.infra)
        texts = line[line.index("--parameter-overrides") + 1 :]
        return dict(text.split("=", 1) for text in texts)


class Versions(unittest.TestCase):
    def test_a_changed_parameter_publishes_a_new_version_of_every_function(self):
        folder = Folder(self)
        before = folder.overrides("dev")
        self.assertEqual(versions(before), versions(folder.overrides("dev")))
        for given in ("LogLevel=error", "SenderAddress=ann@example.com", "CatalogRangeBytes=65536"):
            self.assertFalse(versions(before) & versions(folder.overrides("dev", given)), given)

    def test_a_changed_package_or_template_publishes_a_new_version_of_every_function(self):
        folder = Folder(self)
        before = versions(folder.overrides("dev"))
        folder.pack(folder.infra / "../target/lambda/orders-get/bootstrap.zip", 183, b"another program")
        changed = versions(folder.overrides("dev"))
        self.assertFalse(before & changed)
        with open(folder.infra / "template.yaml", "a", encoding="utf-8") as file:
            file.write("# a comment\n")
        self.assertFalse(changed & versions(folder.overrides("dev")))

    def test_without_a_revision_a_changed_property_publishes_a_version_of_its_function(self):
        before = versions({})
        changes = {
            "Timeout": 11,
            "MemorySize": 1024,
            "Tracing": "PassThrough",
            "LoggingConfig": {"LogGroup": {"Ref": "OrdersPlaceLog"}},
            "Role": {"Fn::GetAtt": ["OrdersPlaceRole", "Arn"]},
            "CodeUri": {"Bucket": "bucket", "Key": "another"},
        }
        for name, value in changes.items():
            after = versions({}, lambda one: one["Resources"]["OrdersGet"]["Properties"].update({name: value}))
            new = {version for version in after - before}
            self.assertEqual([version[: -len("0123456789")] for version in new], ["OrdersGetVersion"], name)


class Stages(unittest.TestCase):
    def test_every_set_of_parameters_translates_within_cloudformations_limits(self):
        for parameters in ({"Stage": "dev"}, PROD, EVERY_OPTION):
            made = translated.translate(template(), dict(parameters))
            self.assertLess(len(made["Resources"]), RESOURCES_MAX)
            self.assertLess(len(json.dumps(made)), TEMPLATE_BYTES_MAX)

    def test_every_option_is_a_parameter_and_every_switch_is_tried(self):
        declared = translated.source()["Parameters"]
        self.assertLessEqual(set(EVERY_OPTION), set(declared))
        off_by_default = {name for name, one in declared.items() if one["Default"] in ("", 0, "off", "none", "OFF")}
        self.assertLessEqual(off_by_default, set(EVERY_OPTION))

    def test_no_resources_wait_for_each_other(self):
        resources = translated.translate(template(), dict(EVERY_OPTION))["Resources"]
        waits_for = {name: _references(one) & set(resources) for name, one in resources.items()}
        while waits_for:
            ready = {name for name, others in waits_for.items() if not others & set(waits_for)}
            self.assertTrue(ready, f"a cycle among {sorted(waits_for)}")
            waits_for = {name: others for name, others in waits_for.items() if name not in ready}

    def test_the_nested_stack_gets_exactly_the_parameters_that_it_declares(self):
        given = translated.source()["Resources"]["WatchingStack"]["Properties"]["Parameters"]
        self.assertEqual(set(given), set(translated.source("watching.yaml")["Parameters"]))

    def test_tables_and_buckets_outlive_the_stack_and_no_failed_first_deployment(self):
        resources = translated.source()["Resources"]
        stores = [one for one in resources.values() if one["Type"] in ("AWS::DynamoDB::Table", "AWS::S3::Bucket")]
        self.assertEqual(len(stores), 7)
        for store in stores:
            self.assertEqual(store["DeletionPolicy"], "RetainExceptOnCreate")
            self.assertEqual(store["UpdateReplacePolicy"], "Retain")
            # A name of ours is taken by the bucket that a deleted stack left.
            self.assertFalse({"BucketName", "TableName"} & set(store["Properties"]))
            # Without it DynamoDB takes the key that AWS owns, which costs nothing and needs no permission.
            self.assertNotIn("SSESpecification", store["Properties"])


class DeployStage(unittest.TestCase):
    def test_the_parameters_of_the_stage_stay_beside_those_of_the_command_line(self):
        overrides = Folder(self).overrides("prod", "AllowedOrigin=https://shop.example.com", "LogRetentionDays=30")
        self.assertEqual(overrides["DeploymentType"], "Canary10Percent5Minutes")
        self.assertEqual((overrides["AllowedOrigin"], overrides["LogRetentionDays"]), ("https://shop.example.com", "30"))

    def test_a_mistake_is_refused_with_what_to_do(self):
        folder = Folder(self)
        cases = [
            ("staging", [], "it has dev, prod"),
            ("dev", ["LogLevel"], "write NAME=VALUE"),
            ("dev", ["Loglevel=debug"], "no parameter Loglevel"),
            ("dev", ["Architecture=x86_64"], "is for arm64"),
        ]
        for stage, given, text in cases:
            with self.assertRaisesRegex(deploy_stage.Refused, text):
                folder.overrides(stage, *given)
        (folder.infra / "../target/lambda/orders-get/bootstrap.zip").unlink()
        with self.assertRaisesRegex(deploy_stage.Refused, "cargo xtask build"):
            folder.overrides("dev")


class PaymentStepsCheck(unittest.TestCase):
    """The check of payment steps, which runs before they take traffic."""

    def run_check(self, *answers):
        """The status that it reports when the versions answer like this."""
        code = translated.source()["Resources"]["PaymentStepsCheck"]["Properties"]["Code"]["ZipFile"]
        payloads = iter(answers)
        functions, deployments = mock.Mock(), mock.Mock()
        functions.invoke.side_effect = lambda **_: {"Payload": mock.Mock(read=lambda: next(payloads))}
        boto3 = types.SimpleNamespace(client={"lambda": functions, "codedeploy": deployments}.get)
        event = {"DeploymentId": "d-1", "LifecycleEventHookExecutionId": "h-1"}
        versions_asked = " ".join(f"version-{index}" for index in range(len(answers)))
        names = {}
        with mock.patch.dict(sys.modules, boto3=boto3), mock.patch.dict("os.environ", VERSIONS=versions_asked):
            exec(code, names)
            with mock.patch("builtins.print"):
                names["handler"](event, None)
        self.assertEqual(functions.invoke.call_count, len(answers))
        call = deployments.put_lifecycle_event_hook_execution_status.call_args.kwargs
        self.assertEqual((call["deploymentId"], call["lifecycleEventHookExecutionId"]), ("d-1", "h-1"))
        return call["status"]

    def test_versions_that_look_for_the_order_pass(self):
        not_found = b'{"errorType":"OrderNotFound","errorMessage":"there is no such order"}'
        self.assertEqual(self.run_check(not_found, not_found), "Succeeded")

    def test_a_version_that_crashes_fails_or_moves_money_does_not(self):
        not_found = b'{"errorType":"OrderNotFound"}'
        for answer in (b'{"errorType":"Runtime.ExitError"}', b'{"outcome":"CAPTURED"}', b""):
            self.assertEqual(self.run_check(not_found, answer), "Failed")


def _references(value):
    """Every logical id that a part of a template names."""
    found = set()
    if isinstance(value, dict):
        for name, inner in value.items():
            if name == "Ref":
                found.add(inner)
            elif name == "Fn::GetAtt":
                found.add(inner[0] if isinstance(inner, list) else inner.split(".")[0])
            elif name == "DependsOn":
                found.update([inner] if isinstance(inner, str) else inner)
            elif name == "Fn::Sub":
                text = inner if isinstance(inner, str) else inner[0]
                found.update(part.split(".")[0] for part in re.findall(r"\$\{([^!}]+)\}", text))
                found |= _references(inner[1:]) if isinstance(inner, list) else set()
            else:
                found |= _references(inner)
    elif isinstance(value, list):
        for inner in value:
            found |= _references(inner)
    return found


if __name__ == "__main__":
    unittest.main()
