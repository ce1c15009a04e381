"""Tests that the shim changes what it lists, leaves the rest unchanged and refuses unknown resources."""

import copy
import unittest

import shim

INTEGRATION = {
    "type": "aws_proxy",
    "httpMethod": "POST",
    "uri": {"Fn::Sub": "arn:${Place}"},
    "payloadFormatVersion": "2.0",
}
BODY = {
    "openapi": "3.0.1",
    "info": {"title": "shop"},
    "paths": {
        "/orders/{id}": {"get": {"x-amazon-apigateway-integration": INTEGRATION, "security": [{"AccessToken": []}]}},
        "/products": {"get": {"x-amazon-apigateway-integration": INTEGRATION, "security": [{"NONE": []}]}},
    },
    "components": {
        "securitySchemes": {
            "AccessToken": {
                "type": "oauth2",
                "x-amazon-apigateway-authorizer": {
                    "type": "jwt",
                    "identitySource": "$request.header.Authorization",
                    "jwtConfiguration": {"issuer": "https://issuer", "audience": ["client"]},
                },
            }
        }
    },
    "x-amazon-apigateway-cors": {"allowOrigins": ["https://shop"]},
}


def applied(resources):
    return shim.apply({"Parameters": {}, "Resources": copy.deepcopy(resources)})["Resources"]


def api(change=lambda body: None):
    body = copy.deepcopy(BODY)
    change(body)
    return applied({"Api": {"Type": "AWS::ApiGatewayV2::Api", "Properties": {"Body": body}}})


class Shim(unittest.TestCase):
    def test_a_route_behind_the_authorizer_stays_behind_it(self):
        route = api()["ApiGetOrdersIdRoute"]["Properties"]
        self.assertEqual(route["RouteKey"], "GET /orders/{id}")
        self.assertEqual(route["AuthorizationType"], "JWT")
        self.assertEqual(route["AuthorizerId"], {"Ref": "ApiAccessTokenAuthorizer"})

    def test_the_timeout_of_a_wait_becomes_a_number_and_nothing_else_changes(self):
        text = '{"TimeoutSeconds": "{% ${PaymentResultSeconds} %}", "Output": "{% $states.result %}"}'
        expected = '{"TimeoutSeconds": 30, "Output": "{% $states.result %}"}'
        self.assertEqual(shim.definition(text, {"PaymentResultSeconds": "30"}), expected)

    def test_sagas_may_be_resumed_without_the_name_of_their_machine(self):
        statement = {"Sid": "ResumeSaga", "Effect": "Allow", "Action": ["states:SendTaskSuccess"], "Resource": "arn"}
        document = {"Version": "2012-10-17", "Statement": [statement]}
        policies = [{"PolicyName": "p", "PolicyDocument": document}]
        role = applied({"Role": {"Type": "AWS::IAM::Role", "Properties": {"Policies": policies}}})["Role"]
        [changed] = role["Properties"]["Policies"][0]["PolicyDocument"]["Statement"]
        self.assertEqual(changed, statement | {"Resource": "*"})

    def test_an_open_route_stays_open(self):
        self.assertEqual(api()["ApiGetProductsRoute"]["Properties"]["AuthorizationType"], "NONE")

    def test_a_route_that_does_not_say_who_may_call_it_is_refused(self):
        with self.assertRaises(shim.Unknown):
            api(lambda body: body["paths"]["/products"]["get"].pop("security"))

    def test_scopes_are_refused_since_they_would_be_lost(self):
        with self.assertRaises(shim.Unknown):
            api(lambda body: body["paths"]["/products"]["get"].update(security=[{"AccessToken": ["orders"]}]))

    def test_what_openapi_can_say_and_the_shim_cannot_is_refused(self):
        with self.assertRaises(shim.Unknown):
            api(lambda body: body.update({"x-amazon-apigateway-policy": {}}))
        with self.assertRaises(shim.Unknown):
            api(lambda body: body["paths"]["/products"]["get"].update(requestBody={}))

    def test_routes_that_would_overwrite_each_other_are_refused(self):
        with self.assertRaises(shim.Unknown):
            api(lambda body: body["paths"].update({"/{products}": body["paths"]["/products"]}))

    def test_canaries_and_saved_queries_are_dropped_and_an_alias_stays(self):
        alias = {"Type": "AWS::Lambda::Alias", "Properties": {"Name": "live"}}
        left = applied(
            {
                "Group": {"Type": "AWS::CodeDeploy::DeploymentGroup"},
                "Query": {"Type": "AWS::Logs::QueryDefinition"},
                "Nested": {"Type": "AWS::CloudFormation::Stack"},
                "Budget": {"Type": "AWS::Budgets::Budget"},
                "Alias": alias | {"UpdatePolicy": {"CodeDeployLambdaAliasUpdate": {}}},
            }
        )
        self.assertEqual(left, {"Alias": alias})

    def test_of_a_policy_only_the_demand_for_tls_is_dropped(self):
        for kind in ("AWS::S3::BucketPolicy", "AWS::SQS::QueuePolicy"):
            self.only_tls_is_dropped(kind)

    def only_tls_is_dropped(self, kind):
        tls = {"Effect": "Deny", "Action": "s3:*", "Condition": {"Bool": {"aws:SecureTransport": False}}}
        other = {"Effect": "Deny", "Action": "s3:DeleteBucket", "Principal": "*"}

        def policy(*statements):
            document = {"Version": "2012-10-17", "Statement": list(statements)}
            return {"Type": kind, "Properties": {"Bucket": "b", "PolicyDocument": document}}

        left = applied({"Policy": policy(tls, other), "Tls": policy(tls)})
        self.assertEqual(left, {"Policy": policy(other)})

    def test_of_a_role_only_mail_and_catalogs_are_widened(self):
        def role(mail, catalogs, condition):
            statements = [
                {"Effect": "Allow", "Action": ["ses:SendEmail"], "Resource": mail} | condition,
                {"Sid": "ReadCatalogs", "Effect": "Allow", "Action": catalogs, "Resource": "arn:catalogs"},
                {"Sid": "ReadPhotos", "Effect": "Allow", "Action": ["s3:GetObjectVersion"], "Resource": "arn:photos"},
                {"Effect": "Allow", "Action": ["dynamodb:GetItem"], "Resource": "arn:orders"},
            ]
            policies = [{"PolicyName": "own", "PolicyDocument": {"Statement": statements}}]
            return {"Type": "AWS::IAM::Role", "Properties": {"Policies": policies}}

        sender = {"Condition": {"StringEquals": {"ses:FromAddress": "shop@example.test"}}}
        before = role("arn:identity", ["s3:GetObjectVersion"], sender)
        after = role("*", ["s3:GetObjectVersion", "s3:GetObject"], {})
        self.assertEqual(applied({"Role": before}), {"Role": after})

    def test_other_update_policies_are_refused(self):
        with self.assertRaises(shim.Unknown):
            applied({"Group": {"Type": "AWS::Lambda::Alias", "UpdatePolicy": {"AutoScalingRollingUpdate": {}}}})

    def test_an_alarm_over_several_metrics_watches_the_first(self):
        def metric(name):
            return {"Namespace": "AWS/Lambda", "MetricName": name, "Dimensions": []}

        def several(*names):
            metrics = [{"MetricStat": {"Metric": metric(name), "Period": 60, "Stat": "Sum"}} for name in names]
            return {"AlarmName": "by-version", "Threshold": 0, "Metrics": [{"Id": "all", "Expression": "SUM(METRICS())"}, *metrics]}

        left = applied({"Alarm": {"Type": "AWS::CloudWatch::Alarm", "Properties": several("Throttles", "Errors")}})
        watched = metric("Throttles") | {"Threshold": 0, "Period": 60, "Statistic": "Sum"}
        self.assertEqual(left["Alarm"]["Properties"], watched)

    def test_the_concurrency_of_an_event_source_becomes_a_number(self):
        def mapping(limit):
            scaling = {"ScalingConfig": {"MaximumConcurrency": limit}}
            return {"Mapping": {"Type": "AWS::Lambda::EventSourceMapping", "Properties": {"BatchSize": 5} | scaling}}

        parameters = {"Photos": {"Type": "Number", "Default": 10}}
        left = shim.apply({"Parameters": parameters, "Resources": mapping({"Ref": "Photos"})})["Resources"]
        self.assertEqual(left, mapping(10))

    def test_unknown_types_are_refused(self):
        with self.assertRaises(shim.Unknown):
            applied({"Topic": {"Type": "AWS::SNS::Topic"}})


if __name__ == "__main__":
    unittest.main()
