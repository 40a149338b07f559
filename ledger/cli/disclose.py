"""`certledger disclose`: the values behind the log's commitments, for one auditor."""

from __future__ import annotations

from pathlib import Path

import click

from ledger.cli.shared import actor_options, actors_of, json_option, ledger_option, opened, report
from ledger.disclosing import Wanted
from ledger.disclosing import disclose as make
from verifier.auditor_key import read_recipient


@click.command()
@ledger_option
@click.option(
    "--to",
    "key_file",
    required=True,
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="The auditor's public key (`certverify new-auditor-key`): a file that ends in .pub.",
)
@click.option("--all", "everybody", is_flag=True, help="Of everybody.")
@click.option("--cohort", metavar="CODE", help="Of the people of this cohort: all that is recorded of them.")
@click.option("--organisation", metavar="CODE", help="Of the people who have to do with this organisation.")
@click.option("--everything", is_flag=True, help="Also what no rule looks at: numbers of documents, addresses.")
@click.option("-o", "--output", required=True, metavar="FILE", type=click.Path(path_type=Path), help="The file.")
@actor_options
@json_option
def disclose(
    address: str,
    key_file: Path,
    everybody: bool,
    cohort: str | None,
    organisation: str | None,
    everything: bool,
    output: Path,
    proposer: str | None,
    approved_by: str | None,
    as_json: bool,
) -> None:
    """Give an auditor what the replay of decisions needs, encrypted to the auditor's key, and record that in the log.

    The file is written once the log says so. Where the same was recorded before and nothing of it is new, it is made
    again.
    """
    if [everybody, cohort is not None, organisation is not None].count(True) != 1:
        raise click.UsageError("one of --all, --cohort and --organisation says whose values are disclosed")
    with opened(address) as ledger:
        actors, _ = actors_of(ledger, proposer, approved_by)
        recipient = read_recipient(key_file.read_bytes())
        done = make(ledger, recipient, Wanted(cohort, organisation, everything), actors, output)
        facts = {
            "file": str(output),
            "recipient": recipient.thumbprint.hex(),
            "scope": done.scope.scope,
            "as_of": done.scope.size,
            "entries": done.entries,
            "erased": done.erased,
            "digest": done.digest.hex(),
            "index": done.index,
            "repeated": done.repeated,
        }
        how = "as recorded before" if done.repeated else "recorded"
        lines = [
            f"disclosed    {done.entries} entries of the first {done.scope.size}, scope {done.scope.scope}",
            *([f"erased       {done.erased} entries: their values are not there any more"] if done.erased else []),
            f"to           key {recipient.thumbprint.hex()[:16]}",
            f"in the log   entry {done.index} ({how}), digest {done.digest.hex()}",
            f"file         {output}",
        ]
        report(as_json, facts, lines)
