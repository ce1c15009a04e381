//! All cases: every payment token, and every failure of every step.

use crate::branches;
use crate::case::Attempt::{self, Done, Fails, Silent};
use crate::case::{Attempts, Case, Deviation};
use crate::files::{File, ORDER_CANCEL, ORDER_SAGA};

const TRANSIENT: &str = "TransientFailure";
/// An error that no state catches by name, and that a retry does not fix.
const INTERNAL: &str = "InternalFailure";
const CAPTURE_REFUSED: Failing = ("CapturePayment", "CaptureRefused");
const CAPTURE_UNCLEAR: Failing = ("CapturePayment", INTERNAL);
const DECLINED: Failing = ("AuthorizePayment", "PaymentDeclined");

/// A state, and the error of all its attempts.
type Failing = (&'static str, &'static str);

struct Row {
    file: File,
    state: &'static str,
    /// The failures that lead to this state.
    way: &'static [Failing],
    /// Its own errors, beside those of all steps.
    errors: &'static [&'static str],
}

const fn order(state: &'static str, way: &'static [Failing], errors: &'static [&'static str]) -> Row {
    Row {
        file: ORDER_SAGA,
        state,
        way,
        errors,
    }
}

const fn cancel(state: &'static str, errors: &'static [&'static str]) -> Row {
    Row {
        file: ORDER_CANCEL,
        state,
        way: &[],
        errors,
    }
}

/// The steps with the error names of their functions.
const STEPS: [Row; 14] = [
    order(
        "ReserveStock",
        &[],
        &["OutOfStock", "ReservationClosed", "OrderNotFound"],
    ),
    order(
        "AuthorizePayment",
        &[],
        &["PaymentDeclined", "InsufficientFunds", "PaymentClosed", "OrderNotFound"],
    ),
    order(
        "CapturePayment",
        &[],
        &["CaptureRefused", "PaymentClosed", "NotAuthorized", "OrderNotFound"],
    ),
    order("ConfirmOrder", &[], &["OrderNotConfirmable", "OrderNotFound"]),
    order("NotifyConfirmed", &[], &["OrderNotFound"]),
    order("VoidPayment", &[CAPTURE_REFUSED], &["AlreadyCaptured", "OrderNotFound"]),
    order("RefundPayment", &[CAPTURE_UNCLEAR], &["OrderNotFound"]),
    order("ReleaseStock", &[CAPTURE_REFUSED], &[]),
    order("RejectOrder", &[DECLINED], &["OrderNotRejectable", "OrderNotFound"]),
    order("NotifyRejected", &[DECLINED], &["OrderNotFound"]),
    cancel("RefundPayment", &["OrderNotFound"]),
    cancel("Restock", &[]),
    cancel("CancelOrder", &["OrderNotCancelling", "OrderNotFound"]),
    cancel("NotifyCancelled", &["OrderNotFound"]),
];
/// Final errors of every step.
const FINAL: [&str; 2] = [INTERNAL, "StepInputMalformed"];
/// Errors after which every step is retried, in groups that fit the retries of every step.
const RETRIED: [&[&str]; 3] = [
    &[
        "Lambda.ServiceException",
        "Lambda.AWSLambdaException",
        "Lambda.SdkClientException",
    ],
    &["Lambda.TooManyRequestsException", "Lambda.Unknown", "Sandbox.Timedout"],
    &["Runtime.ExitError", "StepPanicked", TRANSIENT],
];

/// All cases, the longest first, because they start together.
pub(crate) fn all() -> Vec<Case> {
    let mut cases: Vec<Case> = STEPS.iter().flat_map(patience).collect();
    cases.extend(timeouts());
    cases.extend(branches::all());
    cases.extend(STEPS.iter().flat_map(errors));
    cases.extend(tokens());
    cases.extend(files_as_they_are());
    cases
}

fn at_first(first: Vec<Attempt>) -> Attempts {
    Attempts { first, then: Done }
}

fn case(file: File, name: &str, script: impl IntoIterator<Item = (&'static str, Attempts)>) -> Case {
    Case {
        name: format!("{}: {name}", file.name),
        file,
        script: script.into_iter().collect(),
        deviation: None,
    }
}

fn failing(failing: &[Failing]) -> Vec<(&'static str, Attempts)> {
    let attempts = |(state, error): &Failing| (*state, Attempts::always(Fails(error)));
    failing.iter().map(attempts).collect()
}

impl Row {
    fn case(&self, what: &str, attempts: Attempts) -> Case {
        let mut script = failing(self.way);
        script.push((self.state, attempts));
        case(self.file, &format!("{} {what}", self.state), script)
    }
}

/// Cases for the final errors of a step, and for the errors after which it is retried.
fn errors(row: &Row) -> Vec<Case> {
    let finals = row.errors.iter().chain(&FINAL);
    let mut cases: Vec<Case> = finals
        .map(|error| row.case(&format!("fails with {error}"), Attempts::always(Fails(error))))
        .collect();
    for errors in RETRIED {
        let attempts = errors.iter().map(|error| Fails(error)).collect();
        cases.push(row.case(&format!("succeeds after {}", errors.join(", ")), at_first(attempts)));
    }
    cases
}

/// Cases for the last attempt of a step, and for one failure more.
fn patience(row: &Row) -> [Case; 3] {
    let steps = row.file.steps();
    let retries = steps.iter().find(|step| step.state == row.state).unwrap().retries;
    let failures = vec![Fails(TRANSIENT); usize::try_from(retries).unwrap()];
    let given_up = Attempts {
        first: [failures.as_slice(), &[Fails(TRANSIENT)]].concat(),
        then: Done,
    };
    [
        row.case("gives no answer once", at_first(vec![Silent])),
        row.case("never succeeds", given_up),
        row.case("succeeds at its last attempt", at_first(failures)),
    ]
}

/// Cases for timeouts, including the last attempt.
fn timeouts() -> Vec<Case> {
    let last = || at_first(vec![Fails(TRANSIENT), Fails(TRANSIENT), Fails(TRANSIENT), Silent]);
    let states = ["AuthorizePayment", "CapturePayment"];
    states
        .map(|state| {
            case(
                ORDER_SAGA,
                &format!("{state} gives no answer to its last attempt"),
                [(state, last())],
            )
        })
        .into()
}

/// Cases for the tokens of the sandbox gateway.
fn tokens() -> Vec<Case> {
    let authorize = |attempts| vec![("AuthorizePayment", attempts)];
    let tokens = [
        ("tok_ok", Vec::new()),
        ("tok_declined", authorize(Attempts::always(Fails("PaymentDeclined")))),
        (
            "tok_insufficient_funds",
            authorize(Attempts::always(Fails("InsufficientFunds"))),
        ),
        ("tok_flaky", authorize(at_first(vec![Fails(TRANSIENT); 2]))),
        ("tok_down", authorize(Attempts::always(Fails(TRANSIENT)))),
        ("tok_capture_fails", failing(&[CAPTURE_REFUSED])),
    ];
    let mut cases: Vec<Case> = tokens
        .into_iter()
        .map(|(token, script)| case(ORDER_SAGA, token, script))
        .collect();
    cases.push(case(ORDER_CANCEL, "nothing fails", []));
    cases
}

fn files_as_they_are() -> Vec<Case> {
    let as_it_is = |file: File, script: Vec<_>| Case {
        deviation: Some(Deviation::OutputIgnored),
        ..case(file, "the file as it is", script)
    };
    // Notifying the customer fails: the only path that ends in a Succeed.
    vec![
        as_it_is(ORDER_SAGA, failing(&[("NotifyConfirmed", INTERNAL)])),
        as_it_is(ORDER_SAGA, failing(&[DECLINED, ("NotifyRejected", INTERNAL)])),
        as_it_is(ORDER_CANCEL, failing(&[("NotifyCancelled", INTERNAL)])),
    ]
}
