//! Chooses the faults: by the seed, the number of the order and the number of the call, independent of timing.

use std::collections::{BTreeMap, HashMap};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tests::fault_proxy::{Call, Fault};

/// Longer than the timeout of an attempt (5 s): the call arrives during the next attempt.
const AFTER_ITS_ATTEMPT: Duration = Duration::from_secs(7);
/// Longer than the timeout of a step (15 s): the call may arrive after the compensation.
const AFTER_ITS_STEP: Duration = Duration::from_secs(20);
const KINDS: [Fault; 6] = [
    Fault::NeverArrives,
    Fault::Throttled,
    Fault::AnswerLost,
    Fault::Repeated,
    Fault::ArrivesLate(AFTER_ITS_ATTEMPT),
    Fault::ArrivesLate(AFTER_ITS_STEP),
];
/// About the number of calls for an order: placing it, five steps, and their compensation.
const CALLS_PER_ORDER: u64 = 24;
/// Consecutive faults: of one attempt, of a call with all attempts, or of more than one invocation.
const BURSTS: [u64; 4] = [1, 1, 4, 6];
/// Consecutive late calls, at most: two already take half a minute.
const LATE_BURST_MAX: u64 = 2;
const BURSTS_PER_ORDER: u64 = 2;
/// Enough orders so that every kind of fault happens.
const HISTORIES_FOR_ALL_KINDS: usize = 40;

pub(crate) struct Plan {
    seed: u64,
    armed: AtomicBool,
    orders: Mutex<HashMap<String, Order>>,
    injected: Mutex<BTreeMap<Fault, usize>>,
}

struct Order {
    number: u64,
    calls: u64,
    /// The injected faults, for the message of a failure.
    met: Vec<String>,
}

impl Plan {
    pub(crate) fn new(seed: usize) -> Self {
        Self {
            seed: seed as u64,
            armed: AtomicBool::new(false),
            orders: Mutex::default(),
            injected: Mutex::default(),
        }
    }

    /// Injects faults from now on.
    pub(crate) fn arm(&self) {
        self.armed.store(true, Ordering::SeqCst);
    }

    pub(crate) fn disarm(&self) {
        self.armed.store(false, Ordering::SeqCst);
    }

    pub(crate) fn choose(&self, call: Call<'_>) -> Option<Fault> {
        if !self.armed.load(Ordering::SeqCst) {
            return None;
        }
        let mut orders = self.orders.lock().unwrap();
        let number = orders.len() as u64;
        let order = orders.entry(order_id(call.body)?.to_owned()).or_insert(Order {
            number,
            calls: 0,
            met: Vec::new(),
        });
        let index = order.calls;
        order.calls += 1;
        let fault = (0..BURSTS_PER_ORDER)
            .filter_map(|burst| self.fault(order.number, burst, index))
            .find(|fault| !(sends_mail(call) && *fault == Fault::Repeated))?;
        order.met.push(format!("call {index}, {}: {fault:?}", call.operation));
        drop(orders);
        *self.injected.lock().unwrap().entry(fault).or_default() += 1;
        Some(fault)
    }

    /// The faults of the calls about this order.
    pub(crate) fn met(&self, order: &str) -> Vec<String> {
        let orders = self.orders.lock().unwrap();
        orders.get(order).map(|order| order.met.clone()).unwrap_or_default()
    }

    /// The number of injected faults by kind.
    pub(crate) fn injected(&self) -> BTreeMap<Fault, usize> {
        self.injected.lock().unwrap().clone()
    }

    /// A run without faults would prove nothing.
    pub(crate) fn assert_everything_happened(&self, histories: usize) {
        let injected = self.injected();
        assert!(!injected.is_empty(), "not a single call met a fault");
        if histories >= HISTORIES_FOR_ALL_KINDS {
            for kind in KINDS {
                assert!(injected.contains_key(&kind), "no call met {kind:?}");
            }
        }
    }

    fn fault(&self, number: u64, burst: u64, index: u64) -> Option<Fault> {
        let mut chance = mixed(self.seed, number, burst);
        let mut one_of = |choices: u64| {
            let chosen = chance % choices;
            chance /= choices;
            chosen
        };
        let kind = KINDS[usize::try_from(one_of(KINDS.len() as u64)).unwrap()];
        let from = one_of(CALLS_PER_ORDER);
        let length = BURSTS[usize::try_from(one_of(BURSTS.len() as u64)).unwrap()];
        let length = match kind {
            Fault::ArrivesLate(_) => length.min(LATE_BURST_MAX),
            _ => length,
        };
        (from..from + length).contains(&index).then_some(kind)
    }
}

/// Sending mail is not idempotent: a call that the network repeats sends two mails, which no client can prevent.
fn sends_mail(call: Call<'_>) -> bool {
    call.operation.contains("/outbound-emails")
}

/// The first order id in a body. Only order ids are UUIDs of version 7 here.
fn order_id(body: &str) -> Option<&str> {
    const LENGTH: usize = 36;
    (0..body.len().saturating_sub(LENGTH - 1)).find_map(|start| {
        let candidate = body.get(start..start + LENGTH)?;
        let is_id = candidate.bytes().enumerate().all(|(position, byte)| match position {
            8 | 13 | 18 | 23 => byte == b'-',
            14 => byte == b'7',
            _ => byte.is_ascii_hexdigit(),
        });
        is_id.then_some(candidate)
    })
}

/// Hashes consecutive numbers to independent ones (`SplitMix64`).
fn mixed(seed: u64, number: u64, burst: u64) -> u64 {
    let mut state = seed
        .wrapping_mul(0x9E37_79B9_7F4A_7C15)
        .wrapping_add(number.wrapping_mul(0xBF58_476D_1CE4_E5B9))
        .wrapping_add(burst.wrapping_mul(0x94D0_49BB_1331_11EB));
    for multiplier in [0xBF58_476D_1CE4_E5B9, 0x94D0_49BB_1331_11EB] {
        state = (state ^ (state >> 30)).wrapping_mul(multiplier);
    }
    state ^ (state >> 31)
}
