"""`certificate`, `certificates`, `compare`: awards on paper, and paper that somebody shows."""

from __future__ import annotations

import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

import click

from ledger.awards import open_awards
from ledger.certificate.beside import sheet
from ledger.cli.shared import NOT_GOOD, fail, json_option, ledger_option, opened, progress, report
from ledger.issue import issue, issue_cohort, write_whole
from ledger.redraw import Likeness, Redrawn
from ledger.redraw import compare as compare_files
from ledger.upkeep import Upkeep


@click.command()
@click.argument("number")
@ledger_option
@click.option("-o", "--output", required=True, type=click.Path(path_type=Path), help="The PDF; - for standard output.")
def certificate(number: str, address: str, output: Path) -> None:
    """Print the certificate or title of NUMBER as a PDF with its codes."""
    with opened(address) as ledger:
        Upkeep(ledger).run_once()
        with open_awards(ledger) as awards:
            issued = awards.by_number(number)
            if issued is None:
                fail(NOT_GOOD, f"no certificate {number}")
            if issued.award.ended or issued.disowned:
                fail(NOT_GOOD, f"{number} is no longer in force: no paper is made for it")
            pdf = issue(awards, issued)
        if str(output) == "-":
            sys.stdout.buffer.write(pdf)
        else:
            write_whole(output, pdf)


@click.command()
@click.option("--cohort", required=True, metavar="C", help="The cohort's code.")
@ledger_option
@click.option("-o", "--output", required=True, type=click.Path(file_okay=False, path_type=Path), help="The folder.")
@json_option
def certificates(cohort: str, address: str, output: Path, as_json: bool) -> None:
    """Print all certificates of a cohort, a PDF each."""
    with opened(address) as ledger, progress("printing") as advance:
        Upkeep(ledger).run_once()
        with open_awards(ledger) as awards:
            done = issue_cohort(awards, cohort, output, advance)
        facts = {"folder": str(output), "files": [file.name for file in done.files], "passed_over": done.passed_over}
        lines = [f"{len(done.files)} certificates in {output}"]
        lines += [f"passed over  {number}: no longer in force" for number in done.passed_over]
        report(as_json, facts, lines)


@click.command()
@click.argument("file", metavar="FILE", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@ledger_option
@click.option("-o", "--output", type=click.Path(dir_okay=False, path_type=Path), help="A PNG: FILE on the left.")
@json_option
def compare(file: Path, address: str, output: Path | None, as_json: bool) -> None:
    """Draw the certificate of a PDF again from what was signed, and say where FILE differs.

    Exit 0 as issued, 1 not as issued, 3 could not be compared. Whether the award still stands is not asked.
    """
    upload = file.read_bytes()
    with opened(address) as ledger, open_awards(ledger) as awards:
        found = compare_files(awards, upload)
        if output is not None:
            write_whole(output, sheet(found.compared))
        report(as_json, _facts(found), _lines(found))
    if found.likeness is not Likeness.AS_ISSUED:
        sys.exit(NOT_GOOD)


def _facts(found: Redrawn) -> dict[str, Any]:
    compared = found.compared
    return {
        "likeness": found.likeness.value,
        "fields": {field.key: field.value for field in found.fields},
        "regions": [
            {key: value for key, value in asdict(region).items() if value or key != "reads"}
            for region in compared.regions
        ],
        "added": compared.added,
        "pages": {"file": compared.uploaded_pages, "issued": len(compared.pages)},
        "unreadable": compared.unreadable,
    }


_SENTENCES: Final = {
    Likeness.AS_ISSUED: "as issued, byte for byte",
    Likeness.LOOKS_AS_ISSUED: "other bytes than were issued; nothing was found that looks, prints or reads otherwise",
    Likeness.NOT_AS_ISSUED: "not as issued",
}
_KINDS: Final = {
    "seen": "looks otherwise",
    "printed": "prints otherwise",
    "text": "programs read otherwise",
    "size": "another size or turned",
}


def _lines(found: Redrawn) -> list[str]:
    compared, signed = found.compared, {field.key: field.text for field in found.fields}
    lines = [_SENTENCES[found.likeness]]
    if compared.uploaded_pages != len(compared.pages):
        lines.append(f"pages  {compared.uploaded_pages} in the file, {len(compared.pages)} issued")
    for region in compared.regions:
        where = ", ".join(f"{key} (signed: {signed[key]})" if key in signed else key for key in region.fields)
        reads = f"; they read {region.reads!r}" if region.reads else ""
        lines.append(
            f"{region.number}  page {region.page}: {_KINDS[region.kind]}{reads}{'  ' + where if where else ''}"
        )
    lines += [f"added  {part}" for part in compared.added]
    if compared.unreadable:
        lines.append("note  the file holds no text: programs read nothing in it")
    return lines
