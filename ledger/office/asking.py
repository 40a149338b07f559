"""What a program asks for: looked at in order, done once, answered the same however often it comes.

Who may not see a person is told that there is none, before anything is decided on that person.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from ledger import commands as c
from ledger.command_forms import to_plain
from ledger.executing import Executed
from ledger.handle import Desk
from ledger.office import doing, forms, particulars, seeing
from ledger.office.opening import Office
from ledger.office.reading import reading_desk
from ledger.office.staff import Member
from ledger.permissions import Actors
from ledger.refusals import Code, Refusal


class AtPlace(Refusal):
    """A refusal of one of several things that were asked for together: nothing of them is done."""

    def __init__(self, place: str, refusal: Refusal) -> None:
        """`place`: which of them, as in `forms[3]`."""
        super().__init__(refusal.code, refusal.message)
        self.place = place


@dataclass(frozen=True, slots=True)
class Asked:
    """One request."""

    name: str
    """Of a form in `forms.NAMES`."""
    form: Mapping[str, Any]
    key: str
    """By which the program knows the request again."""
    note: str = ""
    """For who approves."""
    revisions: Collection[int] | None = None
    """The person's affairs must be at one of these revisions; None where that is not asked."""


@dataclass(frozen=True, slots=True)
class Placed:
    """An event that was recorded, and where."""

    type: str
    stream: UUID
    version: int
    index: int


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of a request: events, a proposal, or what waits for the signature of an organisation's own key."""

    recorded: tuple[Placed, ...]
    proposal: UUID | None
    drawn: Mapping[str, Any]
    """What was settled here, as plain values under the names of the command's fields."""
    prepared: UUID | None = None


def ask(office: Office, member: Member, asked: Asked) -> Answer:
    """Records or proposes what is asked for. Raises Refusal; StoreError, after which the same may be sent again."""
    command = forms.NAMES[asked.name]
    forms.check_role(member, asked.name)
    written = forms.read(asked.name, asked.form)
    particulars.check(written)
    told = json.dumps([asked.name, asked.form, asked.note], sort_keys=True, ensure_ascii=False)
    repeat = office.repeats.begin(member.account, asked.key, told.encode())
    if repeat.answer is not None:
        return from_plain_answer(repeat.answer)

    def settled(desk: Desk) -> c.Command:
        seeing.check_command(member, written, desk.dossier, desk.base)
        check_revision(written, asked.revisions, desk)
        made: c.Command = forms.settle(written, desk)
        return made

    if doing.needs_approval(command):
        answer = _proposed(office, member, settled, repeat.request, asked.note)
    else:
        answer = _recorded_or_prepared(office, member, command, settled, repeat.request)
    office.repeats.keep(repeat, to_plain_answer(answer))
    return answer


def check_revision(command: Any, revisions: Collection[int] | None, desk: Desk) -> None:
    """Raises Refusal unless the person is still at one of the revisions; the append sees to it that it stays so."""
    if revisions is None:
        return
    person = getattr(command, "trainee", None)
    now = 0 if not isinstance(person, UUID) else sum(desk.dossier(person).versions.values())
    if now == 0 or now not in revisions:
        raise Refusal(Code.PRECONDITION_FAILED, "what this is about changed since it was read")


def _proposed(office: Office, member: Member, settled: Any, request: UUID, note: str) -> Answer:
    proposal = office.proposals.find(request)
    if proposal is None:
        done = doing.propose(office, member, [settled(reading_desk(office))], request, note)
        assert done.proposal is not None
        proposal = done.proposal
    # Forgotten once nothing is to be carried out any more: then what was drawn is told no more.
    drawn = [drawn_of(command) for command in office.proposals.commands(proposal.id)]
    return Answer((), proposal.id, drawn[0] if drawn else {})


def _recorded_or_prepared(office: Office, member: Member, command: type[Any], settled: Any, request: UUID) -> Answer:
    try:
        executed = office.executor.execute(settled, Actors(member.pseudonym), request.bytes)
    except Refusal as refusal:
        if refusal.code is not Code.SIGNS_ITSELF:
            raise
        prepared = doing.prepare(office, member, settled(reading_desk(office)), request)
        return Answer((), None, {}, prepared.id)
    return recorded_of(office, command, executed)


def recorded_of(office: Office, command: type[Any], executed: Executed) -> Answer:
    """The answer that something was recorded. Raises StoreError."""
    appended = executed.appended
    entries = office.ledger.store.entries(appended.first_index, appended.count) if appended and appended.count else []
    placed = tuple(Placed(entry.topic, entry.stream_id, entry.version, entry.index) for entry in entries)
    fresh = [field for field in forms.SETTLED.get(command, ()) if field != "source"]
    return Answer(placed, None, {fresh[0]: str(placed[0].stream)} if fresh and placed else {})


def drawn_of(command: c.Command) -> dict[str, Any]:
    """What was settled here of a command, as plain values by its fields."""
    fresh = [field for field in forms.SETTLED.get(type(command), ()) if field != "source"]
    return {field: to_plain(getattr(command, field)) for field in fresh}


def to_plain_answer(answer: Answer) -> Any:
    """The answer as plain values, to be kept."""
    recorded = [[item.type, str(item.stream), item.version, item.index] for item in answer.recorded]
    proposal = "" if answer.proposal is None else str(answer.proposal)
    prepared = "" if answer.prepared is None else str(answer.prepared)
    return {"recorded": recorded, "proposal": proposal, "drawn": dict(answer.drawn), "prepared": prepared}


def from_plain_answer(plain: Any) -> Answer:
    """The answer that `to_plain_answer` gave."""
    recorded = tuple(Placed(kind, UUID(stream), version, index) for kind, stream, version, index in plain["recorded"])
    proposal, prepared = (UUID(plain[name]) if plain.get(name) else None for name in ("proposal", "prepared"))
    return Answer(recorded, proposal, plain["drawn"], prepared)
