"""A whole report for programs: what `Report.as_json` says, and what the log is made of."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Final

from verifier.audit.report import Report
from verifier.authority import Key

FORM: Final = "certledger-audit-report/1"
BY_KIND, BY_ORGANISATION, BY_CUSTODY, BY_MONTH = range(4)
"""What `Counts.by` sums by."""


def whole(report: Report, made_at: datetime) -> dict[str, Any]:
    """Everything that a report holds. Each count is of the judged entries, and each list of counts adds up to them."""
    counts = {
        name: {cell[0]: many for cell, many in report.counts.by(place).items()}
        for name, place in (
            ("kind", BY_KIND),
            ("organisation", BY_ORGANISATION),
            ("custody", BY_CUSTODY),
            ("month", BY_MONTH),
        )
    }
    cells = [[*cell, many] for cell, many in report.counts.by(BY_KIND, BY_ORGANISATION, BY_CUSTODY, BY_MONTH).items()]
    return {
        "form": FORM,
        "made_at": made_at.astimezone(UTC).isoformat(timespec="seconds"),
        **report.as_json(),
        "disowned_because": [
            {"index": index, "kid": kid.hex(), "message": reason} for index, kid, reason in disowned_reasons(report)
        ],
        "checkpoint": report.checkpoint.decode(errors="replace"),
        "counts": {**counts, "cells": cells},
        "organisations": [
            {"code": one.code, "kind": one.kind, "uri": one.uri, "name_zh": one.name_zh, "name_en": one.name_en}
            for one in report.authority.organisations.values()
        ],
        "keys": [_key(key) for key in report.authority.keys.values()],
        "replayed": report.replayed,
    }


def disowned_reasons(report: Report) -> list[tuple[int, bytes, str]]:
    """Of each disowned entry the index, the thumbprint of its signer, and why it counts for nothing."""
    found = []
    for index, kid in report.disowned_by.items():
        key = report.authority.keys[kid]
        reason = f"signed by key {kid.hex()[:16]} of {key.organisation}, compromised as of entry {key.compromised_from}"
        found.append((index, kid, reason))
    return found


def _key(key: Key) -> dict[str, Any]:
    return {
        "kid": key.kid.hex(),
        "organisation": key.organisation,
        "custody": key.custody,
        "kinds": sorted(key.kinds),
        "since": key.since,
        "until": key.until,
        "compromised_from": key.compromised_from,
    }
