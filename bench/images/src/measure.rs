//! Measures the cost of a thumbnail: in a process of its own, and repeated within one process.

use std::ffi::OsString;
use std::fs::File;
use std::path::Path;
use std::process::Command;

use bench_kit::cost::{self, Cost, cpu_ms, usage};
use bench_kit::trouble::Trouble;
use imaging::{RenderError, Renderer};
use nix::sys::resource::UsageWho;
use serde_json::json;

use crate::arguments::InProcess;
use crate::baseline;

/// Warm-up turns before the first measured one, for building tables and mapping pages.
const TURNS_TO_WARM: usize = 2;

/// Runs a program and returns its cost and its output. `Err` if it fails.
pub(crate) fn run(own: &Path, line: &[OsString]) -> Result<(Cost, String), Trouble> {
    let mut command = Command::new(own);
    // For all programs that use libvips.
    command.env("VIPS_CONCURRENCY", "1");
    cost::run(command, line)
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
