//! What are the functions made of that import catalogs?

use domain::catalog::import::ImportCatalog;
use domain::catalog::import::finish::FinishImport;
use domain::catalog::import::plan::PlanImport;
use domain::catalog::import::range::IngestRange;

use super::{Registry, RegistryFault};
use crate::ports::Ports;
use crate::template::Deployment;

const CSV_INGESTER: &str = "CsvIngester";
const IMPORT_PLAN: &str = "ImportPlan";

impl Registry {
    pub(super) fn imports(
        &mut self,
        ports: &Ports,
        deployment: &Deployment,
        uploads_bucket: &str,
    ) -> Result<(), RegistryFault> {
        let import = ImportCatalog {
            ledger: ports.imports.clone(),
            ingest: ingest(ports),
            finish: finish(ports),
            runner: ports.import_runner.clone(),
            clock: ports.clock.clone(),
            divided_above_bytes: number(deployment, CSV_INGESTER, "DIVIDE_ABOVE_BYTES")?,
        };
        let import = (import, uploads_bucket.to_owned());
        self.add(CSV_INGESTER, import, |event, import| async move {
            csv_ingester::handle(event, &import.0, &import.1).await
        });

        let plan = PlanImport {
            files: ports.catalog_files.clone(),
            clock: ports.clock.clone(),
            range_bytes: number(deployment, IMPORT_PLAN, "RANGE_BYTES")?,
        };
        self.add(IMPORT_PLAN, plan, |event, plan| async move {
            import_plan::handle(event, &plan).await
        });

        self.add("ImportRange", ingest(ports), |event, ingest| async move {
            import_range::handle(event, &ingest).await
        });

        self.add("ImportFinish", finish(ports), |event, finish| async move {
            import_finish::handle(event, &finish).await
        });
        Ok(())
    }
}

fn ingest(ports: &Ports) -> IngestRange {
    IngestRange {
        files: ports.catalog_files.clone(),
        writer: ports.catalog_writer.clone(),
        ledger: ports.imports.clone(),
        rejected_rows: ports.rejected_rows.clone(),
        clock: ports.clock.clone(),
        pause: ports.pause.clone(),
        ids: ports.ids.clone(),
    }
}

fn finish(ports: &Ports) -> FinishImport {
    FinishImport {
        files: ports.catalog_files.clone(),
        ledger: ports.imports.clone(),
        rejected_rows: ports.rejected_rows.clone(),
        directory: ports.directory.clone(),
        mailer: ports.mailer.clone(),
        sends: ports.sends.clone(),
        clock: ports.clock.clone(),
    }
}

/// A number that the template gives to a function.
fn number(deployment: &Deployment, function: &'static str, variable: &'static str) -> Result<u64, RegistryFault> {
    let variables = deployment.functions.get(function).map(|spec| &spec.variables);
    variables
        .and_then(|variables| variables.get(variable)?.parse().ok())
        .ok_or(RegistryFault::NoNumber { function, variable })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::template;

    #[test]
    fn sizes_come_from_the_templates_parameters() {
        let divided_above = |parameters: &[(&str, &str)]| {
            let parameters: BTreeMap<String, String> = parameters
                .iter()
                .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
                .collect();
            let deployment = template::load_with(&parameters).unwrap();
            number(&deployment, CSV_INGESTER, "DIVIDE_ABOVE_BYTES")
        };
        assert_eq!(divided_above(&[]), Ok(64 * 1_024 * 1_024));
        assert_eq!(divided_above(&[("CatalogDivideAboveBytes", "0")]), Ok(0));
        let fault = divided_above(&[("CatalogDivideAboveBytes", "many")]).unwrap_err();
        assert_eq!(
            fault.to_string(),
            "function CsvIngester has no number in its variable DIVIDE_ABOVE_BYTES"
        );
    }
}
