//! Opens the state of the shop: one folder that one process holds, or memory.

use std::fs::{File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use adapter_embedded::buckets::{BucketNameFault, Buckets, Versions};
use adapter_embedded::gateway::{ANSWER_TIMEOUT, SandboxGateway};
use adapter_embedded::links::LinkSigner;
use adapter_embedded::mail::OutboxMailer;
use adapter_embedded::{Database, DatabaseFault, secrets};
use adapter_system::clock::SystemClock;
use domain::ports::{Clock, PortFailure};
use entry::cursor::{CursorKeyTooShort, CursorSigner};

use crate::payment_switch::Switch;
use crate::ports::NamedBucket;
use crate::template::Deployment;

const DATABASE_FILE: &str = "popshop.sqlite3";
const GATEWAY_FILE: &str = "gateway.sqlite3";
const BUCKETS_FOLDER: &str = "buckets";
const OUTBOX_FOLDER: &str = "outbox";
const LOCK_FILE: &str = "popshop.lock";

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
}

/// What the functions' adapters stand on.
pub(crate) struct HostState {
    pub(crate) database: Database,
    pub(crate) gateway: SandboxGateway,
    /// Whether the gateway answers.
    pub(crate) payments: Switch,
    pub(crate) mailer: OutboxMailer,
    pub(crate) uploads: NamedBucket,
    pub(crate) thumbnails: NamedBucket,
    pub(crate) links: Arc<LinkSigner>,
    pub(crate) cursors: CursorSigner,
    /// Makes the key of the local token issuer.
    pub(crate) issuer_secret: [u8; 32],
    pub(crate) clock: Arc<dyn Clock>,
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
            DataLocation::Folder(folder) => stores_in(folder, &clock)?,
            DataLocation::Memory => stores_in_memory(&clock)?,
        };
        let links = LinkSigner::new(base_url.to_owned(), secrets::secret(&stores.database, "links").await?);
        let cursors = CursorSigner::new(&secrets::secret(&stores.database, "page-tokens").await?)?;
        let issuer_secret = secrets::secret(&stores.database, "token-issuer").await?;
        Ok(Self {
            issuer_secret,
            uploads: bucket(&stores.buckets, deployment, UPLOADS_BUCKET, Versions::Kept)?,
            thumbnails: bucket(&stores.buckets, deployment, THUMBNAILS_BUCKET, Versions::LatestOnly)?,
            database: stores.database,
            gateway: stores.gateway,
            payments: Switch::default(),
            mailer: stores.mailer,
            links: Arc::new(links),
            cursors,
            clock,
            _lock: stores.lock,
        })
    }
}

fn stores_in(folder: &Path, clock: &Arc<dyn Clock>) -> Result<Stores, StateFault> {
    let path = || folder.display().to_string();
    std::fs::create_dir_all(folder).map_err(|source| StateFault::Folder { path: path(), source })?;
    let lock = File::create(folder.join(LOCK_FILE)).map_err(|source| StateFault::Folder { path: path(), source })?;
    match lock.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => return Err(StateFault::InUse { path: path() }),
        Err(TryLockError::Error(source)) => return Err(StateFault::Folder { path: path(), source }),
    }
    let database = Database::open(&folder.join(DATABASE_FILE))?;
    Ok(Stores {
        gateway: SandboxGateway::open(&folder.join(GATEWAY_FILE), Arc::clone(clock), ANSWER_TIMEOUT)?,
        mailer: OutboxMailer::open(&folder.join(OUTBOX_FOLDER), Arc::clone(clock)).map_err(StateFault::Files)?,
        buckets: Buckets::open(database.clone(), &folder.join(BUCKETS_FOLDER), Arc::clone(clock))
            .map_err(StateFault::Files)?,
        database,
        lock: Some(lock),
    })
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
