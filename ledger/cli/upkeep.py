"""`publish`, `rebuild`, `fsck`: the regular work on a ledger, and the check that nothing in it was changed."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import click

from ledger.awards import open_awards
from ledger.cli.shared import NOT_GOOD, json_option, ledger_option, opened, report
from ledger.fsck import fsck_ledger
from ledger.upkeep import Upkeep


@click.command()
@click.argument("folder", metavar="DIR", type=click.Path(file_okay=False, path_type=Path))
@ledger_option
@json_option
def publish(folder: Path, address: str, as_json: bool) -> None:
    """Sign what came in and publish the log into DIR: a static tree that any web server can serve."""
    with opened(address) as ledger:
        upkeep = Upkeep(ledger)
        head = upkeep.run_once(folder)
        facts: dict[str, object] = {"folder": str(folder), "size": head.size, "root": head.root.hex()}
        lines = [f"published    {head.size} entries, root {head.root.hex()}", f"into         {folder}"]
        if (state := upkeep.witnesses.state).policy.witnesses:
            facts |= {"cosigned": sorted(state.names), "quorum": state.quorum}
            lines.append(f"witnesses    {upkeep.witnesses.sentence}")
        signed = ledger.store.signed_head()
        if signed is not None and signed.size > head.size:
            lines.append(f"waiting      {signed.size - head.size} entries more are signed and wait for the quorum")
        report(as_json, facts, lines)


@click.command()
@ledger_option
@json_option
def rebuild(address: str, as_json: bool) -> None:
    """Make all views anew out of the log."""
    with opened(address) as ledger, open_awards(ledger) as awards:
        size = awards.rebuild()
        report(as_json, {"size": size}, [f"rebuilt out of {size} entries"])


@click.command()
@ledger_option
@json_option
@click.pass_context
def fsck(context: click.Context, address: str, as_json: bool) -> None:
    """Check everything in the database and the published tree against everything else."""
    with opened(address) as ledger:
        found = fsck_ledger(ledger)
        facts = {
            "entries": found.entries,
            "checks": list(found.checks),
            "findings": [asdict(finding) for finding in found.findings],
        }
        lines = [f"wrong        {item.place}: {item.message}   ({item.check})" for item in found.findings]
        verdict = "nothing is wrong" if not found.findings else f"{len(found.findings)} findings"
        report(as_json, facts, [*lines, f"{found.entries} entries, {len(found.checks)} checks: {verdict}"])
        context.exit(NOT_GOOD if found.findings else 0)
