"""Requests of a program for many commands as one proposal: looked at in order, done once, answered the same."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from ledger import commands as c
from ledger.command_forms import BadForm
from ledger.handle import Desk
from ledger.office import doing, forms, seeing
from ledger.office.asking import AtPlace, check_revision, drawn_of
from ledger.office.certifying import Certification
from ledger.office.opening import Office
from ledger.office.proposals import MOST_COMMANDS
from ledger.office.reading import reading_desk
from ledger.office.sight import Sight
from ledger.office.staff import Member
from ledger.refusals import Code, Refusal


@dataclass(frozen=True, slots=True)
class AskedTogether:
    """Commands of one kind, to be approved or declined together."""

    name: str
    """Of a form in `forms.NAMES` whose command takes two people."""
    forms: Sequence[Mapping[str, Any]]
    key: str
    """By which the program knows the request again."""
    note: str = ""
    """For who approves."""
    revisions: Sequence[Collection[int] | None] = ()
    """Of each form: the revisions at one of which the person's affairs must be, None where that is not asked."""


@dataclass(frozen=True, slots=True)
class CertificationAsked:
    """Certificates for people of one cohort."""

    cohort: str
    """One that is seen."""
    on: date
    trainees: tuple[UUID, ...] | None
    """None: everybody who passes and whom no proposal that waits includes."""
    key: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Together:
    """What came of it."""

    proposal: UUID
    drawn: tuple[Mapping[str, Any], ...]
    """Of each command in its order: what was settled here, as plain values by the command's fields."""
    subjects: tuple[UUID | None, ...]
    """Of each command in its order: the person whom it is about."""


def ask_together(office: Office, member: Member, asked: AskedTogether) -> Together:
    """Proposes the commands as one. Raises Refusal; StoreError, after which the same may be sent again.

    Nobody out of sight is told of: before anything is decided, whoever asks must see everybody in it.
    """
    forms.check_role(member, asked.name)
    if not 1 <= len(asked.forms) <= MOST_COMMANDS:
        raise BadForm("forms", f"1 to {MOST_COMMANDS} forms of one kind")
    written = [_read(asked.name, form, n) for n, form in enumerate(asked.forms)]
    said = json.dumps(["together", asked.name, asked.forms, asked.note], sort_keys=True, ensure_ascii=False)

    def settled() -> list[c.Command]:
        desk = reading_desk(office)
        for n, item in enumerate(written):
            seeing.check_command(member, item, desk.dossier, desk.base)
            if n < len(asked.revisions):
                _check_revision_at(n, item, asked.revisions[n], desk)
        return [forms.settle(item, desk) for item in written]

    return _once(office, member, asked.key, said, settled, asked.note)


def certify(office: Office, sight: Sight, asked: CertificationAsked) -> Together:
    """Proposes certificates for people of a cohort. Raises Refusal; StoreError, as above."""
    forms.check_role(sight.member, "request-certification")
    trainees = None if asked.trainees is None else [str(item) for item in asked.trainees]
    plain = ["certification", asked.cohort, asked.on.isoformat(), trainees, asked.note]

    def settled() -> list[c.Command]:
        run = Certification(office, sight, asked.cohort, asked.on)
        candidates = run.all()
        if asked.trainees is None:
            chosen = [item.trainee for item in candidates if item.passes and not item.waits]
        else:
            missing = set(asked.trainees) - {item.trainee for item in candidates}
            if missing:
                raise Refusal(Code.NOT_ENROLLED, f"{len(missing)} of them are not there, or have the certificate")
            chosen = list(asked.trainees)
        if not chosen:
            raise Refusal(Code.NOT_ENROLLED, "nobody passes whom no proposal includes already")
        if len(chosen) > MOST_COMMANDS:
            raise Refusal(Code.BAD_NUMBER, f"{len(chosen)} people pass: name {MOST_COMMANDS} of them at most")
        return [*run.requests(chosen)]

    return _once(office, sight.member, asked.key, json.dumps(plain, ensure_ascii=False), settled, asked.note)


def _once(
    office: Office, member: Member, key: str, said: str, settled: Callable[[], Sequence[c.Command]], note: str
) -> Together:
    repeat = office.repeats.begin(member.account, key, said.encode())
    if repeat.answer is not None:
        return _from_plain(repeat.answer)
    proposal = office.proposals.find(repeat.request)
    if proposal is None:
        proposal = doing.propose(office, member, settled(), repeat.request, note).proposal
        assert proposal is not None
    # Forgotten once nothing is to be carried out any more: then what was drawn is told no more.
    commands = office.proposals.commands(proposal.id)
    subjects = tuple(getattr(command, "trainee", None) for command in commands)
    answer = Together(proposal.id, tuple(drawn_of(command) for command in commands), subjects)
    office.repeats.keep(repeat, _to_plain(answer))
    return answer


def _check_revision_at(n: int, command: Any, revisions: Collection[int] | None, desk: Desk) -> None:
    try:
        check_revision(command, revisions, desk)
    except Refusal as refusal:
        raise AtPlace(f"forms[{n}]", refusal) from None


def _read(name: str, form: Mapping[str, Any], n: int) -> Any:
    try:
        return forms.read(name, form)
    except BadForm as fault:
        raise BadForm(f"forms[{n}].{fault.place}", fault.wanted) from None


def _to_plain(answer: Together) -> Any:
    subjects = ["" if item is None else str(item) for item in answer.subjects]
    return {"together": str(answer.proposal), "drawn": [dict(item) for item in answer.drawn], "subjects": subjects}


def _from_plain(plain: Any) -> Together:
    subjects = tuple(UUID(item) if item else None for item in plain["subjects"])
    return Together(UUID(plain["together"]), tuple(plain["drawn"]), subjects)
