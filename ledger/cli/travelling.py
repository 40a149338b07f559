"""`state`, `diff` and `bisect`: any projection of a ledger at points in time, and where two of them part."""

from __future__ import annotations

import json
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path

import click

from ledger.cli.shared import NOT_GOOD, json_option, ledger_option, opened
from ledger.states.folding import PROJECTIONS, state_at
from ledger.states.parting import Parting, Verdict, part_file, part_ledgers
from ledger.store import Recorded
from verifier.cli.travelling import PointType, day_of, envelope_json, on_option, state_text
from verifier.errors import CouldNotCheck
from verifier.states.point import Point
from verifier.states.table import State, difference, difference_lines, parse_state


@click.command()
@click.argument("projection", required=False)
@click.option("--at", "point", metavar="N|TIME|DAY", type=PointType(), help="The point; else the end of the log.")
@on_option
@click.option("--list", "listing", is_flag=True, help="List the projections.")
@click.option("--csv", "as_csv", is_flag=True, help="Answer in CSV.")
@ledger_option
@json_option
def state(
    projection: str | None,
    point: Point | None,
    day: datetime | None,
    listing: bool,
    as_csv: bool,
    address: str,
    as_json: bool,
) -> None:
    """Tell what PROJECTION was at a point in time: the live projection, folded in memory.

    4711 is after the log's first 4711 entries, 2026-03-20T12:00 with what was recorded by then: what came later is not
    known. 2026-03-20 is what was in force that business day by all that the log says now. Who was erased stays erased.
    """
    if listing:
        click.echo("\n".join(f"{name:14} a row for {told}" for name, told in PROJECTIONS.items()))
        return
    if not projection:
        raise click.UsageError("name a projection (--list)")
    with opened(address) as ledger:
        found = state_at(ledger, projection, point, day_of(day))
    click.echo(state_text(found, as_json=as_json, as_csv=as_csv), nl=not as_csv)


@click.command()
@click.argument("projection")
@click.argument("before", metavar="A", type=PointType())
@click.argument("after", metavar="B", type=PointType())
@ledger_option
@json_option
@click.pass_context
def diff(context: click.Context, projection: str, before: Point, after: Point, address: str, as_json: bool) -> None:
    """Tell what PROJECTION has at point B and not at A, what it lost, and what changed. Exit 1 for a difference."""
    with opened(address) as ledger:
        found = difference(state_at(ledger, projection, before), state_at(ledger, projection, after))
    if as_json:
        click.echo(json.dumps(found.as_json(), ensure_ascii=False))
    elif lines := difference_lines(found):
        click.echo("\n".join(lines))
    context.exit(0 if found.same else NOT_GOOD)


@click.command()
@click.argument("projection")
@click.argument("one", metavar="A")
@click.argument("other", metavar="B")
@json_option
@click.pass_context
def bisect(context: click.Context, projection: str, one: str, other: str, as_json: bool) -> None:
    """Name the first event after which PROJECTION of A and B differ: two ledgers, or one and a file of `state --json`.

    Of a file, it is the event that gave the first of the differing rows the value that the ledger has and the file not.
    """
    with ExitStack() as stack:
        if not Path(one).is_file() and not Path(other).is_file():
            first, second = (stack.enter_context(opened(address)) for address in (one, other))
            found = part_ledgers(first, second, projection)
        else:
            place, file = (other, one) if Path(one).is_file() else (one, other)
            if Path(place).is_file():
                raise click.UsageError("one of the two must be a ledger: a file alone names no event")
            ledger = stack.enter_context(opened(place))
            found = part_file(ledger, _kept(Path(file), projection))
    click.echo(json.dumps(_parting_json(found), ensure_ascii=False) if as_json else "\n".join(_lines(found)))
    context.exit(NOT_GOOD if found.verdict is Verdict.PARTED else 0)


def _kept(file: Path, projection: str) -> State:
    told = parse_state(file.read_bytes(), str(file))
    if told.projection != projection:
        raise CouldNotCheck(f"{file} is a state of {told.projection}, not of {projection}")
    return told


_EXPLAINED = {
    Verdict.SAME: "nothing differs",
    Verdict.CONTINUED: "the same as far as the shorter log goes",
    Verdict.PARTED: "they differ",
}


def _lines(found: Parting) -> list[str]:
    lines = [f"{found.verdict.upper()}  {_EXPLAINED[found.verdict]}"]
    if found.verdict is Verdict.PARTED and found.index is None:
        lines.append("event        none: no event of the log ever made the rows that only the file has")
    if found.index is not None:
        lines.append(f"event        entry {found.index}")
        lines += [f"{name}            {_told(entry)}" for name, entry in zip("AB", found.entries, strict=True) if entry]
    return [*lines, *difference_lines(found.found)]


def _told(entry: Recorded) -> str:
    return f"{entry.topic}, stream {entry.stream_id}, version {entry.version}, leaf {entry.leaf.hex()}"


def _parting_json(found: Parting) -> dict[str, object]:
    return {
        "verdict": found.verdict.value,
        "index": found.index,
        "entries": [envelope_json(None if entry is None else entry.statement) for entry in found.entries],
        "difference": found.found.as_json(),
    }
