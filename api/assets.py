"""The pages' own scripts, styles, programs and icons, read once a process.

`dist` is what the build makes of verifier/web, `static` is ours.
"""

from __future__ import annotations

import gzip
import re
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Final

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

SERVICE_WORKER: Final = "sw.js"
"""Served from the root, since it may answer for what lies below its own address alone."""

_FOLDERS: Final = ("web/dist", "web/static")
_SCRIPT: Final = "text/javascript; charset=utf-8"
_TYPES: Final = {
    ".css": "text/css; charset=utf-8",
    ".js": _SCRIPT,
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".wasm": "application/wasm",
}
_HASHED: Final = re.compile(r"-[0-9A-Z]{8}\.\w+")
_FOR_EVER: Final = "public, max-age=31536000, immutable"
_WORKER_POLICY: Final = (
    "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self'; base-uri 'none'; "
    "frame-ancestors 'none'"
)
"""Of a script that runs as a worker, where its own policy holds: only there is WebAssembly compiled."""


@dataclass(frozen=True, slots=True)
class Asset:
    """One file as it is served."""

    media_type: str
    plain: bytes
    packed: bytes
    """By gzip; the file itself where that gains nothing."""
    tag: str
    caching: str


@cache
def files() -> dict[str, Asset]:
    """Every asset by its name. One that was not built is not there; the pages work without any."""
    found = (file for folder in _FOLDERS for file in sorted((Path(__file__).parent / folder).glob("*")))
    return {file.name: _read(file) for file in found if file.suffix in _TYPES}


def routes() -> list[Route]:
    """The routes of the assets, and of the service worker."""

    def serve(request: Request) -> Response:
        asset = files().get(request.path_params.get("name", SERVICE_WORKER))
        if asset is None:
            raise HTTPException(404)
        return _response(asset, request)

    return [
        Route("/assets/{name}", serve, methods=["GET"]),
        Route(f"/{SERVICE_WORKER}", serve, methods=["GET"]),
    ]


def _read(file: Path) -> Asset:
    data = file.read_bytes()
    packed = gzip.compress(data, mtime=0)
    caching = _FOR_EVER if _HASHED.search(file.name) else "no-cache"
    tag = sha256(data).hexdigest()[:32]
    return Asset(_TYPES[file.suffix], data, packed if len(packed) < len(data) else data, tag, caching)


def _response(asset: Asset, request: Request) -> Response:
    zipped = asset.packed is not asset.plain and "gzip" in request.headers.get("accept-encoding", "")
    # The same tag for both encodings would be a strong one for different bytes (RFC 9110 §8.8.3).
    tag = f'"{asset.tag}-gzip"' if zipped else f'"{asset.tag}"'
    headers = {"Cache-Control": asset.caching, "ETag": tag, "Vary": "Accept-Encoding"}
    if asset.media_type == _SCRIPT:
        headers["Content-Security-Policy"] = _WORKER_POLICY
    if request.headers.get("if-none-match") == tag:
        return Response(status_code=304, headers=headers)
    if zipped:
        headers["Content-Encoding"] = "gzip"
    return Response(asset.packed if zipped else asset.plain, media_type=asset.media_type, headers=headers)
