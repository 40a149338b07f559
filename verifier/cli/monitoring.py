"""`certverify monitor`: follows a log for years."""

from __future__ import annotations

import json
import signal
import sqlite3
import time
from pathlib import Path
from threading import Event
from typing import Any

import click

from verifier import fetch, trust
from verifier.cli.shared import json_option, line, plain, read_whole, trust_option
from verifier.errors import CouldNotCheck, VerificationError
from verifier.monitor.judging import FILE as AUDIT_FILE
from verifier.monitor.judging import resuming
from verifier.monitor.rounds import Monitor, Round
from verifier.monitor.state import Kept, State
from verifier.monitor.telling import tell_file, tell_webhook
from verifier.verdict import GOOD, NOT_CHECKED, NOT_GOOD


@click.command("monitor")
@click.argument("place", metavar="DIR|URL")
@click.option("--state", "folder", metavar="DIR", required=True, help="What the monitor keeps.")
@trust_option
@click.option("--once", is_flag=True, help="One round, as is done by default.")
@click.option(
    "--every", metavar="SECONDS", type=click.IntRange(1), help="A round each so many seconds, until it is ended."
)
@click.option(
    "--alert-file", metavar="FILE", type=click.Path(dir_okay=False, path_type=Path), help="Alerts, a line each."
)
@click.option("--webhook", metavar="URL", help="Alerts are posted there as JSON.")
@click.option(
    "--max-age", metavar="SECONDS", type=click.IntRange(1), default=172_800, show_default=True, help="What is stale."
)
@json_option
@click.pass_context
def monitor(
    context: click.Context,
    place: str,
    folder: str,
    trust_file: str | None,
    once: bool,
    every: int | None,
    alert_file: Path | None,
    webhook: str | None,
    max_age: int,
    as_json: bool,
) -> None:
    """Follows a log: each view must extend the last one that was seen, and each new entry be good.

    The first time it needs the log's trust file; from then on it has its own. Exit 1 where something is wrong now, or
    the log was ever seen to fork.
    """
    if once and every:
        raise click.UsageError("--once and --every exclude each other")
    ending = Event()
    if every:
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: ending.set())
    try:
        state = State(Path(folder))
        _begin(state, trust_file)
        if webhook:
            fetch.check_url(webhook)
        judge = resuming(Path(folder) / AUDIT_FILE)
        following = Monitor(fetch.open_log(place), state, lambda: int(time.time()), max_age, judge)
        while True:
            code = _round(following, state, place, alert_file, webhook, as_json)
            if not every or ending.wait(every):
                break
    except (VerificationError, CouldNotCheck) as error:
        click.echo(f"Error: {error.message}", err=True)
        code = NOT_CHECKED
    except (sqlite3.Error, OSError) as error:
        click.echo(f"Error: {folder} cannot be used: {error}", err=True)
        code = NOT_CHECKED
    context.exit(code)


def _begin(state: State, trust_file: str | None) -> None:
    """Takes the trust file given, the first time. Raises VerificationError, CouldNotCheck."""
    kept = state.kept()
    if kept is None:
        if trust_file is None:
            raise CouldNotCheck("the first time a monitor needs --trust: what it follows is decided by that alone")
        text = _text(trust_file)
        trust.parse(text)
        state.keep(Kept(text, None, 0, 0))
    elif trust_file is not None:
        given, known = trust.parse(_text(trust_file)), trust.parse(kept.trust)
        if given.genesis != known.genesis:
            raise CouldNotCheck(f"the state is of the log {known.origin}, the trust file of another one")


def _text(trust_file: str) -> str:
    try:
        return read_whole(Path(trust_file)).decode()
    except UnicodeDecodeError:
        raise CouldNotCheck(f"{trust_file} is no trust file: not UTF-8") from None


def _round(
    following: Monitor, state: State, place: str, alert_file: Path | None, webhook: str | None, as_json: bool
) -> int:
    found = following.run()
    origin = trust.parse(kept.trust).origin if (kept := state.kept()) else place
    untold = list(tell_file(state, alert_file, origin)) if alert_file else []
    untold += list(tell_webhook(state, webhook, origin)) if webhook else []
    standing = state.standing()
    code = NOT_GOOD if standing else NOT_CHECKED if found.unchecked else GOOD
    if as_json:
        click.echo(json.dumps(_values(found, state, code, untold), ensure_ascii=False))
    else:
        word = {GOOD: "GOOD", NOT_CHECKED: "COULD-NOT-CHECK"}.get(code, "NOT-GOOD")
        click.echo(f"{word}  {plain(origin)}, {_sentence(found)}")
        for alert in standing:
            click.echo(line(alert.kind, alert.message))
        for reason in found.unchecked:
            click.echo(line("not checked", reason))
    for reason in untold:
        click.echo(f"Warning: not told, and told in the next round: {reason}", err=True)
    return code


def _sentence(found: Round) -> str:
    """What was seen of the log in this round."""
    if not found.size:
        return "which could not be seen in this round"
    if found.grown:
        return f"{found.size} entries, every new entry judged"
    return f"{found.size} entries, no new entries{', lists compared anew' if found.audited else ''}"


def _values(found: Round, state: State, code: int, untold: list[str]) -> dict[str, Any]:
    alerts = [{"id": item.id, "kind": item.kind, "message": item.message, "at": item.at} for item in state.standing()]
    return {
        "exit": code,
        "size": found.size,
        "audited": found.audited,
        "alerts": alerts,
        "unchecked": found.unchecked,
        "untold": untold,
    }
