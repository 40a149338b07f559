"""`certverify audit`."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from verifier import fetch
from verifier.audit import Problem, Report
from verifier.audit import audit as run_audit
from verifier.audit.page import page
from verifier.audit.page_words import LANGUAGES
from verifier.audit.written import whole
from verifier.cli import progress
from verifier.cli.replaying import auditor_key_option, disclosures_option, opened_disclosures
from verifier.cli.shared import BEFORE, json_option, line, load_trust, plain, trust_option
from verifier.errors import CouldNotCheck
from verifier.replay.watching import AuditReplay
from verifier.verdict import GOOD, NOT_CHECKED


def _written_forms(context: click.Context, option: click.Parameter, named: tuple[str, ...]) -> list[Path]:
    """The files of the reports. Raises BadParameter for a name that says not in which form."""
    paths = [Path(name) for name in named]
    for path in paths:
        if path.suffix not in (".json", ".html"):
            raise click.BadParameter(f"{path} ends neither in .json nor in .html")
    return paths


@click.command()
@click.argument("place", metavar="DIR|URL")
@trust_option
@click.option("--since", metavar="FILE", help="A checkpoint of this log that you kept: its history must lead here.")
@click.option("--state", metavar="FILE", help="Keep here how far the audit came, and go on from there the next time.")
@click.option(
    "--report",
    "reports",
    metavar="FILE",
    multiple=True,
    callback=_written_forms,
    help="Write the whole report: FILE.json, or FILE.html to read and print. May be given again.",
)
@click.option("--language", type=click.Choice(LANGUAGES), default="en", help="Of the report to read.")
@click.option("--progress", type=click.Choice(progress.KINDS), default="auto", help="To standard error.")
@click.option("--processes", type=click.IntRange(0), metavar="N", help="Further processes; by default one a core.")
@disclosures_option
@auditor_key_option
@json_option
@click.pass_context
def audit(context: click.Context, /, place: str, trust_file: str | None, as_json: bool, **options: Any) -> None:
    """Audits a published log: every entry, signature, authority, tile, root, list and checkpoint.

    Names the first entry that is wrong, and why. A finding for the auditor to judge is exit 1 too.
    """
    since: str | None = options["since"]
    try:
        trusted = load_trust(trust_file)
        kept = Path(since).read_bytes() if since else None
        log = fetch.open_log(place)
        disclosed = opened_disclosures(context, options["disclosures_file"], options["key_file"])
    except CouldNotCheck as error:
        report = Report(unchecked=[Problem.of(error, BEFORE)])
    except (OSError, ValueError) as error:
        report = Report(unchecked=[Problem.of(CouldNotCheck(f"{since} cannot be read: {error}"), "--since")])
    else:
        state = Path(options["state"]) if options["state"] else None
        replay = None if disclosed is None else AuditReplay(trusted.origin, disclosed)
        with progress.shown(options["progress"], "auditing") as tell:
            report = run_audit(log, trusted, kept, options["processes"], tell, state=state, replay=replay)
    for path in options["reports"]:
        _write(report, path, options["language"])
    click.echo(json.dumps(report.as_json(), ensure_ascii=False) if as_json else _audit_report(report))
    context.exit(report.exit_code)


def _write(report: Report, path: Path, language: str) -> None:
    """Writes the whole report. Where that fails, the answer says so."""
    now = datetime.now(UTC)
    if path.suffix == ".json":
        text = json.dumps(whole(report, now), ensure_ascii=False, indent=1) + "\n"
    else:
        text = page(report, now, language)
    try:
        path.write_text(text, encoding="utf-8", errors="backslashreplace")
    except OSError as error:
        said = CouldNotCheck(f"the report {path} cannot be written: {error.strerror}")
        report.unchecked.append(Problem.of(said, "--report"))


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
        what = "entry" if len(report.disowned) == 1 else "entries"
        lines.append(line("disowned", f"{len(report.disowned)} {what} by compromised keys: {_some(report.disowned)}"))
    lines += [line("note", note) for note in report.notes]
    return "\n".join(lines) + "\n"


def _audit_sentence(report: Report) -> str:
    if report.problems:
        first = report.ordered_problems()[0]
        where = first.place if first.index is None else f"entry {first.index}"
        return f"the first that is wrong is {where}"
    if report.findings:
        many = len(report.findings)
        return f"every entry is in order, with {many} finding{'s' if many > 1 else ''} for the auditor to judge"
    return "not everything could be had" if report.unchecked else "every entry, tile and list is in order"


def _some(indices: list[int]) -> str:
    shown = ", ".join(map(str, indices[:20]))
    return shown if len(indices) <= 20 else f"{shown} …"
