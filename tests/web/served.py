"""A small server of the verify page, its assets and a published log, on loopback; it remembers what was asked of it."""

from __future__ import annotations

import base64
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from tests.vectors.generate import heads, log
from verifier import merkle, statuslist
from verifier.checkpoint import Checkpoint
from verifier.keys import thumbprint

POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'"
TYPES = {".js": "text/javascript", ".css": "text/css", ".html": "text/html; charset=utf-8"}
PAGE = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>verify</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="stylesheet" href="/assets/verify.css"><script type="module" src="/assets/%s.js"></script></head>
<body><main id="result" aria-live="polite">%s</main>%s</body></html>"""


@dataclass
class Site:
    """What is served, by path, and which paths were asked for."""

    files: dict[str, bytes] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    address: str = ""

    def page(self, path: str, body: str = "", rest: str = "", script: str = "verify") -> None:
        """Serves the page's skeleton, as api/web does."""
        self.files[path] = (PAGE % (script, body, rest)).encode()

    def embedded(self, path: str, body: str, proof: bytes, *changes: bytes) -> None:
        """Serves a link's page: the server's answer with the proof beside it, and the changes of standing."""
        proof_text, *change_texts = (base64.urlsafe_b64encode(item).rstrip(b"=").decode() for item in (proof, *changes))
        answer = json.dumps({"proof": proof_text, "changes": change_texts})
        self.page(path, body, f'<script type="application/json" id="proof">{answer}</script>')


def status_token(made: log.Log, statuses: dict[int, int], issued_at: float | None = None) -> bytes:
    """The status list of the small log, signed now."""
    bits = bytearray(statuslist.LIST_LENGTH // 4)
    for index, status in statuses.items():
        bits[index // 4] |= status << 2 * (index % 4)
    kid = thumbprint(log.public_of("status"))
    root, at = merkle.root_of(made.leaves()), int(time.time() if issued_at is None else issued_at)
    uri = f"{log.URL}/log/status/0"
    return statuslist.make(uri, at, len(made.entries), root, bytes(bits), kid, log.sign_as("status"))


def publish(site: Site, made: log.Log) -> None:
    """Serves the small log's trust file, checkpoint, tile, and a status list on which everything is valid."""
    leaves = made.leaves()
    head = Checkpoint(log.ORIGIN, len(leaves), merkle.root_of(leaves))
    site.files["/log/trust.txt"] = made.trust().encode()
    site.files["/log/checkpoint"] = heads.signed(head.text(), "checkpoint").encode()
    site.files[f"/log/tile/0/000.p/{len(leaves)}"] = b"".join(leaves)
    site.files["/log/status/0"] = status_token(made, {})


@contextmanager
def serve(assets: Path) -> Iterator[Site]:
    """A running site with the assets and the proof address's page."""
    site = Site({f"/assets/{path.name}": path.read_bytes() for path in assets.iterdir()})
    site.page("/p", script="prove")

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            site.asked.append(self.path)
            content = site.files.get(self.path)
            self.send_response(404 if content is None else 200)
            self.send_header("Content-Type", TYPES.get(Path(self.path).suffix, TYPES[".html"]))
            self.send_header("Content-Security-Policy", POLICY)
            self.end_headers()
            self.wfile.write(content or b"")

        def log_message(self, *_: object) -> None:
            """Says nothing: `asked` remembers."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    site.address = f"http://127.0.0.1:{server.server_address[1]}"
    try:
        yield site
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
