//! Builds function crates by name in one command, and packs each as Lambda takes it.

use std::fs;
use std::path::{Path, PathBuf};
use std::thread;

use clap::ValueEnum;

use crate::command::{Failed, failed, read, run_cargo, workspace_root};
use crate::network::Network;
use crate::package::{self, Compression};

const FOLDER: &str = "functions";
const KIB: u64 = 1024;
/// The largest size that a package should have: Lambda fetches and unpacks it at every cold start.
pub(crate) const ZIP_BYTES_TARGET: u64 = 3_000_000;
/// With the C library inside, and at a fixed address: a third less to do before `main` (docs/decisions/0021).
const LINKED: &str = "-C target-feature=+crt-static -C relocation-model=static";

/// The instruction sets of Lambda.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Architecture {
    #[value(name = "x86_64")]
    X86_64,
    #[value(name = "arm64")]
    Arm64,
}

impl Architecture {
    fn of_this_machine() -> Self {
        if cfg!(target_arch = "aarch64") {
            Self::Arm64
        } else {
            Self::X86_64
        }
    }

    const fn target(self) -> &'static str {
        match self {
            Self::X86_64 => "x86_64-unknown-linux-gnu",
            Self::Arm64 => "aarch64-unknown-linux-gnu",
        }
    }
}

/// The path of a function's package below a folder of packages. `infra/local-cloud/deploy.py` expects the same.
fn archive_of(folder: &Path, function: &str) -> PathBuf {
    folder.join(function).join("bootstrap.zip")
}

/// The names of all functions. Crate, folder and binary of a function have the same name.
pub(crate) fn all() -> Result<Vec<String>, Failed> {
    let listed = fs::read_dir(workspace_root().join(FOLDER)).and_then(|entries| {
        entries
            .map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned()))
            .collect::<Result<Vec<String>, _>>()
    });
    let mut names = listed.map_err(|error| failed(FOLDER, error.to_string()))?;
    names.sort_unstable();
    Ok(names)
}

/// Builds `only` these functions (all, if it is empty) for a deployment, to `target/lambda/`.
pub(crate) fn build_release(architecture: Option<Architecture>, only: &[String]) -> Result<(), Failed> {
    let functions = all()?;
    if let Some(stranger) = only.iter().find(|name| !functions.contains(name)) {
        return Err(failed(
            "cargo xtask build",
            format!("has no function {stranger}; functions are {}", functions.join(", ")),
        ));
    }
    let names = if only.is_empty() { &functions } else { only };
    let folder = build_programs(Network::Allowed, architecture, names)?;
    let packages = workspace_root().join("target/lambda");
    eprintln!("\n{:28} {:>12} {:>12}", "", "binary", "zip");
    for name in names {
        let program = folder.join(name);
        let archive = archive_of(&packages, name);
        let sizes = fs::metadata(&program)
            .and_then(|metadata| Ok((metadata.len(), package::write(&program, &archive, Compression::Small)?)));
        let (binary, zip) = sizes.map_err(|error| failed(name, error.to_string()))?;
        let remark = if zip > ZIP_BYTES_TARGET {
            "  above the target size"
        } else {
            ""
        };
        eprintln!("{name:28} {:>8} KiB {:>8} KiB{remark}", binary / KIB, zip / KIB);
    }
    Ok(())
}

/// Builds the programs for Lambda, and returns their folder.
///
/// The target is always named, even if it is this machine's: then the linker flags reach the programs only, and no
/// build script or macro that runs here.
pub(crate) fn build_programs(
    network: Network,
    architecture: Option<Architecture>,
    names: &[String],
) -> Result<PathBuf, Failed> {
    let target = architecture.unwrap_or_else(Architecture::of_this_machine).target();
    if !is_host(target)? {
        must_be_installed(target)?;
    }
    check_glibc(&read("getconf", &["GNU_LIBC_VERSION"])?)?;
    let mut arguments = vec!["build", "--release", "--locked", "--target", target];
    arguments.extend(names.iter().flat_map(|name| ["-p", name]));
    let flags = format!("CARGO_TARGET_{}_RUSTFLAGS", target.to_uppercase().replace('-', "_"));
    run_cargo(network, &arguments, &[(&flags, LINKED)])?;
    Ok(target_folder().join(target).join("release"))
}

/// The target folder of cargo.
pub(crate) fn target_folder() -> PathBuf {
    workspace_root().join(std::env::var_os("CARGO_TARGET_DIR").unwrap_or_else(|| "target".into()))
}

/// Builds all functions with the development profile, and returns the folder of their packages.
pub(crate) fn build_for_local_cloud(network: Network) -> Result<PathBuf, Failed> {
    let names = all()?;
    let mut arguments = vec!["build", "--locked"];
    arguments.extend(names.iter().flat_map(|name| ["-p", name]));
    run_cargo(network, &arguments, &[])?;
    pack_for_local_cloud(&development_folder())
}

/// The folder of programs with the development profile.
pub(crate) fn development_folder() -> PathBuf {
    target_folder().join("debug")
}

/// Packs all functions from this folder of programs, and returns the folder of the packages.
pub(crate) fn pack_for_local_cloud(programs: &Path) -> Result<PathBuf, Failed> {
    let names = all()?;
    let packages = workspace_root().join("target/local-cloud/functions");
    let workers = thread::available_parallelism().map_or(1, usize::from);
    let share = names.len().div_ceil(workers).max(1);
    let packed: Result<(), Failed> = thread::scope(|scope| {
        let handles: Vec<_> = names
            .chunks(share)
            .map(|names| scope.spawn(|| pack_changed(names, programs, &packages)))
            .collect();
        handles.into_iter().try_for_each(|handle| {
            handle
                .join()
                .unwrap_or_else(|_| Err(failed("pack functions", "panicked")))
        })
    });
    packed.map(|()| packages)
}

fn pack_changed(names: &[String], programs: &Path, packages: &Path) -> Result<(), Failed> {
    for name in names {
        let (program, archive) = (programs.join(name), archive_of(packages, name));
        if !package::is_current(&program, &archive) {
            package::write(&program, &archive, Compression::Fast).map_err(|error| failed(name, error.to_string()))?;
        }
    }
    Ok(())
}

fn is_host(target: &str) -> Result<bool, Failed> {
    let version = read("rustc", &["-vV"])?;
    Ok(version.lines().any(|line| line.strip_prefix("host: ") == Some(target)))
}

/// Up to 2.33 a statically linked `getaddrinfo` loads libraries that Lambda does not have:
/// <https://sourceware.org/pipermail/libc-announce/2021/000032.html> moved them into the C library.
const GLIBC_MIN: (u32, u32) = (2, 34);

/// `version` is like `glibc 2.36`.
fn check_glibc(version: &str) -> Result<(), Failed> {
    let number = version
        .trim()
        .strip_prefix("glibc ")
        .and_then(|number| number.split_once('.'));
    let number = number.and_then(|(major, minor)| Some((major.parse().ok()?, minor.parse().ok()?)));
    match number {
        Some(found) if found >= GLIBC_MIN => Ok(()),
        _ => Err(failed(
            "cargo xtask build",
            format!(
                "needs glibc {}.{} or newer to link programs statically, and this machine has {version:?}",
                GLIBC_MIN.0, GLIBC_MIN.1
            ),
        )),
    }
}

/// Asked of the compiler: asking rustup could make it download.
fn must_be_installed(target: &str) -> Result<(), Failed> {
    let folder = read("rustc", &["--print", "target-libdir", "--target", target])?;
    if Path::new(folder.trim()).is_dir() {
        return Ok(());
    }
    Err(failed(
        "cargo xtask build",
        format!("the target {target} is not installed; run `rustup target add {target}` and install a linker for it"),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn programs_are_linked_statically_against_a_recent_glibc_only() {
        for version in ["glibc 2.34\n", "glibc 2.41", "glibc 3.0"] {
            assert!(check_glibc(version).is_ok(), "{version}");
        }
        for version in ["glibc 2.33", "glibc 2.31\n", "musl 1.2.5", ""] {
            assert!(check_glibc(version).is_err(), "{version}");
        }
    }
}
