//! The steps from the indexes with one partition key to the sharded ones.

/// The steps of moving a deployed stage from the indexes with one partition key to the sharded ones. CloudFormation
/// creates or deletes one index per table and update, and two releases serve side by side while a deployment lasts
/// (`docs/upgrading.md`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ShardedIndexes {
    /// Both exist. Reads use the old ones, because items of earlier releases are missing in the new ones.
    #[default]
    Added,
    /// Both exist. The new ones are complete, and reads use them.
    Read,
    /// The old ones are gone.
    Only,
}

/// A text that names no step.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("sharded indexes: the step is not `added`, `read` or `only`")]
pub struct UnknownStep;

impl ShardedIndexes {
    /// The value of the template's parameter `ShardedIndexes`.
    pub fn parse(text: &str) -> Result<Self, UnknownStep> {
        match text {
            "added" => Ok(Self::Added),
            "read" => Ok(Self::Read),
            "only" => Ok(Self::Only),
            _ => Err(UnknownStep),
        }
    }

    pub(crate) fn are_read(self) -> bool {
        match self {
            Self::Added => false,
            Self::Read | Self::Only => true,
        }
    }
}
