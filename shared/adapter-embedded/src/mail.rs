//! Writes mails into an outbox folder, one file each, for people and mail programs to read.

use std::collections::BTreeSet;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use domain::ports::{Clock, Email, Mailer, PortFailure, SendFailure};
use domain::values::Timestamp;
use tokio::io::AsyncWriteExt;

use crate::eml;
use crate::object_files::ScratchFolder;
use crate::private_files;

const EXTENSION: &str = "eml";
/// The end of a file's name while it is written.
const UNFINISHED: &str = ".eml.unfinished";
/// Mails that can be listed: more than any view shows. Older ones stay in the folder.
const LISTED_MAX: usize = 1_000;
/// The largest file that is read as a mail: many times what the shop writes.
const MAIL_BYTES_MAX: u64 = 1024 * 1024;

/// Writes each mail to a folder as an `.eml` file, and sends nothing.
#[derive(Clone)]
pub struct OutboxMailer {
    folder: Arc<Folder>,
    clock: Arc<dyn Clock>,
}

struct Folder {
    path: PathBuf,
    /// File names of the newest mails, the oldest first. Read once from the folder: a list must not take longer with
    /// every mail.
    newest: Mutex<BTreeSet<String>>,
    /// Present when the folder is removed with its owner.
    _scratch: Option<ScratchFolder>,
}

/// A mail in the outbox.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SentEmail {
    /// When the shop handed it over.
    pub at: Timestamp,
    /// Its recipient, subject and text.
    pub email: Email,
}

/// Some mails of the outbox.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Outbox {
    /// The newest first.
    pub emails: Vec<SentEmail>,
    /// Files among them that are no mails of the shop, or no longer.
    pub unreadable: usize,
}

#[derive(Debug, thiserror::Error)]
enum MailFault {
    #[error("the file is not a regular file of at most {MAIL_BYTES_MAX} bytes")]
    File,
    #[error("the file cannot be read")]
    Read(#[from] io::Error),
    #[error(transparent)]
    Content(#[from] eml::EmlFault),
}

impl OutboxMailer {
    /// Opens or creates the folder. Files that an earlier process left unfinished are removed.
    pub fn open(folder: &Path, clock: Arc<dyn Clock>) -> io::Result<Self> {
        private_files::create_folder(folder)?;
        private_files::restrict_folder(folder)?;
        Self::prepare(folder.to_owned(), None, clock)
    }

    /// Mails that are removed with the last handle.
    pub fn in_temporary_folder(clock: Arc<dyn Clock>) -> io::Result<Self> {
        let scratch = ScratchFolder::create()?;
        Self::prepare(scratch.path().to_owned(), Some(scratch), clock)
    }

    fn prepare(path: PathBuf, scratch: Option<ScratchFolder>, clock: Arc<dyn Clock>) -> io::Result<Self> {
        let newest = Mutex::new(read_names(&path)?);
        let folder = Folder {
            path,
            newest,
            _scratch: scratch,
        };
        Ok(Self {
            folder: Arc::new(folder),
            clock,
        })
    }

    /// The newest mails, at most `limit` and at most 1,000. A file that cannot be read is counted and skipped.
    pub async fn newest(&self, limit: usize) -> Result<Outbox, PortFailure> {
        let folder = Arc::clone(&self.folder);
        tokio::task::spawn_blocking(move || folder.read(limit))
            .await
            .map_err(|error| PortFailure::transient("read outbox", error))
    }

    async fn write(&self, email: &Email) -> Result<(), PortFailure> {
        const ACTION: &str = "write mail";
        let at = self.clock.now();
        let id = uuid::Uuid::now_v7().to_string();
        let text = eml::write(email, &id, at).map_err(|fault| PortFailure::permanent(ACTION, fault))?;
        // Names sort by time, and show it.
        let name = format!("{:013}-{id}.{EXTENSION}", at.unix_ms());
        write_atomically(&self.folder.path, &name, text.as_bytes())
            .await
            .map_err(|error| PortFailure::transient(ACTION, error))?;
        insert(&mut self.folder.names(), name);
        Ok(())
    }
}

#[async_trait]
impl Mailer for OutboxMailer {
    async fn send(&self, email: &Email) -> Result<(), SendFailure> {
        // A file that did not get its name is no mail.
        self.write(email).await.map_err(SendFailure::NotSent)
    }
}

impl Folder {
    fn read(&self, limit: usize) -> Outbox {
        let names: Vec<String> = self.names().iter().rev().cloned().collect();
        let mut outbox = Outbox::default();
        for name in names {
            if outbox.emails.len() == limit {
                break;
            }
            match read_mail(&self.path, &name) {
                Ok(mail) => outbox.emails.push(mail),
                Err(MailFault::Read(fault)) if fault.kind() == io::ErrorKind::NotFound => {
                    // Deleted by hand.
                    self.names().remove(&name);
                }
                Err(fault) => {
                    outbox.unreadable += 1;
                    let error: &dyn std::error::Error = &fault;
                    tracing::warn!(file = name, error, "a file of the outbox cannot be read and is skipped");
                }
            }
        }
        outbox
    }

    /// Inserting a name cannot leave the set half changed.
    fn names(&self) -> MutexGuard<'_, BTreeSet<String>> {
        self.newest.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn write_atomically(folder: &Path, name: &str, bytes: &[u8]) -> io::Result<()> {
    let unfinished = folder.join(format!("{name}.unfinished"));
    let mut file = private_files::create_new(&unfinished).await?;
    file.write_all(bytes).await?;
    file.flush().await?;
    file.sync_data().await?;
    tokio::fs::rename(&unfinished, folder.join(name)).await
}

/// The names of the newest mails; removes what an earlier process left unfinished.
fn read_names(folder: &Path) -> io::Result<BTreeSet<String>> {
    let mut names = BTreeSet::new();
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        let Ok(name) = entry.file_name().into_string() else {
            continue;
        };
        if name.ends_with(UNFINISHED) {
            std::fs::remove_file(entry.path())?;
        } else if sent_at(&name).is_some() {
            insert(&mut names, name);
        }
    }
    Ok(names)
}

fn insert(names: &mut BTreeSet<String>, name: String) {
    names.insert(name);
    if names.len() > LISTED_MAX {
        names.pop_first();
    }
}

/// The time in the name of a mail's file; `None` for any other file.
fn sent_at(name: &str) -> Option<Timestamp> {
    let (at_ms, _) = name.strip_suffix(EXTENSION)?.strip_suffix('.')?.split_once('-')?;
    at_ms.parse().ok().map(Timestamp::from_unix_ms)
}

fn read_mail(folder: &Path, name: &str) -> Result<SentEmail, MailFault> {
    let path = folder.join(name);
    // Looked at before it is opened: opening a pipe would wait for a writer.
    let metadata = std::fs::metadata(&path)?;
    let at = sent_at(name).filter(|_| metadata.is_file() && metadata.len() <= MAIL_BYTES_MAX);
    let at = at.ok_or(MailFault::File)?;
    let email = eml::read(&std::fs::read_to_string(&path)?)?;
    Ok(SentEmail { at, email })
}
