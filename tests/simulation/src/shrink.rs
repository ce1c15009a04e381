//! Shortens a failing history: removes actions and faults while it still violates the same rule.

use std::sync::Arc;

use crate::design::Design;
use crate::faults::{Fault, Plan};
use crate::history::History;
use crate::invariants::Invariant;
use crate::random::Failing;
use crate::world::Pace;

/// Seeds that are tried for each shorter history, because removing a part changes all later random numbers.
const CHANCES: u64 = 6;
/// Removing an action removes the points that it reached. So a fault is also tried this many points earlier, or at the
/// first point of its kind.
const EARLIER: [u16; 4] = [0, 1, 2, u16::MAX];

/// The shortest history found that violates one of the same rules.
pub fn shrunk(design: &Arc<Design>, whole: &History, failing: &Failing) -> History {
    let search = Search {
        design,
        wanted: failing
            .report
            .violations
            .iter()
            .map(|violation| violation.invariant)
            .collect(),
    };
    let chosen = with_faults(whole, failing.report.injected.clone());
    // Faults have their own random numbers, so choosing the drawn faults explicitly changes nothing else.
    let mut shortest = search.like(&chosen).unwrap_or(chosen);
    loop {
        let shorter = search
            .without_an_action(&shortest)
            .or_else(|| search.without_a_fault(&shortest));
        match shorter {
            Some(shorter) => shortest = shorter,
            None => return search.without_chance(&shortest).unwrap_or(shortest),
        }
    }
}

struct Search<'a> {
    design: &'a Arc<Design>,
    wanted: Vec<Invariant>,
}

impl Search<'_> {
    fn fails(&self, history: &History) -> bool {
        let violations = history.run(self.design).violations;
        violations
            .iter()
            .any(|violation| self.wanted.contains(&violation.invariant))
    }

    /// This history with a seed that makes it fail.
    fn like(&self, history: &History) -> Option<History> {
        let chances = std::iter::once(history.seed).chain(0..CHANCES);
        let mut candidates = chances.map(|seed| History {
            seed,
            ..history.clone()
        });
        candidates.find(|candidate| self.fails(candidate))
    }

    fn without_an_action(&self, history: &History) -> Option<History> {
        (0..history.actions.len()).rev().find_map(|index| {
            let mut shorter = history.clone();
            shorter.actions.remove(index);
            EARLIER
                .into_iter()
                .find_map(|earlier| self.like(&with_faults(&shorter, sooner(history, earlier))))
        })
    }

    fn without_a_fault(&self, history: &History) -> Option<History> {
        EARLIER.into_iter().find_map(|earlier| {
            let faults = sooner(history, earlier);
            (0..faults.len()).rev().find_map(|index| {
                let mut fewer = faults.clone();
                fewer.remove(index);
                self.like(&with_faults(history, fewer))
            })
        })
    }

    fn without_chance(&self, history: &History) -> Option<History> {
        let steady = History {
            pace: Pace::Steady,
            ..history.clone()
        };
        self.fails(&steady).then_some(steady)
    }
}

fn with_faults(history: &History, faults: Vec<Fault>) -> History {
    History {
        plan: Plan::Chosen(faults),
        ..history.clone()
    }
}

/// The faults of the history, each this many points earlier.
fn sooner(history: &History, by: u16) -> Vec<Fault> {
    let Plan::Chosen(faults) = &history.plan else {
        return Vec::new();
    };
    let mut sooner = faults.clone();
    for fault in &mut sooner {
        fault.point.nth = fault.point.nth.saturating_sub(by).max(1);
    }
    sooner
}
