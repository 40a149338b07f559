"""A file to be saved under a name: no browser shows it as a page of this site, and no name leads out of a folder."""

from __future__ import annotations

import re
import unicodedata
from typing import Final
from urllib.parse import quote

from api.headers import PERSONAL

LONGEST_NAME: Final = 120
FILE_TYPE: Final = "application/octet-stream"
_FORBIDDEN: Final = re.compile(r'[<>:"|?*]')


def safe_name(name: str) -> str:
    """The last part of a file's name, without what moves about, hides or cannot be printed; `file` where none is left.

    The ending stays where the name is cut.
    """
    last = re.split(r"[/\\]", unicodedata.normalize("NFC", name))[-1]
    kept = "".join(
        character for character in last if unicodedata.category(character)[0] not in "CZ" or character == " "
    )
    kept = _FORBIDDEN.sub("_", kept).strip(" .")
    if len(kept) > LONGEST_NAME:
        stem, dot, ending = kept.rpartition(".")
        ending = f".{ending}" if dot and len(ending) <= 10 else ""
        kept = (stem if ending else kept)[: LONGEST_NAME - len(ending)] + ending
    return kept or "file"


def attachment(name: str) -> dict[str, str]:
    """Headers of an answer that is to be saved under this name (RFC 6266), and kept by nobody on the way."""
    name = safe_name(name)
    plain = re.sub(r"[^A-Za-z0-9._-]", "_", name)
    return {
        **PERSONAL,
        "Content-Disposition": f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}",
    }
