//! The steps of the sagas as tests expect them. A new step is a row here, and every test of the sagas tries it.

/// A function that is a step.
#[derive(Debug, Clone, Copy)]
pub struct StepFunction {
    /// The name of its crate.
    pub name: &'static str,
    /// Its own errors, beside those of all steps.
    pub errors: &'static [&'static str],
    /// The calls of its ports, and its invocation: where the simulation injects faults.
    pub operations: &'static [&'static str],
}

/// A state that is failed, and the error of all its attempts.
pub type Failing = (&'static str, &'static str);

/// A Task of a state machine.
#[derive(Debug, Clone, Copy)]
pub struct State {
    /// Its name in the file.
    pub name: &'static str,
    /// The crate of the function that it invokes.
    pub function: &'static str,
    /// The failures that lead to this state.
    pub way: &'static [Failing],
}

/// An error that no state catches by name, and that a retry does not fix.
pub const INTERNAL: &str = "InternalFailure";
/// The gateway refuses a capture, so the payment is voided.
pub const CAPTURE_REFUSED: Failing = ("CapturePayment", "CaptureRefused");
/// Nobody can say whether the payment was captured, so it is refunded by the ledger.
pub const CAPTURE_UNCLEAR: Failing = ("CapturePayment", INTERNAL);
/// The payment is declined, so the order is rejected.
pub const DECLINED: Failing = ("AuthorizePayment", "PaymentDeclined");

/// The functions that are steps.
pub const FUNCTIONS: [StepFunction; 11] = [
    StepFunction {
        name: "saga-reserve-stock",
        errors: &["OutOfStock", "ReservationClosed", "OrderNotFound"],
        operations: &["invoke", "orders.find", "stock.reserve"],
    },
    StepFunction {
        name: "saga-release-stock",
        errors: &[],
        operations: &["invoke", "stock.give_back"],
    },
    StepFunction {
        name: "saga-authorize-payment",
        errors: &["PaymentDeclined", "InsufficientFunds", "PaymentClosed", "OrderNotFound"],
        operations: &["invoke", "orders.find", "gateway.authorize", "payments.record"],
    },
    StepFunction {
        name: "saga-await-payment",
        errors: &["PaymentDeclined"],
        operations: &["invoke", "results.wait", "sagas.resume"],
    },
    StepFunction {
        name: "saga-capture-payment",
        errors: &["CaptureRefused", "PaymentClosed", "NotAuthorized", "OrderNotFound"],
        operations: &["invoke", "orders.find", "gateway.capture", "payments.record"],
    },
    StepFunction {
        name: "saga-void-payment",
        errors: &["AlreadyCaptured", "OrderNotFound"],
        operations: &["invoke", "orders.find", "gateway.void", "payments.record"],
    },
    StepFunction {
        name: "saga-refund-payment",
        errors: &["OrderNotFound"],
        operations: &[
            "invoke",
            "orders.find",
            "gateway.void",
            "gateway.refund",
            "payments.record",
        ],
    },
    StepFunction {
        name: "saga-confirm-order",
        errors: &["OrderNotConfirmable", "OrderNotFound"],
        operations: &["invoke", "stock.commit", "orders.confirm"],
    },
    StepFunction {
        name: "saga-reject-order",
        errors: &["OrderNotRejectable", "OrderNotFound"],
        operations: &["invoke", "orders.reject"],
    },
    StepFunction {
        name: "saga-cancel-order",
        errors: &["OrderNotCancelling", "OrderNotFound"],
        operations: &["invoke", "orders.complete_cancel"],
    },
    StepFunction {
        name: "saga-notify-customer",
        errors: &["OrderNotFound"],
        operations: &[
            "invoke",
            "orders.find",
            "directory.email_of",
            "sends.claim",
            "mail.send",
            "sends.settle",
            "sends.release",
        ],
    },
];

const fn state(name: &'static str, function: &'static str, way: &'static [Failing]) -> State {
    State { name, function, way }
}

/// The steps of an order to which nothing happens, in their order.
pub const ORDER: [State; 5] = [
    state("ReserveStock", "saga-reserve-stock", &[]),
    state("AuthorizePayment", "saga-authorize-payment", &[]),
    state("CapturePayment", "saga-capture-payment", &[]),
    state("ConfirmOrder", "saga-confirm-order", &[]),
    state("NotifyConfirmed", "saga-notify-customer", &[]),
];
/// So many of them run in parallel, before the others.
pub const IN_PARALLEL: usize = 2;
/// What may undo them; the last two reject the order and notify the customer.
pub const UNDO: [State; 5] = [
    state("VoidPayment", "saga-void-payment", &[CAPTURE_REFUSED]),
    state("RefundPayment", "saga-refund-payment", &[CAPTURE_UNCLEAR]),
    state("ReleaseStock", "saga-release-stock", &[CAPTURE_REFUSED]),
    state("RejectOrder", "saga-reject-order", &[DECLINED]),
    state("NotifyRejected", "saga-notify-customer", &[DECLINED]),
];
/// The steps of a cancel.
pub const CANCEL: [State; 4] = [
    state("RefundPayment", "saga-refund-payment", &[]),
    state("Restock", "saga-release-stock", &[]),
    state("CancelOrder", "saga-cancel-order", &[]),
    state("NotifyCancelled", "saga-notify-customer", &[]),
];

/// The states that an order enters which is confirmed.
pub const CONFIRMED: [&str; 6] = [
    "ReserveAndAuthorize",
    "ReserveStock",
    "AuthorizePayment",
    "CapturePayment",
    "ConfirmOrder",
    "NotifyConfirmed",
];
/// The states that undo an order whose payment is voided. Those between the first and the last two run in parallel, and
/// stand in the order of their names.
pub const VOIDED: [&str; 6] = [
    "UndoOrder",
    "HowToGiveBack",
    "ReleaseStock",
    "VoidPayment",
    "RejectOrder",
    "NotifyRejected",
];
/// The states that a cancel enters.
pub const CANCELLED: [&str; 5] = ["GiveBack", "RefundPayment", "Restock", "CancelOrder", "NotifyCancelled"];

impl State {
    /// The function as state machine files name it: `ReserveStock` of `saga-reserve-stock`.
    pub fn placeholder(&self) -> String {
        let words = self.function.split('-').skip(1);
        words
            .flat_map(|word| {
                let (first, rest) = word.split_at(1);
                [first.to_uppercase(), rest.to_owned()]
            })
            .collect()
    }

    /// The row of its function.
    pub fn step(&self) -> StepFunction {
        let row = FUNCTIONS.into_iter().find(|function| function.name == self.function);
        row.unwrap_or_else(|| panic!("FUNCTIONS has no row for {}", self.function))
    }
}

/// The states of an order before its payment is captured.
pub fn before_the_capture() -> &'static [&'static str] {
    &CONFIRMED[..=IN_PARALLEL]
}
