//! The reasons for which an attempt reads no more rows.

use super::super::header::NoHeader;
use crate::catalog::csv::HeaderFault;
use crate::ports::PortFailure;

pub(super) enum Stopped {
    /// The header of the file is not one of a catalog.
    Unusable,
    /// The file was deleted.
    Gone,
    /// Another attempt recorded a checkpoint first.
    Overtaken,
    /// The import has ended, or a newer version of the file took its place.
    Closed,
    Port(PortFailure),
}

impl From<HeaderFault> for Stopped {
    fn from(_: HeaderFault) -> Self {
        Self::Unusable
    }
}

impl From<PortFailure> for Stopped {
    fn from(failure: PortFailure) -> Self {
        Self::Port(failure)
    }
}

impl From<NoHeader> for Stopped {
    fn from(reason: NoHeader) -> Self {
        match reason {
            NoHeader::Unusable(_) => Self::Unusable,
            NoHeader::Gone => Self::Gone,
            NoHeader::Port(failure) => Self::Port(failure),
        }
    }
}
