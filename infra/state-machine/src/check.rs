//! Does the graph of states hold together? Every target exists, every state can be reached, every scope keeps its own.

use std::collections::BTreeSet;

use crate::definition::{Kind, Machine, State};
use crate::errors::ALL;
use crate::parse::DefinitionFault;

/// `States.ALL` stands alone, and last: behind it nothing could match.
pub(crate) fn errors_in_order<'a>(
    handlers: impl ExactSizeIterator<Item = &'a Vec<String>>,
    path: &str,
) -> Result<(), DefinitionFault> {
    let last = handlers.len().saturating_sub(1);
    for (index, names) in handlers.enumerate() {
        if names.iter().any(|name| name == ALL) && (names.len() > 1 || index != last) {
            return Err(DefinitionFault::at(path, "has States.ALL neither alone nor last"));
        }
    }
    Ok(())
}

pub(crate) fn graph(machine: &Machine, path: &str) -> Result<(), DefinitionFault> {
    machine_in_scope(machine, path, &BTreeSet::new())
}

fn machine_in_scope(machine: &Machine, path: &str, outer: &BTreeSet<&str>) -> Result<(), DefinitionFault> {
    let mut reached = BTreeSet::new();
    let mut waiting = vec![("StartAt", machine.start_at.as_str())];
    while let Some((from, name)) = waiting.pop() {
        let Some(state) = machine.states.get(name) else {
            return Err(DefinitionFault::at(
                path,
                format!("has no state {name}, to which {from} leads"),
            ));
        };
        if reached.insert(name) {
            waiting.extend(targets(state).into_iter().map(|target| (name, target)));
        }
    }
    if let Some(name) = machine.states.keys().find(|name| !reached.contains(name.as_str())) {
        return Err(DefinitionFault::at(
            path,
            format!("has the state {name}, to which nothing leads"),
        ));
    }
    // A branch reads the variables around it and assigns its own; the same name in both could only be a mistake.
    let own: BTreeSet<&str> = machine.states.values().flat_map(assigned).collect();
    if let Some(name) = own.iter().find(|name| outer.contains(*name)) {
        return Err(DefinitionFault::at(
            path,
            format!("assigns ${name}, which belongs to the states around it"),
        ));
    }
    let scope: BTreeSet<&str> = outer.union(&own).copied().collect();
    for (name, state) in &machine.states {
        for (index, inner) in state.kind.machines().into_iter().enumerate() {
            machine_in_scope(inner, &format!("{path}.States.{name}[{index}]"), &scope)?;
        }
    }
    Ok(())
}

fn targets(state: &State) -> Vec<&str> {
    let mut targets: Vec<&str> = state.catch.iter().map(|catcher| catcher.next.as_str()).collect();
    targets.extend(state.next.as_deref());
    if let Kind::Choice { rules, default } = &state.kind {
        targets.extend(rules.iter().map(|rule| rule.next.as_str()));
        targets.extend(default.as_deref());
    }
    targets
}

fn assigned(state: &State) -> Vec<&str> {
    let mut names: Vec<&str> = state.assign.iter().map(|(name, _)| name.as_str()).collect();
    names.extend(
        state
            .catch
            .iter()
            .flat_map(|catcher| &catcher.assign)
            .map(|(name, _)| name.as_str()),
    );
    if let Kind::Choice { rules, .. } = &state.kind {
        names.extend(
            rules
                .iter()
                .flat_map(|rule| &rule.assign)
                .map(|(name, _)| name.as_str()),
        );
    }
    names
}
