"""The published log under one prefix, `/log`: what `certledger publish` writes, with C2SP tlog-tiles' media types.

Everything here is public and the same for everyone, so any origin may read it: a saved verifier too.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from verifier import numberhead, statuslist
from verifier.errors import CouldNotCheck, Malformed
from verifier.fetch import FolderLog
from verifier.tile import parse_path

PREFIX: Final = "/log"
TEXT: Final = "text/plain; charset=utf-8"
SECONDS: Final = "public, max-age=5"
FOR_EVER: Final = "public, max-age=31536000, immutable"

_STATUS: Final = re.compile(r"status/(?:0|[1-9][0-9]{0,8})")
_NUMBER_TILE: Final = re.compile("numbers/[0-9a-f]{2}/[0-9a-f]{62}")


def kind_of(path: str) -> tuple[str, str]:
    """Media type and caching of a path of the published log. Raises Malformed for any other path."""
    if path in ("checkpoint", "trust.txt"):
        return TEXT, SECONDS
    if path == numberhead.PATH:
        return numberhead.MEDIA_TYPE, SECONDS
    if _NUMBER_TILE.fullmatch(path):
        return "application/octet-stream", FOR_EVER
    if _STATUS.fullmatch(path):
        return statuslist.MEDIA_TYPE, SECONDS
    parse_path(path)
    return "application/octet-stream", FOR_EVER


def routes(folder: Path) -> list[Route]:
    """The routes that serve a published tree."""

    def serve(request: Request) -> Response:
        path: str = request.path_params["path"]
        try:
            media_type, caching = kind_of(path)
            data = FolderLog(folder).get(path)
        except (Malformed, CouldNotCheck):
            raise HTTPException(404) from None
        headers = {
            "Cache-Control": caching,
            "Access-Control-Allow-Origin": "*",
            "Cross-Origin-Resource-Policy": "cross-origin",
        }
        return Response(data, media_type=media_type, headers=headers)

    return [Route(f"{PREFIX}/{{path:path}}", serve, methods=["GET"])]
