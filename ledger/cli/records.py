"""`init`, `intake`, `export`: making a ledger, putting records in, getting outcomes out."""

from __future__ import annotations

import csv
import sys
from pathlib import Path

import click

from ledger.cli.shared import (
    NOT_GOOD,
    actor_options,
    actors_of,
    failures,
    json_option,
    ledger_option,
    opened,
    progress,
    report,
    root_seed,
)
from ledger.exports import CERTIFICATE_COLUMNS, TITLE_COLUMNS, outcomes, to_csv
from ledger.founding import DEFAULT_URL, Founding, found
from ledger.intake.engine import IntakeReport, PackTurnedAway, take_in
from ledger.intake.files import open_pack
from ledger.intake.rows import Rejected
from ledger.settings import master_key_path


@click.command()
@ledger_option
@click.option("--name", help="The base's name in English.")
@click.option("--name-zh", help="The base's name in Chinese.")
@click.option("--url", default=DEFAULT_URL, show_default=True, help="Public address of the pages; codes carry it.")
@click.option("--origin", default="", help="The log's origin (default: the address's host and the log's id).")
@click.option(
    "--root-key",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A root key made by `certverify new-key` on a medium that is kept apart: it signs, and is not copied.",
)
@json_option
def init(
    address: str,
    name: str | None,
    name_zh: str | None,
    url: str,
    origin: str,
    root_key: Path | None,
    as_json: bool,
) -> None:
    """Make a new ledger: keys, genesis, and the accounts `operator` and `approver`.

    The master key goes to your configuration folder, never into the ledger's: keep a copy of it, for without it
    nothing personal can be read and nothing signed.
    """
    defaults = Founding()
    names = [given for given in (name_zh, name) if given is not None] or [defaults.name_zh, defaults.name_en]
    with failures():
        seed = None if root_key is None else root_seed(root_key)
    founding = Founding(names[0], names[-1], url, origin, root_seed=seed)
    with failures(), found(address, founding) as ledger:
        settings = ledger.settings
        key = master_key_path(ledger.place.master_key_file(settings))
        facts = {
            "ledger": ledger.place.name,
            "origin": settings.origin,
            "url": settings.url,
            "master_key": str(key),
        }
        report(
            as_json,
            facts,
            [
                f"ledger       {facts['ledger']}",
                f"log origin   {settings.origin}",
                f"pages        {settings.url}",
                f"master key   {key}   (keep a copy elsewhere)",
                "accounts     operator (proposes), approver (approves)",
            ],
        )


@click.command()
@click.argument("pack", type=click.Path(path_type=Path))
@ledger_option
@click.option("--strict", is_flag=True, help="One bad row stops the whole pack, and nothing is recorded.")
@click.option("--rejects", type=click.Path(path_type=Path), help="Write the rows turned away to this CSV file.")
@actor_options
@json_option
def intake(
    pack: Path,
    address: str,
    strict: bool,
    rejects: Path | None,
    proposer: str | None,
    approved_by: str | None,
    as_json: bool,
) -> None:
    """Take in a PACK: a folder with a base's record. The same pack twice records nothing new."""
    with opened(address) as ledger, progress("taking in") as advance:
        actors, defaulted = actors_of(ledger, proposer, approved_by)
        _write_rejects(rejects, [])  # before anything is recorded: a file that cannot be written stops the intake
        try:
            done = take_in(
                ledger.desk(), open_pack(pack), actors, strict=strict, actors_defaulted=defaulted, progress=advance
            )
        except PackTurnedAway as turned_away:
            _write_rejects(rejects, turned_away.rejected)
            _report_rejects(turned_away.rejected)
            click.echo(f"certledger: nothing was recorded: {turned_away}", err=True)
            sys.exit(NOT_GOOD)
        _write_rejects(rejects, done.rejected)
        if not as_json:
            _report_rejects(done.rejected)
        report(as_json, _intake_facts(done), _intake_lines(done))


@click.command()
@click.argument("what", type=click.Choice(["certificates", "titles"]))
@ledger_option
@click.option("-o", "--output", type=click.Path(path_type=Path), help="Write to this file.")
def export(what: str, address: str, output: Path | None) -> None:
    """Export what came of certification requests or title applications, as CSV."""
    with opened(address) as ledger:
        folded = outcomes(ledger.store, ledger.vault)
        if what == "certificates":
            text = to_csv(CERTIFICATE_COLUMNS, folded.certificates)
        else:
            text = to_csv(TITLE_COLUMNS, folded.titles)
        if output is None:
            sys.stdout.buffer.write(text.encode())
        else:
            output.write_bytes(text.encode())


def _write_rejects(path: Path | None, rejected: list[Rejected]) -> None:
    if path is None:
        return
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(("file", "line", "code"))
        writer.writerows((item.source.file, item.source.line, item.code) for item in rejected)


def _report_rejects(rejected: list[Rejected]) -> None:
    for item in rejected:
        click.echo(f"turned away  {item.sentence} ({item.code})", err=True)


def _intake_facts(done: IntakeReport) -> dict[str, object]:
    return {
        "pack": done.pack,
        "events": done.events,
        "taken": dict(done.taken),
        "known": dict(done.known),
        "rejected": [
            {"file": item.source.file, "line": item.source.line, "code": item.code, "sentence": item.sentence}
            for item in done.rejected
        ],
        "unknown_files": list(done.unknown_files),
    }


def _intake_lines(done: IntakeReport) -> list[str]:
    lines = [f"left out     {name}: no file of a pack" for name in done.unknown_files]
    for name in sorted({*done.taken, *done.known}):
        known = f", {done.known[name]} known already" if done.known[name] else ""
        lines.append(f"{name:24} {done.taken[name]} rows taken in{known}")
    if done.pack is None:
        lines.append("nothing new: nothing was recorded")
    else:
        lines.append(f"{done.events} events recorded, {len(done.rejected)} rows turned away")
    return lines
