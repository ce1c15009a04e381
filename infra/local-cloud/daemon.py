"""Stands in for X-Ray's daemon: writes each document that functions send on a line of a file, which tests read.

On Lambda a daemon listens beside every function; here one listens for all of them, for as long as this process lives.
The protocol: https://docs.aws.amazon.com/xray/latest/devguide/xray-api-sendingdata.html
"""

import socket
import threading

# What stands before each document.
HEADER = b'{"format":"json","version":1}\n'
DATAGRAM_BYTES_MAX = 64 * 1024
# Functions send without waiting: a burst has to fit in.
QUEUE_BYTES = 4 * 1024 * 1024


class Daemon:
    """Listens on the loopback interface at `address`, which functions get as a variable."""

    def __init__(self, path):
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, QUEUE_BYTES)
        self._socket.bind(("127.0.0.1", 0))
        self.address = "127.0.0.1:{}".format(self._socket.getsockname()[1])
        threading.Thread(target=self._listen, args=(path,), daemon=True).start()

    def _listen(self, path):
        with open(path, "wb", buffering=0) as documents:
            while True:
                datagram = self._socket.recv(DATAGRAM_BYTES_MAX)
                # A datagram without the header is kept unchanged, so that the reader of the file reports it.
                document = datagram[len(HEADER) :] if datagram.startswith(HEADER) else datagram
                documents.write(document.replace(b"\n", b" ") + b"\n")
