"""`certverify check`."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import click

from verifier import fetch
from verifier.check import Checker, could_not_check
from verifier.cli.shared import INPUT_LIMIT, json_option, line, load_trust, plain, short, trust_option
from verifier.errors import CouldNotCheck
from verifier.fetch import PublishedLog
from verifier.trust import Trust
from verifier.verdict import GOOD, NOT_CHECKED, CheckThen, State, Verdict, custody_line, issuer_line, worst

_COLOURS: Final = {GOOD: "green", NOT_CHECKED: "yellow"}


@click.command()
@click.argument("things", metavar="THING...", nargs=-1, required=True)
@trust_option
@click.option("--log", "log_place", metavar="DIR|URL", help="A copy of the published log; else the base's own.")
@click.option("--offline", is_flag=True, help="Open no connection. Without --log the standing is not checked.")
@json_option
@click.pass_context
def check(
    context: click.Context,
    things: tuple[str, ...],
    trust_file: str | None,
    log_place: str | None,
    offline: bool,
    as_json: bool,
) -> None:
    """Checks THINGs: a PDF, a picture with a QR code, the address in a code, proof.cbor, or - for standard input.

    «Authentic, standing not checked» is exit 3, or 0 with --offline. A verification receipt, its PDF or
    verification.cbor, is exit 0 where it is genuine, whatever it says of certificates.
    """
    if offline and log_place and "://" in log_place:
        raise click.UsageError("--offline and a log at an address exclude each other")
    if list(things).count("-") > 1:
        raise click.UsageError("standard input can be checked only once")
    now = datetime.now(UTC)
    verdicts = _check_all(things, trust_file, log_place, offline, now)
    codes = []
    for verdict, base in verdicts:
        click.echo(json.dumps(verdict.as_json(), ensure_ascii=False) if as_json else _report(verdict, base))
        codes.append(verdict.exit_code)
    context.exit(worst(codes))


def _check_all(
    things: tuple[str, ...], trust_file: str | None, log_place: str | None, offline: bool, now: datetime
) -> Iterable[tuple[Verdict, Trust | None]]:
    try:
        trusted = load_trust(trust_file)
        log: PublishedLog | None = fetch.open_log(log_place) if log_place else None
    except CouldNotCheck as error:
        for thing in things:
            yield could_not_check(thing, error.message, now), None
        return
    checker = Checker(trusted, now, log, offline)
    for thing in things:
        yield _check_one(checker, thing), trusted


def _check_one(checker: Checker, thing: str) -> Verdict:
    if thing[:8].lower().startswith(("http://", "https://")):
        return checker.check_text(thing)
    try:
        data = _read_input(thing)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        return could_not_check(thing, f"{thing}: cannot be read ({reason})", checker.now)
    return checker.check_bytes(thing, data)


def _read_input(thing: str) -> bytes:
    if thing == "-":
        return sys.stdin.buffer.read(INPUT_LIMIT + 1)
    with Path(thing).open("rb") as file:
        return file.read(INPUT_LIMIT + 1)


def _report(verdict: Verdict, trusted: Trust | None) -> str:
    """The verdict for people: the word and the sentence first."""
    word = click.style(verdict.state.value.upper(), fg=_COLOURS.get(verdict.exit_code, "red"), bold=True)
    lines = [f"{word}  {plain(verdict.sentence)}", line("checked", short(verdict.thing))]
    if verdict.message:
        lines.append(line("reason", f"{verdict.message} [{verdict.code}]"))
    lines += [line(field.label, field.text) for field in verdict.fields]
    if verdict.then is not None:
        lines += _then_lines(verdict.then)
    if (proved := verdict.proved) is not None:
        base = trusted.organisations.get(trusted.base) if trusted else None
        lines.append(line("issuer", issuer_line(proved)))
        lines.append(line("custody", custody_line(proved, base)))
        lines.append(line("entry", f"{proved.index}, recorded {proved.recorded_at:%Y-%m-%d %H:%M:%S} UTC"))
    if verdict.as_of is not None:
        lines.append(line("as of", f"the log's first {verdict.as_of} entries"))
    if verdict.checked_at is not None:
        lines.append(line("checked at", f"{verdict.checked_at:%Y-%m-%d %H:%M:%S} UTC"))
    if verdict.state is State.STANDING_NOT_CHECKED and verdict.offline:
        lines.append(line("note", "offline as asked for: whether it was revoked since is not known"))
    lines += [line("note", note) for note in verdict.notes]
    return "\n".join(lines) + "\n"


def _then_lines(then: CheckThen) -> list[str]:
    """What a verification receipt says: when and by which log, then each item in a line."""
    lines = [
        line("checked then", f"{then.checked_at:%Y-%m-%d %H:%M:%S} UTC, by the base's clock"),
        line("log then", f"{then.origin}, {then.size} entries, root {then.root.hex()}"),
    ]
    for number, item in enumerate(then.items, 1):
        told = [item.state.upper() + (f" [{item.code}]" if item.code else "")]
        told += [field.value for field in item.fields if field.key in ("name", "number", "expires_on")]
        if item.proved is None:
            told.append("by the base's word alone")
        if item.today:
            told.append(f"today {item.today.upper()}")
        shown = item.presented
        lines.append(line(f"item {number}", f"{'; '.join(told)} ({shown.kind} {short(shown.text)})"))
    if then.turned_away:
        why = ", ".join(f"{code} {count}" for code, count in then.turned_away.items())
        lines.append(line("not checked", f"{sum(then.turned_away.values())} more were sent and turned away: {why}"))
    return lines
