"""The pages' own scripts and styles, read once: a handful of small files.

`dist` is what the build makes of verifier/web, `static` is ours.
"""

from __future__ import annotations

import gzip
from hashlib import sha256
from pathlib import Path
from typing import Final

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

_FOLDERS: Final = ("web/dist", "web/static")
_TYPES: Final = {".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8"}


def routes() -> list[Route]:
    """The routes of the assets. A file that was not built is not found; the pages work without any."""
    files = {
        file.name: (file.read_bytes(), _TYPES[file.suffix])
        for folder in _FOLDERS
        for file in sorted((Path(__file__).parent / folder).glob("*"))
        if file.suffix in _TYPES
    }
    tags = {name: f'"{sha256(data).hexdigest()[:32]}"' for name, (data, _) in files.items()}
    packed = {name: gzip.compress(data, mtime=0) for name, (data, _) in files.items()}

    def serve(request: Request) -> Response:
        name: str = request.path_params["name"]
        if name not in files:
            raise HTTPException(404)
        data, media_type = files[name]
        # The same tag for both encodings would be a strong one for different bytes (RFC 9110 §8.8.3).
        zipped = "gzip" in request.headers.get("accept-encoding", "")
        tag = f'{tags[name][:-1]}-gzip"' if zipped else tags[name]
        headers = {"Cache-Control": "no-cache", "ETag": tag, "Vary": "Accept-Encoding"}
        if request.headers.get("if-none-match") == tag:
            return Response(status_code=304, headers=headers)
        if zipped:
            headers["Content-Encoding"] = "gzip"
            return Response(packed[name], media_type=media_type, headers=headers)
        return Response(data, media_type=media_type, headers=headers)

    return [Route("/assets/{name}", serve, methods=["GET"])]
