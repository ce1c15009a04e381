//! Finds the code of each function of the template in the shop's table of handlers.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use adapter_system::ids::UuidV7Ids;
use shop::{SagaArns, Settings, Shop};

use crate::event_log::ports::recorded;
use crate::faults::ports::faulty;
use crate::invoker::{BuildHandler, Function};
use crate::ports::Embedded;
use crate::state::HostState;
use crate::template::Deployment;

/// A mismatch between the template and the linked code.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RegistryFault {
    #[error("functions without code: {without_code:?}; code without a function: {without_function:?}")]
    Mismatch {
        without_code: Vec<String>,
        without_function: Vec<String>,
    },
    #[error("function {function} has no number in its variable {variable}")]
    NoNumber {
        function: &'static str,
        variable: &'static str,
    },
}

/// Every function of the template with its code, by logical id.
pub(crate) fn functions(
    state: &HostState,
    deployment: &Deployment,
    sagas: SagaArns,
) -> Result<BTreeMap<String, Function>, RegistryFault> {
    let embedded = Embedded {
        database: state.database.clone(),
        clock: state.clock.clone(),
        ids: Arc::new(UuidV7Ids),
        gateway: Arc::new(state.gateway.clone()),
        mailer: Arc::new(state.mailer.clone()),
        uploads: state.uploads.clone(),
        thumbnails: state.thumbnails.clone(),
        links: state.links.clone(),
    };
    let shop = Arc::new(Shop {
        ports: recorded(faulty(embedded.ports(), &state.faults)),
        settings: Arc::new(Settings {
            cursors: state.cursors.clone(),
            webhook_key: state.webhook_key.clone(),
            uploads_bucket: state.uploads.name.clone(),
            divide_above_bytes: number(deployment, "CsvIngester", "DIVIDE_ABOVE_BYTES")?,
            range_bytes: number(deployment, "ImportPlan", "RANGE_BYTES")?,
            sagas,
        }),
    });
    matched(deployment)?;
    let functions = deployment.functions.iter().filter_map(|(logical_id, spec)| {
        let function = Function {
            name: spec.crate_name.clone(),
            timeout: Duration::from_secs(spec.timeout_seconds),
            memory_mb: spec.memory_mb,
            reserved_concurrency: spec.reserved_concurrency,
            build: build(shop::function(&spec.crate_name)?, &shop),
        };
        Some((logical_id.clone(), function))
    });
    Ok(functions.collect())
}

/// The INIT of this function's environments.
fn build(function: &'static shop::Function, shop: &Arc<Shop>) -> BuildHandler {
    let shop = Arc::clone(shop);
    Box::new(move || function.handler(&shop))
}

/// Both ways: a function without code would answer nothing, code without a function would never be called.
fn matched(deployment: &Deployment) -> Result<(), RegistryFault> {
    let specs = deployment.functions.values();
    let named: BTreeSet<&str> = specs.map(|spec| spec.crate_name.as_str()).collect();
    let linked: BTreeSet<&str> = shop::functions().map(|function| function.name).collect();
    let without_code: Vec<String> = named.difference(&linked).map(ToString::to_string).collect();
    let without_function: Vec<String> = linked.difference(&named).map(ToString::to_string).collect();
    if without_code.is_empty() && without_function.is_empty() {
        return Ok(());
    }
    Err(RegistryFault::Mismatch {
        without_code,
        without_function,
    })
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
    use super::*;
    use crate::template;

    #[test]
    fn functions_and_code_must_match_both_ways() {
        let deployment = template::load().unwrap();
        assert_eq!(matched(&deployment), Ok(()));

        let mut larger = deployment.clone();
        let mut spec = deployment.functions["OrdersPlace"].clone();
        spec.crate_name = "saga-reserve-shipping".to_owned();
        larger.functions.insert("SagaReserveShipping".to_owned(), spec);
        let expected = RegistryFault::Mismatch {
            without_code: vec!["saga-reserve-shipping".to_owned()],
            without_function: Vec::new(),
        };
        assert_eq!(matched(&larger), Err(expected));

        let mut smaller = deployment;
        smaller.functions.remove("Thumbnailer");
        let expected = RegistryFault::Mismatch {
            without_code: Vec::new(),
            without_function: vec!["thumbnailer".to_owned()],
        };
        assert_eq!(matched(&smaller), Err(expected));
    }

    #[test]
    fn sizes_come_from_the_templates_parameters() {
        let divided_above = |parameters: &[(&str, &str)]| {
            let parameters: BTreeMap<String, String> = parameters
                .iter()
                .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
                .collect();
            let deployment = template::load_with(&parameters).unwrap();
            number(&deployment, "CsvIngester", "DIVIDE_ABOVE_BYTES")
        };
        assert_eq!(divided_above(&[]), Ok(64 * 1_024 * 1_024));
        assert_eq!(divided_above(&[("CatalogDivideAboveBytes", "0")]), Ok(0));
        let fault = divided_above(&[("CatalogDivideAboveBytes", "0.5")]).unwrap_err();
        assert_eq!(
            fault.to_string(),
            "function CsvIngester has no number in its variable DIVIDE_ABOVE_BYTES"
        );
    }
}
