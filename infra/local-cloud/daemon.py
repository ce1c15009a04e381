"""What do the functions tell X-Ray's daemon? Each document on a line of its own, in a file for tests to read.

On Lambda a daemon listens beside every function; here one listens for all of them, for as long as this process lives.
The protocol: https://docs.aws.amazon.com/xray/latest/devguide/xray-api-sendingdata.html
"""

import socket
import threading

# What stands before each document.
HEADER = b'{"format":"json","version":1}\n'
DATAGRAM_BYTES_MAX = 64 * 1024
# Functions send without waiting: what comes in a burst has to find room.
QUEUE_BYTES = 4 * 1024 * 1024


class Daemon:
    """Listens on the loopback; `address` is what functions are told."""

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
                # What is no document is kept as it came, so that the reader of the file stumbles over it.
                document = datagram[len(HEADER) :] if datagram.startswith(HEADER) else datagram
                documents.write(document.replace(b"\n", b" ") + b"\n")
