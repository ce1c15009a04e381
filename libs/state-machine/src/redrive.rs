//! Which journal entries a failed execution drops, so that its next run resumes where it stopped.
//!
//! As Step Functions does it: whatever succeeded keeps its answer and is not done again; a state that failed gets its
//! attempts anew, with the input it had; of a Parallel or Map, only the branches that failed or were cut off run; and
//! the machine's timeout counts from now
//! (<https://docs.aws.amazon.com/step-functions/latest/dg/redrive-executions.html>). One difference: a Parallel or Map
//! that failed continues in its last attempt, without new ones.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::bookkeeping::{OUTCOME_KEY, REDRIVEN_KEY};

/// A change of a journal. All of it or nothing: a journal that has forgotten half would take another way.
#[derive(Debug, Clone, PartialEq)]
pub struct Redrive {
    pub forgotten: BTreeSet<String>,
    pub key: &'static str,
    pub value: Value,
}

/// What a redrive at `now_ms` changes in the journal of an execution that has ended: by an outcome of its own, or
/// because somebody aborted it, of which a journal knows nothing. `None` for one that succeeded: there is nothing to do
/// again.
pub fn redrive(journal: &BTreeMap<String, Value>, now_ms: i64) -> Option<Redrive> {
    let outcome = journal.get(OUTCOME_KEY);
    if outcome.is_some_and(|outcome| outcome.get("Succeeded").is_some()) {
        return None;
    }
    let mut forgotten: BTreeSet<String> = BTreeSet::from([OUTCOME_KEY.to_owned()]);
    for failure in journal.iter().filter_map(|(key, value)| Failure::of(key, value)) {
        if failure.was_dealt_with(journal) {
            continue;
        }
        match failure.kind {
            // Attempts are counted anew, so those of the run before must not be found.
            Kind::Task => {
                let attempts = journal.keys().filter(|key| is_attempt_of(key, failure.path));
                forgotten.extend(attempts.cloned());
            }
            Kind::Branches => {
                forgotten.insert(format!("{}/{}/failed", failure.path, failure.attempt));
            }
        }
    }
    Some(Redrive {
        forgotten,
        key: REDRIVEN_KEY,
        value: Value::from(now_ms),
    })
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Task,
    Branches,
}

/// An attempt that failed.
#[derive(Debug, Clone, Copy)]
struct Failure<'a> {
    path: &'a str,
    attempt: u32,
    kind: Kind,
}

impl<'a> Failure<'a> {
    fn of(key: &'a str, value: &Value) -> Option<Self> {
        let (attempt_path, fact) = key.rsplit_once('/')?;
        let (path, attempt) = attempt_path.rsplit_once('/')?;
        let kind = match fact {
            "answer" if value.get("Err").is_some() => Kind::Task,
            "failed" => Kind::Branches,
            _ => return None,
        };
        let attempt = attempt.parse().ok()?;
        Some(Self { path, attempt, kind })
    }

    /// Whether it was repeated or caught, or an attempt of a Parallel or Map around it was: then it is over and done
    /// with. A state that was aborted in between is not: its error was not handled yet.
    fn was_dealt_with(&self, journal: &BTreeMap<String, Value>) -> bool {
        let own = format!("{}/{}", self.path, self.attempt);
        let around = own.match_indices('/').map(|(end, _)| &own[..end]);
        around.chain([own.as_str()]).any(|attempt_path| {
            ["again", "caught"]
                .iter()
                .any(|fact| journal.contains_key(&format!("{attempt_path}/{fact}")))
        })
    }
}

/// Whether a key belongs to an attempt of this state: not to a state inside it, and not to its entry.
fn is_attempt_of(key: &str, path: &str) -> bool {
    let rest = key.strip_prefix(path).and_then(|rest| rest.strip_prefix('/'));
    let attempt = rest.and_then(|rest| rest.split_once('/'));
    attempt.is_some_and(|(attempt, fact)| attempt.parse::<u32>().is_ok() && !fact.contains('/'))
}
