"""How does MiniStack run here? With its IAM decisions written down, with its streams' failed records
delivered again, and never longer than whoever started it.

Standard input is a pipe that only the starter holds: when it closes, by whatever end of the starter, this process group
ends, the functions in it included.
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
