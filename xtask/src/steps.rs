//! Runs steps one after another, prints the duration of each, and ends with a summary.

use std::time::{Duration, Instant};

use progress::clock;

use crate::command::{Failed, failed};
use crate::durations::Durations;
use crate::network::Network;

/// The outcome of a step that did not fail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Outcome {
    Passed,
    /// Passed, except for these skipped parts, each with a reason.
    PassedWithout(Vec<String>),
    /// Skipped, for this reason.
    Skipped(String),
}

impl Outcome {
    /// Skipped because its tools would have to be downloaded.
    pub(crate) fn not_installed() -> Self {
        Self::Skipped("not installed, and downloads are not allowed".to_owned())
    }
}

/// One check.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Step {
    pub name: &'static str,
    pub run: fn(Network) -> Result<Outcome, Failed>,
}

/// What happens after a failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum AfterFailure {
    /// Skip the remaining steps, so that the failure is reported soon.
    Stop,
    /// Run the remaining steps, because they do not depend on each other.
    Continue,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum End {
    Ended(Outcome),
    Failed,
    NotReached,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Report {
    name: &'static str,
    took: Duration,
    end: End,
}

/// Runs the steps of `command` and prints their summary. Fails if a step failed.
pub(crate) fn run_all(command: &str, steps: &[Step], network: Network, after: AfterFailure) -> Result<(), Failed> {
    run_recorded(command, steps, network, after, &mut Durations::read())
}

fn run_recorded(
    command: &str,
    steps: &[Step],
    network: Network,
    after: AfterFailure,
    durations: &mut Durations,
) -> Result<(), Failed> {
    let mut reports: Vec<Report> = Vec::new();
    let mut stopped = false;
    for (index, step) in steps.iter().enumerate() {
        if stopped {
            reports.push(Report {
                name: step.name,
                took: Duration::ZERO,
                end: End::NotReached,
            });
            continue;
        }
        let position = format!("step {} of {}: {}", index + 1, steps.len(), step.name);
        let estimate = estimate(command, &steps[index..], durations);
        eprintln!("\n==== {position}{estimate}");
        let started = Instant::now();
        let end = match (step.run)(network) {
            Ok(outcome) => End::Ended(outcome),
            Err(failure) => {
                eprintln!("\n{failure}");
                stopped = after == AfterFailure::Stop;
                End::Failed
            }
        };
        let took = started.elapsed();
        eprintln!("==== {position}: {}, {}", clock(took), state(&end));
        if matches!(end, End::Ended(Outcome::Passed | Outcome::PassedWithout(_))) {
            durations.record(command, step.name, took);
        }
        let name = step.name;
        reports.push(Report { name, took, end });
    }
    eprint!("\n{}", summary(command, &reports));
    let broken: Vec<&str> = reports
        .iter()
        .filter(|report| report.end == End::Failed)
        .map(|report| report.name)
        .collect();
    if broken.is_empty() {
        return Ok(());
    }
    Err(failed(command, format!("failed at: {}", broken.join(", "))))
}

/// What earlier runs took for the first of the remaining steps, and for all of them.
fn estimate(command: &str, remaining: &[Step], durations: &Durations) -> String {
    let earlier = |step: &Step| durations.of(command, step.name);
    let Some(this) = remaining.first().and_then(earlier) else {
        return String::new();
    };
    let all: Duration = remaining.iter().filter_map(earlier).sum();
    format!(" (last time {}, about {} left in all)", clock(this), clock(all))
}

fn summary(command: &str, reports: &[Report]) -> String {
    let width = reports.iter().map(|report| report.name.len()).max().unwrap_or_default();
    let mut lines = vec![format!("summary of {command}")];
    for report in reports {
        let (took, name) = (clock(report.took), report.name);
        lines.push(format!("{took:>7}  {name:width$}  {}", state(&report.end)));
        if let End::Ended(Outcome::PassedWithout(parts)) = &report.end {
            lines.extend(
                parts
                    .iter()
                    .map(|part| format!("{:>7}  {:width$}  without {part}", "", "")),
            );
        }
    }
    let total: Duration = reports.iter().map(|report| report.took).sum();
    lines.push(format!("{:>7}  total", clock(total)));
    let count = |is_counted: fn(&End) -> bool| reports.iter().filter(|report| is_counted(&report.end)).count();
    lines.push(format!(
        "steps: {} passed, {} failed, {} skipped\n",
        count(|end| matches!(end, End::Ended(Outcome::Passed | Outcome::PassedWithout(_)))),
        count(|end| matches!(end, End::Failed)),
        count(|end| matches!(end, End::Ended(Outcome::Skipped(_)) | End::NotReached)),
    ));
    lines.join("\n")
}

fn state(end: &End) -> String {
    match end {
        End::Ended(Outcome::Passed) => "passed".to_owned(),
        End::Ended(Outcome::PassedWithout(_)) => "passed partly".to_owned(),
        End::Ended(Outcome::Skipped(reason)) => format!("skipped: {reason}"),
        End::Failed => "FAILED".to_owned(),
        End::NotReached => "skipped: an earlier step failed".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report(name: &'static str, seconds: u64, end: End) -> Report {
        let took = Duration::from_secs(seconds);
        Report { name, took, end }
    }

    #[test]
    fn the_summary_shows_every_step_with_its_time_and_what_was_skipped() {
        let reports = [
            report("format", 2, End::Ended(Outcome::Passed)),
            report(
                "budgets",
                65,
                End::Ended(Outcome::PassedWithout(vec!["instructions (no valgrind)".to_owned()])),
            ),
            report("checkov", 0, End::Ended(Outcome::Skipped("not installed".to_owned()))),
            report("tests", 600, End::Failed),
            report("faults", 0, End::NotReached),
        ];
        let expected = [
            "summary of cargo xtask test",
            "   0:02  format   passed",
            "   1:05  budgets  passed partly",
            "                  without instructions (no valgrind)",
            "   0:00  checkov  skipped: not installed",
            "  10:00  tests    FAILED",
            "   0:00  faults   skipped: an earlier step failed",
            "  11:07  total",
            "steps: 2 passed, 1 failed, 2 skipped",
            "",
        ];
        assert_eq!(summary("cargo xtask test", &reports), expected.join("\n"));
    }

    const PASSES: Step = Step {
        name: "passes",
        run: |_| Ok(Outcome::Passed),
    };
    const FAILS: Step = Step {
        name: "fails",
        run: |_| Err(failed("a program", "failed")),
    };
    const MUST_NOT_RUN: Step = Step {
        name: "must not run",
        run: |_| Err(failed("this", "ran")),
    };

    #[test]
    fn after_a_failure_the_remaining_steps_are_skipped_unless_all_must_run() {
        let steps = [PASSES, FAILS, MUST_NOT_RUN];
        let folder = tempfile::tempdir().unwrap();
        let mut durations = Durations::at(&folder.path().join("durations.json"));
        let mut all = |after| {
            run_recorded("all", &steps, Network::Offline, after, &mut durations).map_err(|failure| failure.to_string())
        };
        assert_eq!(all(AfterFailure::Stop), Err("`all` failed at: fails".to_owned()));
        assert_eq!(
            all(AfterFailure::Continue),
            Err("`all` failed at: fails, must not run".to_owned())
        );
    }

    #[test]
    fn the_durations_of_earlier_runs_are_the_estimate() {
        let folder = tempfile::tempdir().unwrap();
        let mut durations = Durations::at(&folder.path().join("durations.json"));
        assert_eq!(estimate("all", &[PASSES], &durations), "");
        durations.record("all", "passes", Duration::from_secs(65));
        durations.record("all", "fails", Duration::from_mins(10));
        let all = [PASSES, FAILS, MUST_NOT_RUN];
        assert_eq!(
            estimate("all", &all, &durations),
            " (last time 1:05, about 11:05 left in all)"
        );
        assert_eq!(estimate("all", &all[2..], &durations), "", "this step never ran");
        assert_eq!(estimate("other", &all, &durations), "");
    }

    #[test]
    fn only_steps_that_passed_are_remembered() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("durations.json");
        let steps = [PASSES, FAILS];
        let outcome = run_recorded(
            "all",
            &steps,
            Network::Offline,
            AfterFailure::Stop,
            &mut Durations::at(&path),
        );
        assert!(outcome.is_err());
        let durations = Durations::at(&path);
        assert!(durations.of("all", "passes").is_some());
        assert_eq!(durations.of("all", "fails"), None);
        assert!(
            run_recorded(
                "all",
                &[PASSES],
                Network::Offline,
                AfterFailure::Stop,
                &mut Durations::at(&path)
            )
            .is_ok()
        );
    }
}
