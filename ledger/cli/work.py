"""`work`: what `serve` does behind the pages, alone: sign, publish, keep the views."""

from __future__ import annotations

import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

import click

from ledger.awards import open_awards
from ledger.cli.shared import COULD_NOT, fail, ledger_option, opened
from ledger.open import SERVED_PATIENCE_SECONDS
from ledger.publisher import Publisher


@click.command()
@ledger_option
def work(address: str) -> None:
    """Sign and publish what is recorded, until Ctrl-C; of several on one ledger one signs, the others stand by."""
    with (
        _ended_by_signals(),
        opened(address, patience_seconds=SERVED_PATIENCE_SECONDS) as ledger,
        open_awards(ledger) as awards,
        Publisher(awards) as publisher,
    ):
        publisher.start()
        click.echo(f"Working on the ledger of {ledger.settings.url} (Ctrl-C ends it)")
        publisher.join()
        fail(COULD_NOT, "the work has ended by itself")


@contextmanager
def _ended_by_signals() -> Iterator[None]:
    """SIGTERM and SIGINT end the process with 0, after everything was closed; who asks twice does not wait for that."""
    before = {number: signal.signal(number, _end) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _end(number: int, frame: FrameType | None) -> None:
    sys.exit(0)
