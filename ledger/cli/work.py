"""`work`: what `serve` does behind the pages, alone: sign, publish, keep the views, tell by mail and webhook."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Final

import click

from ledger.awards import open_awards
from ledger.cli.shared import COULD_NOT, fail, ledger_option, opened
from ledger.office.opening import OfficeWhenNeeded
from ledger.office.outbox.courier import courier
from ledger.open import SERVED_PATIENCE_SECONDS
from ledger.publisher import Publisher

ENDING: Final = (signal.SIGTERM, signal.SIGINT)
LOOK_SECONDS: Final = 0.5
"""How often to look whether the work goes on, while nobody asks for its end."""


@click.command()
@ledger_option
def work(address: str) -> None:
    """Sign and publish what is recorded, and send what is to be told, until Ctrl-C.

    Of several on one ledger one signs, the others stand by.
    """
    with (
        _signals_kept_waiting(),
        opened(address, patience_seconds=SERVED_PATIENCE_SECONDS) as ledger,
        open_awards(ledger) as awards,
        closing(OfficeWhenNeeded(lambda: ledger)) as office,
        Publisher(awards) as publisher,
        courier(office, ledger.settings),
    ):
        publisher.start()
        click.echo(f"Working on the ledger of {ledger.settings.url} (Ctrl-C ends it)")
        while publisher.is_alive():
            if signal.sigtimedwait(ENDING, LOOK_SECONDS) is not None:
                return
        fail(COULD_NOT, "the work has ended by itself")


@contextmanager
def _signals_kept_waiting() -> Iterator[None]:
    """SIGTERM and SIGINT wait until they are asked for, in this thread and in those that it starts.

    A handler that raises is no way to end threads: in Python 3.11 a `join` that is interrupted so takes a thread that
    is still at work for ended, and the databases would be closed under it.
    """
    before = signal.pthread_sigmask(signal.SIG_BLOCK, ENDING)
    try:
        yield
    finally:
        while signal.sigtimedwait(ENDING, 0) is not None:  # who asked twice
            pass
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
