"""`move-to`: the base's pages and published log at another address."""

from __future__ import annotations

from dataclasses import replace

import click

from ledger.cli.shared import actor_options, actors_of, json_option, ledger_option, opened, report
from ledger.commands import MoveBase


@click.command("move-to")
@click.argument("url")
@ledger_option
@actor_options
@json_option
def move_to(url: str, address: str, proposer: str | None, approved_by: str | None, as_json: bool) -> None:
    """Put the base at another URL: an event of the log, and the settings. The log stays the one it is.

    The same again finishes what was interrupted. Start the server anew afterwards.
    """
    with opened(address) as ledger:
        actors, _ = actors_of(ledger, proposer, approved_by)
        before = ledger.settings.url
        events = ledger.desk().execute(MoveBase(url.rstrip("/")), actors)
        moved = replace(ledger.settings, url=url.rstrip("/"))
        if moved != ledger.settings:
            ledger.place.replace_settings(moved)
    report(
        as_json,
        {"from": before, "to": moved.url, "recorded": bool(events)},
        [
            f"from         {before}",
            f"to           {moved.url}",
            "Keep the old address leading to the new one: codes on paper say it.",
        ],
    )
