//! The mail that the tests send, and their checks of a failure.

use std::error::Error;
use std::iter::successors;

use adapter_ses::SesMailer;
use aws_types::SdkConfig;
use domain::ports::{Email, PortFailure, SendFailure};
use domain::values::EmailAddress;

pub(crate) const SENDER: &str = "shop@example.test";
pub(crate) const ANN: &str = "ann@example.test";

pub(crate) fn mailer(config: &SdkConfig) -> SesMailer {
    SesMailer::new(config, EmailAddress::parse(SENDER).unwrap())
}

pub(crate) fn email() -> Email {
    Email {
        to: EmailAddress::parse(ANN).unwrap(),
        subject: "Grüße 茶碗".to_owned(),
        text: "Hello,\nyour order is on its way.".to_owned(),
        html: "<p>Hello</p>".to_owned(),
    }
}

#[track_caller]
pub(crate) fn not_sent(failure: SendFailure) -> PortFailure {
    match failure {
        SendFailure::NotSent(failure) => failure,
        SendFailure::Ambiguous(failure) => panic!("may have been sent: {}", chain(&failure)),
    }
}

#[track_caller]
pub(crate) fn ambiguous(failure: SendFailure) -> PortFailure {
    match failure {
        SendFailure::Ambiguous(failure) => failure,
        SendFailure::NotSent(failure) => panic!("certainly not sent: {}", chain(&failure)),
    }
}

/// A failure with all its sources, as in the log.
pub(crate) fn chain(failure: &PortFailure) -> String {
    let errors = successors(Some(failure as &dyn Error), |error| (*error).source());
    let messages: Vec<String> = errors.map(ToString::to_string).collect();
    messages.join(": ")
}
