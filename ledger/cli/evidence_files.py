"""`certledger evidence-files`: whether every file that is kept can be read, and which are not kept."""

from __future__ import annotations

import click

from ledger.cli.shared import NOT_GOOD, json_option, ledger_option, opened, report
from ledger.office.evidence_report import look_through
from ledger.office.opening import open_office


@click.command("evidence-files")
@ledger_option
@json_option
@click.pass_context
def evidence_files(context: click.Context, address: str, as_json: bool) -> None:
    """Read every kept file of evidence, and list what is recorded by its hash alone. Clears away what is due."""
    with opened(address) as ledger, open_office(ledger) as office:
        swept = office.evidence.sweep()
        found = look_through(office)
        facts = {
            "kept": found.kept,
            "bytes": found.size,
            "swept": swept,
            "not_kept": list(found.not_kept),
            "unreadable": [str(item) for item in found.unreadable],
        }
        lines = [f"unreadable   file {item}: it is not as it was kept" for item in found.unreadable]
        lines += [f"not kept     the document that entry {index} names by its hash" for index in found.not_kept]
        lines += [f"cleared away {swept}"] if swept else []
        verdict = "each is whole" if not found.unreadable else f"{len(found.unreadable)} cannot be read"
        report(as_json, facts, [*lines, f"{found.kept} files kept, {found.size} bytes: {verdict}"])
        context.exit(NOT_GOOD if found.unreadable else 0)
