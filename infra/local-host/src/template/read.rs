//! Reads the template's resources: some run here, some have no local meaning, and all others are refused.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::definitions::DEFINITIONS;
use super::fault::TemplateFault;
use super::fields::Fields;
use super::model::{AsyncInvokeSpec, Deployment, FunctionSpec, HttpApiSpec, StateMachineSpec};
use super::resolve::state_machine_arn;
use super::{api, roles, sources, stores};

/// Resources whose work the local host does by other means (identity, keys, logs) or does not need (access between
/// services, alarms, budgets, deployments). The nested stack is `watching.yaml`, which a test reads.
const WITHOUT_LOCAL_MEANING: [&str; 13] = [
    "AWS::Budgets::Budget",
    "AWS::CloudFormation::Stack",
    "AWS::CloudWatch::Alarm",
    "AWS::CloudWatch::Dashboard",
    "AWS::Cognito::UserPool",
    "AWS::Cognito::UserPoolClient",
    "AWS::Cognito::UserPoolGroup",
    "AWS::Lambda::Function",
    "AWS::Logs::LogGroup",
    "AWS::Logs::QueryDefinition",
    "AWS::S3::BucketPolicy",
    "AWS::SQS::QueuePolicy",
    "AWS::SecretsManager::Secret",
];
const TIMEOUT_SECONDS_DEFAULT: u32 = 3;
const MEMORY_MB_DEFAULT: u32 = 128;
const ASYNC_RETRIES_DEFAULT: u32 = 2;
const ASYNC_AGE_SECONDS_DEFAULT: u64 = 21_600;

pub(crate) fn deployment(template: Value) -> Result<Deployment, TemplateFault> {
    let mut sections = Fields::of(template, "the template")?;
    sections.ignore(&[
        "AWSTemplateFormatVersion",
        "Description",
        "Metadata",
        "Outputs",
        "Parameters",
    ]);
    sections.only("Transform", "AWS::Serverless-2016-10-31")?;
    let defaults = globals(&mut sections)?;
    let mut deployment = Deployment {
        functions: BTreeMap::new(),
        api: HttpApiSpec::default(),
        state_machines: BTreeMap::new(),
        queues: BTreeMap::new(),
        buckets: BTreeMap::new(),
        tables: BTreeSet::new(),
        tables_with_streams: BTreeSet::new(),
        grants: BTreeMap::new(),
    };
    for (logical_id, mut resource) in sections.entries("Resources")? {
        resource.place = format!("Resources.{logical_id}");
        let kind = resource.required_text("Type")?;
        resource.ignore(&["DeletionPolicy", "DependsOn", "Metadata", "UpdateReplacePolicy"]);
        let properties = resource.within("Properties")?;
        add(
            &mut deployment,
            &resource.place,
            logical_id,
            &kind,
            properties,
            &defaults,
        )?;
        resource.finish()?;
    }
    sections.finish()?;
    let default = deployment.api.default_authorizer.clone();
    for function in deployment.functions.values_mut() {
        let sources = std::mem::take(&mut function.sources);
        function.sources = sources
            .into_iter()
            .map(|source| sources::with_authorizer(source, default.as_ref()))
            .collect();
    }
    consistent(&deployment)?;
    Ok(deployment)
}

fn add(
    deployment: &mut Deployment,
    place: &str,
    logical_id: String,
    kind: &str,
    properties: Fields,
    defaults: &FunctionDefaults,
) -> Result<(), TemplateFault> {
    match kind {
        "AWS::Serverless::Function" => {
            let function = function(&logical_id, properties, defaults)?;
            deployment.functions.insert(logical_id, function);
        }
        "AWS::Serverless::HttpApi" => {
            if !deployment.api.logical_id.is_empty() {
                return Err(TemplateFault::at(
                    place,
                    "is a second HTTP API; the local host has one address",
                ));
            }
            deployment.api = api::http_api(logical_id, properties)?;
        }
        "AWS::Serverless::StateMachine" => {
            let machine = state_machine(&logical_id, properties)?;
            deployment.state_machines.insert(logical_id, machine);
        }
        "AWS::SQS::Queue" => {
            let queue = stores::queue(&logical_id, properties)?;
            deployment.queues.insert(logical_id, queue);
        }
        "AWS::S3::Bucket" => {
            let bucket = stores::bucket(&logical_id, properties)?;
            deployment.buckets.insert(logical_id, bucket);
        }
        "AWS::DynamoDB::Table" => {
            if stores::has_stream(properties)? {
                deployment.tables_with_streams.insert(logical_id.clone());
            }
            deployment.tables.insert(logical_id);
        }
        "AWS::IAM::Role" => {
            deployment.grants.insert(logical_id, roles::grants(properties)?);
        }
        kind if WITHOUT_LOCAL_MEANING.contains(&kind) => {}
        other => {
            let what = format!("is of the type {other}, which the local host does not know");
            return Err(TemplateFault::at(place, what));
        }
    }
    Ok(())
}

/// Settings of functions that say nothing else.
struct FunctionDefaults {
    timeout_seconds: u32,
    memory_mb: u32,
}

fn globals(sections: &mut Fields) -> Result<FunctionDefaults, TemplateFault> {
    let mut globals = sections.within("Globals")?;
    let mut function = globals.within("Function")?;
    function.ignore(&[
        "Architectures",
        "AutoPublishAlias",
        "Environment",
        "Handler",
        "Runtime",
        "Tracing",
        "VersionDeletionPolicy",
    ]);
    let defaults = FunctionDefaults {
        timeout_seconds: function.positive_number("Timeout")?.unwrap_or(TIMEOUT_SECONDS_DEFAULT),
        memory_mb: function.positive_number("MemorySize")?.unwrap_or(MEMORY_MB_DEFAULT),
    };
    function.finish()?;
    globals.finish()?;
    Ok(defaults)
}

fn function(logical_id: &str, mut fields: Fields, defaults: &FunctionDefaults) -> Result<FunctionSpec, TemplateFault> {
    fields.ignore(&[
        "AutoPublishAliasAllProperties",
        "AutoPublishCodeSha256",
        "DeploymentPreference",
        "Description",
        "LoggingConfig",
        // Linked in, a function starts within microseconds here.
        "ProvisionedConcurrencyConfig",
    ]);
    let role = fields.text("Role")?;
    let role = role.and_then(|arn| Some(arn.rsplit_once('/')?.1.to_owned()));
    // `…/orders-get/bootstrap.zip`: crate, folder and package carry one name.
    let code = fields.required_text("CodeUri")?;
    let crate_name = code
        .strip_suffix("/bootstrap.zip")
        .and_then(|folder| folder.rsplit('/').next())
        .ok_or_else(|| fields.fault("CodeUri", format!("is {code}, not FOLDER/FUNCTION/bootstrap.zip")))?
        .to_owned();
    let timeout_seconds = fields.positive_number("Timeout")?.unwrap_or(defaults.timeout_seconds);
    let memory_mb = fields.positive_number("MemorySize")?.unwrap_or(defaults.memory_mb);
    // Zero switches a function off, as on AWS: every invocation is throttled.
    let reserved_concurrency = fields.small_number("ReservedConcurrentExecutions")?;
    let mut invoke = fields.within("EventInvokeConfig")?;
    let async_invoke = AsyncInvokeSpec {
        maximum_retry_attempts: invoke
            .small_number("MaximumRetryAttempts")?
            .unwrap_or(ASYNC_RETRIES_DEFAULT),
        maximum_event_age_seconds: invoke
            .number("MaximumEventAgeInSeconds")?
            .unwrap_or(ASYNC_AGE_SECONDS_DEFAULT),
        on_failure_queue: sources::on_failure_queue(&mut invoke)?,
    };
    invoke.finish()?;
    let variables = variables(&mut fields)?;
    let mut events = Vec::new();
    for (name, event) in fields.entries("Events")? {
        events.push(sources::event_source(name, event)?);
    }
    fields.finish()?;
    Ok(FunctionSpec {
        logical_id: logical_id.to_owned(),
        role,
        crate_name,
        timeout_seconds: timeout_seconds.into(),
        memory_mb: memory_mb.into(),
        reserved_concurrency,
        variables,
        sources: events,
        async_invoke,
    })
}

fn variables(function: &mut Fields) -> Result<BTreeMap<String, String>, TemplateFault> {
    let mut environment = function.within("Environment")?;
    let variables = environment.texts_by_name("Variables")?;
    environment.finish()?;
    Ok(variables)
}

fn state_machine(logical_id: &str, mut fields: Fields) -> Result<StateMachineSpec, TemplateFault> {
    fields.ignore(&["Logging", "Role", "Tracing"]);
    fields.only("Type", "STANDARD")?;
    let name = fields.text("Name")?.unwrap_or_else(|| logical_id.to_owned());
    let file = fields.required_text("DefinitionUri")?;
    let definition = DEFINITIONS.iter().find(|(name, _)| *name == file);
    let (_, definition) = definition.ok_or_else(|| {
        fields.fault(
            "DefinitionUri",
            format!("is {file}, which is not a definition of this shop"),
        )
    })?;
    let substitutions = fields.texts_by_name("DefinitionSubstitutions")?;
    fields.finish()?;
    let arn = state_machine_arn(&name);
    let definition = (*definition).to_owned();
    Ok(StateMachineSpec {
        logical_id: logical_id.to_owned(),
        name,
        arn,
        file,
        definition,
        substitutions,
    })
}

/// Checks that the parts of the template that refer to each other agree.
fn consistent(deployment: &Deployment) -> Result<(), TemplateFault> {
    let mut routes = BTreeSet::new();
    let invoked: BTreeSet<&str> = deployment
        .state_machines
        .values()
        .flat_map(|machine| machine.substitutions.values())
        .filter_map(|arn| super::function_of_arn(arn))
        .collect();
    for (id, function) in &deployment.functions {
        let place = format!("Resources.{id}");
        if function.sources.is_empty() && !invoked.contains(id.as_str()) {
            let what = "has no event source, and no state machine invokes it";
            return Err(TemplateFault::at(&place, what));
        }
        for source in &function.sources {
            sources::consistent(deployment, &place, source, &mut routes)?;
        }
    }
    for route_key in deployment.api.route_throttling.keys() {
        if !sources::serves(deployment, route_key) {
            let place = format!("Resources.{}.Properties.RouteSettings", deployment.api.logical_id);
            return Err(TemplateFault::at(
                &place,
                format!("limits {route_key}, which is not a route of the API"),
            ));
        }
    }
    for name in &invoked {
        if !deployment.functions.contains_key(*name) {
            let what = format!("have a state machine that invokes {name}, which is not a function of the template");
            return Err(TemplateFault::at("Resources", what));
        }
    }
    Ok(())
}
