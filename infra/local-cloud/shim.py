"""Changes the translated template so that MiniStack can deploy it. The list is complete and says why.

1. The routes of the HTTP API. MiniStack makes an API of an OpenAPI `Body`, and none of the routes in it. They become
   resources of their own: integrations, routes, and the authorizer.
2. CORS of the HTTP API. MiniStack's gateway looks for the names that OpenAPI gives them (`allowOrigins`) also where
   CloudFormation has others (`AllowOrigins`); so the property gets OpenAPI's.
3. CodeDeploy. MiniStack refuses its resources by name. The application and the groups are dropped, and what makes an
   alias wait for them: an update moves the alias at once.
4. TLS. The local cloud speaks plain HTTP on the loopback, and MiniStack enforces the policies of buckets and queues: the
   statement that refuses requests without TLS is dropped, the rest of the policy stays.
5. Permission to send mail. AWS authorizes `ses:SendEmail` on identities and configuration sets, for the sender that the
   condition names; MiniStack on `*` and without the key of that condition, and would refuse every mail. That statement's
   resource becomes `*`, without the condition.
6. Permission to read catalogs. On AWS every event of a bucket that keeps versions names one, and `s3:GetObjectVersion`
   is all that it takes; MiniStack's events on the bus name none, so `s3:GetObject` comes with it.
7. Alarms over several metrics. MiniStack takes none with an expression: such an alarm watches the first of its metrics.
8. Saved queries of the log, and the budget. MiniStack does not have them, and nothing refers to them: they are dropped.
9. The nested stack. MiniStack makes none: it is dropped here, and `deploy.py` deploys its template as a stack beside.
10. What an API of a custom domain says about its default endpoint. Nothing here has a domain: it is dropped.
11. The concurrency of an event source. MiniStack takes a parameter of the type Number for text, and its poller stops on
    it: the parameter's default stands there as a number.
12. Alarms named after a version. MiniStack resolves no attribute of a version in a name: the alarm's own name is dropped.
13. Permission to resume sagas. AWS authorizes `states:SendTaskSuccess` and `states:SendTaskFailure` on the state machine
    that waits; MiniStack on `*`. That statement's resource becomes `*`.
14. The timeout of a wait for a token. MiniStack takes no expression there: the definition gets the parameter's number.

Everything else passes unchanged. An unknown resource type is refused: MiniStack could accept it and do nothing.
"""

import re

# Types that MiniStack deploys unchanged, as tests have shown.
AS_THEY_ARE = {
    "AWS::ApiGatewayV2::ApiMapping",
    "AWS::ApiGatewayV2::DomainName",
    "AWS::ApiGatewayV2::Stage",
    "AWS::CloudWatch::Dashboard",
    "AWS::Cognito::UserPool",
    "AWS::Cognito::UserPoolClient",
    "AWS::Cognito::UserPoolGroup",
    "AWS::DynamoDB::Table",
    "AWS::Events::Rule",
    "AWS::Lambda::Alias",
    "AWS::Lambda::EventInvokeConfig",
    "AWS::Lambda::Function",
    "AWS::Lambda::Permission",
    "AWS::Lambda::Version",
    "AWS::Logs::LogGroup",
    "AWS::Route53::RecordSet",
    "AWS::S3::Bucket",
    "AWS::SQS::Queue",
    "AWS::SecretsManager::Secret",
    "AWS::StepFunctions::StateMachine",
}
DROPPED = {
    "AWS::Budgets::Budget",
    "AWS::CloudFormation::Stack",
    "AWS::CodeDeploy::Application",
    "AWS::CodeDeploy::DeploymentGroup",
    "AWS::Logs::QueryDefinition",
}
# SAM's name for a route without an authorizer.
OPEN = "NONE"


class Unknown(Exception):
    """The template has a part that this file does not handle."""


def apply(template):
    """The translated template, changed as listed above."""
    resources = {}
    for name, resource in template["Resources"].items():
        kind = resource["Type"]
        if kind in DROPPED:
            continue
        if kind == "AWS::ApiGatewayV2::Api":
            resources.update(_api(name, resource))
        elif kind in ("AWS::S3::BucketPolicy", "AWS::SQS::QueuePolicy"):
            resources.update(_over_plain_http(name, resource))
        elif kind == "AWS::Lambda::EventSourceMapping":
            resources[name] = _with_a_number(resource, template["Parameters"])
        elif kind == "AWS::CloudWatch::Alarm":
            resources[name] = _over_one_metric(name, resource)
        elif kind == "AWS::IAM::Role":
            resources[name] = _allowed_otherwise(resource)
        elif kind in AS_THEY_ARE:
            resources[name] = _without_update_policy(name, resource)
        else:
            raise Unknown(f"{name} is of the type {kind}")
    return template | {"Resources": resources}


def definition(text, parameters):
    """The text of a state machine, changed as listed above. `parameters` has those of the template by name."""
    return re.sub(r'"\{% \$\{(PaymentResultSeconds)\} %\}"', lambda found: str(int(parameters[found[1]])), text)


def _over_plain_http(name, resource):
    document = resource["Properties"]["PolicyDocument"]
    statements = [statement for statement in document["Statement"] if not _asks_for_tls(statement)]
    if not statements:
        return {}
    properties = resource["Properties"] | {"PolicyDocument": document | {"Statement": statements}}
    return {name: resource | {"Properties": properties}}


def _asks_for_tls(statement):
    condition = statement.get("Condition", {})
    return statement["Effect"] == "Deny" and condition == {"Bool": {"aws:SecureTransport": False}}


def _with_a_number(mapping, parameters):
    limit = mapping["Properties"].get("ScalingConfig", {}).get("MaximumConcurrency")
    if not isinstance(limit, dict):
        return mapping
    number = int(parameters[limit["Ref"]]["Default"])
    return mapping | {"Properties": mapping["Properties"] | {"ScalingConfig": {"MaximumConcurrency": number}}}


def _over_one_metric(name, alarm):
    properties = dict(alarm["Properties"])
    properties.pop("AlarmName", None)
    metrics = properties.pop("Metrics", None)
    if metrics is None:
        return alarm | {"Properties": properties}
    first = next(metric["MetricStat"] for metric in metrics if "MetricStat" in metric)
    _only(f"the first metric of {name}", first, {"Metric", "Period", "Stat"})
    watched = first["Metric"] | {"Period": first["Period"], "Statistic": first["Stat"]}
    return alarm | {"Properties": properties | watched}


def _allowed_otherwise(role):
    policies = role["Properties"].get("Policies", [])
    return role | {"Properties": role["Properties"] | {"Policies": [_policy(policy) for policy in policies]}}


def _policy(policy):
    document = policy["PolicyDocument"]
    statements = [_statement(statement) for statement in document["Statement"]]
    return policy | {"PolicyDocument": document | {"Statement": statements}}


def _statement(statement):
    if "Fn::If" in statement:
        condition, then, otherwise = statement["Fn::If"]
        return {"Fn::If": [condition, _statement(then), _statement(otherwise)]}
    if "Ref" in statement:
        return statement
    if statement["Action"] == ["ses:SendEmail"]:
        return {name: value for name, value in statement.items() if name != "Condition"} | {"Resource": "*"}
    if statement.get("Sid") == "ResumeSaga":
        return statement | {"Resource": "*"}
    if statement.get("Sid") == "ReadCatalogs":
        return statement | {"Action": statement["Action"] + ["s3:GetObject"]}
    return statement


def _without_update_policy(name, resource):
    policy = resource.get("UpdatePolicy", {})
    _only(f"the update policy of {name}", policy, {"CodeDeployLambdaAliasUpdate"})
    return {key: value for key, value in resource.items() if key != "UpdatePolicy"}


def _api(name, resource):
    _only(name, resource, {"Type", "Properties", "Metadata"})
    _only(f"the properties of {name}", resource["Properties"], {"Body"})
    body = resource["Properties"]["Body"]
    # `info` and `tags` have no effect on a request.
    supported = {"openapi", "info", "tags", "paths", "components", "x-amazon-apigateway-cors", "servers"}
    _only(f"the body of {name}", body, supported)
    for server in body.get("servers", []):
        _only(f"a server of {name}", server, {"url", "x-amazon-apigateway-endpoint-configuration"})
    properties = {"Name": body["info"]["title"], "ProtocolType": "HTTP"}
    if cors := body.get("x-amazon-apigateway-cors"):
        properties["CorsConfiguration"] = cors
    made = {name: {"Type": resource["Type"], "Properties": properties}}
    schemes = body.get("components", {}).get("securitySchemes", {})
    for scheme_name, scheme in schemes.items():
        made[_authorizer_id(name, scheme_name)] = _authorizer(name, scheme_name, scheme)
    for path, methods in body["paths"].items():
        for method, operation in methods.items():
            route = _route(name, method, path, operation, schemes)
            if not made.keys().isdisjoint(route):
                raise Unknown(f"{method} {path} gets the same logical id as another route")
            made.update(route)
    return made


def _authorizer(api, name, scheme):
    _only(f"the security scheme {name}", scheme, {"type", "x-amazon-apigateway-authorizer"})
    authorizer = scheme["x-amazon-apigateway-authorizer"]
    _only(f"the authorizer {name}", authorizer, {"type", "identitySource", "jwtConfiguration"})
    jwt = authorizer["jwtConfiguration"]
    _only(f"the token of {name}", jwt, {"issuer", "audience"})
    if authorizer["type"] != "jwt":
        raise Unknown(f"the authorizer {name} is of the type {authorizer['type']}")
    properties = {
        "ApiId": {"Ref": api},
        "Name": name,
        "AuthorizerType": "JWT",
        "IdentitySource": [authorizer["identitySource"]],
        "JwtConfiguration": {"Issuer": jwt["issuer"], "Audience": jwt["audience"]},
    }
    return {"Type": "AWS::ApiGatewayV2::Authorizer", "Properties": properties}


def _route(api, method, path, operation, schemes):
    key = f"{method.upper()} {path}"
    integration = operation.get("x-amazon-apigateway-integration", {})
    # A path's parameters stand in its braces as well, and an HTTP API has no models of responses.
    _only(key, operation, {"x-amazon-apigateway-integration", "security", "parameters", "responses"})
    _only(f"the integration of {key}", integration, {"type", "httpMethod", "uri", "payloadFormatVersion"})
    if integration.get("type") != "aws_proxy":
        raise Unknown(f"the integration of {key} is of the type {integration.get('type')}")
    logical_id = api + "".join(word.capitalize() for word in re.findall("[A-Za-z0-9]+", key))
    made_integration = {
        "ApiId": {"Ref": api},
        "IntegrationType": "AWS_PROXY",
        "IntegrationMethod": integration["httpMethod"],
        "IntegrationUri": integration["uri"],
        "PayloadFormatVersion": integration["payloadFormatVersion"],
    }
    route = {
        "ApiId": {"Ref": api},
        "RouteKey": key,
        "Target": {"Fn::Sub": f"integrations/${{{logical_id}Integration}}"},
        **_access(api, key, operation.get("security", []), schemes),
    }
    return {
        f"{logical_id}Integration": {"Type": "AWS::ApiGatewayV2::Integration", "Properties": made_integration},
        f"{logical_id}Route": {"Type": "AWS::ApiGatewayV2::Route", "Properties": route},
    }


def _access(api, key, security, schemes):
    names = [name for requirement in security for name in requirement]
    if names == [OPEN]:
        return {"AuthorizationType": "NONE"}
    # A route without `security` is refused: public access has to be explicit.
    if len(names) != 1 or names[0] not in schemes or security[0][names[0]]:
        raise Unknown(f"{key} may be called by {security}")
    return {"AuthorizationType": "JWT", "AuthorizerId": {"Ref": _authorizer_id(api, names[0])}}


def _authorizer_id(api, scheme):
    return f"{api}{scheme}Authorizer"


def _only(what, found, supported):
    unknown = sorted(set(found) - supported)
    if unknown:
        raise Unknown(f"{what} has {', '.join(unknown)}")
