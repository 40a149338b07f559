"""`publish`, `prune`, `rebuild`, `fsck`: the regular work on a ledger, and the check that nothing in it was changed."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import click

from ledger.awards import open_awards
from ledger.cli.shared import NOT_GOOD, json_option, ledger_option, opened, report
from ledger.destinations import Destination
from ledger.fsck import fsck_ledger
from ledger.mirror import copy_once, folder_of, mirror_of
from ledger.open import Ledger
from ledger.pruning import KEEP_PARTIALS_SECONDS
from ledger.pruning import prune as prune_tree
from ledger.settings import SettingsError
from ledger.upkeep import Upkeep


@click.command()
@click.argument("to", metavar="DIR|s3://BUCKET/PREFIX")
@click.option("--endpoint", default="", metavar="URL", help="Of a store that speaks S3, where it is not Amazon's.")
@click.option("--region", default="", help="Of the bucket (default: that of the environment).")
@ledger_option
@json_option
def publish(to: str, endpoint: str, region: str, address: str, as_json: bool) -> None:
    """Sign what came in and publish the log into DIR or a bucket: a static tree that any web server can serve.

    Credentials of a bucket come from the environment, AWS_ACCESS_KEY_ID and its like, or from the ledger's settings
    where they name this bucket.
    """
    with opened(address) as ledger:
        destination = _destination(ledger, to, endpoint, region)
        upkeep = Upkeep(ledger)
        if destination.is_bucket:
            head = upkeep.run_once()
            copy_once(mirror_of(ledger, destination), upkeep.turn)
        else:
            head = upkeep.run_once(Path(to))
        facts: dict[str, object] = {"folder": to, "size": head.size, "root": head.root.hex()}
        lines = [f"published    {head.size} entries, root {head.root.hex()}", f"into         {to}"]
        if (state := upkeep.witnesses.state).policy.witnesses:
            facts |= {"cosigned": sorted(state.names), "quorum": state.quorum}
            lines.append(f"witnesses    {upkeep.witnesses.sentence}")
        signed = ledger.store.signed_head()
        if signed is not None and signed.size > head.size:
            lines.append(f"waiting      {signed.size - head.size} entries more are signed and wait for the quorum")
        report(as_json, facts, lines)


@click.command()
@click.argument("to", metavar="[DIR|s3://BUCKET/PREFIX]", required=False)
@click.option("--endpoint", default="", metavar="URL", help="Of a store that speaks S3, where it is not Amazon's.")
@click.option("--region", default="", help="Of the bucket (default: that of the environment).")
@click.option(
    "--older-than",
    "seconds",
    type=click.IntRange(min=0),
    default=KEEP_PARTIALS_SECONDS,
    show_default=True,
    help="How many seconds the full tile has to have been there.",
)
@ledger_option
@json_option
def prune(to: str | None, endpoint: str, region: str, seconds: int, address: str, as_json: bool) -> None:
    """Remove partial tiles that a full tile has replaced, from the ledger's published tree or a copy of it."""
    with opened(address) as ledger:
        destination = _destination(ledger, to or str(ledger.public), endpoint, region)
        removed = prune_tree(folder_of(destination), ledger.clock() / 1000, seconds)
        report(as_json, {"folder": destination.to, "removed": removed}, [f"removed      {removed} partial tiles"])


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


def _destination(ledger: Ledger, to: str, endpoint: str, region: str) -> Destination:
    """The settings' destination of this name, or one made of the options. Raises SettingsError."""
    for item in ledger.settings.publish:
        if item.to == to and not endpoint and not region:
            return item
    try:
        return Destination.parse({"to": to, "endpoint": endpoint, "region": region})
    except ValueError as error:
        raise SettingsError(str(error)) from None
