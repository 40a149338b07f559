"""What every command has in common: the ledger's address, exit codes, progress bars, output for programs."""

from __future__ import annotations

import json
import os
import sqlite3
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, NoReturn, TypeVar

import click
from eventsourcing.persistence import PersistenceError

from ledger.certificate.page import CannotPrint
from ledger.intake.files import PackError
from ledger.open import Ledger, open_ledger
from ledger.permissions import Actors
from ledger.postgres.datastore import PATIENCE_SECONDS
from ledger.receipts import NotYetSigned
from ledger.refusals import Refusal
from ledger.sequencer import CannotSign
from ledger.settings import SettingsError
from ledger.signing import KeystoreError
from ledger.store import BoundaryMoved, ClaimTaken, SignedHeadMoved, StoreCorrupt, StoreError, VersionConflict
from ledger.tiles import CannotPublish
from verifier.errors import CouldNotCheck, VerificationError
from verifier.keyfile import PASSPHRASE_VARIABLE, needs_passphrase
from verifier.signing import read_key

NOT_GOOD, MISUSE, COULD_NOT = 1, 2, 3
"""Exit codes beside 0: the thing checked is not good, misuse, could not check."""

ROOT_KEY: Final = "CERTLEDGER_ROOT_KEY"
"""Environment variable: the file of a root key that does not lie in the keystore."""

F = TypeVar("F", bound=Callable[..., Any])
Advance = Callable[[int, int], None]


def ledger_option(command: F) -> F:
    """`--ledger L`, also from CERTLEDGER_LEDGER."""
    return click.option(
        "--ledger",
        "address",
        required=True,
        envvar="CERTLEDGER_LEDGER",
        metavar="L",
        help="The ledger: a folder, or postgresql://… Also from CERTLEDGER_LEDGER.",
    )(command)


def json_option(command: F) -> F:
    """`--json`."""
    return click.option("--json", "as_json", is_flag=True, help="Report as one JSON object.")(command)


def actor_options(command: F) -> F:
    """`--as` and `--approved-by`."""
    command = click.option(
        "--approved-by", metavar="NAME", help="The account that approves (default: the approver that init made)."
    )(command)
    return click.option(
        "--as", "proposer", metavar="NAME", help="The account that proposes (default: the operator that init made)."
    )(command)


@contextmanager
def opened(address: str, patience_seconds: float = PATIENCE_SECONDS) -> Iterator[Ledger]:
    """The open ledger, with every way to fail turned into a sentence and an exit code."""
    with failures(), open_ledger(address, patience_seconds=patience_seconds) as ledger:
        if path := os.environ.get(ROOT_KEY):
            ledger.lend_root(root_seed(Path(path)))
        yield ledger


def root_seed(path: Path) -> bytes:
    """The seed of a key in a file that `certverify new-key` made. The passphrase comes from where that takes it.

    Raises SettingsError, CouldNotCheck.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise SettingsError(f"the root key in {path} cannot be read: {error.strerror}") from None
    passphrase = None
    if needs_passphrase(data):
        asked = "Passphrase of the root key"
        passphrase = os.environ.get(PASSPHRASE_VARIABLE) or click.prompt(asked, hide_input=True, err=True)
    return read_key(data, passphrase.encode() if passphrase else None).private.private_bytes_raw()


@contextmanager
def failures() -> Iterator[None]:
    """Turns errors into a sentence on standard error and the right exit code."""
    try:
        yield
    except SettingsError as error:
        fail(MISUSE, str(error))
    except Refusal as refusal:
        fail(NOT_GOOD, f"{refusal.message} ({refusal.code})")
    except (PackError, StoreCorrupt, VerificationError, CannotPrint) as error:
        fail(NOT_GOOD, str(error))
    except CannotSign as error:
        fail(NOT_GOOD, f"nothing was signed: {error}")
    except CannotPublish as error:
        fail(COULD_NOT, f"nothing more was published: {error}")
    except (VersionConflict, BoundaryMoved, ClaimTaken, SignedHeadMoved) as error:
        fail(COULD_NOT, f"somebody else recorded something meanwhile: run this again ({error})")
    except (KeystoreError, StoreError, CouldNotCheck, NotYetSigned) as error:
        fail(COULD_NOT, str(error))
    except OSError as error:
        fail(COULD_NOT, f"{error.filename}: {error.strerror}" if error.filename else str(error))
    except (sqlite3.OperationalError, PersistenceError) as error:
        fail(COULD_NOT, f"the database could not be used: {error}")
    except sqlite3.DatabaseError as error:
        fail(NOT_GOOD, f"the database file is damaged: {error}")


def fail(code: int, sentence: str) -> NoReturn:
    """Ends the command with a sentence and an exit code."""
    click.echo(f"certledger: {sentence}", err=True)
    sys.exit(code)


def actors_of(ledger: Ledger, proposer: str | None, approved_by: str | None) -> tuple[Actors, bool]:
    """The pseudonyms of the accounts named, and whether neither was: then `init`'s two act, and the log says so."""
    accounts = ledger.settings.accounts

    def pseudonym(name: str) -> str:
        if name not in accounts:
            raise SettingsError(f"no account {name!r}; ledger.toml knows {', '.join(sorted(accounts))}")
        return accounts[name]

    actors = Actors(pseudonym(proposer or "operator"), pseudonym(approved_by or "approver"))
    return actors, proposer is None and approved_by is None


def report(as_json: bool, values: dict[str, Any], lines: list[str]) -> None:
    """Prints a report: for programs as one JSON object, for people as lines."""
    if as_json:
        click.echo(json.dumps(values, ensure_ascii=False, default=str))
    else:
        for line in lines:
            click.echo(line)


@contextmanager
def progress(title: str) -> Iterator[Advance]:
    """A progress bar on a terminal; nothing elsewhere. `rich` is imported only where it is shown."""
    if not sys.stderr.isatty():
        yield lambda done, total: None
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(title, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)
