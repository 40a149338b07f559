"""`certverify audit`."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import click

from verifier import fetch
from verifier.audit import Problem, Report
from verifier.audit import audit as run_audit
from verifier.cli.shared import json_option, line, load_trust, plain, trust_option
from verifier.errors import CouldNotCheck
from verifier.fetch import PublishedLog
from verifier.trust import Trust
from verifier.verdict import GOOD, NOT_CHECKED


@click.command()
@click.argument("place", metavar="DIR|URL")
@trust_option
@click.option("--since", metavar="FILE", help="A checkpoint of this log that you kept: its history must lead here.")
@json_option
@click.pass_context
def audit(context: click.Context, place: str, trust_file: str | None, since: str | None, as_json: bool) -> None:
    """Audits a published log: every entry, signature, authority, tile, root, list and checkpoint.

    Names the first entry that is wrong, and why. A finding for the auditor to judge is exit 1 too.
    """
    try:
        trusted = load_trust(trust_file)
        kept = Path(since).read_bytes() if since else None
        log = fetch.open_log(place)
    except CouldNotCheck as error:
        report = Report(unchecked=[Problem.of(error, place)])
    except (OSError, ValueError) as error:
        report = Report(unchecked=[Problem.of(CouldNotCheck(f"{since} cannot be read: {error}"), "--since")])
    else:
        report = _audited(log, trusted, kept)
    click.echo(json.dumps(report.as_json(), ensure_ascii=False) if as_json else _audit_report(report))
    context.exit(report.exit_code)


def _audited(log: PublishedLog, trusted: Trust, kept: bytes | None) -> Report:
    """The audit, with a bar on a terminal while it runs."""
    if not sys.stderr.isatty():
        return run_audit(log, trusted, kept)
    with click.progressbar(length=1, label="auditing", file=sys.stderr) as bar:

        def show(done: int, size: int) -> None:
            bar.length = size
            bar.update(done - bar.pos)

        return run_audit(log, trusted, kept, progress=show)


def _audit_report(report: Report) -> str:
    word, colour = {GOOD: ("GOOD", "green"), NOT_CHECKED: ("COULD-NOT-CHECK", "yellow")}.get(
        report.exit_code, ("NOT-GOOD", "red")
    )
    lines = [click.style(word, fg=colour, bold=True) + f"  {plain(_audit_sentence(report))}"]
    if report.size:
        lines.append(line("log", f"{report.origin}, {report.size} entries, root {report.root.hex()}"))
    for problem in report.ordered_problems():
        entry = "" if problem.index is None else f"entry {problem.index}: "
        lines.append(line("wrong", f"{entry}{problem.message} ({problem.place}) [{problem.code}]"))
    lines += [line("finding", f"entry {finding.index}: {finding.message}") for finding in report.findings]
    lines += [line("not checked", f"{item.message} ({item.place})") for item in report.unchecked]
    if report.disowned:
        lines.append(line("disowned", f"{len(report.disowned)} entries by compromised keys: {_some(report.disowned)}"))
    lines += [line("note", note) for note in report.notes]
    return "\n".join(lines) + "\n"


def _audit_sentence(report: Report) -> str:
    if report.problems:
        first = report.ordered_problems()[0]
        where = first.place if first.index is None else f"entry {first.index}"
        return f"the first that is wrong is {where}"
    if report.findings:
        return f"every entry is in order, with {len(report.findings)} findings for the auditor to judge"
    return "not everything could be had" if report.unchecked else "every entry, tile and list is in order"


def _some(indices: list[int]) -> str:
    shown = ", ".join(map(str, indices[:20]))
    return shown if len(indices) <= 20 else f"{shown} …"
