//! What is the least that goes wrong? Actions and faults are taken away while the same rule is still broken.

use std::sync::Arc;

use crate::design::Design;
use crate::faults::{Fault, Plan};
use crate::history::History;
use crate::invariants::Invariant;
use crate::random::Failing;
use crate::world::Pace;

/// What is taken away changes everybody's chance: a shorter history is tried under so many others before it counts as
/// right.
const CHANCES: u64 = 6;
/// An action that is taken away takes the points with it that it reached: what came later is found this much earlier, or
/// is the first of its kind.
const EARLIER: [u16; 4] = [0, 1, 2, u16::MAX];

/// The shortest history found that breaks one of the same rules.
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
    // The faults and the rest have chances of their own: chosen by name, they are the same that were drawn.
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
    fn goes_wrong(&self, history: &History) -> bool {
        let violations = history.run(self.design).violations;
        violations
            .iter()
            .any(|violation| self.wanted.contains(&violation.invariant))
    }

    /// This history under a chance that makes it go wrong.
    fn like(&self, history: &History) -> Option<History> {
        let chances = std::iter::once(history.seed).chain(0..CHANCES);
        let mut candidates = chances.map(|seed| History {
            seed,
            ..history.clone()
        });
        candidates.find(|candidate| self.goes_wrong(candidate))
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
        self.goes_wrong(&steady).then_some(steady)
    }
}

fn with_faults(history: &History, faults: Vec<Fault>) -> History {
    History {
        plan: Plan::Chosen(faults),
        ..history.clone()
    }
}

/// Its faults, each so many points of its kind earlier.
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
