"""Tests that the deploy role's policies fit IAM's limits and hold the actions that CloudFormation needs for the template."""

import json
import re
import unittest

import translated

# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html, in characters without white space.
MANAGED_POLICY_MAX = 6_144
INLINE_POLICIES_MAX = 10_240
MANAGED_POLICIES_OF_A_ROLE_MAX = 10

# The longest stage, and a partition with a long name.
VALUES = {
    "Stage": "abcdefghijklmnop",
    "Repository": "owner@123456789/name@1234567890",
    "AWS::AccountId": "123456789012",
    "AWS::Partition": "aws-us-gov",
    "AWS::Region": "ap-southeast-2",
}
# Of a policy, the longest: arn:aws-us-gov:iam::123456789012:policy/STACK-RolesBoundary-SUFFIX.
REFERENCE = "x" * 120

# What CloudFormation's handlers call to create, read, update and delete: the `handlers` of each type's schema
# (https://docs.aws.amazon.com/cloudformation-cli/latest/userguide/resource-type-schema.html), as far as the template
# uses the type. An action that AWS authorizes and no schema lists stands with its source.
REQUIRED = {
    "AWS::ApiGatewayV2::Api": {"apigateway:POST", "apigateway:GET", "apigateway:PUT", "apigateway:PATCH", "apigateway:DELETE"},
    "AWS::ApiGatewayV2::ApiMapping": {"apigateway:POST", "apigateway:GET", "apigateway:DELETE"},
    "AWS::ApiGatewayV2::DomainName": {"apigateway:POST", "apigateway:GET", "apigateway:PATCH", "apigateway:DELETE"},
    # SAM tags every stage: https://github.com/aws-amplify/amplify-cli/issues/12316
    "AWS::ApiGatewayV2::Stage": {"apigateway:TagResource", "apigateway:UntagResource", "apigateway:POST"},
    "AWS::Budgets::Budget": {"budgets:ModifyBudget", "budgets:ViewBudget", "budgets:TagResource"},
    "AWS::CloudFormation::Stack": {
        "cloudformation:CreateStack", "cloudformation:DeleteStack", "cloudformation:DescribeStacks",
        "cloudformation:UpdateStack",
    },
    "AWS::CloudWatch::Alarm": {"cloudwatch:PutMetricAlarm", "cloudwatch:DescribeAlarms", "cloudwatch:DeleteAlarms"},
    "AWS::CloudWatch::Dashboard": {"cloudwatch:GetDashboard", "cloudwatch:PutDashboard", "cloudwatch:DeleteDashboards"},
    "AWS::CodeDeploy::Application": {"codedeploy:CreateApplication", "codedeploy:GetApplication", "codedeploy:DeleteApplication"},
    "AWS::CodeDeploy::DeploymentGroup": {
        "codedeploy:CreateDeploymentGroup", "codedeploy:GetDeploymentGroup", "codedeploy:ListDeployments", "iam:PassRole",
    },
    "AWS::Cognito::UserPool": {
        "cognito-idp:CreateUserPool", "cognito-idp:DescribeUserPool", "cognito-idp:SetUserPoolMfaConfig",
        "cognito-idp:TagResource",
    },
    "AWS::Cognito::UserPoolClient": {"cognito-idp:CreateUserPoolClient", "cognito-idp:DescribeUserPoolClient"},
    "AWS::Cognito::UserPoolGroup": {"cognito-idp:CreateGroup", "cognito-idp:GetGroup"},
    "AWS::DynamoDB::Table": {
        "dynamodb:CreateTable", "dynamodb:DescribeTable", "dynamodb:UpdateTable", "dynamodb:UpdateContinuousBackups",
        "dynamodb:UpdateTimeToLive", "dynamodb:TagResource",
    },
    "AWS::Events::Rule": {"events:PutRule", "events:PutTargets", "events:DescribeRule", "events:RemoveTargets"},
    "AWS::IAM::Role": {"iam:CreateRole", "iam:PutRolePolicy", "iam:GetRole", "iam:DeleteRole", "iam:TagRole"},
    "AWS::Lambda::Alias": {"lambda:CreateAlias", "lambda:UpdateAlias", "codedeploy:CreateDeployment", "codedeploy:GetDeployment"},
    "AWS::Lambda::EventInvokeConfig": {"lambda:PutFunctionEventInvokeConfig", "lambda:GetFunctionEventInvokeConfig"},
    "AWS::Lambda::EventSourceMapping": {"lambda:CreateEventSourceMapping", "lambda:GetEventSourceMapping"},
    "AWS::Lambda::Function": {
        "lambda:CreateFunction", "lambda:GetFunction", "lambda:GetFunctionScalingConfig", "lambda:UpdateFunctionCode",
        "lambda:GetFunctionCodeSigningConfig", "lambda:GetFunctionRecursionConfig", "iam:PassRole", "s3:GetObject",
    },
    "AWS::Lambda::Permission": {"lambda:AddPermission", "lambda:RemovePermission", "lambda:GetPolicy"},
    "AWS::Lambda::Version": {"lambda:PublishVersion", "lambda:ListVersionsByFunction", "lambda:DeleteFunction"},
    "AWS::Logs::LogGroup": {
        "logs:CreateLogGroup", "logs:DescribeLogGroups", "logs:DescribeIndexPolicies", "logs:GetDataProtectionPolicy",
        "logs:PutRetentionPolicy", "logs:TagResource",
    },
    "AWS::Logs::QueryDefinition": {"logs:PutQueryDefinition", "logs:DescribeQueryDefinitions", "logs:DeleteQueryDefinition"},
    "AWS::Route53::RecordSet": {"route53:ChangeResourceRecordSets", "route53:GetChange"},
    # Tags inside CreateBucket are authorized as s3:TagResource:
    # https://docs.aws.amazon.com/AmazonS3/latest/userguide/tagging.html
    "AWS::S3::Bucket": {
        "s3:CreateBucket", "s3:DeleteBucket", "s3:ListBucket", "s3:GetBucketAcl", "s3:TagResource", "s3:UntagResource",
        "s3:ListTagsForResource", "s3:PutBucketTagging", "s3:PutLifecycleConfiguration", "s3:PutBucketNotification",
    },
    "AWS::S3::BucketPolicy": {"s3:PutBucketPolicy", "s3:GetBucketPolicy", "s3:DeleteBucketPolicy"},
    "AWS::SQS::Queue": {"sqs:CreateQueue", "sqs:GetQueueAttributes", "sqs:SetQueueAttributes", "sqs:TagQueue"},
    "AWS::SQS::QueuePolicy": {"sqs:SetQueueAttributes"},
    "AWS::SecretsManager::Secret": {
        "secretsmanager:CreateSecret", "secretsmanager:GetRandomPassword", "secretsmanager:GetSecretValue",
    },
    "AWS::StepFunctions::StateMachine": {"states:CreateStateMachine", "states:UpdateStateMachine", "s3:GetObject"},
}


def resources():
    return translated.source("deploy-role.yaml")["Resources"]


def resolved(value):
    """A policy as IAM stores it."""
    if isinstance(value, list):
        return [resolved(inner) for inner in value]
    if not isinstance(value, dict):
        return value
    if len(value) == 1:
        (name, inner), = value.items()
        if name == "Ref":
            return VALUES.get(inner, REFERENCE)
        if name == "Fn::GetAtt":
            return REFERENCE
        if name == "Fn::Sub":
            return re.sub(r"\$\{([^}]+)\}", lambda found: VALUES.get(found[1], REFERENCE), inner)
        if name == "Fn::If":
            return resolved(inner[1])
    return {name: resolved(inner) for name, inner in value.items()}


def size(document):
    return len(json.dumps(resolved(document), separators=(",", ":")))


def policies_of(role):
    """The documents of a role: inline, separate, and managed."""
    for name, one in resources().items():
        properties = one["Properties"]
        if one["Type"] == "AWS::IAM::Role" and name == role:
            yield from (("inline", policy["PolicyDocument"]) for policy in properties.get("Policies", []))
        elif one["Type"] == "AWS::IAM::RolePolicy" and properties["RoleName"] == {"Ref": role}:
            yield "inline", properties["PolicyDocument"]
        elif one["Type"] == "AWS::IAM::ManagedPolicy" and {"Ref": role} in properties.get("Roles", []):
            yield "managed", properties["PolicyDocument"]


def statements(role, effect):
    documents = [document for _, document in policies_of(role)]
    return [one for document in documents for one in document["Statement"] if one["Effect"] == effect]


class DeployRole(unittest.TestCase):
    def test_policies_fit_into_what_iam_takes(self):
        for name, one in resources().items():
            if one["Type"] == "AWS::IAM::ManagedPolicy":
                self.assertLessEqual(size(one["Properties"]["PolicyDocument"]), MANAGED_POLICY_MAX, name)
        for role in ("DeployRole", "ExecutionRole"):
            policies = list(policies_of(role))
            self.assertTrue(policies)
            inline = sum(size(document) for kind, document in policies if kind == "inline")
            self.assertLessEqual(inline, INLINE_POLICIES_MAX, role)
            managed = [document for kind, document in policies if kind == "managed"]
            self.assertLessEqual(len(managed), MANAGED_POLICIES_OF_A_ROLE_MAX, role)

    def test_cloudformation_may_do_what_each_type_of_resource_needs(self):
        main = translated.packaged(translated.source(), "bucket", lambda path, key: None)
        made = translated.translate(main, {})["Resources"] | translated.source("watching.yaml")["Resources"]
        types = {one["Type"] for one in made.values()}
        self.assertEqual(types, set(REQUIRED), "a type without its actions, or actions without their type")
        granted = {action for one in statements("ExecutionRole", "Allow") for action in one["Action"]}
        for kind in sorted(types):
            self.assertLessEqual(REQUIRED[kind], granted, kind)

    def test_the_roles_are_protected_from_themselves(self):
        denied = [one for one in statements("ExecutionRole", "Deny") if "iam:PutRolePolicy" in one["Action"]]
        self.assertEqual(len(denied), 1)
        protected = [{"Fn::GetAtt": ["DeployRole", "Arn"]}, {"Fn::GetAtt": ["ExecutionRole", "Arn"]}, {"Ref": "RolesBoundary"}]
        self.assertEqual(denied[0]["Resource"], protected)
        changes = {
            action
            for one in statements("ExecutionRole", "Allow")
            for action in one["Action"]
            if re.match("iam:(Attach|Create(?!Service)|Delete|Detach|PassRole|Put|Set|Update)", action)
        }
        # Nothing can be created under a name that exists.
        self.assertLessEqual(changes - {"iam:CreateRole"}, set(denied[0]["Action"]))

    def test_stages_of_one_account_are_separate(self):
        own = {"aws:ResourceTag/stage": {"Ref": "Stage"}}
        boundary = resources()["RolesBoundary"]["Properties"]["PolicyDocument"]["Statement"]
        for one in [*statements("ExecutionRole", "Allow"), *boundary]:
            if json.dumps(one["Resource"]).endswith(':userpool/*"}'):
                self.assertEqual(one["Condition"], {"StringEquals": own}, one["Sid"])
        apis = [one for one in statements("ExecutionRole", "Deny") if "apigateway:DELETE" in one["Action"]]
        self.assertEqual(apis[0]["Condition"]["StringNotEquals"], own)
        # The pool and the API carry the tag by the template itself, whatever tags a deployment gives.
        main = translated.source()["Resources"]
        self.assertEqual(main["UserPool"]["Properties"]["UserPoolTags"], {"stage": {"Ref": "Stage"}})
        self.assertEqual(main["HttpApi"]["Properties"]["Tags"], {"stage": {"Ref": "Stage"}})

    def test_a_log_group_of_one_stage_is_none_of_another(self):
        for one in statements("ExecutionRole", "Allow"):
            for arn in one["Resource"] if isinstance(one["Resource"], list) else [one["Resource"]]:
                text = json.dumps(arn)
                self.assertNotIn("${Stage}*", text, one["Sid"])

    def test_the_repository_is_taken_with_and_without_ids(self):
        pattern = translated.source("deploy-role.yaml")["Parameters"]["Repository"]["AllowedPattern"]
        for name in ("owner/name", "owner@12345/name@67890"):
            self.assertTrue(re.fullmatch(pattern, name), name)
        for name in ("owner", "owner/name/more", "owner@/name", "owner*/name*", "owner@1/name@x"):
            self.assertFalse(re.fullmatch(pattern, name), name)

    def test_a_package_outlives_every_rollback(self):
        rules = resources()["ArtifactsBucket"]["Properties"]["LifecycleConfiguration"]["Rules"]
        self.assertFalse([rule for rule in rules if any(name.startswith("Expiration") for name in rule)])


if __name__ == "__main__":
    unittest.main()
