//! How do the parts become a running shop? Opened, checked against each other and connected here, in one order.

use std::collections::BTreeMap;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use adapter_embedded::executions::Workflow;
use axum::Router;
use domain::ports::PortFailure;
use shop::SagaArns;
use tokio::net::TcpListener;
use tokio::sync::{Notify, oneshot};
use tokio::task::{JoinHandle, JoinSet};

use crate::counted::Counted;
use crate::dev::{self, Machinery};
use crate::events::EventPlane;
use crate::functions::Functions;
use crate::identity::{self, Issuer, IssuerFault};
use crate::invoker::Invoker;
use crate::operator::{self, Operator};
use crate::registry::{self, RegistryFault};
use crate::s3::{self, Objects};
use crate::seed::{self, SeedFault};
use crate::state::{DataLocation, HostState, StateFault};
use crate::template::{self, TemplateFault};
use crate::workflows::journal::Writer;
use crate::workflows::redrive::WorkflowRedriver;
use crate::workflows::{Machines, WorkflowFault, Workflows};
use crate::{api_document, console, gateway};

/// How long requests and invocations may still run when the host stops. What takes longer is repeated at the next start.
const SHUTDOWN_LIMIT: Duration = Duration::from_secs(10);

/// Whose name tokens carry. Not the address: a token outlives a restart on another port.
const ISSUER: &str = "https://popshop.local";

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
    #[error("listen on 127.0.0.1:{port}")]
    Listen {
        port: u16,
        #[source]
        source: io::Error,
    },
    #[error(transparent)]
    State(#[from] StateFault),
    #[error("put the first catalog")]
    Seed(#[from] SeedFault),
    #[error(transparent)]
    Issuer(#[from] IssuerFault),
    #[error(transparent)]
    Database(#[from] PortFailure),
}

/// A host that owns its address and its data, and does nothing yet. Requests wait until it is opened.
pub struct Host {
    pub base_url: String,
    /// Wants the lines of metrics among those of the log.
    pub counted: Arc<Counted>,
    listener: TcpListener,
    app: Router,
    events: Arc<EventPlane>,
    workflows: Workflows,
    writer: Writer,
    invoker: Arc<Invoker>,
    shop: Arc<HostState>,
}

/// A host at work. Dropped without [`RunningHost::shutdown`], it stops at once, as if its process had died.
pub struct RunningHost {
    pub base_url: String,
    stop: oneshot::Sender<()>,
    server: JoinHandle<io::Result<()>>,
    /// Event sources and workflows.
    loops: JoinSet<()>,
    /// Ends by itself when nobody is left who writes.
    writer: JoinHandle<()>,
    invoker: Arc<Invoker>,
    /// Keeps the data folder locked until the end.
    shop: Arc<HostState>,
}

impl Host {
    pub async fn start(config: &Config) -> Result<RunningHost, StartFailure> {
        Ok(Self::prepare(config).await?.open())
    }

    pub async fn prepare(config: &Config) -> Result<Self, StartFailure> {
        let deployment = Arc::new(template::load_with(&config.parameters)?);
        let machines = Machines::read(&deployment)?;
        let port = config.port;
        let (listener, base_url) = listen(port)
            .await
            .map_err(|source| StartFailure::Listen { port, source })?;
        let shop = Arc::new(HostState::open(&config.data, &deployment, &base_url).await?);
        let counted = Arc::new(Counted::default());
        let wake = Arc::new(Notify::new());
        let sagas = SagaArns {
            order: machines.arn(Workflow::OrderSaga).arn(),
            cancel: machines.arn(Workflow::OrderCancel).arn(),
        };
        let invoker = Arc::new(Invoker::new(
            registry::functions(&shop, &deployment, sagas)?,
            Arc::clone(&wake),
        ));
        let functions: Arc<dyn Functions> = Arc::clone(&invoker) as Arc<dyn Functions>;
        let events = Arc::new(EventPlane {
            database: shop.database.clone(),
            deployment: Arc::clone(&deployment),
            functions: Arc::clone(&functions),
            wake: Arc::clone(&wake),
        });
        events.prepare().await?;
        let (workflows, writer) = Workflows::prepare(
            shop.database.clone(),
            Arc::clone(&deployment),
            Arc::clone(&functions),
            machines.clone(),
            Arc::clone(&wake),
        )
        .await?;
        seed::put_catalog(&shop.uploads.bucket).await?;
        let issuer = Arc::new(Issuer::new(
            ISSUER.to_owned(),
            base_url.clone(),
            deployment.api.clients(),
            &shop.issuer_secret,
        )?);
        let app = Router::new()
            .merge(console::router())
            .merge(api_document::router()?)
            .merge(operator::router(Operator::of(
                &shop,
                WorkflowRedriver {
                    database: shop.database.clone(),
                    deployment: Arc::clone(&deployment),
                    machines: machines.clone(),
                    wake: Arc::clone(&wake),
                },
            )))
            .merge(dev::router(Machinery {
                shop: Arc::clone(&shop),
                events: Arc::clone(&events),
                invoker: Arc::clone(&invoker),
                machines,
                counted: Arc::clone(&counted),
            }))
            .merge(identity::router(Arc::clone(&issuer)))
            .merge(s3::router(objects(&shop, wake)))
            .merge(gateway::router(&deployment, functions, issuer.authorizer()));
        Ok(Self {
            base_url,
            counted,
            listener,
            app,
            events,
            workflows,
            writer,
            invoker,
            shop,
        })
    }

    /// Begins to work: serves what has come in meanwhile, and goes on with what an earlier process left.
    pub fn open(self) -> RunningHost {
        let mut loops = self.events.start();
        loops.spawn(self.workflows.run());
        let writer = tokio::spawn(self.writer.run());
        let (stop, stopped) = oneshot::channel::<()>();
        let server = axum::serve(
            self.listener,
            self.app.into_make_service_with_connect_info::<SocketAddr>(),
        )
        .with_graceful_shutdown(async move {
            // Dropping the sender stops the server as well.
            stopped.await.unwrap_or_default();
        });
        RunningHost {
            base_url: self.base_url,
            stop,
            server: tokio::spawn(server.into_future()),
            loops,
            writer,
            invoker: self.invoker,
            shop: self.shop,
        }
    }
}

impl RunningHost {
    /// Accepts nothing more, and lets what runs come to its end within `SHUTDOWN_LIMIT`.
    pub async fn shutdown(mut self) {
        let orderly = async {
            drop(self.stop);
            match (&mut self.server).await {
                Ok(Ok(())) => {}
                Ok(Err(error)) => tracing::error!(error = &error as &dyn std::error::Error, "server ended badly"),
                Err(error) => tracing::error!(error = &error as &dyn std::error::Error, "server broke off"),
            }
            self.loops.shutdown().await;
            self.invoker.drain().await;
        };
        if tokio::time::timeout(SHUTDOWN_LIMIT, orderly).await.is_err() {
            tracing::warn!("stopped in the middle of work, which the next start takes up again");
        }
        self.server.abort();
        self.writer.abort();
        drop(self.shop);
    }
}

fn objects(shop: &HostState, wake: Arc<Notify>) -> Arc<Objects> {
    let buckets = [&shop.uploads, &shop.thumbnails].map(|named| (named.name.clone(), named.bucket.clone()));
    Arc::new(Objects {
        buckets: BTreeMap::from(buckets),
        signer: Arc::clone(&shop.links),
        clock: Arc::clone(&shop.clock),
        wake,
    })
}

async fn listen(port: u16) -> io::Result<(TcpListener, String)> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await?;
    let base_url = format!("http://{}", listener.local_addr()?);
    Ok((listener, base_url))
}
