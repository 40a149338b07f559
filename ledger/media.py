"""What the files of the published tree are served as: media type and caching, the same by a server and by a bucket.

C2SP tlog-tiles: tiles never change and are kept for long, the checkpoint for no more than a few seconds. What follows
the checkpoint follows it here too: whoever keeps a status list for long hides a revocation for as long.
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from verifier import numberhead, statuslist
from verifier.numbertree import digest_in
from verifier.tile import parse_path

TEXT: Final = "text/plain; charset=utf-8"
BYTES: Final = "application/octet-stream"
SECONDS: Final = "public, max-age=5"
FOR_EVER: Final = "public, max-age=31536000, immutable"

_STATUS: Final = re.compile(r"status/(?:0|[1-9][0-9]{0,8})")


class Served(NamedTuple):
    """Headers of one file: `Content-Type` and `Cache-Control`."""

    media_type: str
    caching: str


def served_as(path: str) -> Served:
    """How a path of the published tree is served. Raises Malformed for any other path."""
    if path in ("checkpoint", "trust.txt"):
        return Served(TEXT, SECONDS)
    if _STATUS.fullmatch(path):
        return Served(statuslist.MEDIA_TYPE, SECONDS)
    if path == numberhead.PATH:
        return Served(numberhead.MEDIA_TYPE, SECONDS)
    if digest_in(path) is not None:
        return Served(BYTES, FOR_EVER)
    parse_path(path)
    return Served(BYTES, FOR_EVER)
