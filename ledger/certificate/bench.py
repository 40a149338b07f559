"""A process of its own for one foreign file, which could be made to take long, to take much memory or to crash PDFium.

It is ended when it is late, and the system keeps it from taking more than it may. What comes back from it is plain
values in CBOR: nothing that could be run, whatever became of the process.
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
from contextlib import suppress
from dataclasses import asdict, dataclass
from threading import Timer
from typing import IO, Any, Final, Self

import cbor2

from ledger.certificate import drawn
from ledger.certificate.beside import Compared, PageBeside, Region, Shown, compare
from verifier import scan, verification_receipt
from verifier.errors import CouldNotCheck, Malformed

SECONDS: Final = 60
"""How long a process may take by the clock, however busy the machine is."""
CPU_SECONDS: Final = 30
"""How much of a processor's time it may take."""
MEMORY: Final = 1024**3
"""Bytes of address space that a process may take."""

_PDF_START: Final = b"%PDF-"
_START_WITHIN: Final = 1024
_LENGTH_SIZE: Final = 4
_ANSWER_LIMIT: Final = 64 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Held:
    """What a PDF holds of a certificate; proof and codes are those of `verifier.scan.Found`."""

    proof: bytes | None
    codes: tuple[str, ...]
    subject: str
    """In its metadata, where a certificate names its design; empty where there is none."""
    is_receipt: bool
    """Whether a verification receipt is attached to it, be it good or not."""


class Bench:
    """Reads one upload and lays it beside what was issued. For one thread, and for one file."""

    def __init__(self, upload: bytes, seconds: int = SECONDS, memory: int = MEMORY) -> None:
        command = [sys.executable, "-m", "ledger.certificate.bench", str(memory)]
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._to, self._from = self._process.stdin, self._process.stdout
        self._upload = upload
        self._late = False
        self._timer = Timer(seconds, self._give_up)
        self._timer.start()

    def read(self) -> Held:
        """What the upload holds. Raises Malformed for what is no PDF, CouldNotCheck for one that cannot be read."""
        answer = self._asked({"upload": self._upload})
        return Held(answer["proof"], tuple(answer["codes"]), answer["subject"], answer["is_receipt"])

    def compare(self, issued: bytes, shown: Shown) -> Compared:
        """The upload beside what was issued. Raises as `read`."""
        answer = self._asked({"upload": self._upload, "issued": issued, "shown": asdict(shown)})
        regions = [
            {**item, "box": tuple(item["box"]), "fields": tuple(item["fields"])} for item in answer.pop("regions")
        ]
        return Compared(
            pages=tuple(PageBeside(**page) for page in answer["pages"]),
            regions=tuple(Region(**item) for item in regions),
            uploaded_pages=answer["uploaded_pages"],
            added=tuple(answer["added"]),
            unreadable=answer["unreadable"],
        )

    def close(self) -> None:
        """Ends the process, whatever it is at."""
        self._timer.cancel()
        self._process.kill()
        for pipe in (self._to, self._from):
            with suppress(BrokenPipeError):  # what was still to be sent is of no use any more
                pipe.close()
        self._process.wait()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _give_up(self) -> None:
        self._late = True
        self._process.kill()

    def _asked(self, question: dict[str, Any]) -> dict[str, Any]:
        try:
            _write(self._to, question)
            answer: dict[str, Any] = _read(self._from)
        except (OSError, EOFError, cbor2.CBORDecodeError):
            why = "took too long" if self._late else "took more memory than it may have, or broke what draws it"
            raise CouldNotCheck(f"PDF: it {why}, and was given up") from None
        if "malformed" in answer:
            raise Malformed(answer["malformed"])
        if "unread" in answer:
            raise CouldNotCheck(answer["unread"])
        return answer


def work_for_parent(memory: int) -> None:
    """What the process runs: answers to standard output, until no question comes from standard input any more."""
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    source, sink = sys.stdin.buffer, os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # what a library prints must not come between the answers
    with suppress(EOFError):
        while True:
            _write(sink, _answer(_read(source)))


def is_pdf(data: bytes) -> bool:
    """Whether the bytes begin as a PDF does: some put a little before its first line."""
    return _PDF_START in data[:_START_WITHIN]


def _answer(question: dict[str, Any]) -> dict[str, Any]:
    upload = question["upload"]
    if not is_pdf(upload):
        return {"malformed": "file: no PDF"}
    try:
        if "issued" in question:
            return asdict(compare(upload, question["issued"], Shown(**question["shown"])))
        found = scan.read(upload)
        subject = drawn.subject(upload)
        receipt = scan.attached(upload, verification_receipt.FILE_NAME, verification_receipt.MAX_SIZE)
    except Malformed as error:
        return {"unread": error.message}
    return {"proof": found.proof, "codes": list(found.codes), "subject": subject, "is_receipt": receipt is not None}


def _write(pipe: IO[bytes], value: dict[str, Any]) -> None:
    data = cbor2.dumps(value)
    pipe.write(len(data).to_bytes(_LENGTH_SIZE, "big") + data)
    pipe.flush()


def _read(pipe: IO[bytes]) -> Any:
    head = pipe.read(_LENGTH_SIZE)
    length = int.from_bytes(head, "big")
    if len(head) < _LENGTH_SIZE or length > _ANSWER_LIMIT:
        raise EOFError
    data = pipe.read(length)
    if len(data) < length:
        raise EOFError
    return cbor2.loads(data)


if __name__ == "__main__":
    work_for_parent(int(sys.argv[1]))
