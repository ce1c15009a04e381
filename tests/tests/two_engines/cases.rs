//! All cases: every payment token, and every failure of every step.

use function_tests::saga_steps::{self, CAPTURE_REFUSED, DECLINED, Failing, INTERNAL};

use crate::branches;
use crate::case::Attempt::{self, Done, Fails, Silent};
use crate::case::{Attempts, Case, Deviation};
use crate::files::{File, ORDER_CANCEL, ORDER_SAGA};

const TRANSIENT: &str = "TransientFailure";

struct Row {
    file: File,
    step: saga_steps::State,
}

/// The steps of both files.
fn steps() -> impl Iterator<Item = Row> {
    let row = |file| move |step| Row { file, step };
    let order = saga_steps::ORDER.into_iter().chain(saga_steps::UNDO);
    let cancel = saga_steps::CANCEL.into_iter();
    order.map(row(ORDER_SAGA)).chain(cancel.map(row(ORDER_CANCEL)))
}

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
    let mut cases: Vec<Case> = steps().flat_map(|row| patience(&row)).collect();
    cases.extend(timeouts());
    cases.extend(branches::all());
    cases.extend(steps().flat_map(|row| errors(&row)));
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
        let state = self.step.name;
        let mut script = failing(self.step.way);
        script.push((state, attempts));
        case(self.file, &format!("{state} {what}"), script)
    }
}

/// Cases for the final errors of a step, and for the errors after which it is retried.
fn errors(row: &Row) -> Vec<Case> {
    let finals = row.step.step().errors.iter().chain(&FINAL);
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
    let retries = steps.iter().find(|step| step.state == row.step.name).unwrap().retries;
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
