//! Did both engines take the same way? Where a difference is known, it has to be there, and nothing else.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use crate::case::{Call, Case, Ended, Known, Run};

/// What differs, in words.
pub(crate) fn difference(case: &Case, mut ours: Run, mut theirs: Run) -> Option<String> {
    // Where a branch is stopped early, only the other engine plays all of the script.
    if let Some(state) = case.not_played(&theirs) {
        return Some(format!("{state} was not tried as often as the script says"));
    }
    match case.known {
        None => {}
        Some(Known::LaneGoesOn(lane)) => {
            let stopped: &[Call] = ours.lanes.get(lane).map_or(&[], Vec::as_slice);
            let went_on = theirs.lanes.get_mut(lane)?;
            if went_on.len() <= stopped.len() {
                return Some(format!("{lane} no longer goes on: {went_on:?}"));
            }
            went_on.truncate(stopped.len());
        }
        Some(Known::FirstInFile { reported, by_ministack }) => {
            let verdicts = (ours.verdict(), theirs.verdict());
            let as_known = verdicts == (reported, by_ministack);
            return (!as_known).then(|| format!("ended with {verdicts:?}, and not {reported}, {by_ministack}"));
        }
        Some(Known::OutputPassedOver) => {
            if !matches!(theirs.ended, Ended::Succeeded { .. }) || theirs.ended == ours.ended {
                return Some(format!("Output was not passed over: {:?}", theirs.ended));
            }
            theirs.ended.clone_from(&ours.ended);
            // A Parallel's output is the input of the state behind it.
            for (_, input) in ours.entered.iter_mut().chain(&mut theirs.entered) {
                input.take();
            }
        }
    }
    (ours != theirs).then(|| told_apart(&ours, &theirs))
}

/// The parts that differ, each as a line of either engine.
fn told_apart(ours: &Run, theirs: &Run) -> String {
    let mut told = String::new();
    let mut tell = |part: &str, ours: String, theirs: String| {
        if ours != theirs {
            write!(told, "\n  {part}\n    ours   {ours}\n    theirs {theirs}").unwrap();
        }
    };
    tell("ended", format!("{:?}", ours.ended), format!("{:?}", theirs.ended));
    tell(
        "entered",
        format!("{:?}", ours.entered),
        format!("{:?}", theirs.entered),
    );
    let lanes: BTreeSet<&String> = ours.lanes.keys().chain(theirs.lanes.keys()).collect();
    for lane in lanes {
        let calls = |run: &Run| format!("{:?}", run.lanes.get(lane));
        tell(lane, calls(ours), calls(theirs));
    }
    told
}
