//! Tries every single fault, and every pair of faults: each kind of fault at each point that a history reaches.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;

use progress::Progress;

use crate::customers::{Action, Deed};
use crate::design::Design;
use crate::faults::{Fault, Kind, Plan, Point};
use crate::history::{History, Report};
use crate::invariants::{Invariant, Violation};
use crate::scheduler::lock;
use crate::world::Pace;

/// A history to try with every fault.
#[derive(Debug, Clone)]
pub struct Scenario {
    pub name: &'static str,
    pub actions: Vec<Action>,
}

/// The number of faults in one history.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Depth {
    Single,
    Pairs,
}

/// A history that violated a rule.
#[derive(Debug, Clone)]
pub struct Finding {
    pub scenario: &'static str,
    pub faults: Vec<Fault>,
    pub violations: Vec<Violation>,
}

/// How often an operation of a place was reached, and how often a fault was injected there.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Reach {
    /// The number of points: the first call, the second call …
    pub points: u16,
    pub reached: u64,
    pub injected: u64,
}

pub type Site = (&'static str, &'static str);

#[derive(Debug, Default)]
pub struct Summary {
    pub histories: u64,
    pub findings: Vec<Finding>,
    pub sites: BTreeMap<Site, Reach>,
}

/// A run stops after this many findings.
const FINDINGS_MAX: usize = 20;

/// One order per decision of the gateway, and other fates of an order.
pub fn scenarios() -> Vec<Scenario> {
    let place = |at_ms, token, units| Action {
        at_ms,
        deed: Deed::Place {
            request: 1,
            token,
            units,
        },
    };
    let cancel = Action {
        at_ms: 20_000,
        deed: Deed::Cancel { request: 1 },
    };
    let alone = |name, token| Scenario {
        name,
        actions: vec![place(0, token, [2, 1, 0])],
    };
    vec![
        alone("tok_ok", "tok_ok"),
        alone("tok_declined", "tok_declined"),
        alone("tok_insufficient_funds", "tok_insufficient_funds"),
        alone("tok_capture_fails", "tok_capture_fails"),
        alone("tok_down", "tok_down"),
        alone("tok_flaky", "tok_flaky"),
        alone("tok_later_ok", "tok_later_ok"),
        alone("tok_later_declined", "tok_later_declined"),
        alone("tok_later_twice", "tok_later_twice"),
        alone("tok_later_reordered", "tok_later_reordered"),
        alone("tok_later_silent", "tok_later_silent"),
        Scenario {
            name: "out of stock",
            actions: vec![place(0, "tok_ok", [7, 0, 0])],
        },
        Scenario {
            name: "out of stock, paid at once by a provider that answers later",
            actions: vec![place(0, "tok_later_reordered", [7, 0, 0])],
        },
        Scenario {
            name: "no such product",
            actions: vec![place(0, "tok_ok", [1, 0, 1])],
        },
        Scenario {
            name: "requested twice",
            actions: vec![place(0, "tok_ok", [1, 0, 0]), place(12, "tok_ok", [1, 0, 0])],
        },
        Scenario {
            name: "cancelled",
            actions: vec![place(0, "tok_ok", [2, 1, 0]), cancel],
        },
    ]
}

pub fn run(design: &Arc<Design>, scenarios: &[Scenario], depth: Depth, threads: usize) -> Summary {
    let mut summary = Summary::default();
    for scenario in scenarios {
        let calm = scenario.run(design, Vec::new());
        let singles = faults_after(&calm, 0);
        summary.add(scenario, &calm, false);
        let (next, shared) = (AtomicUsize::new(0), Mutex::new(summary));
        let progress = Progress::start(scenario.name, "first faults", singles.len() as u64);
        thread::scope(|scope| {
            for _ in 0..threads {
                scope.spawn(|| {
                    let mut own = Summary::default();
                    while let Some(fault) = singles.get(next.fetch_add(1, Ordering::Relaxed)) {
                        with_fault(design, scenario, *fault, depth, &mut own);
                        progress.advance();
                        if own.findings.len() >= FINDINGS_MAX {
                            break;
                        }
                    }
                    lock(&shared).merge(own);
                });
            }
        });
        summary = shared.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
    }
    summary
}

/// Tries this fault alone and, in pairs, with every fault at a later point.
fn with_fault(design: &Arc<Design>, scenario: &Scenario, fault: Fault, depth: Depth, summary: &mut Summary) {
    let mut report = scenario.run(design, vec![fault]);
    let passes = !matches!(fault.kind, Kind::Outage | Kind::HostDown | Kind::Abort);
    if passes && report.outcomes.iter().any(|outcome| outcome.starts_with("PARKED")) {
        let what = "an order was parked after one transient fault".to_owned();
        report.violations.push(Violation {
            invariant: Invariant::ATransientFaultParksNoOrder,
            what,
        });
    }
    summary.add(scenario, &report, true);
    if depth == Depth::Single {
        return;
    }
    let position = report.reached.iter().position(|point| *point == fault.point);
    for second in faults_after(&report, position.map_or(0, |position| position + 1)) {
        let report = scenario.run(design, vec![fault, second]);
        summary.add(scenario, &report, true);
        if summary.findings.len() >= FINDINGS_MAX {
            return;
        }
    }
}

/// Every kind of fault at every point from this position on.
fn faults_after(report: &Report, position: usize) -> Vec<Fault> {
    let points = report.reached.iter().skip(position).copied();
    points
        .flat_map(|point: Point| {
            point
                .nature
                .kinds()
                .iter()
                .map(move |kind| Fault { point, kind: *kind })
        })
        .collect()
}

impl Scenario {
    pub fn run(&self, design: &Arc<Design>, faults: Vec<Fault>) -> Report {
        self.history(faults).run(design)
    }

    pub fn history(&self, faults: Vec<Fault>) -> History {
        History {
            seed: 0,
            actions: self.actions.clone(),
            plan: Plan::Chosen(faults),
            pace: Pace::Steady,
        }
    }
}

impl Summary {
    fn add(&mut self, scenario: &Scenario, report: &Report, has_faults: bool) {
        self.count(report);
        if !report.violations.is_empty() {
            self.findings.push(Finding {
                scenario: scenario.name,
                faults: if has_faults {
                    report.injected.clone()
                } else {
                    Vec::new()
                },
                violations: report.violations.clone(),
            });
        }
    }

    pub(crate) fn count(&mut self, report: &Report) {
        self.histories += 1;
        for point in &report.reached {
            let reach = self.sites.entry((point.place, point.operation)).or_default();
            reach.reached += 1;
            reach.points = reach.points.max(point.nth);
        }
        for fault in &report.injected {
            self.sites
                .entry((fault.point.place, fault.point.operation))
                .or_default()
                .injected += 1;
        }
    }

    pub fn merge(&mut self, other: Self) {
        self.histories += other.histories;
        self.findings.extend(other.findings);
        for (site, reach) in other.sites {
            let own = self.sites.entry(site).or_default();
            own.points = own.points.max(reach.points);
            own.reached += reach.reached;
            own.injected += reach.injected;
        }
    }
}
