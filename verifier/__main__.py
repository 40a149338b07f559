"""The `certverify` command: check what somebody holds, audit what a base has published."""

from __future__ import annotations

import io
import json
import os
import sys
import time
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import click

from verifier import fetch, prepared, signing, trust
from verifier.audit import Problem, Report
from verifier.audit import audit as run_audit
from verifier.check import Checker, could_not_check
from verifier.comparison import between_json, between_lines, compare, trust_json, trust_lines
from verifier.errors import CouldNotCheck, Inconsistent, VerificationError
from verifier.fetch import PublishedLog
from verifier.objection import DISCLOSED, verify_objection
from verifier.prepared import PreparedFile
from verifier.trust import Trust
from verifier.verdict import GOOD, NOT_CHECKED, NOT_GOOD, CheckThen, State, Verdict, custody_line, issuer_line, worst

TRUST_VARIABLE: Final = "CERTLEDGER_TRUST"
PASSPHRASE_VARIABLE: Final = "CERTLEDGER_KEY_PASSPHRASE"
_INPUT_LIMIT: Final = 32 * 1024 * 1024
_COLOURS: Final = {GOOD: "green", NOT_CHECKED: "yellow"}


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="certledger")
def certverify() -> None:
    """Checks certificates of a certledger base, and audits what it has published.

    Exit codes: 0 good, 1 not good, 2 misuse, 3 could not check.
    """


_trust_option = click.option(
    "--trust", "trust_file", metavar="FILE", help=f"Trust file; else ${TRUST_VARIABLE}, else the user's own."
)
_json_option = click.option("--json", "as_json", is_flag=True, help="Answer in JSON.")


@certverify.command()
@click.argument("things", metavar="THING...", nargs=-1, required=True)
@_trust_option
@click.option("--log", "log_place", metavar="DIR|URL", help="A copy of the published log; else the base's own.")
@click.option("--offline", is_flag=True, help="Open no connection. Without --log the standing is not checked.")
@_json_option
@click.pass_context
def check(
    context: click.Context,
    things: tuple[str, ...],
    trust_file: str | None,
    log_place: str | None,
    offline: bool,
    as_json: bool,
) -> None:
    """Checks THINGs: a PDF, a picture with a QR code, the address in a code, proof.cbor, or - for standard input.

    «Authentic, standing not checked» is exit 3, or 0 with --offline. A verification receipt, its PDF or
    verification.cbor, is exit 0 where it is genuine, whatever it says of certificates.
    """
    if offline and log_place and "://" in log_place:
        raise click.UsageError("--offline and a log at an address exclude each other")
    if list(things).count("-") > 1:
        raise click.UsageError("standard input can be checked only once")
    now = datetime.now(UTC)
    verdicts = _check_all(things, trust_file, log_place, offline, now)
    codes = []
    for verdict, base in verdicts:
        click.echo(json.dumps(verdict.as_json(), ensure_ascii=False) if as_json else _report(verdict, base))
        codes.append(verdict.exit_code)
    context.exit(worst(codes))


@certverify.command()
@click.argument("place", metavar="DIR|URL")
@_trust_option
@click.option("--since", metavar="FILE", help="A checkpoint of this log that you kept: its history must lead here.")
@_json_option
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


@certverify.command()
@click.argument("file", metavar="FILE", type=click.Path(dir_okay=False, path_type=Path))
@_trust_option
@_json_option
@click.pass_context
def objection(context: click.Context, file: Path, trust_file: str | None, as_json: bool) -> None:
    """Checks the receipt of an objection (objection.cbor), which proves that the objection is in the log.

    Nobody is asked: what became of the objection says the page that its objector keeps.
    """
    told: dict[str, object] = {"exit": GOOD, "code": "", "message": ""}
    code = GOOD
    try:
        proved = verify_objection(_read_whole(file), load_trust(trust_file))
        fields = {name: str(getattr(proved.event, name)) for name in DISCLOSED}
        told |= {**fields, "entry": proved.logged.included.index, "as_of": proved.logged.included.size}
        lines = [_line(DISCLOSED[name], value) for name, value in fields.items()]
        lines += [_line("entry", str(told["entry"])), _line("as of", f"the log's first {told['as_of']} entries")]
    except (VerificationError, CouldNotCheck) as error:
        code = NOT_CHECKED if isinstance(error, CouldNotCheck) else NOT_GOOD
        told |= {"exit": code, "code": error.code, "message": error.message}
        lines = [_line("reason", f"{error.message} [{error.code}]")]
    if as_json:
        click.echo(json.dumps(told, ensure_ascii=False))
    else:
        click.echo("\n".join([_OBJECTION_WORDS[code], _line("checked", _short(str(file))), *lines]))
    context.exit(code)


_OBJECTION_WORDS: Final = {
    GOOD: "IN-THE-LOG  this objection was lodged as shown, and is in the log",
    NOT_GOOD: "NOT-GOOD  this is no receipt of an objection that is in the log",
    NOT_CHECKED: "COULD-NOT-CHECK  could not be checked: this says nothing for it and nothing against it",
}


@certverify.command(name="trust")
@click.argument("file", metavar="[FILE]", required=False)
@click.option("--against", metavar="FILE|URL", help="Compare with another trust file, as a partner's site shows it.")
@_json_option
@click.pass_context
def told_trust(context: click.Context, file: str | None, against: str | None, as_json: bool) -> None:
    """Tells what a trust file says, with the fingerprint to compare by another way; compares it with another.

    FILE is the trust file; else that of the environment, else the user's own.
    """
    between, problem, code = None, "", GOOD
    try:
        ours = load_trust(file)
        between = compare(ours, _other_trust(against)) if against else None
    except CouldNotCheck as error:
        click.echo(
            json.dumps({"exit": NOT_CHECKED, "problem": error.message}) if as_json else f"Error: {error.message}"
        )
        context.exit(NOT_CHECKED)
    except Inconsistent as error:
        problem, code = error.message, NOT_GOOD
    if as_json:
        told = {"exit": code, "problem": problem, **trust_json(ours), "between": between_json(between)}
        click.echo(json.dumps(told, ensure_ascii=False))
    else:
        lines = [*trust_lines(ours), *(between_lines(between) if between else ())]
        click.echo("\n".join([ours.origin, *(_line(label, text) for label, text in lines)]))
        if problem:
            click.echo(click.style("NOT-GOOD", fg="red", bold=True) + f"  {_plain(problem)}")
    context.exit(code)


@certverify.command("new-key")
@click.argument("file", metavar="FILE", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--no-passphrase", is_flag=True, help="Do not encrypt the file: who can read it can sign.")
@_json_option
@click.pass_context
def new_key(context: click.Context, file: Path, no_passphrase: bool, as_json: bool) -> None:
    """Makes a key by which an organisation signs itself, and tells the public half, which the base authorises.

    The passphrase is asked for, or taken from CERTLEDGER_KEY_PASSPHRASE.
    """
    try:
        made = signing.new_key(file, None if no_passphrase else _passphrase(confirm=True))
    except OSError as error:
        click.echo(f"Error: {file} cannot be made: {error.strerror}", err=True)
        context.exit(NOT_CHECKED)
    told = {"file": str(file), "public_key": made.public.hex(), "kid": made.kid.hex()}
    lines = [_line("public key", made.public.hex()), _line("key id", made.kid.hex())]
    click.echo(json.dumps(told) if as_json else "\n".join([f"{file} is made: keep it, and a copy elsewhere.", *lines]))


@certverify.command("sign")
@click.argument("prepared_file", metavar="PREPARED", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--key", "key_file", metavar="FILE", required=True, help="The organisation's own key (`new-key`).")
@click.option("-o", "--out", metavar="FILE", required=True, help="The signed statement; of several, FILE-1, FILE-2…")
@_trust_option
@click.option("--yes", is_flag=True, help="Sign without asking: for programs that looked themselves.")
@_json_option
@click.pass_context
def sign(
    context: click.Context,
    prepared_file: Path,
    key_file: str,
    out: str,
    trust_file: str | None,
    yes: bool,
    as_json: bool,
) -> None:
    """Shows what a base prepared for an organisation's own key, all of it, and signs it. Opens no connection.

    Signed is only what discloses everything that it commits to, for this key, for now.
    """
    if as_json and not yes:
        raise click.UsageError("--json shows nothing of what is signed: it goes with --yes")
    told, code, signed = {"code": "", "message": ""}, GOOD, list[str]()
    try:
        trusted = _trust_if_there(trust_file)
        file, key = prepared.parse(_read_whole(prepared_file)), _own_key(Path(key_file))
        signing.check(file, key, round(time.time() * 1000), trusted)
        if not as_json:
            click.echo("\n".join(_prepared_lines(file, trusted)))
        if not yes:
            question = f"Sign {len(file.statements)} statement(s) with key {key.kid.hex()[:16]}?"
            click.confirm(question, abort=True, err=True)
        signed = _write_signed(Path(out), signing.sign(file, key))
    except (VerificationError, CouldNotCheck) as error:
        code = NOT_CHECKED if isinstance(error, CouldNotCheck) else NOT_GOOD
        told = {"code": error.code, "message": error.message}
    if as_json:
        click.echo(json.dumps({"exit": code, **told, "signed": signed}, ensure_ascii=False))
    elif signed:
        click.echo(f"SIGNED  {', '.join(signed)}: send to the base, by its page or POST /entries")
    else:
        click.echo("NOT-SIGNED  nothing was signed\n" + _line("reason", f"{told['message']} [{told['code']}]"))
    context.exit(code)


def main() -> None:
    """Runs the command; whatever the locale, a character that it cannot show is no reason to stop."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    certverify(prog_name="certverify")


def _check_all(
    things: tuple[str, ...], trust_file: str | None, log_place: str | None, offline: bool, now: datetime
) -> Iterable[tuple[Verdict, Trust | None]]:
    try:
        trusted = load_trust(trust_file)
        log: PublishedLog | None = fetch.open_log(log_place) if log_place else None
    except CouldNotCheck as error:
        for thing in things:
            yield could_not_check(thing, error.message, now), None
        return
    checker = Checker(trusted, now, log, offline)
    for thing in things:
        yield _check_one(checker, thing), trusted


def _check_one(checker: Checker, thing: str) -> Verdict:
    if thing[:8].lower().startswith(("http://", "https://")):
        return checker.check_text(thing)
    try:
        data = _read_input(thing)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        return could_not_check(thing, f"{thing}: cannot be read ({reason})", checker.now)
    return checker.check_bytes(thing, data)


def _read_input(thing: str) -> bytes:
    if thing == "-":
        return sys.stdin.buffer.read(_INPUT_LIMIT + 1)
    with Path(thing).open("rb") as file:
        return file.read(_INPUT_LIMIT + 1)


def load_trust(named: str | None) -> Trust:
    """The trust file named, or that of the environment, or the user's own. Raises CouldNotCheck."""
    chosen = named or os.environ.get(TRUST_VARIABLE)
    path = Path(chosen) if chosen else Path(click.get_app_dir("certledger")) / "trust.txt"
    try:
        return trust.parse(path.read_bytes().decode())
    except FileNotFoundError:
        raise CouldNotCheck(
            f"there is no trust file {path}: get trust.txt from the base, compare its fingerprint (`certverify trust`) "
            "with one that you have by another way (by telephone, in print), and put it there or name it with --trust"
        ) from None
    except (OSError, ValueError) as error:
        raise CouldNotCheck(f"the trust file {path} cannot be read: {error}") from None
    except VerificationError as error:
        raise CouldNotCheck(f"{path}: {error.message}") from None


def _trust_if_there(named: str | None) -> Trust | None:
    """The trust file; None where none was named and there is none. Raises CouldNotCheck."""
    own = Path(click.get_app_dir("certledger")) / "trust.txt"
    return load_trust(named) if named or TRUST_VARIABLE in os.environ or own.exists() else None


def _own_key(path: Path) -> signing.OwnKey:
    """Raises CouldNotCheck for a file that others can read, too."""
    data = _read_whole(path)
    if os.name == "posix" and path.stat().st_mode & 0o077:
        raise CouldNotCheck(f"{path} can be read by others than its owner: chmod 600 it")
    return signing.read_key(data, _passphrase() if signing.needs_passphrase(data) else None)


def _passphrase(confirm: bool = False) -> bytes:
    given = os.environ.get(PASSPHRASE_VARIABLE)
    if given is None:
        given = str(click.prompt("Passphrase of the key", hide_input=True, confirmation_prompt=confirm, err=True))
    if not given:
        raise click.UsageError("the passphrase is empty")
    return given.encode()


def _write_signed(out: Path, entries: list[bytes]) -> list[str]:
    """Writes the signed statements, each to a file of its own. Raises CouldNotCheck."""
    names = [out] if len(entries) == 1 else [out.with_stem(f"{out.stem}-{n}") for n in range(1, len(entries) + 1)]
    for name, entry in zip(names, entries, strict=True):
        try:
            name.write_bytes(entry)
        except OSError as error:
            raise CouldNotCheck(f"{name} cannot be written: {error.strerror}") from None
    return [str(name) for name in names]


def _read_whole(file: Path) -> bytes:
    """Raises CouldNotCheck."""
    try:
        with file.open("rb") as opened:
            return opened.read(_INPUT_LIMIT)
    except OSError as error:
        raise CouldNotCheck(f"{file} cannot be read: {error.strerror}") from None


def _other_trust(place: str) -> Trust:
    """The trust file at an address or in a file. Raises CouldNotCheck."""
    if "://" not in place:
        return load_trust(place)
    try:
        return trust.parse(fetch.get(place).decode())
    except (ValueError, VerificationError) as error:
        raise CouldNotCheck(f"{place} is no trust file: {getattr(error, 'message', error)}") from None


def _audited(log: PublishedLog, trusted: Trust, kept: bytes | None) -> Report:
    """The audit, with a bar on a terminal while it runs."""
    if not sys.stderr.isatty():
        return run_audit(log, trusted, kept)
    with click.progressbar(length=1, label="auditing", file=sys.stderr) as bar:

        def show(done: int, size: int) -> None:
            bar.length = size
            bar.update(done - bar.pos)

        return run_audit(log, trusted, kept, progress=show)


# --- what is printed ------------------------------------------------------------------------------------------------


def _report(verdict: Verdict, trusted: Trust | None) -> str:
    """The verdict for people: the word and the sentence first."""
    word = click.style(verdict.state.value.upper(), fg=_COLOURS.get(verdict.exit_code, "red"), bold=True)
    lines = [f"{word}  {_plain(verdict.sentence)}", _line("checked", _short(verdict.thing))]
    if verdict.message:
        lines.append(_line("reason", f"{verdict.message} [{verdict.code}]"))
    lines += [_line(field.label, field.text) for field in verdict.fields]
    if verdict.then is not None:
        lines += _then_lines(verdict.then)
    if (proved := verdict.proved) is not None:
        base = trusted.organisations.get(trusted.base) if trusted else None
        lines.append(_line("issuer", issuer_line(proved)))
        lines.append(_line("custody", custody_line(proved, base)))
        lines.append(_line("entry", f"{proved.index}, recorded {proved.recorded_at:%Y-%m-%d %H:%M:%S} UTC"))
    if verdict.as_of is not None:
        lines.append(_line("as of", f"the log's first {verdict.as_of} entries"))
    if verdict.checked_at is not None:
        lines.append(_line("checked at", f"{verdict.checked_at:%Y-%m-%d %H:%M:%S} UTC"))
    if verdict.state is State.STANDING_NOT_CHECKED and verdict.offline:
        lines.append(_line("note", "offline as asked for: whether it was revoked since is not known"))
    lines += [_line("note", note) for note in verdict.notes]
    return "\n".join(lines) + "\n"


def _prepared_lines(file: PreparedFile, trusted: Trust | None) -> list[str]:
    """All that is to be signed, statement by statement."""
    lines = [click.style("TO-BE-SIGNED", bold=True) + f"  {len(file.statements)} statement(s), recorded together"]
    lines.append(_line("log", file.origin))
    if trusted is None:
        lines.append(_line("note", "there is no trust file here: what the log says of this key was not looked at"))
    for item in file.statements:
        lines.append("")
        lines += [_line(label, value, whole=True) for label, value in signing.told(item)]
    return lines


def _then_lines(then: CheckThen) -> list[str]:
    """What a verification receipt says: when and by which log, then each item in a line."""
    lines = [
        _line("checked then", f"{then.checked_at:%Y-%m-%d %H:%M:%S} UTC, by the base's clock"),
        _line("log then", f"{then.origin}, {then.size} entries, root {then.root.hex()}"),
    ]
    for number, item in enumerate(then.items, 1):
        told = [item.state.upper() + (f" [{item.code}]" if item.code else "")]
        told += [field.value for field in item.fields if field.key in ("name", "number", "expires_on")]
        if item.proved is None:
            told.append("by the base's word alone")
        if item.today:
            told.append(f"today {item.today.upper()}")
        shown = item.presented
        lines.append(_line(f"item {number}", f"{'; '.join(told)} ({shown.kind} {_short(shown.text)})"))
    if then.turned_away:
        why = ", ".join(f"{code} {count}" for code, count in then.turned_away.items())
        lines.append(_line("not checked", f"{sum(then.turned_away.values())} more were sent and turned away: {why}"))
    return lines


def _audit_report(report: Report) -> str:
    word, colour = {GOOD: ("GOOD", "green"), NOT_CHECKED: ("COULD-NOT-CHECK", "yellow")}.get(
        report.exit_code, ("NOT-GOOD", "red")
    )
    lines = [click.style(word, fg=colour, bold=True) + f"  {_plain(_audit_sentence(report))}"]
    if report.size:
        lines.append(_line("log", f"{report.origin}, {report.size} entries, root {report.root.hex()}"))
    for problem in report.ordered_problems():
        entry = "" if problem.index is None else f"entry {problem.index}: "
        lines.append(_line("wrong", f"{entry}{problem.message} ({problem.place}) [{problem.code}]"))
    lines += [_line("finding", f"entry {finding.index}: {finding.message}") for finding in report.findings]
    lines += [_line("not checked", f"{item.message} ({item.place})") for item in report.unchecked]
    if report.disowned:
        lines.append(_line("disowned", f"{len(report.disowned)} entries by compromised keys: {_some(report.disowned)}"))
    lines += [_line("note", note) for note in report.notes]
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


def _line(label: str, value: str, *, whole: bool = False) -> str:
    return f"  {_plain(label)}: {_plain(value, whole=whole)}"


def _short(thing: str) -> str:
    return thing if len(thing) <= 120 else thing[:80] + "…" + thing[-20:]


def _plain(text: str, *, whole: bool = False) -> str:
    """Without characters that could move the cursor, colour the screen or turn the writing round; cut, where it is not
    to be shown whole.
    """
    shown = text if whole or len(text) <= 2000 else text[:1000] + " …"
    return "".join(char if char.isprintable() else char.encode("unicode_escape", "replace").decode() for char in shown)


if __name__ == "__main__":
    main()
