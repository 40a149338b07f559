"""`certledger evidence`: the evidence of one certificate in a ZIP file. Here, because the page in it is built here."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import click

from api import assets
from ledger.awards import open_awards
from ledger.cli.shared import NOT_GOOD, fail, ledger_option, opened
from ledger.evidence_file.making import make
from ledger.evidence_file.page import Assets
from ledger.issue import write_whole
from ledger.upkeep import Upkeep


@click.command()
@click.argument("number")
@ledger_option
@click.option("-o", "--output", required=True, type=click.Path(path_type=Path), help="The ZIP; - for standard output.")
@click.option("--json", "as_json", is_flag=True, help="Report as one JSON object.")
def evidence(number: str, address: str, output: Path, as_json: bool) -> None:
    """Put the evidence of certificate NUMBER into a ZIP file that can be checked when nobody is left to ask."""
    with opened(address) as ledger:
        Upkeep(ledger).run_once()
        with open_awards(ledger) as awards:
            issued = awards.by_number(number)
            if issued is None:
                fail(NOT_GOOD, f"no certificate {number}")
            made = make(awards, issued, page_assets())
        if str(output) == "-":
            sys.stdout.buffer.write(made)
            return
        write_whole(output, made)
    if as_json:
        click.echo(json.dumps({"file": str(output), "bytes": len(made)}))


def page_assets() -> Assets:
    """The verifier in one file, as it was built. Raises KeyError where nothing was built."""
    built = assets.files()
    return Assets(built["evidence.js"].plain.decode(), built["evidence.css"].plain.decode())
