//! Checks of the API from outside: the contract gate, generated clients, and requests drawn from the document.

use std::fs;
use std::io;
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::command::{Failed, below_root, failed, run, run_cargo, run_in, run_with, workspace_root};
use crate::network::Network;
use crate::node;
use crate::python::Environment;
use crate::steps::Outcome;

/// What the checks are made of, in the repository.
const CHECKS: &str = "tests/api";
/// Where they run.
const WORK: &str = "target/api";
/// Cases that schemathesis draws per operation on every change, and in the long proof: 20,000 in all.
const EXAMPLES: &str = "40";
const PROOF_EXAMPLES: &str = "1500";
const START_SECONDS: u64 = 30;

/// Compares the documents with the released ones.
pub(crate) fn gate(network: Network) -> Result<Outcome, Failed> {
    let Some(folder) = node_folder(network)? else {
        return Ok(missing_npm(network));
    };
    let root = workspace_root().to_string_lossy();
    run_with(
        "node",
        &["--test", &in_folder(&folder, "gate.test.mjs")],
        &[("REPOSITORY", &root)],
    )?;
    run("node", &[&in_folder(&folder, "gate.mjs"), &root])?;
    Ok(Outcome::Passed)
}

/// Makes the present documents the released ones.
pub(crate) fn release() -> Result<(), Failed> {
    let Some(folder) = node_folder(Network::Allowed)? else {
        return Err(failed("npm", "is needed"));
    };
    let root = workspace_root().to_string_lossy();
    run("node", &[&in_folder(&folder, "gate.mjs"), &root, "--release"])
}

/// A client in TypeScript and one in Python, generated from the document, walk through the shop.
pub(crate) fn clients(network: Network) -> Result<Outcome, Failed> {
    let Some(folder) = node_folder(network)? else {
        return Ok(missing_npm(network));
    };
    let Some(python) = python(network)? else {
        return Ok(Outcome::not_installed());
    };
    let document = below_root("infra/openapi.yaml");
    let generator = in_folder(&folder, "node_modules/openapi-typescript/bin/cli.js");
    run(
        "node",
        &[&generator, &document, "--output", &in_folder(&folder, "openapi.d.ts")],
    )?;
    run_in(&folder, "node", &["node_modules/typescript/bin/tsc", "--project", "."])?;
    let package = in_folder(&folder, "python");
    let generate = [
        "generate",
        "--path",
        &document,
        "--meta",
        "none",
        "--overwrite",
        "--output-path",
    ];
    let client = format!("{package}/popshop_client");
    run(
        &python.program("openapi-python-client"),
        &[&generate[..], &[client.as_str()]].concat(),
    )?;
    let shop = Shop::start(network)?;
    run_in(&folder, "node", &["walk.js", &shop.url])?;
    run_with(
        &python.program("python"),
        &[&in_folder(&folder, "walk.py"), &shop.url],
        &[("PYTHONPATH", &package)],
    )?;
    Ok(Outcome::Passed)
}

/// Requests drawn from the document: no undocumented answer, no failure of the shop, no fault accepted.
pub(crate) fn requests(network: Network) -> Result<Outcome, Failed> {
    draw_requests(network, EXAMPLES)
}

/// [`requests`], at length.
pub(crate) fn many_requests(network: Network) -> Result<Outcome, Failed> {
    draw_requests(network, PROOF_EXAMPLES)
}

fn draw_requests(network: Network, examples: &str) -> Result<Outcome, Failed> {
    let Some(python) = python(network)? else {
        return Ok(Outcome::not_installed());
    };
    let shop = Shop::start(network)?;
    let configuration = below_root(&format!("{CHECKS}/schemathesis.toml"));
    let document = format!("{}/openapi.json", shop.url);
    for (subject, group) in [("olga", "staff"), ("ann", "customers")] {
        let header = format!("Authorization: Bearer {}", shop.token(subject, group)?);
        let options = [
            "--config-file",
            &configuration,
            "run",
            &document,
            "--header",
            &header,
            "--checks",
            "all",
            // The gateway answers 404 for an unknown method, not 405.
            "--exclude-checks",
            "unsupported_method",
            "--max-examples",
            examples,
            "--seed",
            "1",
            "--continue-on-failure",
            "--report-dir",
            &below_root(&format!("{WORK}/reports")),
        ];
        run(&python.program("schemathesis"), &options)?;
    }
    Ok(Outcome::Passed)
}

fn python(network: Network) -> Result<Option<Environment>, Failed> {
    Environment::prepare(&format!("{WORK}/venv"), &format!("{CHECKS}/requirements.txt"), network)
}

fn missing_npm(network: Network) -> Outcome {
    match network {
        Network::Offline => Outcome::not_installed(),
        Network::Allowed => Outcome::Skipped("npm is needed to install it".to_owned()),
    }
}

/// The folder with the packages and a copy of the checks.
fn node_folder(network: Network) -> Result<Option<PathBuf>, Failed> {
    let Some(folder) = node::install(&format!("{WORK}/node"), CHECKS, network)? else {
        return Ok(None);
    };
    for file in ["gate.mjs", "gate.test.mjs", "tsconfig.json", "walk.py", "walk.ts"] {
        let copied = fs::copy(workspace_root().join(CHECKS).join(file), folder.join(file));
        copied.map_err(|error| failed(file, error.to_string()))?;
    }
    Ok(Some(folder))
}

fn in_folder(folder: &Path, file: &str) -> String {
    folder.join(file).to_string_lossy().into_owned()
}

/// A local host with an empty memory, which ends with this value.
struct Shop {
    url: String,
    process: Child,
}

impl Shop {
    fn start(network: Network) -> Result<Self, Failed> {
        run_cargo(network, &["build", "--locked", "-p", "local-host"], &[])?;
        let named = |error: io::Error| failed("local-host", error.to_string());
        let port = free_port().map_err(named)?;
        let process = Command::new(workspace_root().join("target/debug/local-host"))
            .args(["--memory", "--quiet", "--port", &port.to_string()])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .map_err(named)?;
        let shop = Self {
            url: format!("http://127.0.0.1:{port}"),
            process,
        };
        let deadline = Instant::now() + Duration::from_secs(START_SECONDS);
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            if Instant::now() > deadline {
                return Err(failed("local-host", format!("did not listen within {START_SECONDS} s")));
            }
            thread::sleep(Duration::from_millis(50));
        }
        Ok(shop)
    }

    /// An access token of the local issuer.
    fn token(&self, subject: &str, group: &str) -> Result<String, Failed> {
        let url = format!("{}/dev/token", self.url);
        let body = json!({"sub": subject, "groups": [group]}).to_string();
        let answer = ureq::post(&url).content_type("application/json").send(&body);
        let mut answer = answer.map_err(|error| failed(&url, error.to_string()))?;
        let text = answer.body_mut().read_to_string();
        let text = text.map_err(|error| failed(&url, error.to_string()))?;
        let token: Value = serde_json::from_str(&text).map_err(|error| failed(&url, error.to_string()))?;
        let token = token["access_token"].as_str();
        token.map(str::to_owned).ok_or_else(|| failed(&url, "issued no token"))
    }
}

impl Drop for Shop {
    fn drop(&mut self) {
        // Its memory is all that it has: nothing is lost.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn free_port() -> io::Result<u16> {
    Ok(TcpListener::bind(("127.0.0.1", 0))?.local_addr()?.port())
}
