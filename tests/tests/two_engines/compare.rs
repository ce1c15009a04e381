//! Compares the runs of a case on both engines. A known deviation must show, and no other difference.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use crate::case::{Call, Case, Deviation, Ended, Run};

/// Describes the difference, if there is one.
pub(crate) fn difference(case: &Case, mut ours: Run, mut theirs: Run) -> Option<String> {
    // Our engine stops branches early, so only the other engine plays the whole script.
    if let Some(state) = case.not_played(&theirs) {
        return Some(format!("{state} had fewer attempts than its script"));
    }
    match case.deviation {
        None => {}
        Some(Deviation::LaneGoesOn(lane)) => {
            let stopped: &[Call] = ours.lanes.get(lane).map_or(&[], Vec::as_slice);
            let went_on = theirs.lanes.get_mut(lane)?;
            if went_on.len() <= stopped.len() {
                return Some(format!("{lane} no longer goes on: {went_on:?}"));
            }
            went_on.truncate(stopped.len());
        }
        Some(Deviation::FirstInFile { reported, by_ministack }) => {
            let verdicts = (ours.verdict(), theirs.verdict());
            let is_as_documented = verdicts == (reported, by_ministack);
            return (!is_as_documented).then(|| format!("ended with {verdicts:?}, and not {reported}, {by_ministack}"));
        }
        Some(Deviation::OutputIgnored) => {
            if !matches!(theirs.ended, Ended::Succeeded { .. }) || theirs.ended == ours.ended {
                return Some(format!("Output was not ignored: {:?}", theirs.ended));
            }
            theirs.ended.clone_from(&ours.ended);
            // The output of a Parallel is the input of the next state.
            for (_, input) in ours.entered.iter_mut().chain(&mut theirs.entered) {
                input.take();
            }
        }
    }
    (ours != theirs).then(|| describe_differences(&ours, &theirs))
}

/// The parts that differ, with a line per engine.
fn describe_differences(ours: &Run, theirs: &Run) -> String {
    let mut text = String::new();
    let mut compare = |part: &str, ours: String, theirs: String| {
        if ours != theirs {
            write!(text, "\n  {part}\n    ours   {ours}\n    theirs {theirs}").unwrap();
        }
    };
    compare("ended", format!("{:?}", ours.ended), format!("{:?}", theirs.ended));
    compare(
        "entered",
        format!("{:?}", ours.entered),
        format!("{:?}", theirs.entered),
    );
    let lanes: BTreeSet<&String> = ours.lanes.keys().chain(theirs.lanes.keys()).collect();
    for lane in lanes {
        let calls = |run: &Run| format!("{:?}", run.lanes.get(lane));
        compare(lane, calls(ours), calls(theirs));
    }
    text
}
