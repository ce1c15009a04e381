//! Cases in which several branches fail together, or a void comes too late.

use std::collections::BTreeMap;

use crate::case::Attempt::{Done, Fails};
use crate::case::Deviation::{FirstInFile, LaneGoesOn};
use crate::case::{Attempts, Case, Deviation};
use crate::files::{File, ORDER_CANCEL, ORDER_SAGA};

const TRANSIENT: &str = "TransientFailure";
const INTERNAL: &str = "InternalFailure";

#[derive(Clone, Copy)]
enum Trouble {
    /// Ends before the retries are used up.
    Flaky,
    /// Lasts longer than all retries.
    Down,
    /// An error that a retry does not fix.
    Ends(&'static str),
}
use Trouble::{Down, Ends, Flaky};

const BROKEN: Trouble = Ends(INTERNAL);

struct Together {
    file: File,
    trouble: &'static [(&'static str, Trouble)],
    deviation: Option<Deviation>,
}

const fn order(trouble: &'static [(&'static str, Trouble)], deviation: Option<Deviation>) -> Together {
    Together {
        file: ORDER_SAGA,
        trouble,
        deviation,
    }
}

const fn cancel(trouble: &'static [(&'static str, Trouble)], deviation: Option<Deviation>) -> Together {
    Together {
        file: ORDER_CANCEL,
        trouble,
        deviation,
    }
}

const STOCK_IS_OUT: (&str, Trouble) = ("ReserveStock", Ends("OutOfStock"));
const DECLINED: (&str, Trouble) = ("AuthorizePayment", Ends("PaymentDeclined"));
const REFUSED: (&str, Trouble) = ("CapturePayment", Ends("CaptureRefused"));
const TOO_LATE: (&str, Trouble) = ("VoidPayment", Ends("AlreadyCaptured"));

const RESERVING_GOES_ON: Option<Deviation> = Some(LaneGoesOn("ReserveAndAuthorize[0]"));
const AUTHORIZING_GOES_ON: Option<Deviation> = Some(LaneGoesOn("ReserveAndAuthorize[1]"));
const VOIDING_GOES_ON: Option<Deviation> = Some(LaneGoesOn("UndoOrder[0]"));
const RESTOCKING_GOES_ON: Option<Deviation> = Some(LaneGoesOn("GiveBack[1]"));

/// The first branch in the file fails after its retries, and another one fails at once.
const fn down_comes_first(reported: &'static str) -> Deviation {
    FirstInFile {
        reported,
        by_ministack: TRANSIENT,
    }
}

const TOGETHER: [Together; 18] = [
    order(&[STOCK_IS_OUT, DECLINED], None),
    order(&[STOCK_IS_OUT, ("AuthorizePayment", Down)], AUTHORIZING_GOES_ON),
    order(&[STOCK_IS_OUT, ("AuthorizePayment", Flaky)], AUTHORIZING_GOES_ON),
    order(&[("ReserveStock", Flaky), DECLINED], RESERVING_GOES_ON),
    order(
        &[("ReserveStock", Down), DECLINED],
        Some(down_comes_first("payment_declined")),
    ),
    order(&[("ReserveStock", BROKEN), DECLINED], None),
    order(&[("ReserveStock", BROKEN), ("AuthorizePayment", BROKEN)], None),
    order(&[REFUSED, ("VoidPayment", BROKEN), ("ReleaseStock", BROKEN)], None),
    order(
        &[REFUSED, ("VoidPayment", Flaky), ("ReleaseStock", BROKEN)],
        VOIDING_GOES_ON,
    ),
    order(
        &[REFUSED, ("VoidPayment", Down), ("ReleaseStock", BROKEN)],
        Some(down_comes_first(INTERNAL)),
    ),
    order(&[REFUSED, TOO_LATE, ("RefundPayment", Flaky)], None),
    order(&[REFUSED, TOO_LATE, ("RefundPayment", Down)], None),
    order(&[REFUSED, TOO_LATE, ("RefundPayment", BROKEN)], None),
    order(&[REFUSED, TOO_LATE, ("ReleaseStock", Flaky)], None),
    cancel(&[("RefundPayment", BROKEN), ("Restock", BROKEN)], None),
    cancel(&[("RefundPayment", Flaky), ("Restock", Flaky)], None),
    cancel(&[("RefundPayment", BROKEN), ("Restock", Flaky)], RESTOCKING_GOES_ON),
    cancel(
        &[("RefundPayment", Down), ("Restock", BROKEN)],
        Some(down_comes_first(INTERNAL)),
    ),
];

pub(crate) fn all() -> impl Iterator<Item = Case> {
    TOGETHER.into_iter().map(|together| {
        let names = together.trouble.iter().map(|(state, trouble)| trouble.name(state));
        Case {
            name: format!("{}: {}", together.file.name, names.collect::<Vec<_>>().join(", ")),
            file: together.file,
            script: together
                .trouble
                .iter()
                .map(|(state, trouble)| (*state, trouble.attempts()))
                .collect::<BTreeMap<_, _>>(),
            deviation: together.deviation,
        }
    })
}

impl Trouble {
    fn name(self, state: &str) -> String {
        match self {
            Flaky => format!("{state} is flaky"),
            Down => format!("{state} is down"),
            Ends(error) => format!("{state} fails with {error}"),
        }
    }

    fn attempts(self) -> Attempts {
        match self {
            Flaky => Attempts {
                first: vec![Fails(TRANSIENT); 2],
                then: Done,
            },
            Down => Attempts::always(Fails(TRANSIENT)),
            Ends(error) => Attempts::always(Fails(error)),
        }
    }
}
