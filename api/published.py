"""The published log under one prefix, `/log`: what `certledger publish` writes, with C2SP tlog-tiles' media types.

Everything here is public and the same for everyone, so any origin may read it: a saved verifier too.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from ledger.media import served_as
from verifier.errors import CouldNotCheck, Malformed
from verifier.fetch import FolderLog

PREFIX: Final = "/log"


def routes(folder: Path) -> list[Route]:
    """The routes that serve a published tree."""

    def serve(request: Request) -> Response:
        path: str = request.path_params["path"]
        try:
            media_type, caching = served_as(path)
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
