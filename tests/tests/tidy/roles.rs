//! Tests that every function has its own role, and that no role grants more than it must.

use std::collections::BTreeSet;

use local_host::template;
use tests::repository;

/// Statements whose actions AWS accepts no ARN for; the template gives the reason.
const WITHOUT_AN_ARN: [&str; 3] = ["DeliverLog", "Trace", "WatchAlarms"];

fn text() -> String {
    repository::text("infra/template.yaml")
}

/// The lines of one resource, up to the next blank line.
fn resource<'text>(text: &'text str, logical_id: &str) -> &'text str {
    let start = text
        .find(&format!("\n  {logical_id}:\n"))
        .unwrap_or_else(|| panic!("the template has no {logical_id}"));
    let body = &text[start + 1..];
    let end = body.find("\n\n").unwrap_or(body.len());
    &body[..end]
}

/// The logical ids of all resources of this type.
fn logical_ids(text: &str, kind: &str) -> Vec<String> {
    let lines: Vec<&str> = text.lines().collect();
    let pairs = lines.windows(2).filter(|pair| pair[1] == format!("    Type: {kind}"));
    let names = pairs.filter_map(|pair| pair[0].strip_prefix("  ")?.strip_suffix(':'));
    names.map(str::to_owned).collect()
}

/// The actions in a policy, like `dynamodb:GetItem`, without those of its trust policy and conditions.
fn actions(policy: &str) -> BTreeSet<&str> {
    let words = policy.split(|character: char| !(character.is_ascii_alphanumeric() || "-:".contains(character)));
    // `ses:FromAddress:` is the key of a condition.
    let actions = words.filter(|word| match word.split_once(':').filter(|_| !word.ends_with(':')) {
        Some(("aws" | "iam" | "sts", _)) | None => false,
        Some((service, action)) => {
            service.starts_with(|first: char| first.is_ascii_lowercase())
                && action.starts_with(|first: char| first.is_ascii_uppercase())
        }
    });
    actions.collect()
}

#[test]
fn every_function_has_a_role_and_a_log_group_of_its_own() {
    let text = text();
    let deployment = template::load().unwrap();
    for (id, function) in &deployment.functions {
        let definition = resource(&text, id);
        for reference in [
            format!("      Role: !GetAtt {id}Role.Arn\n"),
            format!("      LoggingConfig: {{ LogGroup: !Ref {id}Log }}\n"),
            format!(
                "      CodeUri: ../target/lambda/{}/bootstrap.zip\n",
                function.crate_name
            ),
            // A changed parameter publishes a version: see `infra/local-cloud/template_test.py`.
            "      AutoPublishCodeSha256: !Ref Revision\n".to_owned(),
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
    }
}

#[test]
fn a_role_writes_to_its_own_log_group_and_makes_none() {
    let text = text();
    for id in template::load().unwrap().functions.keys() {
        let role = resource(&text, &format!("{id}Role"));
        let written = format!("Action: [logs:CreateLogStream, logs:PutLogEvents], Resource: !GetAtt {id}Log.Arn }}\n");
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
            // `- { Sid: Trace, Effect: Allow, Action: […], Resource: "*" }`
            if let Some((sid, _)) = line.strip_prefix("- { Sid: ").and_then(|rest| rest.split_once(',')) {
                statement = sid;
            }
            if let Some((_, action)) = line.split_once("Action:") {
                let action = action.split(']').next().unwrap_or(action);
                assert!(!action.contains('*'), "{id}, {statement}: {line}");
            }
            for action in actions(line) {
                assert!(!line.contains(&format!("{action}*")), "{id}, {statement}: {line}");
            }
            if line.contains("Resource: \"*\"") {
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
