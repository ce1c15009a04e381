//! Checks the graph of states: every target exists, every state can be reached, and no state leads out of its scope.

use std::collections::BTreeSet;

use crate::definition::{Kind, Machine, State};
use crate::expression::Template;
use crate::fault::DefinitionFault;

/// As AWS has it.
const NAME_CHARS_MAX: usize = 80;
/// Characters that AWS refuses in the name of a state. Paths rely on two of them: `Name#visit/attempt`.
const NAME_WITHOUT: &str = "?*<>{}[]\"#%\\^|~`$&,;:/";

pub(crate) fn graph(machine: &Machine, path: &str) -> Result<(), DefinitionFault> {
    machine_in_scope(machine, path, &BTreeSet::new(), &mut BTreeSet::new())
}

fn machine_in_scope<'a>(
    machine: &'a Machine,
    path: &str,
    outer: &BTreeSet<&'a str>,
    names: &mut BTreeSet<&'a str>,
) -> Result<(), DefinitionFault> {
    every_state_is_reached(machine, path)?;
    // A branch reads the variables around it and assigns its own; the same name in both could only be a mistake.
    let own: BTreeSet<&str> = machine.states.values().flat_map(assigned).collect();
    if let Some(name) = own.intersection(outer).next() {
        return Err(DefinitionFault::at(
            path,
            format!("assigns ${name}, which belongs to the states around it"),
        ));
    }
    let scope: BTreeSet<&str> = outer.union(&own).copied().collect();
    for (name, state) in &machine.states {
        let path = format!("{path}.States.{name}");
        let is_short = (1..=NAME_CHARS_MAX).contains(&name.chars().count());
        if !is_short || name.contains(|c: char| c.is_control() || NAME_WITHOUT.contains(c)) {
            return Err(DefinitionFault::at(&path, "is no name for a state"));
        }
        if !names.insert(name) {
            return Err(DefinitionFault::at(&path, "has the name of another state of this file"));
        }
        if let Some(unknown) = read(state).into_iter().find(|name| !scope.contains(name)) {
            return Err(DefinitionFault::at(
                &path,
                format!("reads ${unknown}, which no state in its scope assigns"),
            ));
        }
        for (index, inner) in state.kind.machines().iter().enumerate() {
            let place = match state.kind {
                Kind::Map(_) => "ItemProcessor".to_owned(),
                _ => format!("Branches[{index}]"),
            };
            machine_in_scope(inner, &format!("{path}.{place}"), &scope, names)?;
        }
    }
    Ok(())
}

fn every_state_is_reached(machine: &Machine, path: &str) -> Result<(), DefinitionFault> {
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
    match machine.states.keys().find(|name| !reached.contains(name.as_str())) {
        None => Ok(()),
        Some(name) => Err(DefinitionFault::at(
            path,
            format!("has the state {name}, to which nothing leads"),
        )),
    }
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

/// Every `Assign` of a state: its own, its catchers' and its rules'.
fn assigns(state: &State) -> impl Iterator<Item = &(String, Template)> {
    let rules = match &state.kind {
        Kind::Choice { rules, .. } => rules.as_slice(),
        _ => &[],
    };
    let of_rules = rules.iter().flat_map(|rule| &rule.assign);
    let of_catchers = state.catch.iter().flat_map(|catcher| &catcher.assign);
    state.assign.iter().chain(of_catchers).chain(of_rules)
}

fn assigned(state: &State) -> impl Iterator<Item = &str> {
    assigns(state).map(|(name, _)| name.as_str())
}

/// The variables that a state's expressions read, those of the states inside it left out.
fn read(state: &State) -> BTreeSet<&str> {
    let mut names = BTreeSet::new();
    let mut templates: Vec<&Template> = assigns(state).map(|(_, template)| template).collect();
    templates.extend(&state.output);
    templates.extend(state.catch.iter().filter_map(|catcher| catcher.output.as_ref()));
    match &state.kind {
        Kind::Task(task) => templates.extend(task.payload.iter().chain(&task.timeout_seconds)),
        Kind::Map(map) => templates.extend(map.items.iter().chain(&map.item_selector)),
        Kind::Wait(until) => templates.push(until.template()),
        Kind::Fail { error, cause } => templates.extend(error.iter().chain(cause)),
        Kind::Choice { rules, .. } => {
            templates.extend(rules.iter().filter_map(|rule| rule.output.as_ref()));
            names.extend(rules.iter().flat_map(|rule| rule.condition.variables()));
        }
        Kind::Parallel { .. } | Kind::Pass | Kind::Succeed => {}
    }
    for template in templates {
        template.collect_variables(&mut names);
    }
    names
}
