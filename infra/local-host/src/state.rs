//! Opens the state of the shop: one folder that one process holds, or memory.

use std::ffi::OsString;
use std::fs::{File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use adapter_embedded::buckets::{BucketNameFault, Buckets, Versions};
use adapter_embedded::gateway::{ANSWER_TIMEOUT, SandboxGateway};
use adapter_embedded::links::LinkSigner;
use adapter_embedded::mail::OutboxMailer;
use adapter_embedded::{Database, DatabaseFault, payments, private_files, secrets};
use adapter_system::clock::SystemClock;
use domain::ports::{Clock, PortFailure};
use entry::cursor::{CursorKeyTooShort, CursorSigner};
use entry::webhook::{WebhookKey, WebhookSecretTooShort};

use crate::faults::Faults;
use crate::ports::NamedBucket;
use crate::template::Deployment;

const DATABASE_FILE: &str = "popshop.sqlite3";
const GATEWAY_FILE: &str = "gateway.sqlite3";
const BUCKETS_FOLDER: &str = "buckets";
const OUTBOX_FOLDER: &str = "outbox";
const LOCK_FILE: &str = "popshop.lock";
/// How the names in a data folder begin.
const OUR_NAMES: [&str; 5] = ["popshop.", "gateway.", BUCKETS_FOLDER, OUTBOX_FOLDER, ".health-probe"];
/// Files under construction, which are no objects yet.
const INCOMING_FOLDER: &str = ".incoming";

const UPLOADS_BUCKET: &str = "UploadsBucket";
const THUMBNAILS_BUCKET: &str = "ThumbnailsBucket";

/// Where the state of a host is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DataLocation {
    Folder(PathBuf),
    /// Forgotten when the host ends.
    Memory,
}

/// Why the state cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum StateFault {
    #[error("create data folder {path}")]
    Folder {
        path: String,
        #[source]
        source: io::Error,
    },
    #[error("data folder {path} is in use by another process; stop it, or choose another folder with --data-dir")]
    InUse { path: String },
    #[error(
        "{file} is empty or missing, but {path} has other data of a shop: the file was cut off or removed; restore it \
         from a copy, or start a new shop in another folder with --data-dir"
    )]
    LostDatabase { path: String, file: &'static str },
    #[error(transparent)]
    Database(#[from] DatabaseFault),
    #[error("open buckets or outbox")]
    Files(#[source] io::Error),
    #[error("the template has no bucket {logical_id}")]
    NoBucket { logical_id: &'static str },
    #[error("bucket {logical_id}")]
    BucketName {
        logical_id: &'static str,
        #[source]
        source: BucketNameFault,
    },
    #[error(transparent)]
    Secret(#[from] PortFailure),
    #[error(transparent)]
    CursorKey(#[from] CursorKeyTooShort),
    #[error(transparent)]
    WebhookSecret(#[from] WebhookSecretTooShort),
}

/// What the functions' adapters stand on.
pub(crate) struct HostState {
    pub(crate) database: Database,
    pub(crate) gateway: SandboxGateway,
    /// What a visitor breaks on purpose.
    pub(crate) faults: Faults,
    pub(crate) mailer: OutboxMailer,
    pub(crate) uploads: NamedBucket,
    pub(crate) thumbnails: NamedBucket,
    pub(crate) links: Arc<LinkSigner>,
    pub(crate) cursors: CursorSigner,
    /// Signs and verifies the payment provider's webhooks.
    pub(crate) webhook_key: WebhookKey,
    /// Makes the key of the local token issuer.
    pub(crate) issuer_secret: [u8; 32],
    pub(crate) clock: Arc<dyn Clock>,
    /// `None` in memory.
    pub(crate) folder: Option<PathBuf>,
    /// The operating system takes the lock back when the process ends, however it ends.
    _lock: Option<File>,
}

struct Stores {
    database: Database,
    gateway: SandboxGateway,
    mailer: OutboxMailer,
    buckets: Buckets,
    lock: Option<File>,
}

impl HostState {
    /// `base_url` is where links to objects lead.
    pub(crate) async fn open(
        location: &DataLocation,
        deployment: &Deployment,
        base_url: &str,
    ) -> Result<Self, StateFault> {
        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        let stores = match location {
            DataLocation::Folder(folder) => stores_in(folder, &clock).await?,
            DataLocation::Memory => stores_in_memory(&clock)?,
        };
        let links = LinkSigner::new(base_url.to_owned(), secrets::secret(&stores.database, "links").await?);
        // One secret for both, as on AWS.
        let page_tokens = secrets::secret(&stores.database, "page-tokens").await?;
        let cursors = CursorSigner::new(&page_tokens)?;
        let webhook_key = WebhookKey::derive(&page_tokens)?;
        let issuer_secret = secrets::secret(&stores.database, "token-issuer").await?;
        Ok(Self {
            issuer_secret,
            uploads: bucket(&stores.buckets, deployment, UPLOADS_BUCKET, Versions::Kept)?,
            thumbnails: bucket(&stores.buckets, deployment, THUMBNAILS_BUCKET, Versions::LatestOnly)?,
            database: stores.database,
            gateway: stores.gateway,
            faults: Faults::new(*location == DataLocation::Memory),
            mailer: stores.mailer,
            links: Arc::new(links),
            cursors,
            webhook_key,
            clock,
            folder: match location {
                DataLocation::Folder(folder) => Some(folder.clone()),
                DataLocation::Memory => None,
            },
            _lock: stores.lock,
        })
    }
}

async fn stores_in(folder: &Path, clock: &Arc<dyn Clock>) -> Result<Stores, StateFault> {
    let path = || folder.display().to_string();
    let lock = locked(folder).map_err(|source| StateFault::Folder { path: path(), source })?;
    let lock = lock.ok_or_else(|| StateFault::InUse { path: path() })?;
    let lost = |file| StateFault::LostDatabase { path: path(), file };
    if is_empty(folder, DATABASE_FILE) && has_other_data(folder).map_err(StateFault::Files)? {
        return Err(lost(DATABASE_FILE));
    }
    let database = Database::open(&folder.join(DATABASE_FILE))?;
    if is_empty(folder, GATEWAY_FILE) && payments::any(&database).await? {
        return Err(lost(GATEWAY_FILE));
    }
    Ok(Stores {
        gateway: SandboxGateway::open(&folder.join(GATEWAY_FILE), Arc::clone(clock), ANSWER_TIMEOUT)?,
        mailer: OutboxMailer::open(&folder.join(OUTBOX_FOLDER), Arc::clone(clock)).map_err(StateFault::Files)?,
        buckets: Buckets::open(database.clone(), &folder.join(BUCKETS_FOLDER), Arc::clone(clock))
            .map_err(StateFault::Files)?,
        database,
        lock: Some(lock),
    })
}

/// Creates the folder where there is none and locks it; `None` if another process holds it. Nobody but the owner can
/// read a folder that has nothing of anybody else.
fn locked(folder: &Path) -> io::Result<Option<File>> {
    private_files::create_folder(folder)?;
    let mut names = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        names.push(entry?.file_name());
    }
    let is_ours = |name: &OsString| {
        let name = name.to_string_lossy();
        OUR_NAMES.iter().any(|ours| name.starts_with(ours))
    };
    if names.iter().all(is_ours) {
        private_files::restrict_folder(folder)?;
    }
    let path = folder.join(LOCK_FILE);
    private_files::create_or_restrict_file(&path)?;
    let lock = File::create(path)?;
    match lock.try_lock() {
        Ok(()) => Ok(Some(lock)),
        Err(TryLockError::WouldBlock) => Ok(None),
        Err(TryLockError::Error(fault)) => Err(fault),
    }
}

fn is_empty(folder: &Path, file: &str) -> bool {
    std::fs::metadata(folder.join(file)).map_or(true, |file| file.len() == 0)
}

/// Whether the folder holds what only a shop with a database can have made. A first start that was killed half way
/// leaves none of it: the database is made first.
fn has_other_data(folder: &Path) -> io::Result<bool> {
    let log = format!("{DATABASE_FILE}-wal");
    if !is_empty(folder, GATEWAY_FILE) || !is_empty(folder, &log) {
        return Ok(true);
    }
    for inner in [BUCKETS_FOLDER, OUTBOX_FOLDER] {
        let inner = folder.join(inner);
        if !inner.try_exists()? {
            continue;
        }
        for entry in std::fs::read_dir(inner)? {
            if entry?.file_name() != INCOMING_FOLDER {
                return Ok(true);
            }
        }
    }
    Ok(false)
}

fn stores_in_memory(clock: &Arc<dyn Clock>) -> Result<Stores, StateFault> {
    let database = Database::in_memory()?;
    Ok(Stores {
        gateway: SandboxGateway::in_memory(Arc::clone(clock), ANSWER_TIMEOUT)?,
        mailer: OutboxMailer::in_temporary_folder(Arc::clone(clock)).map_err(StateFault::Files)?,
        buckets: Buckets::in_temporary_folder(database.clone(), Arc::clone(clock)).map_err(StateFault::Files)?,
        database,
        lock: None,
    })
}

fn bucket(
    buckets: &Buckets,
    deployment: &Deployment,
    logical_id: &'static str,
    versions: Versions,
) -> Result<NamedBucket, StateFault> {
    let spec = deployment
        .buckets
        .get(logical_id)
        .ok_or(StateFault::NoBucket { logical_id })?;
    let bucket = buckets
        .bucket(&spec.name, versions)
        .map_err(|source| StateFault::BucketName { logical_id, source })?;
    Ok(NamedBucket {
        name: spec.name.clone(),
        bucket,
    })
}
