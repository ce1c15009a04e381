//! Runs the README's walk against a local host, and compares the output of each step with the text below it.

use std::io::{BufRead as _, BufReader, Lines, Write as _};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use tests::local::LocalHost;
use tests::repository;

const SECTION: &str = "## A walk with curl";
const ADDRESS: &str = "http://127.0.0.1:3000";
const PHOTO: &str = "docs/images/cup.jpg";
/// Printed by the shell after the output of a script.
const END: &str = "-- end of the output --";

/// One code block, and the output that the README shows for it.
struct Step {
    script: String,
    expected: Option<String>,
}

fn steps() -> Vec<Step> {
    let readme = repository::text("README.md");
    let section = readme.split_once(SECTION).unwrap().1.split("\n## ").next().unwrap();
    let mut steps: Vec<Step> = Vec::new();
    for block in section.split("```").skip(1).step_by(2) {
        let (kind, body) = block.split_once('\n').unwrap();
        match kind {
            "sh" => steps.push(Step {
                script: body.to_owned(),
                expected: None,
            }),
            "text" => steps.last_mut().unwrap().expected = Some(body.to_owned()),
            other => panic!("a block of the kind {other:?}"),
        }
    }
    steps
}

/// A shell into which scripts are pasted.
struct Shell {
    process: Child,
    input: ChildStdin,
    output: Lines<BufReader<ChildStdout>>,
}

impl Shell {
    fn start(folder: &Path) -> Self {
        let mut process = Command::new("sh")
            .current_dir(folder)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let output = BufReader::new(process.stdout.take().unwrap()).lines();
        let input = process.stdin.take().unwrap();
        Self { process, input, output }
    }

    fn run(&mut self, script: &str) -> String {
        self.input
            .write_all(format!("{script}\necho; echo '{END}'\n").as_bytes())
            .unwrap();
        let lines = self.output.by_ref().map(Result::unwrap);
        let lines: Vec<String> = lines.take_while(|line| line != END).collect();
        lines.join("\n").replace('\r', "")
    }
}

impl Drop for Shell {
    fn drop(&mut self) {
        self.process.kill().ok();
        self.process.wait().ok();
    }
}

/// Whether the output contains the parts between the ellipses, in their order.
fn agrees(output: &str, expected: &str) -> bool {
    let mut rest = output;
    expected.split('…').all(|part| match rest.split_once(part.trim()) {
        Some((_, after)) => {
            rest = after;
            true
        }
        None => false,
    })
}

#[test]
fn every_step_of_the_readme_prints_what_the_readme_shows() {
    let host = LocalHost::start_in_memory();
    let folder = tempfile::tempdir().unwrap();
    let photo = folder.path().join(PHOTO);
    std::fs::create_dir_all(photo.parent().unwrap()).unwrap();
    std::fs::copy(repository::root().join(PHOTO), photo).unwrap();
    let mut shell = Shell::start(folder.path());
    let mut compared = 0;
    for step in steps() {
        let script = step.script.replace(ADDRESS, &host.client.base_url);
        // The pause before the last command is for people: here, the command is repeated until it shows the outcome.
        let (act, look) = script.split_once("sleep 3; ").unwrap_or((&script, ""));
        let first = shell.run(act);
        let Some(expected) = step.expected else { continue };
        compared += 1;
        host.client.wait_for(&format!("the output of\n{script}"), || {
            let output = format!("{first}\n{}", shell.run(look));
            let agrees = agrees(&output, &expected);
            if !agrees {
                eprintln!("{output}\n  is not\n{expected}");
            }
            agrees.then_some(())
        });
    }
    assert_eq!(compared, 3, "catalog, order and photo have an output");
}

#[test]
fn an_output_that_differs_does_not_agree() {
    assert!(agrees(
        "HTTP/1.1 202\n\n{\"id\":\"7\",\"status\":\"PENDING\"}",
        "202\n…\"status\":\"PENDING\"…"
    ));
    for output in [
        "HTTP/1.1 422\n\n{}",
        "202 \"status\":\"REJECTED\"",
        "\"status\":\"PENDING\" 202",
        "",
    ] {
        assert!(!agrees(output, "202\n…\"status\":\"PENDING\"…"), "{output}");
    }
}
