//! Where do mails go? Into an outbox folder, one file each, for people and mail programs to read.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use async_trait::async_trait;
use domain::ports::{Clock, Email, Mailer, PortFailure, SendFailure};
use domain::values::Timestamp;
use tokio::io::AsyncWriteExt;

use crate::eml;
use crate::object_files::ScratchFolder;

const EXTENSION: &str = "eml";

#[derive(Clone)]
pub struct OutboxMailer {
    folder: Arc<Folder>,
    clock: Arc<dyn Clock>,
}

struct Folder {
    path: PathBuf,
    /// Present when the folder goes with its owner.
    _scratch: Option<ScratchFolder>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SentEmail {
    pub at: Timestamp,
    pub email: Email,
}

impl OutboxMailer {
    /// Opens or creates the folder.
    pub fn open(folder: &Path, clock: Arc<dyn Clock>) -> io::Result<Self> {
        std::fs::create_dir_all(folder)?;
        let path = folder.to_owned();
        let folder = Arc::new(Folder { path, _scratch: None });
        Ok(Self { folder, clock })
    }

    /// Mails that are forgotten with the last handle.
    pub fn in_temporary_folder(clock: Arc<dyn Clock>) -> io::Result<Self> {
        let scratch = ScratchFolder::create()?;
        let path = scratch.path().to_owned();
        let folder = Arc::new(Folder {
            path,
            _scratch: Some(scratch),
        });
        Ok(Self { folder, clock })
    }

    /// The mails sent last, newest first.
    pub async fn sent(&self, limit: usize) -> Result<Vec<SentEmail>, PortFailure> {
        let folder = Arc::clone(&self.folder);
        tokio::task::spawn_blocking(move || read_folder(&folder.path, limit))
            .await
            .map_err(io::Error::other)
            .flatten()
            .map_err(|error| PortFailure::transient("read outbox", error))
    }

    async fn write(&self, email: &Email) -> Result<(), PortFailure> {
        const ACTION: &str = "write mail";
        let at = self.clock.now();
        let id = uuid::Uuid::now_v7().to_string();
        let text = eml::write(email, &id, at).map_err(|fault| PortFailure::permanent(ACTION, fault))?;
        // Names sort by time, and say it.
        let name = format!("{:013}-{id}.{EXTENSION}", at.unix_ms());
        write_atomically(&self.folder.path, &name, text.as_bytes())
            .await
            .map_err(|error| PortFailure::transient(ACTION, error))
    }
}

#[async_trait]
impl Mailer for OutboxMailer {
    async fn send(&self, email: &Email) -> Result<(), SendFailure> {
        // A file that did not get its name is no mail.
        self.write(email).await.map_err(SendFailure::NotSent)
    }
}

async fn write_atomically(folder: &Path, name: &str, bytes: &[u8]) -> io::Result<()> {
    let unfinished = folder.join(format!("{name}.unfinished"));
    let mut file = tokio::fs::File::create_new(&unfinished).await?;
    file.write_all(bytes).await?;
    file.flush().await?;
    file.sync_data().await?;
    tokio::fs::rename(&unfinished, folder.join(name)).await
}

fn read_folder(folder: &Path, limit: usize) -> io::Result<Vec<SentEmail>> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == EXTENSION) {
            files.push(path);
        }
    }
    files.sort_unstable_by(|a, b| b.cmp(a));
    let mut sent = Vec::new();
    for path in files.into_iter().take(limit) {
        let at_ms = path
            .file_name()
            .and_then(|name| name.to_str()?.split('-').next()?.parse().ok());
        let Some(at_ms) = at_ms else {
            continue;
        };
        match eml::read(&std::fs::read_to_string(&path)?) {
            Ok(email) => sent.push(SentEmail {
                at: Timestamp::from_unix_ms(at_ms),
                email,
            }),
            Err(fault) => tracing::warn!(error = %fault, "file in the outbox is passed over"),
        }
    }
    Ok(sent)
}
