//! The state machines of the template: their names, and their definitions as they run.

use std::sync::Arc;

use adapter_embedded::executions::Workflow;
use domain::ports::PortFailure;
use state_machine::{DefinitionFault, StateMachine};

use crate::template::{Deployment, function_of_arn};

const ORDER_SAGA: &str = "OrderSaga";
const CANCEL_SAGA: &str = "OrderCancelSaga";
const CATALOG_IMPORT: &str = "CatalogImport";

/// Why the state machines of the template cannot be run.
#[derive(Debug, thiserror::Error)]
pub enum WorkflowFault {
    #[error("the template has no state machine {logical_id}")]
    Missing { logical_id: &'static str },
    #[error(transparent)]
    Definition(#[from] DefinitionFault),
    #[error("state machine {machine} invokes {function}, which is not a function of the template")]
    UnknownFunction { machine: &'static str, function: String },
    #[error(transparent)]
    Tables(#[from] PortFailure),
}

/// The name of a state machine in event rules and in views.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ArnOfMachine {
    pub(crate) name: String,
}

impl ArnOfMachine {
    pub(crate) fn arn(&self) -> String {
        format!("arn:aws:states:local:000000000000:stateMachine:{}", self.name)
    }

    pub(crate) fn execution(&self, name: &str) -> String {
        format!("arn:aws:states:local:000000000000:execution:{}:{name}", self.name)
    }
}

/// The state machines, as the template names them.
#[derive(Debug, Clone)]
pub(crate) struct Machines {
    order_saga: Machine,
    order_cancel: Machine,
    catalog_import: Machine,
}

#[derive(Debug, Clone)]
pub(super) struct Machine {
    pub(super) arn: ArnOfMachine,
    pub(super) definition: Arc<StateMachine>,
}

/// The logical id of the state machine that runs a workflow.
pub(crate) fn logical_id(workflow: Workflow) -> &'static str {
    match workflow {
        Workflow::OrderSaga => ORDER_SAGA,
        Workflow::OrderCancel => CANCEL_SAGA,
        Workflow::CatalogImport => CATALOG_IMPORT,
    }
}

impl Machines {
    pub(crate) fn read(deployment: &Deployment) -> Result<Self, WorkflowFault> {
        Ok(Self {
            order_saga: machine(deployment, ORDER_SAGA)?,
            order_cancel: machine(deployment, CANCEL_SAGA)?,
            catalog_import: machine(deployment, CATALOG_IMPORT)?,
        })
    }

    pub(crate) fn arn(&self, workflow: Workflow) -> &ArnOfMachine {
        &self.of(workflow).arn
    }

    pub(super) fn of(&self, workflow: Workflow) -> &Machine {
        match workflow {
            Workflow::OrderSaga => &self.order_saga,
            Workflow::OrderCancel => &self.order_cancel,
            Workflow::CatalogImport => &self.catalog_import,
        }
    }
}

fn machine(deployment: &Deployment, logical_id: &'static str) -> Result<Machine, WorkflowFault> {
    let spec = deployment
        .state_machines
        .get(logical_id)
        .ok_or(WorkflowFault::Missing { logical_id })?;
    let definition = StateMachine::parse(&spec.name, &spec.definition, &spec.substitutions)?;
    for function in definition.functions() {
        let exists = function_of_arn(function).is_some_and(|name| deployment.functions.contains_key(name));
        if !exists {
            let function = function.clone();
            return Err(WorkflowFault::UnknownFunction {
                machine: logical_id,
                function,
            });
        }
    }
    let arn = ArnOfMachine {
        name: spec.name.clone(),
    };
    Ok(Machine {
        arn,
        definition: Arc::new(definition),
    })
}
