"""A proxy between client and server that cuts the connection at a chosen moment."""

from __future__ import annotations

import contextlib
import socket
import tempfile
import threading
from pathlib import Path

from tests.postgres_server import PORT


class Cutting:
    """Passes everything on, until it is told to cut at the next message that contains `marker`."""

    def __init__(self, server_folder: Path) -> None:
        self.folder = tempfile.TemporaryDirectory()
        self._server = str(server_folder / f".s.PGSQL.{PORT}")
        self._listening = socket.socket(socket.AF_UNIX)
        self._listening.bind(f"{self.folder.name}/.s.PGSQL.{PORT}")
        self._listening.listen()
        self.marker = b"never in any message"
        self.cuts = 0
        """How often it still cuts."""
        self.keep = False
        """Whether the server gets the message, and does what it says, before the connection is cut."""
        threading.Thread(target=self._accept, daemon=True).start()

    def address(self, direct: str) -> str:
        """The connection string that leads through here."""
        return f"{direct} host={self.folder.name}"

    def cut(self, marker: bytes, *, keep: bool, times: int = 1) -> None:
        """Cuts the next `times` connections that carry such a message."""
        self.marker, self.keep, self.cuts = marker, keep, times

    def close(self) -> None:
        self._listening.close()
        self.folder.cleanup()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                client, _ = self._listening.accept()
                threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        with client, socket.socket(socket.AF_UNIX) as server, contextlib.suppress(OSError):
            server.connect(self._server)
            deaf = threading.Event()
            threading.Thread(target=self._answer, args=(server, client, deaf), daemon=True).start()
            while data := client.recv(1 << 20):
                if self.cuts and self.marker in data and not deaf.is_set():
                    self.cuts -= 1
                    if not self.keep:
                        break
                    deaf.set()
                server.sendall(data)
            for end in (server, client):
                with contextlib.suppress(OSError):
                    end.shutdown(socket.SHUT_RDWR)

    def _answer(self, server: socket.socket, client: socket.socket, deaf: threading.Event) -> None:
        with contextlib.suppress(OSError):
            while data := server.recv(1 << 20):
                if deaf.is_set():
                    if data.endswith(b"Z\x00\x00\x00\x05I"):  # ReadyForQuery, idle: what it did is committed
                        client.shutdown(socket.SHUT_RDWR)
                        return
                    continue
                client.sendall(data)
