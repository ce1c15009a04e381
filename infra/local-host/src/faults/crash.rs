//! Ends the process as `kill -9` does, and starts it again on the same port with the same data.
//!
//! The process replaces itself (`exec`). Like `kill -9`, this runs no destructor, flushes nothing and closes nothing in
//! order: threads, memory, connections and locks are gone at once. Unlike a supervisor, it keeps the process id, so
//! that a terminal, a script or a container that watches the process does not lose it.

use std::ffi::OsString;
use std::path::PathBuf;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

/// Time for the answer to reach its caller.
const CRASH_DELAY: Duration = Duration::from_millis(100);

/// Why the host cannot crash on request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum CannotCrash {
    #[error("crash is not available: this host runs inside another program, which would end, too")]
    Embedded,
    #[cfg_attr(unix, expect(dead_code, reason = "only constructed elsewhere"))]
    #[error("crash is not available on this operating system: only on Unix can a process replace itself")]
    NotUnix,
}

/// How the process starts again.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Restart {
    program: PathBuf,
    arguments: Vec<OsString>,
}

#[derive(Clone)]
pub(crate) struct Crash {
    is_in_memory: bool,
    restart: Arc<OnceLock<Restart>>,
}

impl Crash {
    pub(super) fn new(is_in_memory: bool) -> Self {
        Self {
            is_in_memory,
            restart: Arc::default(),
        }
    }

    /// Allows crashes: this process is the host and nothing else. `arguments` are its own, `port` is the one it got.
    pub(crate) fn allow(&self, program: PathBuf, arguments: impl Iterator<Item = OsString>, port: u16) {
        // The last of a repeated argument counts, so the console finds the host at the same address.
        let port = [OsString::from("--port"), OsString::from(port.to_string())];
        let arguments = arguments.chain(port).collect();
        self.restart.set(Restart { program, arguments }).unwrap_or_default();
    }

    /// One sentence.
    pub(super) fn effect(&self) -> &'static str {
        if self.is_in_memory {
            "The process ends as by kill -9 and starts again; this host keeps its state in memory only (--memory), so all \
             data is lost."
        } else {
            "The process ends as by kill -9 and starts again with the same data; all switches are off then."
        }
    }

    #[cfg(unix)]
    pub(super) fn prepare(&self) -> Result<PreparedCrash, CannotCrash> {
        let restart = self.restart.get().ok_or(CannotCrash::Embedded)?.clone();
        Ok(PreparedCrash { restart })
    }

    #[cfg(not(unix))]
    pub(super) fn prepare(&self) -> Result<PreparedCrash, CannotCrash> {
        Err(CannotCrash::NotUnix)
    }
}

/// A crash that will succeed unless the program was removed.
pub(super) struct PreparedCrash {
    #[cfg_attr(not(unix), expect(dead_code, reason = "never constructed"))]
    restart: Restart,
}

impl PreparedCrash {
    /// Returns at once; the process ends a moment later.
    pub(super) fn begin(self) {
        std::thread::spawn(move || {
            std::thread::sleep(CRASH_DELAY);
            self.replace_process();
        });
    }

    #[cfg(unix)]
    fn replace_process(self) {
        use std::os::unix::process::CommandExt as _;
        let Restart { program, arguments } = self.restart;
        let fault = std::process::Command::new(program).args(arguments).exec();
        // Reached only if the process was not replaced.
        tracing::error!(
            error = &fault as &dyn std::error::Error,
            "the host cannot start again, and goes on"
        );
    }

    #[cfg(not(unix))]
    fn replace_process(self) {}
}
