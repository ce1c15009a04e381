//! The local host's process: arguments in, a running shop until Ctrl-C or SIGTERM.

use std::error::Error;
use std::io::{self, Write as _};
use std::process::ExitCode;

use edge::telemetry::{self, error_chain};
use local_host::arguments::{self, Arguments, USAGE, Wanted};
use local_host::banner;
use local_host::host::{Config, Host};
use tokio::runtime::{Builder, Runtime};
use tokio::signal::unix::{SignalKind, signal};
use tracing::level_filters::LevelFilter;

const EXIT_USAGE: u8 = 2;

fn main() -> ExitCode {
    let arguments = match arguments::parse(std::env::args_os().skip(1)) {
        Ok(Wanted::Run(arguments)) => arguments,
        Ok(Wanted::Help) => return said(io::stdout(), USAGE, ExitCode::SUCCESS),
        Err(fault) => return said(io::stderr(), &format!("{fault}\n\n{USAGE}"), ExitCode::from(EXIT_USAGE)),
    };
    match Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(Into::into)
        .and_then(|runtime| run(runtime, arguments))
    {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => said(
            io::stderr(),
            &format!("{}\n", error_chain(failure.as_ref())),
            ExitCode::FAILURE,
        ),
    }
}

fn run(runtime: Runtime, arguments: Arguments) -> Result<(), Box<dyn Error>> {
    let ended = runtime.block_on(serve(arguments));
    // An invocation that outlasted the limit of the shutdown is left behind, not waited for.
    runtime.shutdown_background();
    ended
}

async fn serve(arguments: Arguments) -> Result<(), Box<dyn Error>> {
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    let host = Host::prepare(&Config {
        port: arguments.port,
        data: arguments.data,
    })
    .await?;
    // The address first, then log lines: a script reads one line and knows where to go.
    if arguments.quiet {
        io::stdout().write_all(format!("{}\n", host.base_url).as_bytes())?;
        telemetry::init_at(LevelFilter::WARN);
    } else {
        io::stdout().write_all(banner::text(&host.base_url).as_bytes())?;
        telemetry::init();
    }
    io::stdout().flush()?;
    let running = host.open();
    tokio::select! {
        _ = interrupt.recv() => {}
        _ = terminate.recv() => {}
    }
    running.shutdown().await;
    Ok(())
}

/// When the stream is gone, the exit code still tells.
fn said(mut stream: impl io::Write, text: &str, code: ExitCode) -> ExitCode {
    stream.write_all(text.as_bytes()).unwrap_or_default();
    code
}
