//! The event that Step Functions sends when the status of an execution changes.

use serde::Deserialize;

/// The `detail` of an EventBridge event `Step Functions Execution Status Change`, as far as it is read here.
///
/// <https://docs.aws.amazon.com/step-functions/latest/dg/eventbridge-integration.html>
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ExecutionStatusChange {
    /// The execution, with its state machine and its name.
    pub execution_arn: String,
    /// The state machine, which tells one saga from the other.
    pub state_machine_arn: String,
    /// The execution's name.
    pub name: String,
    /// RUNNING, SUCCEEDED, FAILED, `TIMED_OUT` or ABORTED.
    pub status: String,
    /// Absent or null unless the execution failed by an error of its own.
    pub error: Option<String>,
    /// The text beside the error name.
    pub cause: Option<String>,
    /// The execution's input as JSON text; absent when it is too large for an event.
    pub input: Option<String>,
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_timeout_has_no_error_of_its_own() {
        let detail = json!({
            "executionArn": "arn:aws:states:eu-central-1:123456789012:execution:order-saga:order-1",
            "stateMachineArn": "arn:aws:states:eu-central-1:123456789012:stateMachine:order-saga",
            "name": "order-1", "status": "TIMED_OUT", "startDate": 1, "stopDate": 2, "input": "{}",
            "inputDetails": {"included": true}, "output": null, "outputDetails": null, "error": null,
        });
        let change: ExecutionStatusChange = serde_json::from_value(detail).unwrap();
        assert_eq!((change.name.as_str(), change.status.as_str()), ("order-1", "TIMED_OUT"));
        assert_eq!((change.error, change.cause), (None, None));
    }
}
