"""`certverify state`, `diff` and `bisect`: the published log at points in time, and two copies of one."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any, NoReturn, TypeVar

import click

from verifier import fetch, parting, statement
from verifier.authority import Key
from verifier.cli.shared import json_option, line, load_trust, plain, trust_option
from verifier.errors import CouldNotCheck, VerificationError
from verifier.merkle import leaf_hash
from verifier.parting import Parting, Side, Verdict
from verifier.states.point import Point, parse_point
from verifier.states.public import PUBLIC
from verifier.states.published import state_at
from verifier.states.table import State, difference, difference_lines
from verifier.trust import Trust
from verifier.verdict import GOOD, NOT_CHECKED, NOT_GOOD

F = TypeVar("F", bound=Callable[..., Any])


class PointType(click.ParamType[Point]):
    """A point in time: a number of entries, a recorded time or a business date."""

    name = "point"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """The point. Fails as misuse."""
        try:
            return parse_point(value) if isinstance(value, str) else value
        except ValueError as error:
            self.fail(str(error), param, ctx)


def on_option(command: F) -> F:
    """`--on DAY`."""
    return click.option(
        "--on", "day", metavar="DAY", type=click.DateTime(["%Y-%m-%d"]), help="Ask for standings of this day instead."
    )(command)


def day_of(given: datetime | None) -> date | None:
    """The day of `--on`."""
    return None if given is None else given.date()


@click.command()
@click.argument("projection", required=False)
@click.argument("place", metavar="DIR|URL", required=False)
@click.option("--at", "point", metavar="N|TIME|DAY", type=PointType(), help="The point; else the end of the log.")
@on_option
@click.option("--list", "listing", is_flag=True, help="List the projections.")
@click.option("--csv", "as_csv", is_flag=True, help="Answer in CSV.")
@trust_option
@json_option
def state(
    projection: str | None,
    place: str | None,
    point: Point | None,
    day: datetime | None,
    listing: bool,
    as_csv: bool,
    trust_file: str | None,
    as_json: bool,
) -> None:
    """Tells what the public part of a log says at a point in time: PROJECTION of the log in DIR or at URL.

    4711 is the log's first 4711 entries, and 2026-03-20T12:00 what was recorded by then: what came later is not known.
    2026-03-20 is what was in force on that business day by all that the log says now, later revocations included.
    Every entry up to the point is checked, and shown to be in the signed tree.
    """
    if listing:
        click.echo("\n".join(f"{item.name:14} a row for {item.told}" for item in PUBLIC.values()))
        return
    if not projection or not place:
        raise click.UsageError("name a projection (--list) and where the log is")
    try:
        found = _state(projection, place, point, day_of(day), load_trust(trust_file))
    except (VerificationError, CouldNotCheck) as error:
        _fail(error, as_json)
    click.echo(state_text(found, as_json=as_json, as_csv=as_csv), nl=not as_csv)


def state_text(found: State, *, as_json: bool, as_csv: bool) -> str:
    """A state for programs, for a spreadsheet or for people."""
    if as_json:
        return json.dumps(found.as_json(), ensure_ascii=False)
    if as_csv:
        return found.as_csv()
    about = f"{found.projection} of {found.origin}, first {found.size} entries, root {found.root}"
    rows = ["  ".join("-" if cell is None else plain(str(cell)) for cell in row) for row in found.rows]
    day = [line("on", found.day)] if found.day and found.size else []
    return "\n".join([plain(about), *day, "  ".join(found.columns), *rows])


@click.command()
@click.argument("projection")
@click.argument("place", metavar="DIR|URL")
@click.argument("before", metavar="A", type=PointType())
@click.argument("after", metavar="B", type=PointType())
@trust_option
@json_option
@click.pass_context
def diff(
    context: click.Context,
    projection: str,
    place: str,
    before: Point,
    after: Point,
    trust_file: str | None,
    as_json: bool,
) -> None:
    """Tells what PROJECTION has at point B and not at point A, what it lost, and what changed. Exit 1 for a difference.

    Points are those of `certverify state`: a number of entries, a recorded time or a business date.
    """
    try:
        trusted = load_trust(trust_file)
        states = [_state(projection, place, point, None, trusted) for point in (before, after)]
        found = difference(*states)
    except (VerificationError, CouldNotCheck) as error:
        _fail(error, as_json)
    if as_json:
        click.echo(json.dumps(found.as_json(), ensure_ascii=False))
    elif lines := difference_lines(found):
        click.echo("\n".join(plain(item, whole=True) for item in lines))
    context.exit(GOOD if found.same else NOT_GOOD)


def _state(projection: str, place: str, point: Point | None, day: date | None, trusted: Trust) -> State:
    return state_at(fetch.open_log(place), trusted, projection, point, day)


@click.command()
@click.argument("one", metavar="A")
@click.argument("other", metavar="B")
@click.option("--tiles-only", is_flag=True, help="Where all hashes agree, do not read the entries below them.")
@trust_option
@json_option
@click.pass_context
def bisect(
    context: click.Context, one: str, other: str, tiles_only: bool, trust_file: str | None, as_json: bool
) -> None:
    """Names the first entry at which two published copies part: A and B are folders or addresses.

    Exit 0 for copies that are the same or continue one another; 1 for a fork, which is evidence, or a damaged copy.
    """
    try:
        trusted = load_trust(trust_file)
        found = parting.part(fetch.open_log(one), fetch.open_log(other), trusted, tiles_only=tiles_only)
    except (VerificationError, CouldNotCheck) as error:
        _fail(error, as_json)
    click.echo(json.dumps(_parting_json(found), ensure_ascii=False) if as_json else _parting_text(found, trusted))
    context.exit(GOOD if found.verdict in (Verdict.SAME, Verdict.CONTINUED) else NOT_GOOD)


def _parting_text(found: Parting, trusted: Trust) -> str:
    colour = "green" if found.verdict in (Verdict.SAME, Verdict.CONTINUED) else "red"
    lines = [click.style(found.verdict.upper(), fg=colour, bold=True) + f"  {parting.explained(found)}"]
    for name, side in zip("AB", found.sides, strict=True):
        lines += [line(f"{name}", f"{side.place}: {side.head.size} entries, root {side.head.root.hex()}")]
        lines += [line(f"{name} is not good", fault) for fault in faults(side)]
    if found.index is None:
        lines.append(line("entries", "not one of them differs" if not found.tiles_only else "not read"))
    else:
        lines.append(line("first entry that differs", str(found.index)))
        for name, entry in zip("AB", found.entries, strict=True):
            lines += [line(f"{name} {label}", text) for label, text in envelope_lines(entry, trusted)]
    return "\n".join(lines)


def faults(side: Side) -> list[str]:
    """What is wrong with a copy, in sentences."""
    found = [side.unsigned] if side.unsigned else []
    found += [side.broken] if side.broken else []
    if side.lies:
        more = f" and {len(side.lies) - 5} more" if len(side.lies) > 5 else ""
        found.append(f"not the hashes of its own entries: {', '.join(side.lies[:5])}{more}")
    return found


def envelope_lines(entry: bytes | None, trusted: Trust) -> list[tuple[str, str]]:
    """What an entry says around its fields, for people."""
    if entry is None:
        return [("entry", "there is none, or it cannot be read")]
    told = envelope_json(entry)
    if told is None or "type" not in told:
        return [("entry", f"{len(entry)} bytes that are no statement, leaf {leaf_hash(entry).hex()}")]
    key: Key | None = trusted.keys.get(bytes.fromhex(str(told["kid"])))
    signer = "a key that the trust file does not know" if key is None else f"{key.organisation}, held by {key.custody}"
    return [
        ("entry", f"{told['type']}, stream {told['stream']}, version {told['version']}"),
        ("recorded", f"{told['recorded_at']} by {told['actors']}"),
        ("signed", f"by {str(told['kid'])[:16]} ({signer}) as {told['issuer']}"),
        ("leaf", str(told["leaf"])),
    ]


def envelope_json(entry: bytes | None) -> dict[str, object] | None:
    """The same for programs."""
    if entry is None:
        return None
    leaf = {"leaf": leaf_hash(entry).hex(), "bytes": len(entry)}
    try:
        read = statement.parse(entry)
    except VerificationError as error:
        return leaf | {"unreadable": error.message}
    around = read.record.envelope
    return leaf | {
        "type": read.type,
        "stream": str(read.stream_id),
        "version": around.version,
        "recorded_at": datetime.fromtimestamp(around.recorded_at / 1000, UTC).isoformat(),
        "actors": ", ".join(around.actors),
        "kid": read.kid.hex(),
        "issuer": read.issuer,
    }


def _parting_json(found: Parting) -> dict[str, object]:
    return {
        "verdict": found.verdict.value,
        "index": found.index,
        "tiles_only": found.tiles_only,
        "copies": [
            {
                "place": side.place,
                "size": side.head.size,
                "root": side.head.root.hex(),
                "checkpoint": side.note,
                "sound": side.sound,
                "faults": faults(side),
                "tiles": list(side.lies),
                "entry": envelope_json(entry),
            }
            for side, entry in zip(found.sides, found.entries, strict=True)
        ],
    }


def _fail(error: VerificationError | CouldNotCheck, as_json: bool) -> NoReturn:
    code = NOT_CHECKED if isinstance(error, CouldNotCheck) else NOT_GOOD
    if as_json:
        click.echo(json.dumps({"exit": code, "code": error.code, "message": error.message}, ensure_ascii=False))
    else:
        word = "COULD-NOT-CHECK" if code == NOT_CHECKED else "NOT-GOOD"
        click.echo(f"{word}  {plain(error.message)} [{error.code}]")
    sys.exit(code)
