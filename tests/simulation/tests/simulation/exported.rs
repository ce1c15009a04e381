//! Tests that the console can open an exported history of the simulation like a story of the local host.

use std::collections::BTreeSet;
use std::sync::Arc;

use local_host::event_log::EventLog;
use local_host::event_log::record::Record;
use local_host::event_log::stories::MadeBy;
use local_host::template;
use serde_json::Value;
use simulation::design::Design;
use simulation::{random, variants};

fn members(value: &Value) -> BTreeSet<&str> {
    value.as_object().unwrap().keys().map(String::as_str).collect()
}

fn kinds(file: &Value) -> BTreeSet<&str> {
    let events = file["events"].as_array().unwrap().iter();
    events.map(|event| event["kind"].as_str().unwrap()).collect()
}

#[test]
fn a_history_has_the_format_of_a_story_of_the_local_host() {
    let (_, file) = random::history(1)
        .run_exported(&Arc::new(Design::ours().unwrap()))
        .unwrap();
    let log = EventLog::default();
    log.record(Record::new("host_started", "The host has started").in_story(Some("a")));
    let story = log.export("a", MadeBy::LocalHost, &template::load().unwrap()).unwrap();
    assert_eq!(members(&file), members(&story));
    for member in ["format", "map", "prices"] {
        assert_eq!(file[member], story[member], "{member}");
    }
    // The simulated machines have shorter timeouts.
    assert_eq!(members(&file["machines"]), members(&story["machines"]));
    assert_eq!(
        (&file["made_by"], &file["story"]),
        (&"simulation".into(), &"seed-1".into())
    );
    let common = members(&story["events"][0]);
    for event in file["events"].as_array().unwrap() {
        assert!(common.is_subset(&members(event)), "{event}");
    }
}

#[test]
fn a_history_has_every_step_with_its_simulated_time_and_the_same_seed_the_same_file() {
    let design = Arc::new(Design::ours().unwrap());
    let (report, file) = random::history(1).run_exported(&design).unwrap();
    let wanted = [
        "invocation_started",
        "invocation_ended",
        "port_call",
        "stream_record",
        "execution_started",
        "state_entered",
        "execution_ended",
    ];
    for kind in wanted {
        assert!(kinds(&file).contains(kind), "{kind} in {:?}", kinds(&file));
    }
    assert_eq!(kinds(&file).contains("fault_injected"), !report.injected.is_empty());
    let times: Vec<&str> = file["events"]
        .as_array()
        .unwrap()
        .iter()
        .map(|event| event["at"].as_str().unwrap())
        .collect();
    assert!(
        times.is_sorted() && times[0].starts_with("2027-01-15"),
        "{:?}",
        times.first()
    );
    assert_eq!(random::history(1).run_exported(&design).unwrap().1, file);
}

#[test]
fn a_failing_history_of_a_broken_shop_shows_the_violated_rule_and_its_own_state_machine() {
    let (variant, design) = variants::named("a swallowed compensation").unwrap();
    let ours = random::history(34)
        .run_exported(&Arc::new(Design::ours().unwrap()))
        .unwrap()
        .1;
    let (report, file) = variant.history(34).run_exported(&Arc::new(design)).unwrap();
    let events = file["events"].as_array().unwrap().iter();
    let violated = events.filter(|event| event["kind"] == "rule_violated").count();
    assert_eq!((violated, violated > 0), (report.violations.len(), true));
    assert_ne!(file["machines"]["OrderSaga"], ours["machines"]["OrderSaga"]);
    assert!(!kinds(&ours).contains("rule_violated"));
    let unknown = variants::named("a perfect shop").err().unwrap();
    assert!(unknown.contains("a swallowed compensation"), "{unknown}");
}
