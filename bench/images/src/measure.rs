//! What did a piece of work cost? CPU time and peak memory, as the kernel has counted them.

use std::ffi::OsString;
use std::fs::File;
use std::path::Path;
use std::process::{Command, Stdio};

use imaging::{RenderError, Renderer};
use nix::sys::resource::{Usage, UsageWho, getrusage};
use serde_json::{Value, json};

use crate::arguments::InProcess;
use crate::baseline;
use crate::trouble::Trouble;

/// Turns before the first that counts: tables are built, pages are mapped.
const TURNS_TO_WARM: usize = 2;

/// What one run of a program cost.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Cost {
    pub cpu_ms: f64,
    pub peak_mb: f64,
}

/// Runs one program and prints its cost. In a process of its own, because a process inherits the peak of its parent and
/// the count of children is a maximum: this one is small and has but one child.
pub(crate) fn child(line: &[OsString]) -> Result<(), Trouble> {
    let (program, arguments) = line
        .split_first()
        .ok_or_else(|| Trouble::new("measure", "nothing to run"))?;
    let output = Command::new(program)
        .args(arguments)
        .stdin(Stdio::null())
        .output()
        .map_err(|reason| Trouble::new(program.display(), reason))?;
    let usage = usage(UsageWho::RUSAGE_CHILDREN)?;
    println!(
        "{}",
        json!({
            "cpu_ms": cpu_ms(&usage),
            "peak_kb": usage.max_rss(),
            "code": output.status.code(),
            "output": String::from_utf8_lossy(&output.stdout),
            "error": String::from_utf8_lossy(&output.stderr),
        })
    );
    Ok(())
}

/// Runs a program by way of [`child`]; answers with its cost and what it printed. `Err` when it did not succeed.
pub(crate) fn run(own: &Path, line: &[OsString]) -> Result<(Cost, String), Trouble> {
    let output = Command::new(own)
        .arg("measure")
        .args(line)
        // Of everything that is built on libvips.
        .env("VIPS_CONCURRENCY", "1")
        .output()
        .map_err(|reason| Trouble::new("measure", reason))?;
    let answer: Value = serde_json::from_slice(&output.stdout)
        .map_err(|_| Trouble::new("measure", String::from_utf8_lossy(&output.stderr).trim()))?;
    let text = |name: &str| answer[name].as_str().unwrap_or_default().trim().to_owned();
    if answer["code"] != 0 {
        let error = text("error");
        return Err(Trouble::new(
            line.first()
                .map(|program| program.display())
                .map_or_else(String::new, |name| name.to_string()),
            error.lines().last().unwrap_or("ended without a word"),
        ));
    }
    let cost = Cost {
        cpu_ms: answer["cpu_ms"].as_f64().unwrap_or(f64::NAN),
        peak_mb: answer["peak_kb"].as_f64().unwrap_or(f64::NAN) / 1024.0,
    };
    Ok((cost, text("output")))
}

/// Makes the same thumbnail again and again, and prints the CPU time of each turn.
pub(crate) fn warm(
    who: InProcess,
    photo: &Path,
    sizes_px: &[u32],
    turns: usize,
    is_opaque: bool,
) -> Result<(), Trouble> {
    let mut cpu = Vec::with_capacity(turns);
    for turn in 0..TURNS_TO_WARM + turns {
        let before = usage(UsageWho::RUSAGE_SELF)?;
        match who {
            InProcess::Ours => ours(photo, sizes_px)?,
            InProcess::ImageCrate => {
                for &size_px in sizes_px {
                    baseline::thumbnail(photo, size_px, is_opaque)?;
                }
            }
        }
        if turn >= TURNS_TO_WARM {
            cpu.push(cpu_ms(&usage(UsageWho::RUSAGE_SELF)?) - cpu_ms(&before));
        }
    }
    println!("{}", json!(cpu));
    Ok(())
}

fn ours(photo: &Path, sizes_px: &[u32]) -> Result<(), Trouble> {
    let mut file = File::open(photo).map_err(|reason| Trouble::new(photo.display(), reason))?;
    match Renderer::default().render_from(&mut file, sizes_px) {
        Ok(_) => Ok(()),
        Err(RenderError::Refused(refused)) => Err(Trouble::new(photo.display(), refused)),
        Err(RenderError::Read(reason)) => Err(Trouble::new(photo.display(), reason)),
    }
}

fn usage(who: UsageWho) -> Result<Usage, Trouble> {
    getrusage(who).map_err(|reason| Trouble::new("getrusage", reason))
}

#[expect(clippy::cast_precision_loss, reason = "seconds and microseconds of a short run")]
fn cpu_ms(usage: &Usage) -> f64 {
    let times = [usage.user_time(), usage.system_time()];
    times
        .iter()
        .map(|time| time.tv_sec() as f64 * 1000.0 + time.tv_usec() as f64 / 1000.0)
        .sum()
}
