//! The result of one call to import a catalog.

use crate::values::ImportCounts;

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ImportOutcome {
    /// Every row was read; some may have been rejected.
    Done(ImportCounts),
    /// The whole file is unusable, recorded for good: trying again cannot help.
    Rejected {
        reason: String,
    },
    /// It goes on, or begins, in an execution of its own.
    HandedOver,
    FinishedBefore,
    /// A newer version of the file took its place.
    Outdated,
}
