"""`certledger looks`: what auditors looked at, and whether any of it was changed or taken out."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import click

from ledger.cli.shared import json_option, ledger_option, opened, report
from ledger.office.opening import open_office


@click.command()
@click.option("--kept", metavar="N:CHAIN", help="A number and chain value that you kept: the looks must lead through.")
@ledger_option
@json_option
def looks(kept: str | None, address: str, as_json: bool) -> None:
    """List the latest looks at personal values, and check the chain of all of them."""
    if kept is not None and not re.fullmatch(r"[1-9][0-9]{0,17}:[0-9a-f]{64}", kept):
        raise click.UsageError("--kept is a number, a colon and 64 hexadecimal digits")
    with opened(address) as ledger, open_office(ledger) as office:
        last = office.looks.check()
        if kept is not None:
            number, _, chain = kept.partition(":")
            office.looks.check_kept(int(number), bytes.fromhex(chain))
        listed = office.looks.latest()
        head = None if last is None else f"{last.number}:{last.chain.hex()}"
        facts = {
            "count": 0 if last is None else last.number,
            "kept": head,
            "looks": [
                {
                    "number": look.number,
                    "pseudonym": look.pseudonym,
                    "stream": str(look.stream),
                    "looked_at": datetime.fromtimestamp(look.looked_at / 1000, UTC).isoformat(),
                    "reason": look.reason,
                }
                for look in listed
            ],
        }
        lines = [f"{item.number:6}  {item.pseudonym}  {item.stream}  {item.reason}" for item in listed]
        told = "no looks" if last is None else f"{last.number} looks, the chain is whole; keep {head}"
        report(as_json, facts, [*lines, told])
