//! Stories: all records with one correlation id, as a list and as a file.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::record::{Status, Step};
use super::{Entry, EventLog};
use crate::events::clock::rfc3339;
use crate::template::Deployment;
use crate::{map, prices};

/// The name of the format of an exported story. A change that readers have to know gets another number.
pub const FORMAT: &str = "popshop-story/1";

/// What made a story.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MadeBy {
    LocalHost,
    Simulation,
}

impl MadeBy {
    fn as_str(self) -> &'static str {
        match self {
            Self::LocalHost => "local-host",
            Self::Simulation => "simulation",
        }
    }
}

/// The sums over the records of a story.
struct Summary {
    story: String,
    title: String,
    started_at_ms: i64,
    last_at_ms: i64,
    events: usize,
    /// Work that has begun and not ended.
    open: i64,
    status: Option<Status>,
    cost_micro_usd: f64,
}

impl Summary {
    fn of(story: &str, first: &Entry) -> Self {
        Self {
            story: story.to_owned(),
            title: first.text.to_string(),
            started_at_ms: first.at_ms,
            last_at_ms: first.at_ms,
            events: 0,
            open: 0,
            status: None,
            cost_micro_usd: 0.0,
        }
    }

    fn add(&mut self, entry: &Entry) {
        self.last_at_ms = entry.at_ms;
        self.events += 1;
        // The beginning of work may have been dropped from the log.
        self.open = match entry.step {
            Step::Begins => self.open + 1,
            Step::Ends => (self.open - 1).max(0),
            Step::Neither => self.open,
        };
        self.status = entry.status.or(self.status);
        self.cost_micro_usd += entry.cost_micro_usd;
    }

    fn status(&self) -> Status {
        match self.status {
            None if self.open > 0 => Status::Running,
            Some(status) => status,
            None => Status::Succeeded,
        }
    }

    fn to_json(&self) -> Value {
        let status = self.status();
        let ended_at = (status != Status::Running).then(|| rfc3339(self.last_at_ms));
        json!({
            "story": self.story,
            "title": self.title,
            "started_at": rfc3339(self.started_at_ms),
            "ended_at": ended_at,
            "events": self.events,
            "status": status.as_str(),
            "cost": self.cost_micro_usd,
        })
    }
}

impl EventLog {
    /// The stories with the newest records, newest first.
    pub fn stories(&self, limit: usize) -> Value {
        let mut summaries: BTreeMap<String, Summary> = BTreeMap::new();
        for entry in self.entries(|_| true) {
            for story in &entry.stories {
                let summary = summaries.entry(story.clone());
                summary.or_insert_with(|| Summary::of(story, &entry)).add(&entry);
            }
        }
        let mut summaries: Vec<Summary> = summaries.into_values().collect();
        summaries.sort_by(|one, other| (other.last_at_ms, &other.story).cmp(&(one.last_at_ms, &one.story)));
        let newest = summaries.iter().take(limit).map(Summary::to_json);
        json!({ "stories": newest.collect::<Value>() })
    }

    /// A story as a file, which the console also opens without a host. `None` if no record has this story.
    pub fn export(&self, story: &str, made_by: MadeBy, deployment: &Deployment) -> Option<Value> {
        let entries = self.entries(|entry| entry.stories.iter().any(|other| other == story));
        let title = entries.first()?.text.to_string();
        Some(file(story, &title, made_by, deployment, &entries))
    }

    /// All records as one file, for a history with several stories.
    pub fn export_all(&self, story: &str, title: &str, made_by: MadeBy, deployment: &Deployment) -> Value {
        file(story, title, made_by, deployment, &self.entries(|_| true))
    }

    /// Copied, so that the log is not held while they are read.
    fn entries(&self, is_wanted: impl Fn(&Entry) -> bool) -> Vec<Entry> {
        let records = self.records();
        records.kept.iter().filter(|entry| is_wanted(entry)).cloned().collect()
    }
}

fn file(story: &str, title: &str, made_by: MadeBy, deployment: &Deployment, entries: &[Entry]) -> Value {
    let events = entries.iter().map(|entry| parsed(&entry.json));
    json!({
        "format": FORMAT,
        "made_by": made_by.as_str(),
        "story": story,
        "title": title,
        "map": map::to_json(deployment),
        "machines": map::machines(deployment),
        "prices": prices::to_json(),
        "events": events.collect::<Value>(),
    })
}

/// The log wrote it as JSON.
fn parsed(json: &str) -> Value {
    serde_json::from_str(json).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event_log::record::Record;
    use crate::template;

    fn record(text: &str) -> Record {
        Record::new("enqueued", text).in_story(Some("a"))
    }

    #[test]
    fn a_story_runs_until_its_work_has_ended() {
        let log = EventLog::default();
        let status = || log.stories(1)["stories"][0]["status"].clone();
        log.record(record("POST /orders").that(Step::Begins).costing(1.0));
        assert_eq!(status(), "running");
        assert_eq!(log.stories(1)["stories"][0]["ended_at"], Value::Null);
        log.record(record("placed").that(Step::Ends).leaving(Status::of_order("PENDING")));
        assert_eq!(status(), "running", "a pending order is not done");
        log.record(record("rejected").leaving(Status::of_order("REJECTED")).costing(0.5));
        let story = log.stories(1)["stories"][0].clone();
        assert_eq!(
            (&story["status"], &story["title"]),
            (&json!("compensated"), &json!("POST /orders"))
        );
        assert_eq!((&story["cost"], &story["events"]), (&json!(1.5), &json!(3)));
        assert!(story["ended_at"].is_string());
    }

    #[test]
    fn the_newest_story_stands_first_and_a_batch_belongs_to_all_of_its_stories() {
        let log = EventLog::default();
        log.record_at(record("first"), 1);
        let batch = vec!["b".to_owned(), "a".to_owned()];
        log.record_at(Record::new("dequeued", "both").in_stories(batch), 2);
        log.record_at(Record::new("dequeued", "none"), 3);
        log.record_at(Record::new("dequeued", "last").in_story(Some("b")), 4);
        let stories = log.stories(10);
        let names: Vec<&Value> = stories["stories"]
            .as_array()
            .unwrap()
            .iter()
            .map(|story| &story["story"])
            .collect();
        assert_eq!(names, ["b", "a"]);
        let deployment = template::load().unwrap();
        let file = log.export("a", MadeBy::LocalHost, &deployment).unwrap();
        assert_eq!(file["format"], FORMAT);
        let texts: Vec<&Value> = file["events"]
            .as_array()
            .unwrap()
            .iter()
            .map(|event| &event["text"])
            .collect();
        assert_eq!(texts, ["first", "both"]);
        assert!(log.export("c", MadeBy::LocalHost, &deployment).is_none());
    }
}
