//! Opens all parts of the shop, checks them against each other, and connects them.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64};
use std::time::Duration;

use adapter_embedded::executions::Workflow;
use axum::Router;
use domain::ports::PortFailure;
use shop::SagaArns;
use tokio::net::TcpListener;
use tokio::task::{JoinHandle, JoinSet};

use crate::actions::{self, Actions};
use crate::counted::Counted;
use crate::dev::{self, Machinery};
use crate::downtime::Downtimes;
use crate::event_log::record::Record;
use crate::event_log::{EventLog, stream};
use crate::events::EventPlane;
use crate::faults::functions::FaultyFunctions;
use crate::faults::routes::{self as fault_routes, Switchboard};
use crate::functions::Functions;
use crate::identity::{self, Issuer, IssuerFault};
use crate::invoker::Invoker;
use crate::invoker::backlog::Backlog;
use crate::operator::{self, Operator};
use crate::payment_provider::PaymentProvider;
use crate::registry::{self, RegistryFault};
use crate::s3::{self, Objects};
use crate::seed::{self, SeedFault};
use crate::server::{Server, Timeouts};
use crate::state::{DataLocation, HostState, StateFault};
use crate::template::{self, Deployment, EventSource, FunctionSpec, TemplateFault};
use crate::views::{self, Views};
use crate::workflows::journal::Writer;
use crate::workflows::redrive::WorkflowRedriver;
use crate::workflows::{Machines, WorkflowFault, Workflows};
use crate::{api_document, console, gateway, health, request_guard, request_log, retention};

/// How long requests and invocations may still run when the host stops. Work that takes longer is repeated at the next
/// start.
const SHUTDOWN_LIMIT: Duration = Duration::from_secs(10);
/// How long the databases may take to close once nothing uses them any more.
const CLOSING_LIMIT: Duration = Duration::from_secs(5);

/// The issuer in tokens. Not the address, so that a token stays valid after a restart on another port.
const ISSUER: &str = "https://popshop.local";

/// The parameter of the wait for a provider that answers later, and its value here unless another one is given: an
/// order ends within a minute.
const PAYMENT_RESULT_PARAMETER: &str = "PaymentResultSeconds";
const PAYMENT_RESULT_SECONDS: &str = "45";

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Config {
    /// On 127.0.0.1; zero for any that is free.
    pub port: u16,
    pub data: DataLocation,
    /// Instead of the template's defaults.
    pub parameters: BTreeMap<String, String>,
}

/// Why the host does not start.
#[derive(Debug, thiserror::Error)]
pub enum StartFailure {
    #[error("infra/template.yaml: {0}")]
    Template(#[from] TemplateFault),
    #[error(transparent)]
    Workflows(#[from] WorkflowFault),
    #[error(transparent)]
    Registry(#[from] RegistryFault),
    #[error("{}", listen_failure(*port, source.kind()))]
    Listen {
        port: u16,
        #[source]
        source: io::Error,
    },
    #[error(transparent)]
    State(#[from] StateFault),
    #[error("store the first catalog")]
    Seed(#[from] SeedFault),
    #[error(transparent)]
    Issuer(#[from] IssuerFault),
    #[error(transparent)]
    Database(#[from] PortFailure),
}

/// A host that owns its address and its data, and does nothing yet. Requests wait until it is opened.
pub struct Host {
    pub base_url: String,
    /// Takes the metrics out of the log.
    pub counted: Arc<Counted>,
    listener: TcpListener,
    app: Router,
    events: Arc<EventPlane>,
    workflows: Workflows,
    writer: Writer,
    invoker: Arc<Invoker>,
    backlog: Arc<Backlog>,
    shop: Arc<HostState>,
    downtimes: Arc<Downtimes>,
    log: Arc<EventLog>,
    provider: PaymentProvider,
}

/// A running host. Dropped without [`RunningHost::shutdown`], it stops at once, as if its process had died.
pub struct RunningHost {
    pub base_url: String,
    server: Server,
    /// Event sources and workflows.
    loops: JoinSet<()>,
    /// Ends when the last journal is dropped.
    writer: JoinHandle<()>,
    invoker: Arc<Invoker>,
    /// Keeps the data folder locked until the end.
    shop: Arc<HostState>,
    log: Arc<EventLog>,
}

impl Host {
    pub async fn start(config: &Config) -> Result<RunningHost, StartFailure> {
        Ok(Self::prepare(config).await?.open())
    }

    pub async fn prepare(config: &Config) -> Result<Self, StartFailure> {
        let deployment = Arc::new(deployment(config)?);
        let machines = Machines::read(&deployment)?;
        let port = config.port;
        let (listener, address) = listen(port)
            .await
            .map_err(|source| StartFailure::Listen { port, source })?;
        let base_url = format!("http://{address}");
        let shop = Arc::new(HostState::open(&config.data, &deployment, &base_url).await?);
        let counted = Arc::new(Counted::default());
        let sagas = SagaArns {
            order: machines.arn(Workflow::OrderSaga).arn(),
            cancel: machines.arn(Workflow::OrderCancel).arn(),
        };
        let log = Arc::new(EventLog::default());
        let backlog = Arc::new(Backlog::new(stream_consumers(&deployment)));
        let functions = registry::functions(&shop, &deployment, sagas)?;
        let invoker = Arc::new(Invoker::new(functions, Arc::clone(&backlog), Arc::clone(&log)));
        let functions = faulty(Arc::clone(&invoker) as Arc<dyn Functions>, &shop);
        let downtimes = Downtimes::open(shop.database.clone()).await?;
        let events = Arc::new(EventPlane {
            database: shop.database.clone(),
            deployment: Arc::clone(&deployment),
            functions: Arc::clone(&functions),
            downtimes: Arc::clone(&downtimes),
            log: Arc::clone(&log),
            recorded_to: AtomicI64::default(),
        });
        events.prepare().await?;
        let (workflows, writer) = Workflows::prepare(
            shop.database.clone(),
            events.bus(),
            Arc::clone(&functions),
            machines.clone(),
            Arc::clone(&backlog),
            Arc::clone(&downtimes),
        )
        .await?;
        seed::put_catalog(&shop.uploads.bucket).await?;
        let clients = deployment.api.clients();
        let issuer = Issuer::new(ISSUER.to_owned(), base_url.clone(), clients, &shop.issuer_secret)?;
        let issuer = Arc::new(issuer);
        let gateway = gateway::router(&deployment, functions, issuer.authorizer(), Arc::clone(&log));
        let own_routes = Router::new()
            .merge(console::router())
            .merge(health::router(Arc::clone(&shop)))
            .merge(api_document::router()?)
            .merge(operator::router(Operator::of(
                &shop,
                WorkflowRedriver {
                    database: shop.database.clone(),
                    bus: events.bus(),
                    machines: machines.clone(),
                },
            )))
            .merge(dev::router(Machinery {
                shop: Arc::clone(&shop),
                events: Arc::clone(&events),
                invoker: Arc::clone(&invoker),
                machines,
                counted: Arc::clone(&counted),
                deployment: Arc::clone(&deployment),
            }))
            .merge(views::router(Views {
                shop: Arc::clone(&shop),
                events: Arc::clone(&events),
            }))
            .merge(actions::router(Actions {
                invoker: Arc::clone(&invoker),
                issuer: Arc::clone(&issuer),
                gateway: gateway.clone(),
            }))
            .merge(fault_routes::router(Switchboard {
                faults: shop.faults.clone(),
                log: Arc::clone(&log),
            }))
            .merge(stream::router(Arc::clone(&log)))
            .merge(identity::router(Arc::clone(&issuer)))
            .merge(s3::router(objects(&shop, &deployment)));
        let app = request_guard::guarded(request_log::logged(own_routes).merge(gateway), address.port());
        Ok(Self {
            provider: payment_provider(&shop, &app, address),
            base_url,
            counted,
            listener,
            app,
            events,
            workflows,
            writer,
            invoker,
            backlog,
            shop,
            downtimes,
            log,
        })
    }

    /// Lets a visitor crash this process, which starts again from `program` with `arguments`, on the same port.
    pub fn allow_crash(&self, program: PathBuf, arguments: impl Iterator<Item = OsString>) -> io::Result<()> {
        let port = self.listener.local_addr()?.port();
        self.shop.faults.crash.allow(program, arguments, port);
        Ok(())
    }

    /// Starts to work: serves waiting requests, and resumes the work of an earlier process.
    pub fn open(self) -> RunningHost {
        let mut loops = self.events.start();
        loops.spawn(self.workflows.run());
        let (backlog, database) = (self.backlog, self.shop.database.clone());
        loops.spawn(async move { backlog.watch(&database).await });
        loops.spawn(Arc::clone(&self.downtimes).keep_heartbeat());
        loops.spawn(self.provider.run());
        loops.spawn(retention::run(self.shop.database.clone(), self.downtimes));
        let writer = tokio::spawn(self.writer.run());
        self.log.record(Record::new("host_started", "The host has started"));
        RunningHost {
            base_url: self.base_url,
            server: Server::start(self.listener, self.app, Timeouts::default()),
            loops,
            writer,
            invoker: self.invoker,
            shop: self.shop,
            log: self.log,
        }
    }
}

impl RunningHost {
    /// Accepts no more requests, and lets running work finish within `SHUTDOWN_LIMIT`.
    pub async fn shutdown(mut self) {
        let orderly = async {
            // Open streams of events would keep their connections.
            self.log.close();
            self.server.stop().await;
            self.loops.shutdown().await;
            self.invoker.drain().await;
        };
        if tokio::time::timeout(SHUTDOWN_LIMIT, orderly).await.is_err() {
            tracing::warn!("stopped before all work was finished; the next start resumes it");
        }
        self.writer.abort();
        // A caller may open, copy or remove the data next, and SQLite writes until its last connection is closed.
        let closing = [self.shop.database.closing(), self.shop.gateway.closing()];
        drop(self);
        let closed = async {
            for database in closing {
                database.wait().await;
            }
        };
        if tokio::time::timeout(CLOSING_LIMIT, closed).await.is_err() {
            tracing::warn!("a database is still open; the operating system closes it with the process");
        }
    }
}

/// The template with the parameters of the command line, and one default of this host's own.
fn deployment(config: &Config) -> Result<Deployment, TemplateFault> {
    let mut parameters = config.parameters.clone();
    parameters
        .entry(PAYMENT_RESULT_PARAMETER.to_owned())
        .or_insert_with(|| PAYMENT_RESULT_SECONDS.to_owned());
    template::load_with(&parameters)
}

/// The functions behind the switches that break their events and answers.
fn faulty(functions: Arc<dyn Functions>, shop: &HostState) -> Arc<dyn Functions> {
    Arc::new(FaultyFunctions {
        functions,
        faults: shop.faults.clone(),
        delivered: AtomicU64::default(),
    })
}

/// The provider that answers later: its events come in through the same routes as everybody's requests.
fn payment_provider(shop: &HostState, app: &Router, address: SocketAddr) -> PaymentProvider {
    PaymentProvider {
        gateway: shop.gateway.clone(),
        payments: shop.faults.payments.clone(),
        key: shop.webhook_key.clone(),
        app: app.clone(),
        authority: address.to_string(),
    }
}

fn objects(shop: &HostState, deployment: &Deployment) -> Arc<Objects> {
    let cors = deployment
        .buckets
        .values()
        .map(|bucket| (bucket.name.clone(), bucket.cors.clone()));
    let buckets = [&shop.uploads, &shop.thumbnails].map(|named| (named.name.clone(), named.bucket.clone()));
    Arc::new(Objects {
        buckets: BTreeMap::from(buckets),
        cors: cors.collect(),
        signer: Arc::clone(&shop.links),
        clock: Arc::clone(&shop.clock),
        wake: shop.database.watch("object_events"),
    })
}

/// Functions that the order stream feeds, by logical id.
fn stream_consumers(deployment: &Deployment) -> Vec<String> {
    let functions = deployment.functions.values();
    let is_fed = |function: &&FunctionSpec| {
        let mut sources = function.sources.iter();
        sources.any(|source| matches!(source, EventSource::Stream(_)))
    };
    functions
        .filter(is_fed)
        .map(|function| function.logical_id.clone())
        .collect()
}

/// What the user can do, where the port is the reason.
fn listen_failure(port: u16, kind: io::ErrorKind) -> String {
    match kind {
        io::ErrorKind::AddrInUse => format!(
            "port {port} is in use, maybe by another local host; stop that program, or choose a port: \
             `cargo run -- --port N` (0 takes any free port)"
        ),
        io::ErrorKind::PermissionDenied => format!(
            "port {port} needs more permissions than this user has; choose a port above 1023: `cargo run -- --port N`"
        ),
        _ => format!("listen on 127.0.0.1:{port}"),
    }
}

async fn listen(port: u16) -> io::Result<(TcpListener, SocketAddr)> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await?;
    let address = listener.local_addr()?;
    Ok((listener, address))
}
