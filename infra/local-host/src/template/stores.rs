//! Reads queues, buckets and tables of the template.

use super::api;
use super::fault::TemplateFault;
use super::fields::Fields;
use super::model::{BucketSpec, QueueNotification, QueueSpec, RedriveSpec};
use super::resolve::queue_of_arn;

const VISIBILITY_SECONDS_DEFAULT: u64 = 30;
const RETENTION_SECONDS_DEFAULT: u64 = 345_600;

pub(super) fn queue(logical_id: &str, mut fields: Fields) -> Result<QueueSpec, TemplateFault> {
    fields.ignore(&["SqsManagedSseEnabled"]);
    let mut policy = fields.within("RedrivePolicy")?;
    let dead_letter = policy.text("deadLetterTargetArn")?;
    let max_receive_count = policy.positive_number("maxReceiveCount")?;
    let redrive = match (dead_letter.as_deref().map(queue_of_arn), max_receive_count) {
        (None, None) => None,
        (Some(Some(queue)), Some(max_receive_count)) => Some(RedriveSpec {
            dead_letter_queue: queue.to_owned(),
            max_receive_count,
        }),
        _ => {
            return Err(policy.fault(
                "deadLetterTargetArn",
                "and maxReceiveCount do not name a queue and a number",
            ));
        }
    };
    policy.finish()?;
    let spec = QueueSpec {
        logical_id: logical_id.to_owned(),
        visibility_timeout_seconds: fields
            .number("VisibilityTimeout")?
            .unwrap_or(VISIBILITY_SECONDS_DEFAULT),
        retention_seconds: fields
            .number("MessageRetentionPeriod")?
            .unwrap_or(RETENTION_SECONDS_DEFAULT),
        redrive,
    };
    fields.finish()?;
    Ok(spec)
}

pub(super) fn bucket(logical_id: &str, mut fields: Fields) -> Result<BucketSpec, TemplateFault> {
    fields.ignore(&[
        "BucketEncryption",
        "LifecycleConfiguration",
        "OwnershipControls",
        "PublicAccessBlockConfiguration",
    ]);
    let name = fields.required_text("BucketName")?;
    let cors = api::bucket_cors(&mut fields)?;
    let mut versioning = fields.within("VersioningConfiguration")?;
    let versioned = match versioning.text("Status")?.as_deref() {
        None => false,
        Some("Enabled") => true,
        Some(other) => return Err(versioning.fault("Status", format!("is {other}, which is not supported"))),
    };
    versioning.finish()?;
    let mut notifications = fields.within("NotificationConfiguration")?;
    let mut bus = notifications.within("EventBridgeConfiguration")?;
    let eventbridge = bus.flag("EventBridgeEnabled")?;
    bus.finish()?;
    let mut queue_notifications = Vec::new();
    for item in notifications.list("QueueConfigurations")? {
        let place = format!("{}.QueueConfigurations", notifications.place);
        queue_notifications.push(queue_notification(Fields::of(item, &place)?)?);
    }
    notifications.finish()?;
    fields.finish()?;
    Ok(BucketSpec {
        logical_id: logical_id.to_owned(),
        name,
        versioned,
        cors,
        queue_notifications,
        eventbridge,
    })
}

fn queue_notification(mut fields: Fields) -> Result<QueueNotification, TemplateFault> {
    fields.only("Event", "s3:ObjectCreated:*")?;
    let arn = fields.required_text("Queue")?;
    let queue = queue_of_arn(&arn)
        .ok_or_else(|| fields.fault("Queue", "is not a queue of this template"))?
        .to_owned();
    let mut filter = fields.within("Filter")?;
    let mut key = filter.within("S3Key")?;
    let (mut prefix, mut suffix) = (String::new(), String::new());
    for rule in key.list("Rules")? {
        let mut rule = Fields::of(rule, &key.place)?;
        let (name, value) = (rule.required_text("Name")?, rule.required_text("Value")?);
        match name.as_str() {
            "prefix" => prefix = value,
            "suffix" => suffix = value,
            _ => return Err(rule.fault("Name", format!("is {name}, neither prefix nor suffix"))),
        }
        rule.finish()?;
    }
    key.finish()?;
    filter.finish()?;
    fields.finish()?;
    Ok(QueueNotification { queue, prefix, suffix })
}

pub(super) fn has_stream(mut fields: Fields) -> Result<bool, TemplateFault> {
    fields.ignore(&[
        "AttributeDefinitions",
        "BillingMode",
        "DeletionProtectionEnabled",
        "GlobalSecondaryIndexes",
        "KeySchema",
        "PointInTimeRecoverySpecification",
        "SSESpecification",
        "TableName",
        "TimeToLiveSpecification",
    ]);
    let mut stream = fields.within("StreamSpecification")?;
    let has_stream = match stream.text("StreamViewType")?.as_deref() {
        None => false,
        Some("NEW_AND_OLD_IMAGES") => true,
        Some(other) => return Err(stream.fault("StreamViewType", format!("is {other}, which is not supported"))),
    };
    stream.finish()?;
    fields.finish()?;
    Ok(has_stream)
}
