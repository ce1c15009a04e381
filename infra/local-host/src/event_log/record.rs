//! One record of the event log: what happened, between which parts of the shop, and in which story.

use serde_json::{Map, Value, json};

use crate::events::clock::rfc3339;

/// Characters of the sentence of a record, at most: the console shows one line.
const TEXT_CHARS_MAX: usize = 500;

/// An event that is about to be recorded.
pub struct Record {
    pub(super) kind: &'static str,
    pub(super) stories: Vec<String>,
    from: Option<String>,
    to: Option<String>,
    pub(super) text: String,
    pub(super) cost_micro_usd: f64,
    pub(super) step: Step,
    pub(super) status: Option<Status>,
    details: Map<String, Value>,
}

/// Whether a record begins or ends work that a story waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    Begins,
    Ends,
    Neither,
}

/// What a record says about the outcome of its story. The last one counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    Running,
    Succeeded,
    /// Something failed, and what it had done was undone.
    Compensated,
    /// An operator has to act.
    Parked,
    Failed,
}

impl Status {
    /// Its name in the list of stories.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Succeeded => "succeeded",
            Self::Compensated => "compensated",
            Self::Parked => "parked",
            Self::Failed => "failed",
        }
    }

    /// The outcome that the status of an order stands for; `None` for a status that the shop does not have.
    pub fn of_order(status: &str) -> Option<Self> {
        match status {
            "PENDING" | "CANCELLING" => Some(Self::Running),
            "CONFIRMED" | "CANCELLED" => Some(Self::Succeeded),
            "REJECTED" => Some(Self::Compensated),
            "PARKED" => Some(Self::Parked),
            _ => None,
        }
    }
}

impl Record {
    /// `text` is one plain sentence without a full stop.
    pub fn new(kind: &'static str, text: impl Into<String>) -> Self {
        Self {
            kind,
            stories: Vec::new(),
            from: None,
            to: None,
            text: text.into(),
            cost_micro_usd: 0.0,
            step: Step::Neither,
            status: None,
            details: Map::new(),
        }
    }

    /// The story, if there is one.
    #[must_use]
    pub fn in_story(self, story: Option<impl Into<String>>) -> Self {
        self.in_stories(story.map(Into::into).into_iter().collect())
    }

    /// The stories of all records of a batch. The first one is the record's own.
    #[must_use]
    pub fn in_stories(mut self, stories: Vec<String>) -> Self {
        self.stories = stories;
        self
    }

    /// The nodes of the map between which the event travels.
    #[must_use]
    pub fn between(mut self, from: impl Into<String>, to: impl Into<String>) -> Self {
        self.from = Some(from.into());
        self.to = Some(to.into());
        self
    }

    /// The node that the event is about, where it does not travel.
    #[must_use]
    pub fn at(mut self, node: impl Into<String>) -> Self {
        self.to = Some(node.into());
        self
    }

    /// Adds a member. `null` is left out.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        let value = value.into();
        if !value.is_null() {
            self.details.insert(name.to_owned(), value);
        }
        self
    }

    /// Adds the price of the event in micro US dollars, as member `cost` and to the sum of its story.
    #[must_use]
    pub fn costing(mut self, micro_usd: f64) -> Self {
        self.cost_micro_usd = micro_usd;
        self.with("cost", json!(micro_usd))
    }

    #[must_use]
    pub fn that(mut self, step: Step) -> Self {
        self.step = step;
        self
    }

    #[must_use]
    pub fn leaving(mut self, status: Option<Status>) -> Self {
        self.status = status;
        self
    }

    /// JSON without the id, which the log adds.
    pub(super) fn to_json(&self, at_ms: i64) -> String {
        let text = match self.text.char_indices().nth(TEXT_CHARS_MAX) {
            Some((end, _)) => &self.text[..end],
            None => &self.text,
        };
        let mut members = self.details.clone();
        members.insert("at".to_owned(), json!(rfc3339(at_ms)));
        members.insert("story".to_owned(), json!(self.stories.first()));
        if self.stories.len() > 1 {
            members.insert("stories".to_owned(), json!(self.stories));
        }
        members.insert("kind".to_owned(), json!(self.kind));
        members.insert("from".to_owned(), json!(self.from));
        members.insert("to".to_owned(), json!(self.to));
        members.insert("text".to_owned(), json!(text));
        Value::Object(members).to_string()
    }
}
