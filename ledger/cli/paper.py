"""`certificate`, `certificates`: awards on paper."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from ledger.awards import open_awards
from ledger.cli.shared import NOT_GOOD, fail, json_option, ledger_option, opened, progress, report
from ledger.issue import issue, issue_cohort, write_whole
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
