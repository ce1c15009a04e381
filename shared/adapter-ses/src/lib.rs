//! Sends mail through SES, in one attempt: SES has no idempotency token, so a retry could send a second mail.
#![warn(missing_docs)]

use async_trait::async_trait;
use aws_sdk_sesv2::config::Builder;
use aws_sdk_sesv2::config::http::HttpResponse;
use aws_sdk_sesv2::config::retry::RetryConfig;
use aws_sdk_sesv2::error::{BuildError, ProvideErrorMetadata, SdkError};
use aws_sdk_sesv2::operation::RequestId;
use aws_sdk_sesv2::operation::send_email::SendEmailError;
use aws_sdk_sesv2::types::{Body, Content, Destination, EmailContent, Message};
use aws_types::SdkConfig;
use domain::ports::{Email, Mailer, PortFailure, SendFailure};
use domain::values::EmailAddress;

const ACTION: &str = "send mail";
const CHARSET: &str = "UTF-8";

/// Sends mail from one sender. Needs `ses:SendEmail` on the sender's identity.
#[derive(Debug, Clone)]
pub struct SesMailer {
    client: aws_sdk_sesv2::Client,
    sender: EmailAddress,
}

/// The answer of SES without its message, which can contain addresses.
#[derive(Debug, thiserror::Error)]
#[error("ses answered {code} with status {status} to request {request}")]
struct Refused {
    code: String,
    status: u16,
    request: String,
}

impl SesMailer {
    /// `sender` or its domain must be a verified identity in SES.
    pub fn new(config: &SdkConfig, sender: EmailAddress) -> Self {
        // No retries, not even of throttled calls: the caller releases the claim of the send, and its message is
        // retried.
        let config = Builder::from(config).retry_config(RetryConfig::disabled()).build();
        Self {
            client: aws_sdk_sesv2::Client::from_conf(config),
            sender,
        }
    }
}

#[async_trait]
impl Mailer for SesMailer {
    async fn send(&self, email: &Email) -> Result<(), SendFailure> {
        let message = message(email).map_err(|fault| SendFailure::NotSent(PortFailure::permanent(ACTION, fault)))?;
        self.client
            .send_email()
            .from_email_address(self.sender.reveal())
            .destination(Destination::builder().to_addresses(email.to.reveal()).build())
            .content(EmailContent::builder().simple(message).build())
            .send()
            .await
            .map(|_| ())
            .map_err(failure)
    }
}

fn message(email: &Email) -> Result<Message, BuildError> {
    let body = Body::builder()
        .text(content(&email.text)?)
        .html(content(&email.html)?)
        .build();
    Ok(Message::builder().subject(content(&email.subject)?).body(body).build())
}

fn content(data: &str) -> Result<Content, BuildError> {
    Content::builder().data(data).charset(CHARSET).build()
}

fn failure(error: SdkError<SendEmailError, HttpResponse>) -> SendFailure {
    let kind = if aws_errors::certainly_without_effect(&error) {
        SendFailure::NotSent
    } else {
        SendFailure::Ambiguous
    };
    let transient = aws_errors::is_transient(&error);
    let SdkError::ServiceError(refusal) = &error else {
        return kind(aws_errors::failure(ACTION, error));
    };
    kind(PortFailure {
        action: ACTION,
        transient,
        source: Some(Box::new(Refused {
            code: refusal.err().code().unwrap_or("an unnamed error").to_owned(),
            status: refusal.raw().status().as_u16(),
            request: refusal.err().request_id().unwrap_or("without an id").to_owned(),
        })),
    })
}
