"""`certverify witness`: a partner organisation cosigns the checkpoints of logs."""

from __future__ import annotations

import logging
import re
import signal
import sys
import time
from pathlib import Path
from threading import Thread
from typing import Final

import click

from verifier import cosignatures, trust
from verifier.cli.shared import read_whole
from verifier.cli.signing import own_key
from verifier.errors import CouldNotCheck, Malformed, VerificationError
from verifier.note import ED25519_TYPE, VerifierKey, is_key_name
from verifier.signing import OwnKey
from verifier.verdict import NOT_CHECKED
from verifier.witness.cosigning import Witness
from verifier.witness.serving import WitnessServer
from verifier.witness.store import Memory

_LISTEN: Final = re.compile(r"(\[[0-9a-fA-F:]+\]|[^:\[\]]+):([0-9]{1,5})")


@click.command("witness")
@click.option("--key", "key_file", metavar="FILE", required=True, help="The witness's own key (`new-key`).")
@click.option("--name", metavar="NAME", required=True, help="The witness's name, such as witness.example.org.")
@click.option("--state", metavar="FILE", type=click.Path(dir_okay=False, path_type=Path), help="What it remembers.")
@click.option("--log", "logs", metavar="TRUST|VKEY", multiple=True, help="A log: its trust file or verifier key.")
@click.option("--listen", metavar="HOST:PORT", default="127.0.0.1:8400", show_default=True, help="Where it listens.")
@click.option("--show-key", is_flag=True, help="Print the witness's verifier key, and do nothing else.")
@click.pass_context
def witness(
    context: click.Context,
    key_file: str,
    name: str,
    state: Path | None,
    logs: tuple[str, ...],
    listen: str,
    show_key: bool,
) -> None:
    """Runs a witness of logs (C2SP tlog-witness): it cosigns each checkpoint that extends the one it cosigned before.

    It stores before it answers, and runs until it is told to end (SIGTERM, Ctrl-C). Its passphrase is asked for, or
    taken from CERTLEDGER_KEY_PASSPHRASE. Where its state is lost, it needs a new key.
    """
    if not is_key_name(name):
        raise click.UsageError(f"{name!r} cannot be a name: no blank and no plus sign stands in one")
    try:
        key = own_key(Path(key_file))
        if show_key:
            click.echo(str(cosignatures.key_of(name, key.public)))
            return
        if state is None or not logs:
            raise click.UsageError("a witness needs --state and at least one --log")
        host, port = _address(listen)
        _serve(WitnessServer(host, port, _witness(name, key, state, logs)))
    except (VerificationError, CouldNotCheck) as error:
        click.echo(f"Error: {error.message}", err=True)
        context.exit(NOT_CHECKED)
    except OSError as error:
        click.echo(f"Error: {listen}: {error.strerror or error}", err=True)
        context.exit(NOT_CHECKED)


def _witness(name: str, key: OwnKey, state: Path, logs: tuple[str, ...]) -> Witness:
    known: dict[str, list[VerifierKey]] = {}
    for place in logs:
        for log_key in _log_keys(place):
            known.setdefault(log_key.name, []).append(log_key)
    memory = Memory(state, str(cosignatures.key_of(name, key.public)))
    for origin, size, reason in memory.contradictions():
        click.echo(f"Warning: {origin} signed a checkpoint of {size} entries: {reason}", err=True)
    return Witness(name, key, memory, known, lambda: int(time.time()))


def _log_keys(place: str) -> list[VerifierKey]:
    """The keys of a log, of its trust file or its verifier key. Raises VerificationError, CouldNotCheck."""
    if "+" in place and not Path(place).exists():
        key = VerifierKey.parse(place)
        if key.type != ED25519_TYPE:
            raise Malformed(f"{key.name}: the key is none by which a log signs")
        return [key]
    try:
        text = read_whole(Path(place)).decode()
    except UnicodeDecodeError:
        raise Malformed(f"{place} is no trust file: not UTF-8") from None
    return trust.parse(text).checkpoint_keys()


def _address(listen: str) -> tuple[str, int]:
    match = _LISTEN.fullmatch(listen)
    if match is None or int(match[2]) > 65535:
        raise click.UsageError(f"{listen!r} is not HOST:PORT")
    return match[1].strip("[]"), int(match[2])


def _serve(server: WitnessServer) -> None:
    """Answers until a signal ends it; requests that are under way are answered first."""
    logging.basicConfig(stream=sys.stderr, level=logging.INFO, format="%(asctime)s %(message)s")

    def end(number: int, frame: object) -> None:
        # From a thread of its own: the signal interrupts the very loop that is to end.
        Thread(target=server.shutdown, daemon=True).start()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, end)
    host, port = server.server_address[:2]
    click.echo(f"witness {server.witness.key} listens at http://{host!s}:{port}", err=True)
    with server:
        server.serve_forever()
        server.end_all()
    click.echo("the witness has ended", err=True)
