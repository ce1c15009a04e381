"""Runs MiniStack with its IAM decisions recorded and the failed records of its streams delivered again.

Standard input is a pipe that only the starting process holds. When it closes, this process group ends, with the
functions in it.
"""

import os
import signal
import sys
import threading

import observed  # noqa: F401 - has to come first: it replaces a function of MiniStack before others take hold of it
import stream_retries  # noqa: F401 - as above
from ministack.app import main


def end_with_starter():
    while os.read(0, 1):
        pass
    os.killpg(0, signal.SIGKILL)


if __name__ == "__main__":
    threading.Thread(target=end_with_starter, daemon=True).start()
    sys.exit(main())
