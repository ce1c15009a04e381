//! The catalog pipeline: files in one invocation, and the steps of the import state machine.

use domain::catalog::import::ImportCatalog;
use domain::catalog::import::finish::FinishImport;
use domain::catalog::import::plan::PlanImport;
use domain::catalog::import::range::IngestRange;

use crate::handler::{Function, handler};
use crate::ports::Ports;
use crate::settings::Shop;

pub(crate) const FUNCTIONS: &[Function] = &[
    Function::new("csv-ingester", |shop| {
        handler(
            (ImportCatalog::from(shop), shop.settings.uploads_bucket.clone()),
            |event, import| async move { csv_ingester::handle(event, &import.0, &import.1).await },
        )
    }),
    Function::new("import-plan", |shop| {
        handler(PlanImport::from(shop), |event, plan| async move {
            import_plan::handle(event, &plan).await
        })
    }),
    Function::new("import-range", |shop| {
        handler(IngestRange::from(&shop.ports), |event, ingest| async move {
            import_range::handle(event, &ingest).await
        })
    }),
    Function::new("import-finish", |shop| {
        handler(FinishImport::from(&shop.ports), |event, finish| async move {
            import_finish::handle(event, &finish).await
        })
    }),
];

impl From<&Ports> for IngestRange {
    fn from(ports: &Ports) -> Self {
        Self {
            files: ports.catalog_files.clone(),
            writer: ports.catalog_writer.clone(),
            ledger: ports.imports.clone(),
            rejected_rows: ports.rejected_rows.clone(),
            clock: ports.clock.clone(),
            pause: ports.pause.clone(),
            ids: ports.ids.clone(),
        }
    }
}

impl From<&Ports> for FinishImport {
    fn from(ports: &Ports) -> Self {
        Self {
            files: ports.catalog_files.clone(),
            ledger: ports.imports.clone(),
            rejected_rows: ports.rejected_rows.clone(),
            directory: ports.directory.clone(),
            mailer: ports.mailer.clone(),
            sends: ports.sends.clone(),
            clock: ports.clock.clone(),
        }
    }
}

impl From<&Shop> for ImportCatalog {
    fn from(shop: &Shop) -> Self {
        let ports = &shop.ports;
        Self {
            ledger: ports.imports.clone(),
            ingest: IngestRange::from(ports),
            finish: FinishImport::from(ports),
            runner: ports.import_runner.clone(),
            clock: ports.clock.clone(),
            divided_above_bytes: shop.settings.divide_above_bytes,
        }
    }
}

impl From<&Shop> for PlanImport {
    fn from(shop: &Shop) -> Self {
        Self {
            files: shop.ports.catalog_files.clone(),
            clock: shop.ports.clock.clone(),
            range_bytes: shop.settings.range_bytes,
        }
    }
}
