//! Compares the version of a file that an event announces with the version whose import began last.

use crate::values::{ObjectSequencer, ObjectVersion};

/// Identifies a version of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileVersion {
    /// `None` where the bucket keeps no versions.
    pub version_id: Option<String>,
    /// `None` where the event had none.
    pub sequencer: Option<ObjectSequencer>,
}

/// The age of a version compared with the one whose import began last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileAge {
    /// It is the version whose import has begun.
    Same,
    /// It was stored before that version.
    Older,
    /// Also where the age of neither version is recorded.
    Newer,
}

impl FileVersion {
    /// The version that an event is about, with the sequencer of that event.
    pub fn new(object: &ObjectVersion, sequencer: Option<&ObjectSequencer>) -> Self {
        Self {
            version_id: object.version_id.clone(),
            sequencer: sequencer.cloned(),
        }
    }

    /// How old this version is, beside the one whose import has `begun`.
    pub fn compared_with(&self, begun: &Self) -> FileAge {
        let sequencers = self.sequencer.as_ref().zip(begun.sequencer.as_ref());
        let is_same = match (&self.version_id, &begun.version_id) {
            // Without version ids and sequencers, the same event came twice.
            (None, None) => sequencers.is_none_or(|(this, begun)| this == begun),
            (this, begun) => this == begun,
        };
        let is_older = sequencers.is_some_and(|(this, begun)| this < begun);
        match (is_same, is_older) {
            (true, _) => FileAge::Same,
            (false, true) => FileAge::Older,
            (false, false) => FileAge::Newer,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    type Version = (Option<&'static str>, Option<&'static str>);

    fn age(this: Version, begun: Version) -> FileAge {
        let version = |(version_id, sequencer): Version| FileVersion {
            version_id: version_id.map(str::to_owned),
            sequencer: sequencer.map(|text| ObjectSequencer::parse(text).unwrap()),
        };
        version(this).compared_with(&version(begun))
    }

    #[test]
    fn a_version_id_names_one_version_whatever_its_sequencer() {
        assert_eq!(age((Some("v1"), Some("A1")), (Some("v1"), Some("A2"))), FileAge::Same);
        assert_eq!(age((Some("v2"), Some("A2")), (Some("v1"), Some("A1"))), FileAge::Newer);
        assert_eq!(age((Some("v1"), Some("A1")), (Some("v2"), Some("A2"))), FileAge::Older);
        assert_eq!(age((Some("v2"), None), (Some("v1"), Some("A1"))), FileAge::Newer);
    }

    #[test]
    fn without_version_ids_the_sequencer_decides() {
        assert_eq!(age((None, Some("A1")), (None, Some("A1"))), FileAge::Same);
        assert_eq!(age((None, Some("A1")), (None, Some("A2"))), FileAge::Older);
        assert_eq!(age((None, Some("A2")), (None, Some("A1"))), FileAge::Newer);
        assert_eq!(age((None, None), (None, Some("A1"))), FileAge::Same);
    }

    #[test]
    fn a_file_that_got_versions_later_is_ordered_by_its_sequencers_alone() {
        assert_eq!(age((Some("v1"), Some("A2")), (None, Some("A1"))), FileAge::Newer);
        assert_eq!(age((None, Some("A1")), (Some("v1"), Some("A2"))), FileAge::Older);
        assert_eq!(age((None, None), (Some("v1"), Some("A2"))), FileAge::Newer);
    }
}
