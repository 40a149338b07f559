"""`certverify absent`."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import click

from verifier import absence, fetch
from verifier.address import check_number, number_digest
from verifier.cli.shared import json_option, line, load_trust, read_whole, trust_option, write_out
from verifier.errors import CouldNotCheck, Malformed, VerificationError
from verifier.moments import moment_of
from verifier.trust import Trust
from verifier.verdict import GOOD, NOT_CHECKED, NOT_GOOD

_WORDS: Final = {
    "never-issued": "NEVER-ISSUED  no certificate or title with this number was ever issued",
    "issued": "ISSUED  a certificate or title with this number was issued; whether it stands, its paper tells",
    "not-good": "NOT-GOOD  this proves nothing about the number",
    "could-not-check": "COULD-NOT-CHECK  could not be checked: this says nothing of the number",
}


@click.command()
@click.argument("number")
@trust_option
@click.option("--log", "place", metavar="DIR|URL", help="A copy of the published log, instead of the base's own.")
@click.option("--proof", metavar="FILE", type=click.Path(dir_okay=False, path_type=Path), help="A proof at hand.")
@click.option("-o", "--output", metavar="FILE", type=click.Path(dir_okay=False, path_type=Path), help="Keep the proof.")
@json_option
@click.pass_context
def absent(
    context: click.Context,
    number: str,
    trust_file: str | None,
    place: str | None,
    proof: Path | None,
    output: Path | None,
    as_json: bool,
) -> None:
    """Proves that a certificate NUMBER was never issued, as of a checkpoint of the log.

    Exit 0 proven, 1 it was issued or the proof is false, 3 could not check, which a mistyped number is too. With
    --proof no connection is opened.
    """
    if proof is not None and place is not None:
        raise click.UsageError("--proof and --log are two ways to the same: give one")
    told = _Asked(number, place, proof, output).told(trust_file)
    if as_json:
        click.echo(json.dumps(told, ensure_ascii=False))
    else:
        click.echo("\n".join(_lines(told)))
    context.exit(told["exit"])


@dataclass(frozen=True, slots=True)
class _Asked:
    """What the command was asked."""

    number: str
    place: str | None
    proof: Path | None
    output: Path | None

    def told(self, trust_file: str | None) -> dict[str, Any]:
        """The answer, whatever it is."""
        told: dict[str, Any] = {"exit": NOT_CHECKED, "verdict": "could-not-check", "number": self.number, "code": ""}
        try:
            told["number"] = check_number(self.number)
        except Malformed as error:
            return {**told, "code": "mistyped-number", "message": error.message}
        try:
            trusted = load_trust(trust_file)
            data, answer, remarks = self._answer(trusted)
            if self.output is not None:
                write_out(self.output, data)
        except CouldNotCheck as error:
            return {**told, "code": error.code, "message": error.message}
        except VerificationError as error:
            return {**told, "exit": NOT_GOOD, "verdict": "not-good", "code": error.code, "message": error.message}
        issued = answer.entry is not None
        return {
            **told,
            "exit": NOT_GOOD if issued else GOOD,
            "verdict": "issued" if issued else "never-issued",
            "message": "",
            "entry": answer.entry,
            "as_of": answer.size,
            "moment": moment_of(answer.head.issued_at).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "numbers": answer.head.count,
            "notes": remarks,
        }

    def _answer(self, trusted: Trust) -> tuple[bytes, absence.Answer, list[str]]:
        if self.proof is not None:
            data = read_whole(self.proof)
            return data, absence.verify_proof(data, self.number, trusted), [_OLD]
        log = fetch.open_log(self.place or trusted.log_address)
        return *_asked_of(log, self.number, trusted), []


_OLD: Final = "numbers issued after that entry are not in this proof: ask without --proof for the answer of now"


def _asked_of(log: fetch.PublishedLog, number: str, trusted: Trust) -> tuple[bytes, absence.Answer]:
    """The proof out of a published log and what it says. A damaged copy proves nothing against a number."""
    try:
        data = absence.ask(number_digest(number), log)
        answer = absence.verify_proof(data, number, trusted)
    except VerificationError as error:
        raise CouldNotCheck(f"{log.place}: {error.message}") from None
    absence.check_current(answer.head, log, trusted, datetime.now(UTC))
    return data, answer


def _lines(told: dict[str, Any]) -> list[str]:
    lines = [_WORDS[told["verdict"]], line("number", told["number"])]
    if told["message"]:
        lines.append(line("reason", f"{told['message']} [{told['code']}]"))
    if "as_of" in told:
        if told["entry"] is not None:
            lines.append(line("entry", str(told["entry"])))
        lines.append(line("as of", f"the log's first {told['as_of']} entries, which issued {told['numbers']} numbers"))
        lines.append(line("signed", told["moment"]))
        lines += [line("note", note) for note in told["notes"]]
    return lines
