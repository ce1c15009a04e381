//! Injects faults: the points that a history reaches, the kinds of faults that fit them, and the plan of a history.

use std::collections::BTreeMap;
use std::fmt;

/// The `nth` call of an operation in a history.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Point {
    /// The function, state machine or channel.
    pub place: &'static str,
    /// The method of the port, or the step of the place.
    pub operation: &'static str,
    /// The first call is 1.
    pub nth: u16,
    pub nature: Nature,
}

/// The nature of a point, which decides which faults can happen there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Nature {
    /// A port call without an effect.
    Read,
    /// A port call with an effect.
    Write,
    /// A port call with an effect that is not retried after a lost answer: sending mail is not idempotent.
    WriteOnce,
    /// An invocation of a function.
    Invoke,
    /// An event on its way to a function.
    Deliver,
    /// A write of the workflow host to the journal of an execution.
    Record,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// The call fails without an effect.
    FailBefore,
    /// The call has its effect, and the answer gets lost.
    FailAfter,
    /// The call is throttled, and so is every retry for a while.
    Throttle,
    /// The whole service is unavailable for longer than all retries.
    Outage,
    /// The call times out, and its request arrives this much later.
    Late { delay_ms: i64 },
    /// The call has its effect twice.
    Twice,
    /// The function freezes for longer than its lease and the timeout of the step, and then goes on.
    Pause,
    /// The function dies here.
    Crash,
    /// The event is delivered again, much later.
    Again { delay_ms: i64 },
    /// The event is delivered this much later.
    Delay { delay_ms: i64 },
    /// The event is delivered after later ones.
    Reorder,
    /// The event is lost.
    Lose,
    /// The workflow host and all functions die before the record is written. The host is back after a second.
    HostCrash,
    /// The workflow host dies after the record is written, and functions go on. The host is back after a second.
    HostRestart,
    /// The workflow host dies, and stays away for longer than the timeout of an execution.
    HostDown,
    /// An operator aborts the execution here.
    Abort,
}

/// How long a call is throttled.
pub(crate) const THROTTLED_MS: i64 = 30_000;
/// Longer than every `Retry` of the state machines together.
pub(crate) const OUTAGE_MS: i64 = 20 * 60 * 1_000;
/// Longer than a function's timeout and lease (10 s) and than a task's timeout (15 s).
pub(crate) const PAUSE_MS: i64 = 20_000;
/// Longer than an execution's timeout (3,600 s).
pub(crate) const HOST_DOWN_MS: i64 = 65 * 60 * 1_000;
/// Longer than the compensation after the failure.
pub(crate) const LATE_MS: i64 = 10 * 60 * 1_000;

/// Longer than the time after which saga-reconcile takes care of a waiting order (15 min).
pub(crate) const DELAYED_MS: i64 = 20 * 60 * 1_000;

impl Nature {
    /// The faults that can happen at such a point. A lost, repeated or late read equals a failed read.
    pub fn kinds(self) -> &'static [Kind] {
        const LATE: Kind = Kind::Late { delay_ms: LATE_MS };
        match self {
            Self::Read => &[Kind::FailBefore, Kind::Outage, Kind::Pause, Kind::Crash],
            Self::Write => &[
                Kind::FailBefore,
                Kind::FailAfter,
                Kind::Throttle,
                Kind::Outage,
                LATE,
                Kind::Twice,
                Kind::Pause,
                Kind::Crash,
            ],
            Self::WriteOnce => &[
                Kind::FailBefore,
                Kind::FailAfter,
                Kind::Throttle,
                Kind::Outage,
                LATE,
                Kind::Pause,
                Kind::Crash,
            ],
            Self::Invoke => &[Kind::FailBefore, Kind::FailAfter, Kind::Throttle, LATE, Kind::Twice],
            Self::Deliver => &[
                Kind::Twice,
                Kind::Again { delay_ms: DELAYED_MS },
                Kind::Delay { delay_ms: DELAYED_MS },
                Kind::Reorder,
                Kind::Lose,
            ],
            Self::Record => &[Kind::HostCrash, Kind::HostRestart, Kind::HostDown, Kind::Abort],
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Fault {
    pub point: Point,
    pub kind: Kind,
}

/// The faults of a history.
#[derive(Debug, Clone)]
pub enum Plan {
    /// Exactly these.
    Chosen(Vec<Fault>),
    /// Random, from the seed.
    Drawn(Storm),
}

/// Where and how often random faults happen.
#[derive(Debug, Clone, Copy)]
pub struct Storm {
    /// The number of points without faults at the beginning.
    pub after: usize,
    /// Of the further points, one in this many has a fault.
    pub one_in: u32,
    pub most: usize,
    /// Only in this place; `None` means everywhere.
    pub only: Option<&'static str>,
}

/// Applies the plan: counts the reached points, and records the injected faults.
pub(crate) struct Injector {
    plan: Plan,
    chance: fastrand::Rng,
    counts: BTreeMap<(&'static str, &'static str), u16>,
    pub(crate) reached: Vec<Point>,
    pub(crate) injected: Vec<Fault>,
    /// Until when an operation of a place, or a whole service, refuses every call.
    shut: Vec<(Shut, i64)>,
    pub(crate) is_off: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Shut {
    Operation(&'static str, &'static str),
    Service(&'static str),
}

/// The result of reaching a point.
pub(crate) enum Found {
    Nothing,
    /// Refused because of an earlier fault.
    Shut,
    Fault(Kind),
}

impl Injector {
    pub(crate) fn new(plan: Plan, seed: u64) -> Self {
        Self {
            plan,
            chance: fastrand::Rng::with_seed(seed),
            counts: BTreeMap::new(),
            reached: Vec::new(),
            injected: Vec::new(),
            shut: Vec::new(),
            is_off: false,
        }
    }

    pub(crate) fn at(
        &mut self,
        place: &'static str,
        operation: &'static str,
        nature: Nature,
        now_ms: i64,
    ) -> (u16, Found) {
        if self.is_off {
            return (0, Found::Nothing);
        }
        let is_shut = self.shut.iter().any(|(shut, until_ms)| {
            *until_ms > now_ms
                && match shut {
                    Shut::Operation(at, what) => (*at, *what) == (place, operation),
                    Shut::Service(service) => nature != Nature::Invoke && service_of(operation) == *service,
                }
        });
        if is_shut {
            return (0, Found::Shut);
        }
        let count = self.counts.entry((place, operation)).or_insert(0);
        *count = count.saturating_add(1);
        let point = Point {
            place,
            operation,
            nth: *count,
            nature,
        };
        self.reached.push(point);
        let kind = match &self.plan {
            Plan::Chosen(faults) => faults.iter().find(|fault| fault.point == point).map(|fault| fault.kind),
            Plan::Drawn(storm) => {
                let is_due = self.reached.len() > storm.after && self.injected.len() < storm.most;
                let is_there = storm.only.is_none_or(|only| only == place);
                if is_due && is_there && self.chance.u32(0..storm.one_in) == 0 {
                    let kind = self.chance.choice(nature.kinds()).copied();
                    kind.map(|kind| self.sometime(kind))
                } else {
                    None
                }
            }
        };
        let Some(kind) = kind else {
            return (point.nth, Found::Nothing);
        };
        self.injected.push(Fault { point, kind });
        match kind {
            Kind::Throttle => self
                .shut
                .push((Shut::Operation(place, operation), now_ms + THROTTLED_MS)),
            Kind::Outage => self
                .shut
                .push((Shut::Service(service_of(operation)), now_ms + OUTAGE_MS)),
            _ => {}
        }
        (point.nth, Found::Fault(kind))
    }

    /// The same fault with a random delay: during the retries, soon after them, or after the end of the saga.
    fn sometime(&mut self, kind: Kind) -> Kind {
        let delay_ms = *self
            .chance
            .choice(&[2_000, 12_000, 40_000, LATE_MS, DELAYED_MS])
            .unwrap_or(&LATE_MS);
        match kind {
            Kind::Late { .. } => Kind::Late { delay_ms },
            Kind::Again { .. } => Kind::Again { delay_ms },
            Kind::Delay { .. } => Kind::Delay { delay_ms },
            other => other,
        }
    }
}

fn service_of(operation: &'static str) -> &'static str {
    operation.split('.').next().unwrap_or(operation)
}

impl fmt::Display for Point {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} {} #{}", self.place, self.operation, self.nth)
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seconds = |delay_ms: &i64| delay_ms / 1_000;
        match self {
            Self::FailBefore => formatter.write_str("fails before its effect"),
            Self::FailAfter => formatter.write_str("loses its answer"),
            Self::Throttle => formatter.write_str("is throttled"),
            Self::Outage => formatter.write_str("meets an outage"),
            Self::Late { delay_ms } => write!(formatter, "times out and arrives {} s later", seconds(delay_ms)),
            Self::Twice => formatter.write_str("happens twice"),
            Self::Pause => formatter.write_str("pauses past lease and timeout"),
            Self::Crash => formatter.write_str("crashes the function"),
            Self::Again { delay_ms } => write!(formatter, "comes again {} s later", seconds(delay_ms)),
            Self::Delay { delay_ms } => write!(formatter, "comes {} s later", seconds(delay_ms)),
            Self::Reorder => formatter.write_str("comes out of order"),
            Self::Lose => formatter.write_str("is lost"),
            Self::HostCrash => formatter.write_str("crashes the host and its functions"),
            Self::HostRestart => formatter.write_str("restarts the host"),
            Self::Abort => formatter.write_str("stops the execution"),
            Self::HostDown => formatter.write_str("takes the host away for an hour"),
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} {}", self.point, self.kind)
    }
}
