"""`copy`: moving a ledger to another place, or keeping a copy of it."""

from __future__ import annotations

import os
from dataclasses import replace

import click

from ledger.cli.shared import NOT_GOOD, fail, failures, json_option, progress, report
from ledger.copying import CannotCopy
from ledger.copying import copy as copy_ledger
from ledger.places import DATA_KEYS_ADDRESS, DatabasePlace, Place, place_of
from ledger.settings import SettingsError, master_key_path


@click.command()
@click.option("--from", "source", required=True, metavar="L1", help="The ledger: a folder, or postgresql://….")
@click.option("--to", "destination", required=True, metavar="L2", help="Where it goes: a folder, or postgresql://….")
@click.option("--backup", is_flag=True, help="Leave the ledger where it is; what is made cannot be written to.")
@click.option("--from-data-keys", metavar="ADDRESS", help="Where L1 has its data keys, if in another database.")
@click.option("--to-data-keys", metavar="ADDRESS", help="Where L2 is to have its data keys, if in another database.")
@json_option
def copy(
    source: str, destination: str, backup: bool, from_data_keys: str | None, to_data_keys: str | None, as_json: bool
) -> None:
    """Move a ledger to another place, every byte of the log the same. L1 can be read afterwards, not written to.

    Where it was interrupted, run it again: it goes on where it was.
    """
    with failures():
        here, there = _places(source, destination, from_data_keys, to_data_keys)
        with progress("copying") as advance:
            try:
                done = copy_ledger(here, there, backup=backup, progress=advance)
            except CannotCopy as refused:
                fail(NOT_GOOD, f"nothing was copied: {refused}")
        settings = there.settings()
        key = master_key_path(there.master_key_file(settings))
        facts = {
            "from": here.name,
            "to": there.name,
            "backup": backup,
            "entries": done.entries,
            "already_there": done.before,
            "published": done.signed,
            "public": str(done.public),
            "master_key": str(key),
        }
        lines = [
            f"{'kept a copy' if backup else 'moved':12} {done.entries} entries, {done.before} of them there already",
            f"{'to':12} {there.name}",
            f"{'published':12} {done.signed} entries into {done.public}",
        ]
        if not key.exists():
            lines.append(f"{'master key':12} is not at {key}: put it there, it is never copied")
        report(as_json, facts, lines)


def _places(source: str, destination: str, from_data_keys: str | None, to_data_keys: str | None) -> tuple[Place, Place]:
    """Both places. Raises SettingsError where it is not clear whose data keys an address is of."""
    here, there = place_of(source), place_of(destination)
    both = isinstance(here, DatabasePlace) and isinstance(there, DatabasePlace)
    if both and os.environ.get(DATA_KEYS_ADDRESS) and (from_data_keys is None or to_data_keys is None):
        raise SettingsError(
            f"{DATA_KEYS_ADDRESS} is the address of one ledger's data keys: say --from-data-keys and --to-data-keys"
        )
    return _with_keys(here, from_data_keys, "--from-data-keys"), _with_keys(there, to_data_keys, "--to-data-keys")


def _with_keys(place: Place, address: str | None, option: str) -> Place:
    if address is None:
        return place
    if not isinstance(place, DatabasePlace):
        raise SettingsError(f"{option}: a ledger in a folder has its data keys there")
    return replace(place, data_keys_address=address)
