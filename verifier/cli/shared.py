"""What the commands share: options, the trust file, reading, and how a line is shown."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

import click

from verifier import trust
from verifier.errors import CouldNotCheck, VerificationError
from verifier.trust import Trust

TRUST_VARIABLE: Final = "CERTLEDGER_TRUST"
INPUT_LIMIT: Final = 32 * 1024 * 1024
BEFORE: Final = "before the log was read"
"""Place of what is wrong with the files that a command is given beside the log: its message names the file."""

trust_option = click.option(
    "--trust", "trust_file", metavar="FILE", help=f"Trust file; else ${TRUST_VARIABLE}, else the user's own."
)
json_option = click.option("--json", "as_json", is_flag=True, help="Answer in JSON.")


def load_trust(named: str | None) -> Trust:
    """The trust file named, or that of the environment, or the user's own. Raises CouldNotCheck."""
    chosen = named or os.environ.get(TRUST_VARIABLE)
    path = Path(chosen) if chosen else Path(click.get_app_dir("certledger")) / "trust.txt"
    try:
        return trust.parse(path.read_bytes().decode())
    except FileNotFoundError:
        raise CouldNotCheck(
            f"there is no trust file {path}: get trust.txt from the base, compare its fingerprint (`certverify trust`) "
            "with one that you have by another way (by telephone, in print), and put it there or name it with --trust"
        ) from None
    except (OSError, ValueError) as error:
        raise CouldNotCheck(f"the trust file {path} cannot be read: {error}") from None
    except VerificationError as error:
        raise CouldNotCheck(f"{path}: {error.message}") from None


def trust_if_there(named: str | None) -> Trust | None:
    """The trust file; None where none was named and there is none. Raises CouldNotCheck."""
    own = Path(click.get_app_dir("certledger")) / "trust.txt"
    return load_trust(named) if named or TRUST_VARIABLE in os.environ or own.exists() else None


def read_whole(file: Path) -> bytes:
    """Raises CouldNotCheck."""
    try:
        with file.open("rb") as opened:
            return opened.read(INPUT_LIMIT)
    except OSError as error:
        raise CouldNotCheck(f"{file} cannot be read: {error.strerror}") from None


def write_out(file: Path, data: bytes) -> None:
    """Writes what a command was asked to keep. Raises CouldNotCheck."""
    try:
        file.write_bytes(data)
    except OSError as error:
        raise CouldNotCheck(f"{file} cannot be written: {error.strerror}") from None


def line(label: str, value: str, *, whole: bool = False) -> str:
    """A line of a report: what, and its value."""
    return f"  {plain(label)}: {plain(value, whole=whole)}"


def short(thing: str) -> str:
    """A name or address, its middle left out where it is long."""
    return thing if len(thing) <= 120 else thing[:80] + "…" + thing[-20:]


def plain(text: str, *, whole: bool = False) -> str:
    """Without characters that could move the cursor, colour the screen or turn the writing round; cut, where it is not
    to be shown whole.
    """
    shown = text if whole or len(text) <= 2000 else text[:1000] + " …"
    return "".join(char if char.isprintable() else char.encode("unicode_escape", "replace").decode() for char in shown)
