"""`certverify new-key` and `certverify sign`: an organisation signs by itself."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path

import click

from verifier import keyfile, prepared, signing
from verifier.cli.shared import json_option, line, read_whole, trust_if_there, trust_option
from verifier.errors import CouldNotCheck, VerificationError
from verifier.prepared import PreparedFile
from verifier.trust import Trust
from verifier.verdict import GOOD, NOT_CHECKED, NOT_GOOD


@click.command("new-key")
@click.argument("file", metavar="FILE", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--no-passphrase", is_flag=True, help="Do not encrypt the file: who can read it can sign.")
@json_option
@click.pass_context
def new_key(context: click.Context, file: Path, no_passphrase: bool, as_json: bool) -> None:
    """Makes a key by which an organisation signs itself, and tells the public half, which the base authorises.

    The passphrase is asked for, or taken from CERTLEDGER_KEY_PASSPHRASE.
    """
    try:
        made = signing.new_key(file, None if no_passphrase else passphrase(confirm=True))
    except OSError as error:
        click.echo(f"Error: {file} cannot be made: {error.strerror}", err=True)
        context.exit(NOT_CHECKED)
    told = {"file": str(file), "public_key": made.public.hex(), "kid": made.kid.hex()}
    lines = [line("public key", made.public.hex()), line("key id", made.kid.hex())]
    click.echo(json.dumps(told) if as_json else "\n".join([f"{file} is made: keep it, and a copy elsewhere.", *lines]))


@click.command("sign")
@click.argument("prepared_file", metavar="PREPARED", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--key", "key_file", metavar="FILE", required=True, help="The organisation's own key (`new-key`).")
@click.option("-o", "--out", metavar="FILE", required=True, help="The signed statement; of several, FILE-1, FILE-2…")
@trust_option
@click.option("--yes", is_flag=True, help="Sign without asking: for programs that looked themselves.")
@json_option
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
        trusted = trust_if_there(trust_file)
        file, key = prepared.parse(read_whole(prepared_file)), own_key(Path(key_file))
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
        click.echo("NOT-SIGNED  nothing was signed\n" + line("reason", f"{told['message']} [{told['code']}]"))
    context.exit(code)


def own_key(path: Path) -> signing.OwnKey:
    """The key of a file, opened by its passphrase. Raises CouldNotCheck, for a file that others can read, too."""
    data = read_private(path)
    return signing.read_key(data, passphrase() if keyfile.needs_passphrase(data) else None)


def read_private(path: Path) -> bytes:
    """A key's file, still encrypted where it is. Raises CouldNotCheck, for one that others can read, too."""
    data = read_whole(path)
    if os.name == "posix" and path.stat().st_mode & 0o077:
        raise CouldNotCheck(f"{path} can be read by others than its owner: chmod 600 it")
    return data


def passphrase(confirm: bool = False) -> bytes:
    """The passphrase of a key's file, out of the environment or asked for. Raises UsageError for an empty one."""
    given = os.environ.get(keyfile.PASSPHRASE_VARIABLE)
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


def _prepared_lines(file: PreparedFile, trusted: Trust | None) -> list[str]:
    """All that is to be signed, statement by statement."""
    lines = [click.style("TO-BE-SIGNED", bold=True) + f"  {len(file.statements)} statement(s), recorded together"]
    lines.append(line("log", file.origin))
    if trusted is None:
        lines.append(line("note", "there is no trust file here: what the log says of this key was not looked at"))
    for item in file.statements:
        lines.append("")
        lines += [line(label, value, whole=True) for label, value in signing.told(item)]
    return lines
