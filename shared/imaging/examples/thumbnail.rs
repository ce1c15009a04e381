//! Renders the thumbnails of a file with the pixel pipeline.
//!
//! `cargo run --release -p imaging --example thumbnail -- IN OUT_DIR [--sizes 128,256,512,1024]` writes
//! `OUT_DIR/<size>.<ext>` and prints one line of JSON. Exit code 1: trouble with a file or folder; 2: the image is
//! refused, or the arguments are wrong.
#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a command line tool talks to its terminal"
)]

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;
use domain::thumbnails::ports::THUMBNAIL_SIZES_PX;
use domain::values::PHOTO_BYTES_MAX;
use imaging::{RenderError, Renderer};
use serde_json::json;

const IO_TROUBLE: u8 = 1;
const REFUSED: u8 = 2;

/// Makes the thumbnails of a photo
#[derive(Debug, Parser)]
struct Arguments {
    /// The photo
    #[arg(value_name = "IN")]
    photo: PathBuf,
    /// Where the thumbnails are written
    #[arg(value_name = "OUT_DIR")]
    folder: PathBuf,
    /// The longest sides, in pixels
    #[arg(long = "sizes", value_name = "SIZES", value_delimiter = ',', default_values_t = THUMBNAIL_SIZES_PX,
        value_parser = clap::value_parser!(u32).range(1..))]
    sizes_px: Vec<u32>,
}

struct Failure {
    code: u8,
    message: String,
}

fn main() -> ExitCode {
    let outcome = match Arguments::try_parse() {
        Ok(arguments) => run(&arguments),
        Err(fault) if fault.use_stderr() => Err(Failure {
            code: REFUSED,
            message: fault.to_string(),
        }),
        Err(help) => {
            print!("{help}");
            return ExitCode::SUCCESS;
        }
    };
    match outcome {
        Ok(report) => {
            println!("{report}");
            ExitCode::SUCCESS
        }
        Err(failure) => {
            // One line, whatever a path contains.
            eprintln!("{}", failure.message.replace(['\n', '\r'], " "));
            ExitCode::from(failure.code)
        }
    }
}

fn run(arguments: &Arguments) -> Result<serde_json::Value, Failure> {
    let trouble = |what: &str, path: &PathBuf, reason: std::io::Error| Failure {
        code: IO_TROUBLE,
        message: format!("{what} {}: {reason}", path.display()),
    };
    // The size is asked first: what will be refused need not be read.
    let metadata = std::fs::metadata(&arguments.photo).map_err(|reason| trouble("read", &arguments.photo, reason))?;
    if metadata.len() > PHOTO_BYTES_MAX {
        let message = format!("the file has {} bytes, more than {PHOTO_BYTES_MAX}", metadata.len());
        return Err(Failure { code: REFUSED, message });
    }
    let mut photo =
        std::fs::File::open(&arguments.photo).map_err(|reason| trouble("read", &arguments.photo, reason))?;
    let rendering = Renderer::default()
        .render_from(&mut photo, &arguments.sizes_px)
        .map_err(|error| match error {
            RenderError::Refused(refused) => Failure {
                code: REFUSED,
                message: refused.to_string(),
            },
            RenderError::Read(reason) => trouble("read", &arguments.photo, reason),
        })?;

    std::fs::create_dir_all(&arguments.folder).map_err(|reason| trouble("create", &arguments.folder, reason))?;
    let mut outputs = Vec::with_capacity(rendering.thumbnails.len());
    for thumbnail in &rendering.thumbnails {
        let path = arguments
            .folder
            .join(format!("{}.{}", thumbnail.size_px, thumbnail.format.extension()));
        std::fs::write(&path, &thumbnail.bytes).map_err(|reason| trouble("write", &path, reason))?;
        outputs.push(json!({
            "size": thumbnail.size_px,
            "width": thumbnail.width_px,
            "height": thumbnail.height_px,
            "bytes": thumbnail.bytes.len(),
            "path": path,
        }));
    }
    Ok(json!({
        "width": rendering.width_px,
        "height": rendering.height_px,
        "format": rendering.source_format,
        "outputs": outputs,
    }))
}
