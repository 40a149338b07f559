"""`certledger papers`: all certificates of a cohort in one file, an archive or a print file."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import click

from ledger.awards import open_awards
from ledger.cli.shared import json_option, ledger_option, opened, progress, report
from ledger.handle import moment_of
from ledger.papers import Papers
from ledger.upkeep import Upkeep
from verifier.current import business_day

_ENDINGS = (".zip", ".pdf")


@click.command()
@click.option("--cohort", required=True, metavar="C", help="The cohort's code.")
@ledger_option
@click.option(
    "-o",
    "--output",
    required=True,
    type=click.Path(dir_okay=False, path_type=Path),
    help="FILE.zip: a sealed PDF each, with an index. FILE.pdf: all pages in one file for the printer, without seals.",
)
@json_option
def papers(cohort: str, address: str, output: Path, as_json: bool) -> None:
    """Print the certificates of a cohort that are valid today into one file, by the trainees' numbers."""
    if output.suffix not in _ENDINGS:
        raise click.BadParameter("the file ends in .zip or .pdf", param_hint="--output")
    with opened(address) as ledger, progress("printing") as advance:
        Upkeep(ledger).run_once()
        with open_awards(ledger) as awards:
            found = Papers(awards, cohort, business_day(moment_of(ledger.clock)))
            made = found.zipped(advance) if output.suffix == ".zip" else found.bound(advance)
            write_pieces(output, made)
        printed = {paper.number for paper in found.wanted} - {paper.number for paper in found.left_out}
        left_out = [{"number": paper.number, "left_out": paper.left_out} for paper in found.left_out]
        lines = [f"{len(printed)} certificates in {output}"]
        lines += [f"left out     {item['number']}: {item['left_out']}" for item in left_out]
        report(as_json, {"file": str(output), "printed": len(printed), "left_out": left_out}, lines)


def write_pieces(file: Path, pieces: Iterator[bytes]) -> None:
    """Writes a file as its pieces come: whole or not at all."""
    temporary = file.with_name(f".{file.name}.tmp")
    try:
        with temporary.open("wb") as written:
            for piece in pieces:
                written.write(piece)
        temporary.replace(file)
    finally:
        temporary.unlink(missing_ok=True)
