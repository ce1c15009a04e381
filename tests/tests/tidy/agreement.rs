//! Tests that template, functions, events, state machines and local host agree.

use std::collections::{BTreeMap, BTreeSet};

use local_host::template::{self, Deployment, EventSource};
use serde_json::Value;
use tests::repository;

/// Routes that answer without an access token. Every other route asks for one.
const PUBLIC_ROUTES: [&str; 3] = ["GET /products", "GET /products/{sku}", "POST /payments/events"];

/// The outputs of the contract.
const OUTPUTS: [&str; 14] = [
    "ApiUrl",
    "UploadsBucketName",
    "ThumbnailsBucketName",
    "OrdersTableName",
    "ProductsTableName",
    "PaymentsTableName",
    "ImportsTableName",
    "OrderSagaArn",
    "OrderCancelSagaArn",
    "CatalogImportArn",
    "ThumbnailQueueUrl",
    "ThumbnailDeadLetterQueueUrl",
    "UserPoolId",
    "UserPoolClientId",
];

fn names_in(folder: &str) -> BTreeSet<String> {
    repository::names_in(folder).into_iter().collect()
}

fn deployment() -> Deployment {
    template::load().unwrap()
}

/// Converts `SagaReserveStock` to `saga-reserve-stock`.
fn crate_name_of(logical_id: &str) -> String {
    let mut name = String::new();
    for character in logical_id.chars() {
        if character.is_ascii_uppercase() && !name.is_empty() {
            name.push('-');
        }
        name.push(character.to_ascii_lowercase());
    }
    name
}

#[test]
fn the_template_has_exactly_the_function_folders() {
    let in_template: BTreeSet<String> = deployment()
        .functions
        .values()
        .map(|function| function.crate_name.clone())
        .collect();
    assert_eq!(in_template, names_in("functions"));
}

#[test]
fn the_table_of_handlers_has_exactly_the_functions_of_the_template() {
    let in_table: Vec<&str> = shop::functions().map(|function| function.name).collect();
    let unique: BTreeSet<String> = in_table.iter().map(ToString::to_string).collect();
    assert_eq!(unique.len(), in_table.len(), "a function is twice in the table");
    assert_eq!(unique, names_in("functions"));
}

#[test]
fn folder_crate_and_logical_id_carry_the_same_name() {
    for function in deployment().functions.values() {
        assert_eq!(function.crate_name, crate_name_of(&function.logical_id));
        let manifest = repository::text(&format!("functions/{}/Cargo.toml", function.crate_name));
        assert!(
            manifest.contains(&format!("name = \"{}\"", function.crate_name)),
            "{}",
            function.crate_name
        );
    }
}

#[test]
fn every_function_has_an_accepted_and_a_rejected_event() {
    let events = names_in("events");
    for function in names_in("functions") {
        for file in [format!("{function}.json"), format!("{function}.rejected.json")] {
            assert!(events.contains(&file), "events/{file} is missing");
            let text = repository::text(&format!("events/{file}"));
            assert!(
                serde_json::from_str::<Value>(&text).is_ok(),
                "events/{file} is not JSON"
            );
        }
    }
    assert_eq!(
        events.len(),
        2 * names_in("functions").len(),
        "events/ has a file without a function"
    );
}

#[test]
fn every_function_has_a_test_beside_its_handler_that_names_its_events() {
    for function in names_in("functions") {
        let library = repository::text(&format!("functions/{function}/src/lib.rs"));
        let (_, tests) = library.split_once("\n#[cfg(test)]\nmod tests").unwrap_or_default();
        let tests = match tests {
            ";\n" => repository::text(&format!("functions/{function}/src/tests.rs")),
            tests => tests.to_owned(),
        };
        for expected in [
            "#[tokio::test]".to_owned(),
            "handle(".to_owned(),
            format!("\"{function}\""),
            format!("\"{function}.rejected\""),
        ] {
            assert!(tests.contains(&expected), "no test of {function} has {expected}");
        }
        let manifest = repository::text(&format!("functions/{function}/Cargo.toml"));
        let (_, library) = manifest.split_once("[lib]\n").unwrap();
        let is_off = library
            .split("\n[")
            .next()
            .unwrap()
            .lines()
            .any(|line| line == "test = false");
        assert!(!is_off, "the tests of {function} never run");
    }
}

/// The routes of every function, like `GET /orders/{id}`, and whether each asks for an access token.
fn routes() -> BTreeMap<String, (String, bool)> {
    let mut routes = BTreeMap::new();
    for function in deployment().functions.into_values() {
        for source in &function.sources {
            if let EventSource::Http(route) = source {
                let name = format!("{} {}", route.method, route.path);
                routes.insert(name, (function.crate_name.clone(), route.authorizer.is_some()));
            }
        }
    }
    routes
}

#[test]
fn the_readme_lists_exactly_the_routes_of_the_template() {
    const METHODS: [&str; 5] = ["DELETE ", "GET ", "PATCH ", "POST ", "PUT "];
    let readme = repository::text("README.md");
    let rows = readme
        .lines()
        .filter(|line| line.starts_with("| [") && line.contains("](functions/"));
    let listed: BTreeMap<&str, &str> = rows
        .flat_map(|row| row.split('`').skip(1).step_by(2).map(move |quoted| (quoted, row)))
        .filter(|(quoted, _)| METHODS.iter().any(|method| quoted.starts_with(method)))
        .collect();
    let routes = routes();
    for (route, (function, _)) in &routes {
        let row = listed.get(route.as_str());
        let row = row.unwrap_or_else(|| panic!("the README's table of functions has no `{route}`"));
        assert!(
            row.contains(&format!("[{function}](")),
            "`{route}` is not in the row of {function}"
        );
    }
    for route in listed.keys() {
        assert!(
            routes.contains_key(*route),
            "the README lists `{route}`, which the template has not"
        );
    }
}

#[test]
fn every_route_but_the_public_ones_asks_for_an_access_token() {
    let routes = routes();
    for (route, (_, asks_for_token)) in &routes {
        assert_eq!(*asks_for_token, !PUBLIC_ROUTES.contains(&route.as_str()), "{route}");
    }
    for route in PUBLIC_ROUTES {
        assert!(routes.contains_key(route), "the template has no {route}");
    }
}

#[test]
fn the_template_has_the_outputs_of_the_contract() {
    let text = repository::text("infra/template.yaml");
    let outputs = text.split("\nOutputs:\n").nth(1).unwrap();
    for name in OUTPUTS {
        assert!(
            outputs.contains(&format!("\n  {name}:\n")) || outputs.starts_with(&format!("  {name}:\n")),
            "{name}"
        );
    }
}

#[test]
fn every_state_machine_file_is_in_the_template_and_names_known_functions() {
    let deployment = deployment();
    let files: BTreeSet<String> = names_in("infra")
        .into_iter()
        .filter(|name| name.ends_with(".asl.json"))
        .collect();
    assert_eq!(deployment.state_machines.len(), files.len());
    for machine in deployment.state_machines.values() {
        let names = ["Partition", "PaymentResultSeconds"];
        let arns = machine
            .substitutions
            .iter()
            .filter(|(name, _)| !names.contains(&name.as_str()));
        for (_, arn) in arns {
            let function = template::function_of_arn(arn).unwrap_or_else(|| panic!("{arn} is no function"));
            assert!(
                deployment.functions.contains_key(function),
                "{} names {function}",
                machine.logical_id
            );
        }
    }
}

/// The local host runs nothing of it, and leaves it out as a whole.
#[test]
fn the_second_template_holds_nothing_but_what_watches() {
    let text = repository::text("infra/watching.yaml");
    let types: BTreeSet<&str> = text
        .lines()
        .filter_map(|line| line.strip_prefix("    Type: AWS::"))
        .collect();
    let expected = ["CloudWatch::Alarm", "CloudWatch::Dashboard", "Logs::QueryDefinition"];
    assert_eq!(types, BTreeSet::from(expected));
}

/// Queries name log groups by their text: a group that no function writes to would show nothing.
#[test]
fn saved_queries_read_log_groups_that_exist() {
    let (main, watching) = (
        repository::text("infra/template.yaml"),
        repository::text("infra/watching.yaml"),
    );
    let groups: BTreeSet<&str> = watching
        .lines()
        .filter_map(|line| line.strip_prefix("        - !Sub /"))
        .collect();
    assert!(groups.len() > names_in("functions").len(), "{groups:?}");
    for group in groups {
        assert!(main.contains(&format!("LogGroupName: !Sub \"/{group}\"")), "{group}");
    }
}

#[test]
fn the_template_is_short_enough_to_be_read() {
    const LINES_MAX: usize = 3_000;
    let lines = repository::text("infra/template.yaml").lines().count();
    assert!(lines < LINES_MAX, "{lines}");
}

/// A tag can be moved to other code by its owner.
#[test]
fn every_action_of_a_workflow_is_pinned_by_commit_with_its_version() {
    let mut actions = 0;
    for file in names_in(".github/workflows") {
        let text = repository::text(&format!(".github/workflows/{file}"));
        let uses = text
            .lines()
            .filter_map(|line| line.trim().trim_start_matches("- ").strip_prefix("uses: "));
        for action in uses.filter(|action| !action.starts_with("./")) {
            let (commit, version) = action.split_once('@').unwrap().1.split_once(" # ").unwrap_or_default();
            let is_commit = commit.len() == 40 && commit.bytes().all(|byte| byte.is_ascii_hexdigit());
            assert!(is_commit && version.starts_with('v'), "{file}: {action}");
            actions += 1;
        }
    }
    assert!(actions > 5, "{actions}");
}

/// Benchmarks, budgets and deployments are about the packages of `cargo xtask build` (decision 50).
#[test]
fn the_pipeline_deploys_the_packages_that_xtask_builds() {
    let workflow = repository::text(".github/workflows/deploy.yml");
    for step in [
        "cargo xtask build --arch arm64",
        "infra/deploy_stage.py \"$STAGE\"",
        "cargo xtask verify --stack",
    ] {
        assert!(workflow.contains(step), "{step}");
    }
    for file in [
        "README.md",
        "infra/samconfig.toml",
        "docs/deploying.md",
        ".github/workflows/deploy.yml",
    ] {
        let text = repository::text(file);
        assert!(
            text.contains("cargo xtask build") && text.contains("deploy_stage.py"),
            "{file}"
        );
        assert!(!text.contains("sam build"), "{file}");
    }
}
