//! How does S3 serve the domain's ports? A file per port's area, named as in `adapter-embedded`; a handle per bucket.

pub mod bucket;
pub mod files;
pub mod link_signer;
pub mod links;
pub mod object_stream;
pub mod object_writer;
pub mod photos;
