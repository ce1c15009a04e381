//! Resolves references of the template: parameters to their values, resources to local names and ARNs.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::conditions::Conditions;
use super::fault::TemplateFault;
use super::parameters;

const ACCOUNT: &str = "000000000000";
const REGION: &str = "local";
/// Of every function: nothing is published here.
const ONLY_VERSION: &str = "1";
/// Constants that stand for the account, the region and the stack.
const PSEUDO_PARAMETERS: [(&str, &str); 5] = [
    ("AWS::AccountId", ACCOUNT),
    ("AWS::Region", REGION),
    ("AWS::Partition", "aws"),
    ("AWS::StackName", "popshop-local"),
    ("AWS::URLSuffix", "local.example"),
];
/// References to references (a name made of a parameter) end after this many steps.
const DEPTH_MAX: usize = 8;

/// The logical id in the ARN of a function or its alias.
pub fn function_of_arn(arn: &str) -> Option<&str> {
    let name = arn.strip_prefix("arn:aws:lambda:local:000000000000:function:")?;
    Some(name.split(':').next().unwrap_or(name))
}

pub(crate) fn queue_of_arn(arn: &str) -> Option<&str> {
    arn.strip_prefix("arn:aws:sqs:local:000000000000:")
}

pub(crate) fn table_of_stream_arn(arn: &str) -> Option<&str> {
    arn.strip_prefix("arn:aws:dynamodb:local:000000000000:table/")?
        .strip_suffix("/stream/local")
}

pub(crate) fn state_machine_arn(name: &str) -> String {
    format!("arn:aws:states:{REGION}:{ACCOUNT}:stateMachine:{name}")
}

/// The whole template without references and conditions.
pub(crate) fn resolved(mut template: Value, overridden: &BTreeMap<String, String>) -> Result<Value, TemplateFault> {
    let parameters = parameters(&template, overridden)?;
    let conditions = Conditions::of(section(&template, "Conditions"), parameters.clone())?;
    conditions.check_rules(&section(&template, "Rules"))?;
    if let Some(sections) = template.as_object_mut() {
        sections.remove("Conditions");
        sections.remove("Rules");
    }
    if let Some(resources) = template.get_mut("Resources").and_then(Value::as_object_mut) {
        conditions.leave_out(resources)?;
        name_buckets(resources);
    }
    let resolver = Resolver {
        resources: resources(&template),
        parameters,
        conditions,
    };
    resolver.value(template, "the template", 0)
}

fn section(template: &Value, name: &str) -> Map<String, Value> {
    template
        .get(name)
        .and_then(Value::as_object)
        .cloned()
        .unwrap_or_default()
}

/// The constants of the account, and every parameter of the template.
fn parameters(
    template: &Value,
    overridden: &BTreeMap<String, String>,
) -> Result<BTreeMap<String, String>, TemplateFault> {
    let mut parameters = parameters::values(&section(template, "Parameters"), overridden)?;
    parameters.extend(PSEUDO_PARAMETERS.map(|(name, value)| (name.to_owned(), value.to_owned())));
    Ok(parameters)
}

/// Type and properties of each resource, by logical id.
fn resources(template: &Value) -> BTreeMap<String, (String, Value)> {
    let resources = section(template, "Resources").into_iter().map(|(id, resource)| {
        let kind = resource.get("Type").and_then(Value::as_str).unwrap_or_default();
        let properties = resource.get("Properties").cloned().unwrap_or_default();
        (id, (kind.to_owned(), properties))
    });
    resources.collect()
}

/// Names each bucket that the template leaves to CloudFormation: `popshop-dev-uploads-000000000000` for
/// `UploadsBucket`. The objects of an existing data folder are stored under these names.
fn name_buckets(resources: &mut Map<String, Value>) {
    for (id, resource) in resources {
        let is_bucket = resource.get("Type").and_then(Value::as_str) == Some("AWS::S3::Bucket");
        if let Some(resource) = resource.as_object_mut().filter(|_| is_bucket) {
            let purpose = id.trim_end_matches("Bucket").to_lowercase();
            let name = format!("popshop-${{Stage}}-{purpose}-${{AWS::AccountId}}");
            let properties = resource.entry("Properties").or_insert_with(|| json!({}));
            if let Some(properties) = properties.as_object_mut() {
                properties
                    .entry("BucketName")
                    .or_insert_with(|| json!({ "Fn::Sub": name }));
            }
        }
    }
}

struct Resolver {
    parameters: BTreeMap<String, String>,
    conditions: Conditions,
    /// Type and properties of each resource, by logical id.
    resources: BTreeMap<String, (String, Value)>,
}

impl Resolver {
    /// `AWS::NoValue` is null here, which templates cannot say, and vanishes from what contains it.
    fn value(&self, value: Value, place: &str, depth: usize) -> Result<Value, TemplateFault> {
        if depth > DEPTH_MAX {
            return Err(TemplateFault::at(place, "refers to itself"));
        }
        match value {
            Value::Array(items) => {
                let items = items.into_iter().map(|item| self.value(item, place, depth));
                let mut items = items.collect::<Result<Vec<_>, _>>()?;
                items.retain(|item| !item.is_null());
                Ok(Value::Array(items))
            }
            Value::Object(members) => self.object(members, place, depth),
            Value::Null => Err(TemplateFault::at(place, "is null, which CloudFormation refuses")),
            other => Ok(other),
        }
    }

    fn object(&self, members: Map<String, Value>, place: &str, depth: usize) -> Result<Value, TemplateFault> {
        if members.len() == 1
            && let Some((name, argument)) = members.iter().next()
            && (name == "Ref" || name.starts_with("Fn::"))
        {
            return self.intrinsic(name, argument, place, depth);
        }
        let mut object = Map::new();
        for (name, member) in members {
            let member = self.value(member, &format!("{place}.{name}"), depth)?;
            if !member.is_null() {
                object.insert(name, member);
            }
        }
        Ok(Value::Object(object))
    }

    fn intrinsic(&self, name: &str, argument: &Value, place: &str, depth: usize) -> Result<Value, TemplateFault> {
        match (name, argument) {
            ("Ref", Value::String(target)) if target == "AWS::NoValue" => Ok(Value::Null),
            ("Ref", Value::String(target)) => self.reference(target, place, depth).map(Value::String),
            ("Fn::GetAtt", Value::String(target)) => self.attribute(target, place, depth).map(Value::String),
            ("Fn::Sub", Value::String(text)) => self.substituted(text, place, depth).map(Value::String),
            ("Fn::If", Value::Array(parts)) => match parts.as_slice() {
                [Value::String(condition), then, otherwise] => {
                    let holds = self.conditions.holds(condition, place)?;
                    self.value(if holds { then } else { otherwise }.clone(), place, depth)
                }
                _ => Err(TemplateFault::at(
                    place,
                    "has an Fn::If that is not a condition and two values",
                )),
            },
            _ => Err(TemplateFault::at(
                place,
                format!("uses {name} in a form that is not supported"),
            )),
        }
    }

    fn reference(&self, target: &str, place: &str, depth: usize) -> Result<String, TemplateFault> {
        if let Some(value) = self.parameters.get(target) {
            return Ok(value.clone());
        }
        if let Some((id, qualifier)) = self.qualified_function(target) {
            return Ok(format!("arn:aws:lambda:{REGION}:{ACCOUNT}:function:{id}:{qualifier}"));
        }
        let Some((kind, _)) = self.resources.get(target) else {
            return Err(TemplateFault::at(
                place,
                format!("refers to {target}, which does not exist"),
            ));
        };
        match kind.as_str() {
            "AWS::Serverless::StateMachine" => Ok(state_machine_arn(&self.name_of(target, "Name", place, depth)?)),
            "AWS::S3::Bucket" => self.name_of(target, "BucketName", place, depth),
            _ => Ok(target.to_owned()),
        }
    }

    /// A function with what its `.Alias` or `.Version` is called: there is one version here.
    fn qualified_function<'a>(&self, target: &'a str) -> Option<(&'a str, &'static str)> {
        let (id, kind_of_qualifier) = target.split_once('.')?;
        let qualifier = match kind_of_qualifier {
            "Alias" => "live",
            "Version" => ONLY_VERSION,
            _ => return None,
        };
        let (kind, _) = self.resources.get(id)?;
        (kind == "AWS::Serverless::Function").then_some((id, qualifier))
    }

    fn attribute(&self, target: &str, place: &str, depth: usize) -> Result<String, TemplateFault> {
        let unknown = || TemplateFault::at(place, format!("asks for {target}, which is not supported"));
        let (id, attribute) = target.split_once('.').ok_or_else(unknown)?;
        let (kind, _) = self.resources.get(id).ok_or_else(unknown)?;
        match (kind.as_str(), attribute) {
            ("AWS::SQS::Queue", "QueueName") => Ok(id.to_owned()),
            ("AWS::SQS::Queue", "Arn") => Ok(format!("arn:aws:sqs:{REGION}:{ACCOUNT}:{id}")),
            ("AWS::DynamoDB::Table", "Arn") => Ok(format!("arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/{id}")),
            ("AWS::DynamoDB::Table", "StreamArn") => {
                Ok(format!("arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/{id}/stream/local"))
            }
            ("AWS::S3::Bucket", "Arn") => Ok(format!(
                "arn:aws:s3:::{}",
                self.name_of(id, "BucketName", place, depth)?
            )),
            ("AWS::IAM::Role", "Arn") => Ok(format!("arn:aws:iam::{ACCOUNT}:role/{id}")),
            ("AWS::Logs::LogGroup", "Arn") => Ok(format!("arn:aws:logs:{REGION}:{ACCOUNT}:log-group:{id}:*")),
            ("AWS::CloudWatch::Alarm", "Arn") => Ok(format!("arn:aws:cloudwatch:{REGION}:{ACCOUNT}:alarm:{id}")),
            ("AWS::Cognito::UserPool", "Arn") => Ok(format!("arn:aws:cognito-idp:{REGION}:{ACCOUNT}:userpool/{id}")),
            ("AWS::Serverless::Function", "Arn") => Ok(format!("arn:aws:lambda:{REGION}:{ACCOUNT}:function:{id}")),
            ("AWS::Serverless::Function", "Version.Version") => Ok(ONLY_VERSION.to_owned()),
            ("AWS::Serverless::StateMachine", "Name") => self.name_of(id, "Name", place, depth),
            _ => Err(unknown()),
        }
    }

    /// A name that a property gives, which may itself be made of references.
    fn name_of(&self, id: &str, property: &str, place: &str, depth: usize) -> Result<String, TemplateFault> {
        let named = self
            .resources
            .get(id)
            .and_then(|(_, properties)| properties.get(property))
            .cloned();
        let Some(named) = named else { return Ok(id.to_owned()) };
        match self.value(named, place, depth + 1)? {
            Value::String(name) => Ok(name),
            _ => Err(TemplateFault::at(
                place,
                format!("refers to {id}, whose {property} is not a string"),
            )),
        }
    }

    /// `${X}` and `${X.Attribute}` in a text; `${!X}` stands for `${X}` itself.
    fn substituted(&self, text: &str, place: &str, depth: usize) -> Result<String, TemplateFault> {
        let mut done = String::with_capacity(text.len());
        let mut rest = text;
        while let Some((before, after)) = rest.split_once("${") {
            let (name, behind) = after
                .split_once('}')
                .ok_or_else(|| TemplateFault::at(place, "has a ${ without its }"))?;
            done.push_str(before);
            match name.strip_prefix('!') {
                Some(literal) => done.extend(["${", literal, "}"]),
                None if name.contains('.') && self.qualified_function(name).is_none() => {
                    done.push_str(&self.attribute(name, place, depth)?);
                }
                None => done.push_str(&self.reference(name, place, depth)?),
            }
            rest = behind;
        }
        done.push_str(rest);
        Ok(done)
    }
}
