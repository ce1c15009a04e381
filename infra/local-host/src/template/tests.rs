//! The committed template is accepted, and every change that the host cannot follow is refused by name.

use std::collections::BTreeMap;
use std::time::Duration;

use super::{EventSource, QueueSourceSpec, TEMPLATE, load, parse};

/// The committed template with one passage replaced.
fn changed(from: &str, to: &str) -> String {
    assert!(TEMPLATE.contains(from), "the template has no {from:?} any more");
    TEMPLATE.replacen(from, to, 1)
}

fn refusal(text: &str) -> String {
    match parse(text, &BTreeMap::new()) {
        Ok(_) => panic!("it was accepted"),
        Err(fault) => fault.to_string(),
    }
}

#[test]
fn the_committed_template_says_what_the_shop_needs() {
    let deployment = load().unwrap();
    let thumbnailer = &deployment.functions["Thumbnailer"];
    assert_eq!(
        (thumbnailer.crate_name.as_str(), thumbnailer.timeout_seconds),
        ("thumbnailer", 60)
    );
    let [
        EventSource::Queue(QueueSourceSpec {
            queue,
            reports_failures: true,
            maximum_concurrency: Some(10),
            ..
        }),
    ] = thumbnailer.sources.as_slice()
    else {
        panic!("{:?}", thumbnailer.sources)
    };
    let queue = &deployment.queues[queue];
    assert!(
        queue.visibility_timeout_seconds >= 6 * thumbnailer.timeout_seconds,
        "AWS asks for six times the timeout"
    );
    let redrive = queue.redrive.as_ref().unwrap();
    assert_eq!(redrive.max_receive_count, 5);
    assert!(deployment.queues[&redrive.dead_letter_queue].retention_seconds > queue.retention_seconds);

    let uploads = &deployment.buckets["UploadsBucket"];
    assert!(uploads.eventbridge && uploads.versioned);
    assert_eq!(
        (uploads.name.as_str(), uploads.queue_notifications[0].prefix.as_str()),
        ("popshop-dev-uploads-000000000000", "photos/")
    );
    let thumbnails = &deployment.buckets["ThumbnailsBucket"];
    assert!(
        !thumbnails.eventbridge && thumbnails.queue_notifications.is_empty(),
        "a thumbnail triggers nothing"
    );

    let ingester = &deployment.functions["CsvIngester"];
    assert_eq!(
        ingester.async_invoke.on_failure_queue.as_deref(),
        Some("FailedEventsQueue")
    );
    let saga = &deployment.state_machines["OrderSaga"];
    assert_eq!(
        saga.arn,
        "arn:aws:states:local:000000000000:stateMachine:popshop-dev-order-saga"
    );
    let reserve = &saga.substitutions["ReserveStockFunctionArn"];
    assert_eq!(super::function_of_arn(reserve), Some("SagaReserveStock"));
}

#[test]
fn the_reconciling_function_hears_of_both_sagas_and_of_the_clock() {
    let deployment = load().unwrap();
    let mut sweeps = Vec::new();
    for source in &deployment.functions["SagaReconcile"].sources {
        match source {
            EventSource::Schedule { every, .. } => sweeps.push(*every),
            EventSource::EventBridge { pattern, .. } => {
                let arns = pattern["detail"]["stateMachineArn"].as_array().unwrap();
                let expected = ["OrderSaga", "OrderCancelSaga"].map(|id| deployment.state_machines[id].arn.clone());
                assert_eq!(arns, &expected);
            }
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(sweeps, [Duration::from_mins(5)]);
}

#[test]
fn limits_come_from_the_templates_parameters() {
    let load = |parameters: &[(&str, &str)]| {
        let owned = parameters
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        parse(TEMPLATE, &owned.collect()).unwrap()
    };
    let deployment = load(&[]);
    let throttling = deployment.api.throttling.unwrap();
    assert_eq!((throttling.rate_per_second, throttling.burst), (500, 1000));
    assert_eq!(deployment.functions["OrdersPlace"].memory_mb, 256);
    assert_eq!(deployment.functions["OrdersPlace"].reserved_concurrency, None);
    let deployment = load(&[
        ("RequestsPerSecond", "7"),
        ("RequestBurst", "9"),
        ("RouteConcurrency", "3"),
    ]);
    let throttling = deployment.api.throttling.unwrap();
    assert_eq!((throttling.rate_per_second, throttling.burst), (7, 9));
    assert_eq!(deployment.functions["OrdersPlace"].reserved_concurrency, Some(3));
    assert_eq!(deployment.functions["SagaStart"].reserved_concurrency, None);
}

#[test]
fn what_the_host_cannot_do_is_refused_by_name() {
    let cases = [
        (
            "Type: AWS::SQS::QueuePolicy",
            "Type: AWS::SNS::Topic",
            "AWS::SNS::Topic",
        ),
        ("Type: HttpApi\n", "Type: Api\n", "is Api"),
        (
            "Transform: AWS::Serverless-2016-10-31",
            "Transform: AWS::Include",
            "Transform",
        ),
        ("\nResources:", "\nMappings: {}\nResources:", "Mappings"),
        ("  HasDomain: !Not [", "  HasDomain: !Or [", "!Or"),
        (
            "!If [HasPermissionsBoundary",
            "!If [HasNothing",
            "the condition HasNothing",
        ),
        (
            "    Default: \"\"\n    Description: Host name of the API",
            "    Default: api.example.com\n    Description: Host name of the API",
            "Resources.ApiDomain",
        ),
        (
            "    Default: 0\n    MinValue: 0\n",
            "    Default: 0.5\n    MinValue: 0\n",
            "ReservedConcurrentExecutions is \"0.5\", not a whole number",
        ),
        (
            "    Default: 0\n    MinValue: 0\n",
            "    Default: five\n    MinValue: 0\n",
            "is \"five\"; accepted: a number of at least 0",
        ),
        (
            "    Default: 500\n    MinValue: 1\n",
            "    Default: 0\n    MinValue: 0\n",
            "ThrottlingRateLimit is zero",
        ),
        ("      BatchSize: 5\n", "      BatchSize:\n", "BatchSize is null"),
        ("        POST /uploads:\n", "        POST /nowhere:\n", "POST /nowhere"),
        ("BatchSize: 5", "BatchSize: 5\n            Enabled: false", "Enabled"),
        (
            "      VisibilityTimeout: 360",
            "      VisibilityTimeout: 360\n      FifoQueue: true",
            "FifoQueue",
        ),
        (
            "PayloadFormatVersion: \"2.0\"",
            "PayloadFormatVersion: \"1.0\"",
            "PayloadFormatVersion",
        ),
        (
            "StartingPosition: TRIM_HORIZON",
            "StartingPosition: LATEST",
            "StartingPosition",
        ),
        ("            MaximumRetryAttempts: 20\n", "", "MaximumRetryAttempts"),
        ("Schedule: rate(5 minutes)", "Schedule: cron(0 12 * * ? *)", "cron"),
        ("{ prefix: catalogs/ }", "{ wildcard: catalogs/* }", "wildcard"),
        (
            "Queue: !GetAtt ThumbnailQueue.Arn",
            "Queue: !GetAtt NoSuchQueue.Arn",
            "NoSuchQueue",
        ),
        (
            "ORDERS_TABLE: !Ref OrdersTable",
            "ORDERS_TABLE: !Ref NoSuchTable",
            "NoSuchTable",
        ),
        (
            "ORDERS_TABLE: !Ref OrdersTable",
            "ORDERS_TABLE: !ImportValue Elsewhere",
            "!ImportValue",
        ),
        (
            "Path: \"/orders/{id}/cancel\"",
            "Path: \"/orders\"",
            "which another function serves too",
        ),
        (
            "DefinitionUri: order-saga.asl.json",
            "DefinitionUri: other.asl.json",
            "other.asl.json",
        ),
        (
            "StreamViewType: NEW_AND_OLD_IMAGES",
            "StreamViewType: KEYS_ONLY",
            "KEYS_ONLY",
        ),
        ("Type: STANDARD", "Type: EXPRESS", "EXPRESS"),
        ("Authorizer: NONE", "Authorizer: Nobody", "Nobody"),
        ("DefaultAuthorizer: AccessToken", "DefaultAuthorizer: Nobody", "Nobody"),
        (
            "          AccessToken:\n",
            "          Other:\n            JwtConfiguration: { issuer: x, audience: [y] }\n          AccessToken:\n",
            "one issuer",
        ),
        ("audience: [!Ref UserPoolClient]", "audience: []", "audience"),
        (
            "        ThrottlingRateLimit: !Ref RequestsPerSecond\n",
            "        ThrottlingRateLimit: fast\n",
            "ThrottlingRateLimit",
        ),
        (
            "        ThrottlingRateLimit: !Ref RequestsPerSecond\n",
            "",
            "ThrottlingRateLimit",
        ),
        (
            "        ThrottlingBurstLimit: !Ref RequestBurst\n",
            "        ThrottlingBurstLimit: 0\n",
            "ThrottlingBurstLimit",
        ),
        (
            "        MaxAge: 3600\n",
            "        MaxAge: 3600\n        AllowCredentials: true\n",
            "AllowCredentials",
        ),
        (
            "ApiId: !Ref HttpApi, Method: POST, Path: \"/orders\"",
            "Method: POST, Path: \"/orders\"",
            "ApiId",
        ),
        ("            Method: POST\n", "            Method: SEND\n", "SEND"),
        ("Path: \"/orders\"", "Path: \"orders\"", "Path"),
        ("Path: /products/{sku}", "Path: /products/{sku+}/photo", "Path"),
        (
            "Path: \"/uploads/{id}\"",
            "Path: \"/orders/{order}\"",
            "which another function serves too",
        ),
        (
            "  ThumbnailQueue:\n",
            "  SecondApi:\n    Type: AWS::Serverless::HttpApi\n\n  ThumbnailQueue:\n",
            "SecondApi",
        ),
        ("  OrdersGet:\n", "  OrdersPlace:\n", "duplicated"),
        ("      Timeout: 900\n", "      Timeout: 0\n", "Resources.CsvIngester"),
        (
            "      CodeUri: ../target/lambda/orders-get/bootstrap.zip\n",
            "      CodeUri: ../target/lambda/orders-get/bootstrap.zip\n      Layers: []\n",
            "Resources.OrdersGet.Properties.Layers",
        ),
        (
            "      Name: !Sub popshop-${Stage}-order-saga",
            "      Name: !Sub popshop-${Stge}-order-saga",
            "Stge",
        ),
        ("lambda/orders-get/bootstrap.zip", "lambda/orders-get/", "bootstrap.zip"),
        ("    Assertions:\n", "    Assertion:\n", "Rules.OriginIsGiven"),
        ("      - Assert: !Not [", "      - Assert: !Or [", "!Or"),
        ("BatchSize: 5", "BatchSize: !FindInMap [A, B, C]", "!FindInMap"),
        ("BatchSize: 5", "BatchSize: { \"Fn::Split\": [A, B] }", "Fn::Split"),
        ("    Default: dev\n", "", "Parameters.Stage"),
    ];
    for (from, to, named) in cases {
        let refusal = refusal(&changed(from, to));
        assert!(refusal.contains(named), "{refusal:?} does not name {named:?}");
    }
}

#[test]
fn a_function_that_nothing_starts_is_refused() {
    let without = changed(
        "        Route:\n          Type: HttpApi\n          Properties: { ApiId: !Ref HttpApi, Method: POST, Path: \"/orders\", PayloadFormatVersion: \"2.0\" }\n",
        "        {}\n",
    );
    assert!(refusal(&without).contains("OrdersPlace has no event source"));
}

fn with_parameters(parameters: &[(&str, &str)]) -> Result<super::Deployment, super::TemplateFault> {
    let parameters = parameters
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    super::load_with(&parameters.collect())
}

#[test]
fn only_dev_does_without_an_allowed_origin() {
    let fault = with_parameters(&[("Stage", "prod")]).err().unwrap().to_string();
    assert!(fault.contains("AllowedOrigin must be given"), "{fault}");
    assert!(with_parameters(&[("Stage", "prod"), ("AllowedOrigin", "https://shop.example.com")]).is_ok());
}

#[test]
fn a_stage_that_is_watched_runs_here_too() {
    let parameters = [
        ("Watching", "full"),
        ("BudgetAddress", "ann@example.test"),
        ("MultiFactor", "ON"),
        ("PasswordSignIn", "off"),
        ("PhotoConcurrency", "2"),
    ];
    let deployment = with_parameters(&parameters).unwrap();
    let [EventSource::Queue(photos)] = deployment.functions["Thumbnailer"].sources.as_slice() else {
        panic!("the thumbnailer has another source")
    };
    assert_eq!(photos.maximum_concurrency, Some(2));
}
