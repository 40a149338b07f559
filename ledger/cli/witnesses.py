"""`witnesses`, `set-witnesses`: who cosigns the log's checkpoints, and how many of them must have."""

from __future__ import annotations

from pathlib import Path

import click

from ledger.cli.shared import actor_options, actors_of, json_option, ledger_option, opened, report
from ledger.commands import SetWitnesses
from ledger.founding import BASE_CODE
from ledger.intake.keys import authorise_missing
from ledger.settings import SettingsError
from verifier import cosignatures
from verifier.fetch import check_url
from verifier.witnesses import Witnesses, parse, parse_logged


@click.command()
@ledger_option
@json_option
def witnesses(address: str, as_json: bool) -> None:
    """Show who witnesses the log, and who of them cosigned what was signed last."""
    with opened(address) as ledger:
        policy, signed = parse_logged(ledger.desk().base.witnesses), ledger.store.signed_head()
        found = None if signed is None else cosignatures.judge(signed.note.encode(), policy)
        facts = {
            "policy": policy.lines,
            "size": None if signed is None else signed.size,
            "cosigned": {} if found is None else {item.witness: item.at for item in found.cosignatures},
            "quorum": None if found is None else found.quorum,
        }
        lines = policy.lines
        if signed is not None and found is not None and policy.witnesses:
            lines = [*lines, f"# the first {signed.size} entries: {found.sentence}"]
        report(as_json, facts, lines)


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@ledger_option
@actor_options
@json_option
def set_witnesses(file: Path, address: str, proposer: str | None, approved_by: str | None, as_json: bool) -> None:
    """Name the witnesses of the log and their quorum, as FILE says: `witness`, `group` and `quorum` lines.

    It stands in the log from then on, and in every trust file.
    """
    with opened(address) as ledger:
        policy = _read(file)
        actors, _ = actors_of(ledger, proposer, approved_by)
        desk = ledger.desk()
        # A ledger that was made before there were such events has no key for them yet.
        authorise_missing(desk, {BASE_CODE: {"witnesses.set"}}, actors)
        desk.decide(SetWitnesses(policy.text), actors)
        new = desk.flush(actors) is not None
        told = f"set          {len(policy.witnesses)} witnesses, quorum {policy.quorum or 'none'}"
        report(as_json, {"policy": policy.lines, "new": new}, [told if new else "as they were: nothing recorded"])


def _read(file: Path) -> Witnesses:
    """Raises SettingsError, Malformed; CouldNotCheck for an address that would never be asked."""
    try:
        policy = parse(file.read_text(encoding="utf-8"))
    except UnicodeDecodeError:
        raise SettingsError(f"{file} is not UTF-8") from None
    for witness in policy.witnesses:
        if witness.url is not None:
            check_url(witness.url)
    return policy
