"""One measurement of `audit` in a process of its own: `python -m benchmarks.audited audit|bare FOLDER PROCESSES`."""

from __future__ import annotations

import json
import resource
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from multiprocessing import get_context
from multiprocessing.synchronize import Barrier
from pathlib import Path
from time import perf_counter

from nacl.bindings import crypto_sign_open

from verifier import statement, trust
from verifier.audit import audit
from verifier.audit.page import page
from verifier.audit.written import whole
from verifier.checkpoint import parse
from verifier.fetch import FolderLog
from verifier.note import parse as parse_note
from verifier.tile import WIDTH, TreeReader
from verifier.trust import Trust

Signed = tuple[bytes, bytes]
"""Signature and message in one, and the public key."""


def audited(folder: Path, trusted: Trust, processes: int) -> dict[str, float]:
    """The audit: its rate, processor time an entry, peak memory of the process that judges, and the reports' time."""
    before, began = _processor(), perf_counter()
    report = audit(FolderLog(folder), trusted, processes=processes)
    seconds, after = perf_counter() - began, _processor()
    if report.exit_code:
        raise RuntimeError("the benchmark's own log is not good")
    began = perf_counter()
    now = datetime.now(UTC)
    json.dumps(whole(report, now))
    page(report, now)
    return {
        "entries": report.size,
        "rate": report.size / seconds,
        "processor": (after - before) / report.size * 1e6,
        "peak": _peak(),
        "report": perf_counter() - began,
    }


def bare(folder: Path, trusted: Trust, processes: int) -> dict[str, float]:
    """Bare verification of the same signatures, shared out to processes that hold their messages already."""
    log = FolderLog(folder)
    tree = TreeReader(parse(parse_note(log.get("checkpoint"))).size, log.get)
    signed: list[Signed] = []
    for number in range(-(-tree.size // WIDTH)):
        for entry in tree.entries(number):
            read = statement.parse(entry)
            message = statement.to_be_signed(read.protected, read.payload)
            signed.append((read.signature + message, trusted.key(read.kid).public_key))
    context = get_context("fork")
    start = context.Barrier(processes + 1)
    parts = [signed[number::processes] for number in range(processes)]
    workers = [context.Process(target=_verify, args=(part, start)) for part in parts]
    for worker in workers:
        worker.start()
    start.wait()
    before, began = _processor(), perf_counter()
    for worker in workers:
        worker.join()
    seconds = perf_counter() - began
    return {
        "entries": len(signed),
        "rate": len(signed) / seconds,
        "processor": (_processor() - before) / len(signed) * 1e6,
    }


def _verify(signed: Sequence[Signed], start: Barrier) -> None:
    start.wait()
    for message, public_key in signed:
        crypto_sign_open(message, public_key)


def _peak() -> float:
    """Megabytes that this process had at most. What the kernel says of its resources would count its parent's, too."""
    status = Path("/proc/self/status")
    if not status.exists():
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    lines = status.read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM:"))


def _processor() -> float:
    """Seconds of processor time of this process and of those that it started and that ended."""
    own, others = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    return own.ru_utime + own.ru_stime + others.ru_utime + others.ru_stime


if __name__ == "__main__":
    what, folder = sys.argv[1], Path(sys.argv[2])
    measure = {"audit": audited, "bare": bare}[what]
    trusted = trust.parse((folder / "trust.txt").read_text(encoding="utf-8"))
    print(json.dumps(measure(folder, trusted, int(sys.argv[3]))))
