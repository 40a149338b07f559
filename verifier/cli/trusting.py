"""`certverify trust`."""

from __future__ import annotations

import json

import click

from verifier import fetch, trust
from verifier.cli.shared import json_option, line, load_trust, plain
from verifier.comparison import between_json, between_lines, compare, trust_json, trust_lines
from verifier.errors import CouldNotCheck, Inconsistent, VerificationError
from verifier.trust import Trust
from verifier.verdict import GOOD, NOT_CHECKED, NOT_GOOD


@click.command(name="trust")
@click.argument("file", metavar="[FILE]", required=False)
@click.option("--against", metavar="FILE|URL", help="Compare with another trust file, as a partner's site shows it.")
@json_option
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
        click.echo("\n".join([ours.origin, *(line(label, text) for label, text in lines)]))
        if problem:
            click.echo(click.style("NOT-GOOD", fg="red", bold=True) + f"  {plain(problem)}")
    context.exit(code)


def _other_trust(place: str) -> Trust:
    """The trust file at an address or in a file. Raises CouldNotCheck."""
    if "://" not in place:
        return load_trust(place)
    try:
        return trust.parse(fetch.get(place).decode())
    except (ValueError, VerificationError) as error:
        raise CouldNotCheck(f"{place} is no trust file: {getattr(error, 'message', error)}") from None
