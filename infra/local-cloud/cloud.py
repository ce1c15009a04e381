"""Runs a local cloud: MiniStack in a process of its own, of which nothing is left when it ends.

    cloud.py [--state DIR] [--port N] [--zips DIR] [--wait-scale S] [--keep-running false] [--until-stdin-closes]
             [--functions-call URL]

With `--zips`, deploys the stack with these functions and prints how to use it; without, the cloud is empty. Then it runs
until Ctrl-C or, with `--until-stdin-closes`, until the process that started it closes its standard input or ends. The
functions call the cloud or, in tests, the proxy at `--functions-call`. Its files are in `--state`:
`outputs.json` for as long as the cloud is there, and afterwards `ministack.log`, `iam-decisions.jsonl` and
`traces.jsonl`.
`cargo xtask local-cloud` and `cargo xtask test` start this file.
"""

import argparse
import fcntl
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from pathlib import Path

import daemon
import deploy
import first_call
import walk

HERE = Path(__file__).resolve().parent
STATE = HERE.parents[1] / "target/local-cloud"
# Two seconds on an idle machine; a busy one may compile meanwhile.
UP_WITHIN_SECONDS = 60
ENDS_WITHIN_SECONDS = 5
POLL_EVERY_SECONDS = 0.05
LOG_LINES_SHOWN = 20


class Failed(Exception):
    """MiniStack did not come up, or did not stay."""


class Folder:
    """The folder of a cloud's files, locked against a second cloud."""

    def __init__(self, path):
        path = path.resolve()
        self.data = path / "data"
        self.log = path / "ministack.log"
        self.decisions = path / "iam-decisions.jsonl"
        self.traces = path / "traces.jsonl"
        self.outputs = path / "outputs.json"
        path.mkdir(parents=True, exist_ok=True)
        # Held until this process ends; a file left over from a crash locks nobody out.
        self._lock = open(path / "lock", "w", encoding="utf-8")
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Failed(f"another local cloud runs in {path}") from None
        shutil.rmtree(self.data, ignore_errors=True)
        for folder in ("tmp", "s3", "state"):
            (self.data / folder).mkdir(parents=True)
        for left_over in (self.decisions, self.outputs, self.traces):
            left_over.unlink(missing_ok=True)

    def last_log_lines(self):
        lines = self.log.read_text(encoding="utf-8", errors="replace").splitlines()
        return "\n".join(lines[-LOG_LINES_SHOWN:])


class MiniStack:
    """MiniStack and the functions that it starts: one group of processes, so that all of them can be ended."""

    def __init__(self, folder, port, wait_scale, functions_call):
        self.folder = folder
        self.port = port
        self.url = f"http://127.0.0.1:{port}"
        self.daemon = daemon.Daemon(folder.traces)
        with open(folder.log, "wb") as log:
            self.process = subprocess.Popen(
                [sys.executable, HERE / "serve.py"],
                env=self._environment(wait_scale, functions_call or self.url),
                cwd=folder.data,
                # Never written to: it closes when this process is gone, however it went, and MiniStack goes with it.
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def _environment(self, wait_scale, functions_call):
        data = self.folder.data
        # Built anew, and not added to: functions get to see all of it, and must not find somebody's credentials there.
        return {
            "PATH": os.environ["PATH"],
            "HOME": str(data),
            "TMPDIR": str(data / "tmp"),
            "S3_DATA_DIR": str(data / "s3"),
            "STATE_DIR": str(data / "state"),
            "BIND_HOST": "127.0.0.1",
            "GATEWAY_PORT": str(self.port),
            # The address that functions call.
            "AWS_ENDPOINT_URL": functions_call,
            "AWS_XRAY_DAEMON_ADDRESS": self.daemon.address,
            # Nobody may do anything that no policy allows.
            "AUTH": "true",
            "IAM_DECISIONS": str(self.folder.decisions),
            "CLOUDTRAIL_RECORDING": "1",
            "SFN_WAIT_SCALE": str(wait_scale),
            # Two listeners on ports of their own, of services that nothing here uses.
            "IOT_MTLS_ENABLED": "0",
            "SFTP_ENABLED": "0",
        }

    def wait_until_up(self):
        deadline = time.monotonic() + UP_WITHIN_SECONDS
        while True:
            if self.process.poll() is not None:
                raise Failed("MiniStack ended at once:\n" + self.folder.last_log_lines())
            try:
                with urllib.request.urlopen(f"{self.url}/_ministack/ready", timeout=1):
                    return
            except (urllib.error.URLError, ConnectionError, TimeoutError):
                if time.monotonic() > deadline:
                    log = self.folder.last_log_lines()
                    raise Failed(f"MiniStack did not come up within {UP_WITHIN_SECONDS} s:\n{log}") from None
                time.sleep(POLL_EVERY_SECONDS)

    def end(self):
        """Ends MiniStack and every function that still runs."""
        for number in (signal.SIGTERM, signal.SIGKILL):
            try:
                os.killpg(self.process.pid, number)
                self.process.wait(ENDS_WITHIN_SECONDS)
            except (ProcessLookupError, subprocess.TimeoutExpired):
                continue
        shutil.rmtree(self.folder.data, ignore_errors=True)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def deployed(ministack, zips):
    """Deploys the stack; answers what a client needs to reach it."""
    started = time.monotonic()
    outputs = deploy.deploy(ministack.url, zips)
    api_host = f"{deploy.api_id(ministack.url)}.execute-api.localhost:{ministack.port}"
    return {
        "stack": deploy.STACK,
        "api_host": api_host,
        "api_url": f"http://{api_host}",
        "outputs": outputs,
        "page_token_key": deploy.page_token_key(ministack.url),
        "functions": deploy.functions(ministack.url),
        "deployed_in_seconds": round(time.monotonic() - started, 1),
    }


def run(arguments, asked_to_end):
    folder = Folder(arguments.state)
    ministack = MiniStack(folder, arguments.port or free_port(), arguments.wait_scale, arguments.functions_call)
    try:
        ministack.wait_until_up()
        cloud = {
            "url": ministack.url,
            "port": ministack.port,
            "pid": ministack.process.pid,
            "iam_decisions": str(folder.decisions),
            "log": str(folder.log),
        }
        if arguments.zips:
            cloud |= deployed(ministack, arguments.zips)
            # The proxy of a test may come up later than this.
            if not arguments.functions_call:
                first_call.answers(cloud)
            print(walk.outputs(cloud))
            if arguments.keep_running:
                print(walk.steps(cloud))
        # Whole or not at all: somebody may be waiting for this file.
        written = folder.outputs.with_suffix(".tmp")
        written.write_text(json.dumps(cloud, indent=2) + "\n", encoding="utf-8")
        written.replace(folder.outputs)
        print(f"local cloud ready at {ministack.url}", flush=True)
        while arguments.keep_running and not asked_to_end.wait(1):
            if ministack.process.poll() is not None:
                raise Failed("MiniStack ended:\n" + folder.last_log_lines())
    finally:
        folder.outputs.unlink(missing_ok=True)
        ministack.end()


def end_when_stdin_closes(asked_to_end):
    def wait():
        # Not through `sys.stdin`, whose lock the interpreter wants when it ends.
        while os.read(0, 1):
            pass
        asked_to_end.set()

    threading.Thread(target=wait, daemon=True).start()


def main():
    parser = argparse.ArgumentParser(description="Runs a local cloud.")
    parser.add_argument("--state", type=Path, default=STATE)
    parser.add_argument("--port", type=int)
    parser.add_argument("--zips", type=Path)
    parser.add_argument("--keep-running", type=lambda word: word == "true", default=True)
    parser.add_argument("--until-stdin-closes", action="store_true")
    parser.add_argument("--wait-scale", type=float, default=1)
    parser.add_argument("--functions-call", metavar="URL")
    arguments = parser.parse_args()
    asked_to_end = threading.Event()
    for ending in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(ending, lambda *_: asked_to_end.set())
    if arguments.until_stdin_closes:
        end_when_stdin_closes(asked_to_end)
    try:
        run(arguments, asked_to_end)
    except Exception as failure:  # of any kind: the caller gets one line instead of a traceback
        print(f"local cloud: {type(failure).__name__}: {failure}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
