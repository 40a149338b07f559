"""`certverify replay` and `certverify new-auditor-key`."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import click

from verifier import auditor_key, fetch, keyfile
from verifier.audit.report import Problem
from verifier.cli.progress import shown
from verifier.cli.shared import BEFORE, json_option, line, load_trust, plain, trust_option, write_out
from verifier.cli.signing import passphrase, read_private
from verifier.disclosure import DisclosureFile
from verifier.errors import CouldNotCheck, VerificationError
from verifier.formulas import defused
from verifier.replay.drafts import Draft, read_draft
from verifier.replay.order import Taken
from verifier.replay.outcomes import Outcome, Replayed, Verdict
from verifier.replay.published import replay_log
from verifier.replay.supposing import COLUMNS, Supposing, table
from verifier.toml_fields import BadDefinition
from verifier.verdict import GOOD, NOT_CHECKED

_SHOWN: Final = 50
"""Decisions that differ, and groups of those not replayed, that are listed for people; programs get all."""

disclosures_option = click.option(
    "--disclosures", "disclosures_file", metavar="FILE", help="The disclosure file that the base gave you."
)
auditor_key_option = click.option(
    "--key", "key_file", metavar="FILE", help="Your own key (`new-auditor-key`), which opens it."
)


@click.command("new-auditor-key")
@click.argument("file", metavar="FILE", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--no-passphrase", is_flag=True, help="Do not encrypt the file: who can read it can open disclosures.")
@json_option
@click.pass_context
def new_auditor_key(context: click.Context, file: Path, no_passphrase: bool, as_json: bool) -> None:
    """Makes an auditor's key: FILE, which you keep, and FILE.pub, which the base encrypts disclosures to.

    The passphrase is asked for, or taken from CERTLEDGER_KEY_PASSPHRASE.
    """
    try:
        made = auditor_key.new_auditor_key(file, None if no_passphrase else passphrase(confirm=True))
    except OSError as error:
        click.echo(f"Error: {file} cannot be made: {error.strerror}", err=True)
        context.exit(NOT_CHECKED)
    public = f"{file}{auditor_key.PUBLIC_SUFFIX}"
    told = {"file": str(file), "public_file": public, "thumbprint": made.recipient.thumbprint.hex()}
    lines = [line("for the base", public), line("key id", told["thumbprint"])]
    click.echo(json.dumps(told) if as_json else "\n".join([f"{file} is made: keep it, and a copy elsewhere.", *lines]))


@click.command()
@click.argument("place", metavar="DIR|URL")
@trust_option
@disclosures_option
@auditor_key_option
@click.option("--policy", "draft_file", metavar="FILE", help="A draft (TOML): whose outcome would be another under it.")
@click.option("--csv", "csv_file", metavar="FILE", help="Write those outcomes to this file.")
@json_option
@click.pass_context
def replay(
    context: click.Context,
    place: str,
    trust_file: str | None,
    disclosures_file: str | None,
    key_file: str | None,
    draft_file: str | None,
    csv_file: str | None,
    as_json: bool,
) -> None:
    """Decides every decision of a published log again, by the rules in force on its day, and compares.

    Exit 1 where a decision differs, 3 where not everything could be replayed, as without the values that a disclosure
    file holds.
    """
    if csv_file is not None and draft_file is None:
        raise click.UsageError("--csv goes with --policy")
    supposing = None if draft_file is None else Supposing(_draft(draft_file))
    try:
        trusted, log = load_trust(trust_file), fetch.open_log(place)
        disclosed = opened_disclosures(context, disclosures_file, key_file)
    except CouldNotCheck as error:
        replayed = Replayed(unchecked=[Problem.of(error, BEFORE)])
    else:
        with shown("auto", "replaying") as progress:
            replayed = replay_log(log, trusted, disclosed, progress, supposing or _ignored)
    if supposing is not None:
        supposing.finish()
        _write_csv(csv_file, supposing, replayed)
    if as_json:
        told = replayed.as_json() | ({} if supposing is None else {"supposed": supposing.as_json()})
        click.echo(json.dumps(told, ensure_ascii=False))
    else:
        supposed = _supposed_lines(supposing) if supposing else ()
        click.echo("\n".join([*_lines(replayed), *(plain(text, whole=True) for text in supposed)]))
    context.exit(replayed.exit_code)


def _ignored(taken: Taken, organisation: str) -> None:
    return None


def _draft(file: str) -> Draft:
    try:
        return read_draft(file, Path(file).read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise click.UsageError(f"{file} cannot be read: {error}") from None
    except BadDefinition as error:
        raise click.UsageError(str(error)) from None


def _write_csv(file: str | None, supposing: Supposing, replayed: Replayed) -> None:
    """UTF-8 with LF; what a spreadsheet would take for a formula has an apostrophe in front.

    Where it cannot be written, the answer says so.
    """
    if file is None:
        return
    text = io.StringIO()
    writer = csv.DictWriter(text, COLUMNS, lineterminator="\n")
    writer.writeheader()
    for change in supposing.changes:
        writer.writerow({name: defused(value) for name, value in change.as_row().items()})
    try:
        write_out(Path(file), text.getvalue().encode())
    except CouldNotCheck as error:
        replayed.unchecked.append(Problem.of(error, "--csv"))


def _supposed_lines(supposing: Supposing) -> Iterator[str]:
    left = f"; {supposing.not_supposed} could not be looked at: inputs are withheld" if supposing.not_supposed else ""
    yield f"UNDER-THE-DRAFT  {len(supposing.changes)} of {supposing.supposed} outcomes would be others{left}"
    yield from (f"  {text}" for text in table(supposing.changes))


def opened_disclosures(
    context: click.Context, disclosures_file: str | None, key_file: str | None
) -> DisclosureFile | None:
    """The disclosure file, opened with the auditor's key until the command ends; None where none is named.

    Raises CouldNotCheck, also for a file that is none or for another key: that says nothing of the log.
    """
    if (disclosures_file is None) != (key_file is None):
        raise click.UsageError("--disclosures and --key go together")
    if disclosures_file is None or key_file is None:
        return None
    path = Path(key_file)
    data = read_private(path)
    try:
        key = auditor_key.read_auditor_key(data, passphrase() if keyfile.needs_passphrase(data) else None)
    except CouldNotCheck as error:
        raise CouldNotCheck(f"{path}: {error.message}") from None
    try:
        return DisclosureFile(context.with_resource(Path(disclosures_file).open("rb")), key)
    except OSError as error:
        raise CouldNotCheck(f"{disclosures_file} cannot be read: {error.strerror}") from None
    except VerificationError as error:
        raise CouldNotCheck(f"{disclosures_file}: {error.message}") from None


def _lines(replayed: Replayed) -> Iterator[str]:
    word, colour = {GOOD: ("AGREES", "green"), NOT_CHECKED: ("NOT-ALL-REPLAYED", "yellow")}.get(
        replayed.exit_code, ("DIFFERS", "red")
    )
    yield click.style(word, fg=colour, bold=True) + f"  {_sentence(replayed)}"
    if replayed.size:
        yield line("log", f"{replayed.origin}, {replayed.size} entries, root {replayed.root.hex()}")
    for kind, counts in sorted(replayed.counts.items()):
        parts = [f"{getattr(counts, verdict.value)} {told}" for verdict, told in _VERDICTS.items()]
        yield line(kind, ", ".join(part for part in parts if not part.startswith("0 ")))
    yield from (line("wrong", f"{item.message} ({item.place}) [{item.code}]") for item in replayed.problems)
    for outcome in replayed.differing[:_SHOWN]:
        yield from _difference_lines(outcome)
    if len(replayed.differing) > _SHOWN:
        yield line("differs", f"and {len(replayed.differing) - _SHOWN} more (--json lists all)")
    for (kind, inputs), known in sorted(replayed.not_replayed.items())[:_SHOWN]:
        withheld = ", ".join(inputs)
        yield line("not replayed", f"{known.count} of {kind}, the first in entry {known.first}: withheld is {withheld}")
    yield from (line("not checked", f"{item.message} ({item.place})") for item in replayed.unchecked)
    yield from (line("note", note) for note in replayed.notes)


_VERDICTS: Final = {
    Verdict.AGREES: "agree",
    Verdict.DIFFERS: "differ",
    Verdict.WITHHELD: "not replayed",
    Verdict.ERASED: "of erased people",
}


def _sentence(replayed: Replayed) -> str:
    agree, differ = replayed.total(Verdict.AGREES), replayed.total(Verdict.DIFFERS)
    if differ:
        first = replayed.differing[0]
        return f"{differ} decisions are not what the rules give; the first is entry {first.index}"
    if replayed.problems:
        return plain(f"the replay rests on what is wrong: {replayed.problems[0].message}")
    if replayed.unchecked:
        return plain(f"not everything could be had: {replayed.unchecked[0].message}")
    left = replayed.total(Verdict.WITHHELD) + replayed.total(Verdict.ERASED)
    return f"{agree} decisions are what the rules give" + (f", {left} could not be replayed" if left else "")


def _difference_lines(outcome: Outcome) -> Iterator[str]:
    for item in outcome.differences:
        yield line("differs", f"entry {outcome.index}, {outcome.kind}: {item.told} [{item.rule}]")
