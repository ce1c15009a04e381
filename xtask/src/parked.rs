//! Lists parked orders, and redrives one, on the local host, the local cloud or AWS. Runs the backfill of the last two.

use std::process::{Command, Stdio};
use std::time::Duration;

use serde_json::Value;

use crate::command::{Failed, failed, read, workspace_root};

/// Where the shop runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Where {
    /// A local host on this port of the loopback.
    LocalHost(u16),
    /// The running local cloud.
    LocalCloud,
    /// A stack in the account of the AWS CLI.
    Stack(String),
}

const LINE: &str = "cargo xtask parked";
const OUTPUTS: &str = "target/local-cloud/outputs.json";
const ANSWER_TIMEOUT: Duration = Duration::from_secs(30);
/// Outputs of the stack, and the operator's variables for them.
const OUTPUT_VARIABLES: [(&str, &str); 5] = [
    ("OrdersTableName", "ORDERS_TABLE"),
    ("ProductsTableName", "PRODUCTS_TABLE"),
    ("PaymentsTableName", "PAYMENTS_TABLE"),
    ("OrderSagaArn", "ORDER_SAGA_ARN"),
    ("OrderCancelSagaArn", "ORDER_CANCEL_SAGA_ARN"),
];

/// An output that stacks of earlier releases lack, and its variable.
const SHARDED_INDEXES: (&str, &str) = ("ShardedIndexesStep", "SHARDED_INDEXES");

type Variables = Vec<(String, String)>;

/// Lists the parked orders, or redrives one order.
pub(crate) fn run(place: &Where, redrive: Option<&str>) -> Result<(), Failed> {
    let answer = match place {
        Where::LocalHost(port) => ask_local_host(*port, redrive)?,
        Where::LocalCloud => run_operator(&operator_arguments(redrive), &local_cloud()?)?,
        Where::Stack(stack) => run_operator(&operator_arguments(redrive), &stack_outputs(stack)?)?,
    };
    match redrive {
        Some(id) => eprintln!("the execution of order {id} was redriven; the order leaves the list when it ends"),
        None => eprint!("{}", listing(&answer, place)),
    }
    Ok(())
}

/// Gives the items of earlier releases the attributes of the sharded indexes.
pub(crate) fn backfill(place: &Where) -> Result<(), Failed> {
    const LINE: &str = "cargo xtask backfill";
    let variables = match place {
        Where::LocalHost(_) => {
            return Err(failed(
                LINE,
                "needs --stack NAME or --local-cloud: the local host has no such indexes",
            ));
        }
        Where::LocalCloud => local_cloud()?,
        Where::Stack(stack) => stack_outputs(stack)?,
    };
    let result = run_operator(&["backfill"], &variables)?;
    for table in ["orders", "products"] {
        let (found, corrected) = (&result[table]["found"], &result[table]["corrected"]);
        eprintln!("{table}: {found} items lacked the attribute of the sharded index, {corrected} of them corrected");
    }
    Ok(())
}

fn operator_arguments(redrive: Option<&str>) -> Vec<&str> {
    redrive.map_or_else(|| vec!["list"], |id| vec!["redrive", id])
}

fn ask_local_host(port: u16, redrive: Option<&str>) -> Result<Value, Failed> {
    let base = format!("http://127.0.0.1:{port}/dev/parked");
    let config = ureq::Agent::config_builder()
        .http_status_as_error(false)
        .timeout_global(Some(ANSWER_TIMEOUT))
        .proxy(None)
        .build();
    let agent: ureq::Agent = config.into();
    let answered = match redrive {
        None => agent.get(&base).call(),
        // The local host takes nothing but JSON on these routes, which no page of another site can send.
        Some(id) => agent
            .post(format!("{base}/{id}/redrive"))
            .content_type("application/json")
            .send("{}"),
    };
    let mut answer = answered.map_err(|error| failed(&base, format!("{error}; is `cargo run` running?")))?;
    let text = answer.body_mut().read_to_string();
    let text = text.map_err(|error| failed(&base, error.to_string()))?;
    let body: Value = serde_json::from_str(&text).map_err(|error| failed(&base, error.to_string()))?;
    if answer.status().is_success() {
        return Ok(body);
    }
    Err(failed(&base, body["message"].as_str().unwrap_or(&text).to_owned()))
}

/// Runs `infra/operator` as a separate process, so that xtask is built without the AWS SDK.
fn run_operator(arguments: &[&str], variables: &Variables) -> Result<Value, Failed> {
    let mut command = Command::new("cargo");
    command.args(["run", "--quiet", "--locked", "-p", "operator", "--"]);
    command.args(arguments);
    let variables = variables.iter().map(|(name, value)| (name, value));
    let output = command
        .current_dir(workspace_root())
        .envs(variables)
        .stderr(Stdio::inherit())
        .output()
        .map_err(|error| failed(LINE, error.to_string()))?;
    if !output.status.success() {
        return Err(failed("the operator", "failed, see above"));
    }
    serde_json::from_slice(&output.stdout).map_err(|error| failed(LINE, error.to_string()))
}

fn local_cloud() -> Result<Variables, Failed> {
    let path = workspace_root().join(OUTPUTS);
    let text = std::fs::read_to_string(path)
        .map_err(|error| failed(OUTPUTS, format!("{error}; is `cargo xtask local-cloud` running?")))?;
    let cloud: Value = serde_json::from_str(&text).map_err(|error| failed(OUTPUTS, error.to_string()))?;
    let mut variables = of_outputs(OUTPUTS, |name| cloud["outputs"][name].as_str())?;
    let url = cloud["url"].as_str().unwrap_or_default();
    for (name, value) in [
        ("AWS_ENDPOINT_URL", url),
        ("AWS_REGION", "us-east-1"),
        ("AWS_ACCESS_KEY_ID", "test"),
        ("AWS_SECRET_ACCESS_KEY", "test"),
    ] {
        variables.push((name.to_owned(), value.to_owned()));
    }
    Ok(variables)
}

fn stack_outputs(stack: &str) -> Result<Variables, Failed> {
    let arguments = ["cloudformation", "describe-stacks", "--output", "json", "--stack-name"];
    let text = read("aws", &[&arguments[..], &[stack]].concat())?;
    let described: Value = serde_json::from_str(&text).map_err(|error| failed("aws", error.to_string()))?;
    let outputs = described["Stacks"][0]["Outputs"]
        .as_array()
        .cloned()
        .unwrap_or_default();
    of_outputs(stack, |name| {
        let output = outputs.iter().find(|output| output["OutputKey"] == name)?;
        output["OutputValue"].as_str()
    })
}

fn of_outputs<'a>(from: &str, find: impl Fn(&str) -> Option<&'a str>) -> Result<Variables, Failed> {
    let found = OUTPUT_VARIABLES.into_iter().map(|(output, variable)| {
        let value = find(output).ok_or_else(|| failed(from, format!("the output {output} is missing")))?;
        Ok((variable.to_owned(), value.to_owned()))
    });
    let step = find(SHARDED_INDEXES.0).map(|step| Ok((SHARDED_INDEXES.1.to_owned(), step.to_owned())));
    found.chain(step).collect()
}

fn listing(answer: &Value, place: &Where) -> String {
    let parked = answer["parked"].as_array().map(Vec::as_slice).unwrap_or_default();
    if parked.is_empty() {
        return "no order is parked\n".to_owned();
    }
    let shown: Vec<String> = parked.iter().map(|case| shown(case, place)).collect();
    let noun = if parked.len() == 1 { "order is" } else { "orders are" };
    format!(
        "{} {noun} parked, the oldest first\n\n{}",
        parked.len(),
        shown.join("\n")
    )
}

fn shown(case: &Value, place: &Where) -> String {
    let text = |name: &str| case[name].as_str().unwrap_or("none").to_owned();
    let items = case["items"].as_array().map(Vec::as_slice).unwrap_or_default().iter();
    let items: Vec<String> = items
        .map(|item| format!("{} x {}", item["quantity"], item["sku"].as_str().unwrap_or_default()))
        .collect();
    let total = &case["total"];
    let total = format!(
        "{} {} in minor units",
        total["amount_minor"],
        total["currency"].as_str().unwrap_or_default()
    );
    let place = match place {
        Where::LocalHost(3000) => String::new(),
        Where::LocalHost(port) => format!(" --port {port}"),
        Where::LocalCloud => " --local-cloud".to_owned(),
        Where::Stack(stack) => format!(" --stack {stack}"),
    };
    let lines = [
        ("order", text("order_id")),
        ("customer", text("customer_id")),
        (
            "waited as",
            format!("{} until {}", text("parked_from"), text("parked_at")),
        ),
        ("holds", items.join(", ")),
        ("total", total),
        ("payment", format!("{}, as recorded by the shop", text("payment"))),
        ("failed with", text("error")),
        ("cause", text("cause")),
        ("execution", text("execution")),
        ("correlation", text("correlation_id")),
        ("redrive", format!("{LINE}{place} --redrive {}", text("order_id"))),
    ];
    lines.map(|(name, value)| format!("  {name:12} {value}\n")).concat()
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a panic in a test is a failed test")]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_order_is_shown_with_the_command_that_redrives_it() {
        let answer = json!({ "parked": [{ "order_id": "o-1", "error": "TransientFailure", "payment": null }] });
        let text = listing(&answer, &Where::Stack("popshop-prod".to_owned()));
        assert!(text.starts_with("1 order is parked"), "{text}");
        assert!(
            text.contains("cargo xtask parked --stack popshop-prod --redrive o-1"),
            "{text}"
        );
        assert!(text.contains("none, as recorded by the shop"), "{text}");
    }

    /// Stacks of earlier releases have no such output, and their indexes are not sharded.
    #[test]
    fn the_step_of_the_indexes_is_passed_on_where_the_stack_has_it() {
        let has_step = |stack: &Variables| {
            stack
                .iter()
                .any(|(name, value)| (name.as_str(), value.as_str()) == ("SHARDED_INDEXES", "value"))
        };
        assert!(has_step(&of_outputs("the stack", |_| Some("value")).unwrap()));
        assert!(!has_step(
            &of_outputs("the stack", |name| (name != "ShardedIndexesStep").then_some("value")).unwrap()
        ));
    }

    #[test]
    fn the_local_host_has_nothing_to_backfill() {
        let failure = backfill(&Where::LocalHost(3000)).unwrap_err();
        assert!(failure.to_string().contains("--stack NAME"), "{failure}");
    }

    #[test]
    fn an_output_that_is_missing_is_named() {
        let fault = of_outputs("the stack", |name| (name != "OrderSagaArn").then_some("value")).unwrap_err();
        assert!(fault.to_string().contains("OrderSagaArn"), "{fault}");
    }
}
