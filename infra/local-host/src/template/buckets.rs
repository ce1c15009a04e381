//! Reads the buckets of the template, with the notifications that they send.

use super::api;
use super::fault::TemplateFault;
use super::fields::Fields;
use super::model::{BucketSpec, QueueNotification};
use super::resolve::queue_of_arn;

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
