//! The result of one call to import a catalog.

use crate::ports::PortFailure;
use crate::values::ImportCounts;

/// The result of one call. A caller reports the outcome before it returns a failure of the mail: the next attempt finds
/// the import finished, and does not have the outcome again.
#[derive(Debug)]
pub struct ImportAttempt {
    /// How the attempt ended.
    pub outcome: ImportOutcome,
    /// Whether the mail is sent, or needs none. After a failure another attempt sends it.
    pub mail: Result<(), PortFailure>,
}

impl ImportAttempt {
    pub(super) fn without_mail(outcome: ImportOutcome) -> Self {
        Self { outcome, mail: Ok(()) }
    }
}

/// The outcome of an import.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ImportOutcome {
    /// This call ended it. Every row was read; some may have been rejected.
    Done(ImportCounts),
    /// This call ended it: the whole file is unusable, and a retry cannot help.
    Rejected {
        /// Why the whole file is unusable, as its uploader reads it.
        reason: String,
    },
    /// An execution of the state machine continues or begins it.
    HandedOver,
    /// An earlier call ended it.
    FinishedBefore,
    /// A newer version of the file replaced it.
    Superseded,
}
