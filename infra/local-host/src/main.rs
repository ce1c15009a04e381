//! The local host's process: arguments in, a running shop until Ctrl-C or SIGTERM.

use std::error::Error;
use std::io::{self, IsTerminal as _, Write as _};
use std::process::ExitCode;
use std::sync::Arc;

use local_host::arguments::{self, Arguments};
use local_host::banner;
use local_host::host::{Config, Host};
use local_host::terminal::{self, LogFormat};
use telemetry::error_chain::error_chain;
use telemetry::log;
use tokio::runtime::Builder;
use tracing::level_filters::LevelFilter;

fn main() -> ExitCode {
    // Help ends with 0, a fault in the arguments with 2.
    let arguments = arguments::parse(std::env::args_os().skip(1)).unwrap_or_else(|fault| fault.exit());
    match run(arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            let line = format!("{}\n", error_chain(failure.as_ref()));
            io::stderr().write_all(line.as_bytes()).unwrap_or_default();
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: Arguments) -> Result<(), Box<dyn Error>> {
    let runtime = Builder::new_multi_thread().enable_all().build()?;
    let ended = runtime.block_on(serve(arguments));
    // An invocation that outlasted the limit of the shutdown is left behind, not waited for.
    runtime.shutdown_background();
    ended
}

async fn serve(arguments: Arguments) -> Result<(), Box<dyn Error>> {
    // Before anybody can know the address, so that no signal is missed.
    let mut signals = StopSignals::listen()?;
    let Arguments {
        port,
        data,
        parameters,
        log_format,
        quiet,
    } = arguments;
    let config = Config { port, data, parameters };
    let host = Host::prepare(&config).await?;
    host.allow_crash(std::env::current_exe()?, std::env::args_os().skip(1))?;
    // The address first, then log lines: a script needs to read one line only.
    let (text, level) = if quiet {
        (format!("{}\n", host.base_url), Some(LevelFilter::WARN))
    } else {
        (banner::text(&host.base_url), None)
    };
    io::stdout().write_all(text.as_bytes())?;
    io::stdout().flush()?;
    let counted = Arc::clone(&host.counted);
    let write = log_writer(log_format);
    log::init_to(level, move |line| {
        if !counted.takes(line) {
            write(line);
        }
    });
    let running = host.open();
    signals.next().await;
    tokio::select! {
        () = running.shutdown() => {}
        // A second signal asks for an immediate end. Nothing is lost: the next start resumes unfinished work.
        () = signals.next() => tracing::warn!("stopped at once by a second signal"),
    }
    Ok(())
}

/// Writes JSON log lines to standard output, in the chosen format or in the one that fits the output.
fn log_writer(chosen: Option<LogFormat>) -> impl Fn(&str) {
    let is_terminal = io::stdout().is_terminal();
    let (no_color, term) = (std::env::var_os("NO_COLOR"), std::env::var_os("TERM"));
    let is_coloured = terminal::is_coloured(is_terminal, no_color.as_deref(), term.as_deref());
    let format = chosen.unwrap_or(LogFormat::of_output(is_terminal));
    move |line| match format {
        LogFormat::Json => log::write_to_stdout(line),
        LogFormat::Pretty => log::write_to_stdout(&terminal::readable(line, is_coloured)),
    }
}

/// Ctrl-C and, on Unix, the signal that `kill` sends. Each one counts, also while the host stops.
#[cfg(unix)]
struct StopSignals {
    interrupt: tokio::signal::unix::Signal,
    terminate: tokio::signal::unix::Signal,
}

#[cfg(unix)]
impl StopSignals {
    fn listen() -> io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self {
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
        })
    }

    async fn next(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }
}

#[cfg(not(unix))]
struct StopSignals;

#[cfg(not(unix))]
impl StopSignals {
    fn listen() -> io::Result<Self> {
        Ok(Self)
    }

    async fn next(&mut self) {
        // Without a way to listen there is nothing to wait for.
        tokio::signal::ctrl_c().await.unwrap_or_default();
    }
}
