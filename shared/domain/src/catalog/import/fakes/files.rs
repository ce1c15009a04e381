//! The catalog in pieces, and the report under construction.

use std::collections::VecDeque;
use std::ops::Range;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;

use super::{Shop, State, trouble};
use crate::catalog::import::job::ImportId;
use crate::catalog::ports::{ByteStream, CatalogFiles, FileSink, RejectedRowsFiles};
use crate::ports::PortFailure;
use crate::values::{ObjectVersion, UploadId};

const CHUNK_BYTES: usize = 1_000;

struct Chunks {
    left: VecDeque<Vec<u8>>,
    cut_after: Option<usize>,
}

impl Chunks {
    fn of(bytes: &[u8], cut_after: Option<usize>) -> Box<dyn ByteStream> {
        let left = bytes.chunks(CHUNK_BYTES).map(<[u8]>::to_vec).collect();
        Box::new(Self { left, cut_after })
    }
}

#[async_trait]
impl ByteStream for Chunks {
    async fn next(&mut self) -> Result<Option<Vec<u8>>, PortFailure> {
        match &mut self.cut_after {
            Some(0) => return Err(trouble("read catalog")),
            Some(left) => *left -= 1,
            None => {}
        }
        Ok(self.left.pop_front())
    }
}

#[async_trait]
impl CatalogFiles for Shop {
    async fn open(&self, _: &ObjectVersion, bytes: Range<u64>) -> Result<Option<Box<dyn ByteStream>>, PortFailure> {
        let state = self.state();
        Ok(state.file.as_ref().map(|file| {
            let place = |byte: u64| usize::try_from(byte).unwrap().min(file.len());
            Chunks::of(&file[place(bytes.start)..place(bytes.end)], state.cut_after_chunks)
        }))
    }
}

struct Report {
    state: Arc<Mutex<State>>,
    part: Option<String>,
    bytes: Vec<u8>,
}

#[async_trait]
impl FileSink for Report {
    async fn write(&mut self, bytes: &[u8]) -> Result<(), PortFailure> {
        assert!(!bytes.is_empty());
        self.bytes.extend_from_slice(bytes);
        Ok(())
    }

    async fn finish(self: Box<Self>) -> Result<(), PortFailure> {
        let mut state = self.state.lock().unwrap();
        if let Some(part) = self.part {
            let before = state.parts.insert(part, self.bytes);
            assert_eq!(before, None, "a part's name is new");
            return Ok(());
        }
        let is_in_its_place = state.end.is_none() || state.report.as_ref() == Some(&self.bytes);
        assert!(is_in_its_place, "the report is in its place before the import ends");
        state.report = Some(self.bytes);
        Ok(())
    }
}

#[async_trait]
impl RejectedRowsFiles for Shop {
    async fn create(&self, _: &UploadId) -> Result<Box<dyn FileSink>, PortFailure> {
        self.state().reports_begun += 1;
        Ok(self.sink(None))
    }

    async fn create_part(&self, _: &ImportId, part: &str) -> Result<Box<dyn FileSink>, PortFailure> {
        Ok(self.sink(Some(part.to_owned())))
    }

    async fn open_part(&self, _: &ImportId, part: &str) -> Result<Option<Box<dyn ByteStream>>, PortFailure> {
        Ok(self.state().parts.get(part).map(|bytes| Chunks::of(bytes, None)))
    }
}

impl Shop {
    fn sink(&self, part: Option<String>) -> Box<dyn FileSink> {
        Box::new(Report {
            state: self.state.clone(),
            part,
            bytes: Vec::new(),
        })
    }
}
