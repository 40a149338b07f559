"""Tells what is wrong: into a file, a line each, and to a webhook. What could not be told is told in the next round."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from verifier import fetch
from verifier.errors import CouldNotCheck
from verifier.monitor.state import Alert, State

SECONDS: Final = 10.0
_ANSWER_LIMIT: Final = 64 * 1024


def as_json(alert: Alert, log: str) -> dict[str, Any]:
    """An alert for programs. Its id is told again where a kill came between telling and noting that it was told."""
    at = f"{datetime.fromtimestamp(alert.at, UTC):%Y-%m-%dT%H:%M:%SZ}"
    return {"id": alert.id, "log": log, "kind": alert.kind, "message": alert.message, "at": at}


def tell_file(state: State, file: Path, log: str) -> Iterator[str]:
    """Appends what was not told yet, durably. Gives the reason why something could not be."""
    for alert in state.untold("filed"):
        try:
            with file.open("a", encoding="utf-8") as stream:
                stream.write(json.dumps(as_json(alert, log), ensure_ascii=False) + "\n")
                stream.flush()
                os.fsync(stream.fileno())
        except OSError as error:
            yield f"{file} cannot be written: {error.strerror}"
            return
        state.told("filed", alert)


def tell_webhook(state: State, url: str, log: str) -> Iterator[str]:
    """Posts what was not told yet, oldest first, one at a time. Gives the reason why something could not be."""
    for alert in state.untold("sent"):
        body = json.dumps(as_json(alert, log), ensure_ascii=False).encode()
        try:
            answer = fetch.post(url, body, "application/json", SECONDS, _ANSWER_LIMIT)
        except CouldNotCheck as error:
            yield error.message
            return
        if not 200 <= answer.status < 300:
            yield f"{url} answers {answer.status}"
            return
        state.told("sent", alert)
