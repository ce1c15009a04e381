//! Creates state machines in the local cloud for tests.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use serde_json::{Value, json};

/// An authorization header of the account's root; the local cloud does not check the signature.
const ROOT: &str =
    "AWS4-HMAC-SHA256 Credential=test/20200101/us-east-1/iam/aws4_request, SignedHeaders=host, Signature=none";

/// A name that no other test uses.
fn unique(stem: &str) -> String {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_nanos();
    format!("{stem}-{now:x}-{}", NEXT.fetch_add(1, Ordering::Relaxed))
}

/// Creates a state machine with this one state and a new role, and returns its ARN.
pub(crate) async fn state_machine(client: &aws_sdk_sfn::Client, state: Value) -> String {
    let name = unique("contract");
    let definition = json!({ "StartAt": "Only", "States": { "Only": state } });
    let created = client
        .create_state_machine()
        .name(&name)
        .definition(definition.to_string())
        .role_arn(role(&name))
        .send()
        .await
        .unwrap();
    created.state_machine_arn
}

/// A role without permissions.
fn role(name: &str) -> String {
    let nobody = "%7B%22Version%22%3A%222012-10-17%22%2C%22Statement%22%3A%5B%5D%7D";
    let created = ureq::post(recorded_aws::local_cloud_url())
        .header("authorization", ROOT)
        .header("content-type", "application/x-www-form-urlencoded")
        .send(format!(
            "Action=CreateRole&Version=2010-05-08&RoleName={name}&AssumeRolePolicyDocument={nobody}"
        ));
    let answer = created.unwrap().body_mut().read_to_string().unwrap();
    let (_, arn) = answer.split_once("<Arn>").expect("the role has an ARN");
    arn.split('<').next().unwrap().to_owned()
}
