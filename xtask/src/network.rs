//! Says whether a command may download from package registries.

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Network {
    Allowed,
    Offline,
}
