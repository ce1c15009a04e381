//! Tests that every function starts with the variables of the template, and reports all missing ones.

use serde_json::Value;
use tests::lambda::{Lambda, functions};

use crate::variables;

#[test]
fn every_function_starts_with_the_variables_of_the_template() {
    for function in functions() {
        if let Err(failed) = Lambda::start(&function, &variables::of(&function)) {
            panic!("{function} ended with {}: {}", failed.status, failed.output);
        }
    }
}

#[test]
fn a_function_reports_every_missing_variable_and_ends() {
    for function in functions() {
        let failed = Lambda::start(&function, &[]).err();
        let failed = failed.unwrap_or_else(|| panic!("{function} started without any variable"));
        assert_eq!(failed.status.code(), Some(1), "{function}");
        // The second line counts the fault.
        let first = failed.output.lines().next().unwrap_or_default();
        let line: Value = serde_json::from_str(first).unwrap_or_else(|_| panic!("{}", failed.output));
        assert_eq!(line["level"], "ERROR");
        let error = line["error"].as_str().unwrap();
        assert!(error.contains("AWS_REGION is missing"), "{function}: {error}");
        for name in variables::named_in_template(&function) {
            assert!(error.contains(&format!("{name} is missing")), "{function}: {error}");
        }
    }
}

#[test]
fn a_function_starts_when_its_warm_up_call_gets_no_answer() {
    let mut variables = variables::of("orders-get");
    for (name, value) in &mut variables {
        if name == "AWS_ENDPOINT_URL" {
            "https://127.0.0.1:9".clone_into(value);
        }
    }
    let lambda = Lambda::start("orders-get", &variables).unwrap();
    let log = lambda.log();
    assert_eq!(log[0]["message"], "warm-up call failed");
}

#[test]
fn a_malformed_variable_is_reported_without_its_value() {
    let mut variables = variables::of("orders-list");
    for (name, value) in &mut variables {
        if name == "PAGE_TOKEN_KEY" {
            "too-short-a-secret".clone_into(value);
        }
    }
    let failed = Lambda::start("orders-list", &variables).err().unwrap();
    assert!(
        failed.output.contains("PAGE_TOKEN_KEY is malformed"),
        "{}",
        failed.output
    );
    assert!(!failed.output.contains("too-short-a-secret"), "{}", failed.output);
}
