//! Checks that every function has its own role with only the necessary permissions.

use std::collections::BTreeSet;

use local_host::template;
use tests::repository;

/// Statements with actions that accept no resource ARN. The template has the reason for each.
const WITHOUT_AN_ARN: [&str; 3] = ["DeliverLog", "SendTraces", "WatchAlarms"];

fn text() -> String {
    repository::text("infra/template.yaml")
}

/// The lines of one resource.
fn resource<'text>(text: &'text str, logical_id: &str) -> &'text str {
    let start = text
        .find(&format!("\n  {logical_id}:\n"))
        .unwrap_or_else(|| panic!("the template has no {logical_id}"));
    let body = &text[start + 1..];
    let end = body.find("\n\n").unwrap_or(body.len());
    &body[..end]
}

/// The logical ids of the resources of this kind.
fn logical_ids(text: &str, kind: &str) -> Vec<String> {
    let lines: Vec<&str> = text.lines().collect();
    let pairs = lines.windows(2).filter(|pair| pair[1] == format!("    Type: {kind}"));
    let names = pairs.filter_map(|pair| pair[0].strip_prefix("  ")?.strip_suffix(':'));
    names.map(str::to_owned).collect()
}

/// The actions in a policy, like `dynamodb:GetItem`, without `sts:AssumeRole`.
fn actions(policy: &str) -> BTreeSet<&str> {
    let words = policy.split(|character: char| !(character.is_ascii_alphanumeric() || "-:".contains(character)));
    let actions = words.filter(|action| match action.split_once(':') {
        Some(("aws" | "iam" | "sts", _)) | None => false,
        Some((service, action)) => {
            service.starts_with(|first: char| first.is_ascii_lowercase())
                && action.starts_with(|first: char| first.is_ascii_uppercase())
        }
    });
    actions.collect()
}

#[test]
fn every_function_has_its_own_role_log_group_and_alarm() {
    let text = text();
    let deployment = template::load().unwrap();
    for (id, function) in &deployment.functions {
        let definition = resource(&text, id);
        for reference in [
            format!("      Role: !GetAtt {id}Role.Arn\n"),
            format!("        LogGroup: !Ref {id}Log\n"),
            format!("        Alarms: [!Ref {id}Errors]\n"),
        ] {
            assert!(definition.contains(&reference), "{id} lacks {reference:?}");
        }
        let role = resource(&text, &format!("{id}Role"));
        assert!(role.contains("Principal: { Service: lambda.amazonaws.com }"), "{id}");
        assert!(
            role.contains(&format!("- PolicyName: {}\n", function.crate_name)),
            "{id}"
        );
        let log = resource(&text, &format!("{id}Log"));
        assert!(log.contains("RetentionInDays: !Ref LogRetentionDays"), "{id}");
        let alarm = resource(&text, &format!("{id}Errors"));
        assert!(alarm.contains(&format!("Value: !Sub \"${{{id}}}:live\"")), "{id}");
    }
}

#[test]
fn a_role_writes_to_its_own_log_group_and_makes_none() {
    let text = text();
    for id in template::load().unwrap().functions.keys() {
        let role = resource(&text, &format!("{id}Role"));
        let written = format!(
            "Action: [logs:CreateLogStream, logs:PutLogEvents]\n                Resource: !GetAtt {id}Log.Arn\n"
        );
        assert!(role.contains(&written), "{id}");
        assert_eq!(role.matches("logs:").count(), 2, "{id} has other actions on logs");
    }
}

#[test]
fn no_role_is_made_by_sam_and_none_has_a_managed_policy() {
    let text = text();
    assert!(!text.contains("ManagedPolicyArns"));
    for kind in ["AWS::Serverless::Function", "AWS::Serverless::StateMachine"] {
        let ids = logical_ids(&text, kind);
        assert!(!ids.is_empty());
        for id in ids {
            let definition = resource(&text, &id);
            assert!(
                definition.contains(&format!("      Role: !GetAtt {id}Role.Arn\n")),
                "{id}"
            );
            assert!(!definition.contains("\n      Policies:"), "{id}");
        }
    }
}

#[test]
fn every_role_can_be_held_within_a_boundary() {
    let text = text();
    for id in logical_ids(&text, "AWS::IAM::Role") {
        let boundary =
            "PermissionsBoundary: !If [HasPermissionsBoundary, !Ref PermissionsBoundaryArn, !Ref AWS::NoValue]";
        assert!(resource(&text, &id).contains(boundary), "{id}");
    }
}

#[test]
fn every_action_is_spelled_out_and_every_resource_is_an_arn() {
    let text = text();
    let mut broad = BTreeSet::new();
    for id in logical_ids(&text, "AWS::IAM::Role") {
        let mut statement = "";
        for line in resource(&text, &id).lines().map(str::trim) {
            let line = line.split(" #").next().unwrap_or(line);
            statement = line.strip_prefix("- Sid: ").unwrap_or(statement);
            let is_action = line.starts_with("Action:") || line.starts_with("- logs:");
            assert!(!(is_action && line.contains('*')), "{id}, {statement}: {line}");
            if line.starts_with("Resource:") && line.contains("\"*\"") {
                broad.insert(statement);
            }
        }
    }
    assert_eq!(broad, BTreeSet::from(WITHOUT_AN_ARN));
}

#[test]
fn the_boundary_is_what_the_roles_ask_for_together() {
    let (text, deploy_role) = (text(), repository::text("infra/deploy-role.yaml"));
    let ids = logical_ids(&text, "AWS::IAM::Role");
    let granted: BTreeSet<&str> = ids.iter().flat_map(|id| actions(resource(&text, id))).collect();
    assert!(granted.contains("dynamodb:GetItem"), "{granted:?}");
    assert_eq!(actions(resource(&deploy_role, "RolesBoundary")), granted);
}
