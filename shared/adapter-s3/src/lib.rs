//! Implements the domain's ports for files, photos and links on S3.
//!
//! One file per area of ports, named as in `adapter-embedded`.
#![warn(missing_docs)]

pub mod bucket;
pub mod files;
pub mod link_signer;
pub mod links;
pub mod object_stream;
pub mod object_writer;
pub mod photos;
