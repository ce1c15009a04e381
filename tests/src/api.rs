//! Calls the APIs of the local cloud with signed HTTP requests, without the SDK.

use std::time::{Duration, SystemTime};

use aws_credential_types::Credentials;
use aws_sigv4::http_request::{SignableBody, SignableRequest, SigningSettings, sign};
use aws_sigv4::sign::v4::SigningParams;
use serde_json::Value;
use ureq::http::StatusCode;

use crate::lambda::Answer;

const REGION: &str = "us-east-1";
/// The access key of the account's root in the local cloud.
const ACCESS_KEY: &str = "test";
/// The timeout of one API call on a busy machine.
const CALL_TIMEOUT: Duration = Duration::from_secs(30);

/// The local cloud, called as the root of its account.
pub struct Cloud {
    url: String,
    agent: ureq::Agent,
}

struct Request<'a> {
    method: &'a str,
    service: &'a str,
    path: &'a str,
    headers: &'a [(&'a str, &'a str)],
    body: String,
}

impl Cloud {
    /// The local cloud at `LOCAL_CLOUD_URL`.
    pub fn of_environment() -> Self {
        Self::at(
            &std::env::var("LOCAL_CLOUD_URL").expect("LOCAL_CLOUD_URL must be the address of a running local cloud"),
        )
    }

    pub fn at(url: &str) -> Self {
        let config = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .timeout_global(Some(CALL_TIMEOUT))
            .proxy(None)
            .build();
        Self {
            url: url.trim_end_matches('/').to_owned(),
            agent: config.into(),
        }
    }

    /// An action of Step Functions.
    pub fn states(&self, action: &str, input: &Value) -> Value {
        self.act("states", &format!("AWSStepFunctions.{action}"), input)
    }

    /// An action of DynamoDB.
    pub fn dynamodb(&self, action: &str, input: &Value) -> Value {
        self.act("dynamodb", &format!("DynamoDB_20120810.{action}"), input)
    }

    /// An action of Cognito on a user pool. `Err` has the error code.
    pub fn cognito(&self, action: &str, input: &Value) -> Result<Value, String> {
        let (status, text) = self.exchange(&Request {
            method: "POST",
            service: "cognito-idp",
            path: "/",
            headers: &[
                ("content-type", "application/x-amz-json-1.1"),
                ("x-amz-target", &format!("AWSCognitoIdentityProviderService.{action}")),
            ],
            body: input.to_string(),
        });
        let answer: Value = serde_json::from_str(&text).unwrap_or_else(|_| panic!("{action}: {status} {text}"));
        if status.is_success() {
            return Ok(answer);
        }
        // Some services put the name of the shape before the error code.
        let name = answer["__type"]
            .as_str()
            .unwrap_or_else(|| panic!("{action}: {status} {text}"));
        Err(name.rsplit('#').next().unwrap_or(name).to_owned())
    }

    fn act(&self, service: &str, target: &str, input: &Value) -> Value {
        let headers = [("content-type", "application/x-amz-json-1.0"), ("x-amz-target", target)];
        let answer = self.send(&Request {
            method: "POST",
            service,
            path: "/",
            headers: &headers,
            body: input.to_string(),
        });
        serde_json::from_str(&answer).unwrap()
    }

    /// Invokes a function, and returns its response or its error.
    pub fn invoke(&self, function: &str, event: &Value) -> Answer {
        let answer = self.send(&Request {
            method: "POST",
            service: "lambda",
            path: &format!("/2015-03-31/functions/{function}/invocations"),
            headers: &[("content-type", "application/json")],
            body: event.to_string(),
        });
        let answer: Value = serde_json::from_str(&answer).unwrap();
        if answer["errorType"].is_string() {
            Err(answer)
        } else {
            Ok(answer)
        }
    }

    /// The version of the newest object with this prefix. `prefix` is percent-encoded.
    pub fn version_of(&self, bucket: &str, prefix: &str) -> String {
        let answer = self.send(&Request {
            method: "GET",
            service: "s3",
            path: &format!("/{bucket}?versions&prefix={prefix}"),
            headers: &[],
            body: String::new(),
        });
        let (_, version) = answer.split_once("<VersionId>").expect("the object has a version");
        version.split('<').next().unwrap().to_owned()
    }

    pub fn create_function(&self, input: &Value) -> Value {
        let answer = self.send(&Request {
            method: "POST",
            service: "lambda",
            path: "/2015-03-31/functions",
            headers: &[("content-type", "application/json")],
            body: input.to_string(),
        });
        serde_json::from_str(&answer).unwrap()
    }

    pub fn delete_function(&self, name: &str) {
        self.send(&Request {
            method: "DELETE",
            service: "lambda",
            path: &format!("/2015-03-31/functions/{name}"),
            headers: &[],
            body: String::new(),
        });
    }

    /// Creates a role without permissions, because state machines and functions of tests call no API. Returns its ARN.
    pub fn create_role(&self, name: &str) -> String {
        let nobody = "%7B%22Version%22%3A%222012-10-17%22%2C%22Statement%22%3A%5B%5D%7D";
        let answer = self.send(&Request {
            method: "POST",
            service: "iam",
            path: "/",
            headers: &[("content-type", "application/x-www-form-urlencoded")],
            body: format!("Action=CreateRole&Version=2010-05-08&RoleName={name}&AssumeRolePolicyDocument={nobody}"),
        });
        let (_, arn) = answer.split_once("<Arn>").expect("the role has an ARN");
        arn.split('<').next().unwrap().to_owned()
    }

    fn send(&self, request: &Request<'_>) -> String {
        let (status, text) = self.exchange(request);
        assert!(
            status.is_success(),
            "{} {}: {status} {text}",
            request.method,
            request.path
        );
        text
    }

    fn exchange(&self, request: &Request<'_>) -> (StatusCode, String) {
        let url = format!("{}{}", self.url, request.path);
        let mut signed = ureq::http::Request::builder().method(request.method).uri(&url);
        for (name, value) in request.headers {
            signed = signed.header(*name, *value);
        }
        for (name, value) in signature(request, &url) {
            signed = signed.header(name, value);
        }
        let mut answer = self.agent.run(signed.body(request.body.as_str()).unwrap()).unwrap();
        let text = answer.body_mut().read_to_string().unwrap();
        (answer.status(), text)
    }
}

fn signature(request: &Request<'_>, url: &str) -> Vec<(String, String)> {
    let identity = Credentials::new(ACCESS_KEY, ACCESS_KEY, None, None, "local cloud").into();
    let parameters = SigningParams::builder()
        .identity(&identity)
        .region(REGION)
        .name(request.service)
        .time(SystemTime::now())
        .settings(SigningSettings::default())
        .build()
        .unwrap()
        .into();
    let headers = request.headers.iter().copied();
    let body = SignableBody::Bytes(request.body.as_bytes());
    let signable = SignableRequest::new(request.method, url, headers, body).unwrap();
    let (instructions, _) = sign(signable, &parameters).unwrap().into_parts();
    instructions
        .headers()
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect()
}
