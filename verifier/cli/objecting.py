"""`certverify objection`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Final

import click

from verifier.cli.shared import json_option, line, load_trust, read_whole, short, trust_option
from verifier.errors import CouldNotCheck, VerificationError
from verifier.objection import DISCLOSED, verify_objection
from verifier.verdict import GOOD, NOT_CHECKED, NOT_GOOD


@click.command()
@click.argument("file", metavar="FILE", type=click.Path(dir_okay=False, path_type=Path))
@trust_option
@json_option
@click.pass_context
def objection(context: click.Context, file: Path, trust_file: str | None, as_json: bool) -> None:
    """Checks the receipt of an objection (objection.cbor), which proves that the objection is in the log.

    Nobody is asked: what became of the objection says the page that its objector keeps.
    """
    told: dict[str, object] = {"exit": GOOD, "code": "", "message": ""}
    code = GOOD
    try:
        proved = verify_objection(read_whole(file), load_trust(trust_file))
        fields = {name: str(getattr(proved.event, name)) for name in DISCLOSED}
        told |= {**fields, "entry": proved.logged.included.index, "as_of": proved.logged.included.size}
        lines = [line(DISCLOSED[name], value) for name, value in fields.items()]
        lines += [line("entry", str(told["entry"])), line("as of", f"the log's first {told['as_of']} entries")]
    except (VerificationError, CouldNotCheck) as error:
        code = NOT_CHECKED if isinstance(error, CouldNotCheck) else NOT_GOOD
        told |= {"exit": code, "code": error.code, "message": error.message}
        lines = [line("reason", f"{error.message} [{error.code}]")]
    if as_json:
        click.echo(json.dumps(told, ensure_ascii=False))
    else:
        click.echo("\n".join([_OBJECTION_WORDS[code], line("checked", short(str(file))), *lines]))
    context.exit(code)


_OBJECTION_WORDS: Final = {
    GOOD: "IN-THE-LOG  this objection was lodged as shown, and is in the log",
    NOT_GOOD: "NOT-GOOD  this is no receipt of an objection that is in the log",
    NOT_CHECKED: "COULD-NOT-CHECK  could not be checked: this says nothing for it and nothing against it",
}
