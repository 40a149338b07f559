"""The witness over HTTP: the one module of the verifier that listens.

It is meant to stand behind a web server that speaks TLS. What strangers can take of it is bounded all the same: the
size of a request, the time of a connection, and how many there are at once.
"""

from __future__ import annotations

import logging
import socket
import sqlite3
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import BoundedSemaphore, Lock
from typing import Any, Final

from verifier.witness.cosigning import TEXT, Answer, Witness
from verifier.witness.request import MAX_SIZE, PATH

CONNECTIONS: Final = 64
"""At once; who comes when all are taken is turned away and comes again."""
IDLE_SECONDS: Final = 10.0
"""Without a byte, after which a connection ends."""
CONNECTION_SECONDS: Final = 60.0
"""After which a connection ends whatever it is doing: bytes that drip keep no place."""

_log = logging.getLogger(__name__)


class WitnessServer(ThreadingHTTPServer):
    """Listens at an address; each connection has a thread of its own."""

    daemon_threads = False
    block_on_close = True
    request_queue_size = 128

    def __init__(self, host: str, port: int, witness: Witness) -> None:
        """Raises OSError where the address cannot be had. Port 0 takes a free one."""
        self.witness = witness
        self._free = BoundedSemaphore(CONNECTIONS)
        self._open: dict[Any, float] = {}
        self._lock = Lock()
        if ":" in host:
            self.address_family = socket.AF_INET6
        super().__init__((host, port), _Handler)

    def process_request(self, request: Any, client_address: Any) -> None:
        """Gives the connection a thread, where one is free."""
        if not self._free.acquire(blocking=False):
            _log.warning("a connection was turned away: all %d are taken", CONNECTIONS)
            self.shutdown_request(request)
            return
        with self._lock:
            self._open[request] = time.monotonic()
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        """Ends a connection and gives its place back."""
        with self._lock:
            had = self._open.pop(request, None) is not None
        super().shutdown_request(request)
        if had:
            self._free.release()

    def service_actions(self) -> None:
        """Between connections, and twice a second: ends those that take too long."""
        limit = time.monotonic() - CONNECTION_SECONDS
        with self._lock:
            late = [request for request, since in self._open.items() if since < limit]
        for request in late:
            self._end(request)

    def end_all(self) -> None:
        """Ends connections that wait for another request, so that their threads end too."""
        with self._lock:
            waiting = list(self._open)
        for request in waiting:
            self._end(request, socket.SHUT_RD)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Says what went wrong with a connection in a line."""
        _log.info("a connection broke off", exc_info=_log.isEnabledFor(logging.DEBUG))

    @staticmethod
    def _end(request: Any, how: int = socket.SHUT_RDWR) -> None:
        try:
            request.shutdown(how)
        except OSError:
            _log.debug("the connection is gone already")


class _Handler(BaseHTTPRequestHandler):
    """One connection; several requests may come over it."""

    server: WitnessServer
    protocol_version = "HTTP/1.1"
    server_version = "certverify-witness"
    sys_version = ""
    timeout = IDLE_SECONDS
    # Head and body leave in one packet: of two, the second waits until the other side has acknowledged the first.
    wbufsize = MAX_SIZE
    disable_nagle_algorithm = True

    def do_POST(self) -> None:
        """Answers `add-checkpoint`; anything else is not there."""
        body = self._body()
        if body is None:
            return
        if self.path.partition("?")[0] != PATH:
            self._answer(Answer(404, "POST to /add-checkpoint\n"))
            return
        try:
            answer = self.server.witness.add_checkpoint(body)
        except sqlite3.Error as error:
            _log.error("nothing was signed: the witness's memory cannot be used: %s", error)
            answer = Answer(503, "try again later\n")
        self._answer(answer)

    def _body(self) -> bytes | None:
        """The whole body; None where it is answered already that it is not taken."""
        length = self.headers.get("Content-Length", "")
        if not length.isascii() or not length.isdigit() or "Transfer-Encoding" in self.headers:
            self._refuse(Answer(411, "Content-Length is missing\n"))
            return None
        if len(length) > 10 or int(length) > MAX_SIZE:
            self._refuse(Answer(413, f"a request has at most {MAX_SIZE} bytes\n"))
            return None
        body = self.rfile.read(int(length))
        if len(body) != int(length):
            self.close_connection = True
            return None
        return body

    def _refuse(self, answer: Answer) -> None:
        self.close_connection = True
        self._answer(answer)

    def _answer(self, answer: Answer) -> None:
        data = answer.body.encode()
        self.send_response(answer.status)
        self.send_header("Content-Type", answer.type)
        self.send_header("Content-Length", str(len(data)))
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(data)

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        """What the library itself turns away, in the same plain form."""
        self.close_connection = True
        self._answer(Answer(code, "this witness answers POST /add-checkpoint alone\n", TEXT))

    def log_message(self, format: str, *args: Any) -> None:
        """One line a request."""
        _log.info("%s %s", self.client_address[0], format % args)
