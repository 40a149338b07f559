"""What a message says, looked up when it is sent: so an erasure reaches it, and what is over is told to nobody."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

from ledger.handle import moment_of
from ledger.notices import id_of_notice
from ledger.office.opening import Office
from ledger.office.outbox import letter_words
from ledger.office.outbox.letter_words import Both
from ledger.office.outbox.messages import Message, NoLonger
from ledger.office.outbox.post import Letter
from ledger.office.proposals import OPEN
from ledger.office.reading import reading_desk
from ledger.refusals import Refusal
from ledger.store import Recorded
from verifier.current import business_day
from verifier.dossier import Dossier, Erased, shown
from verifier.standing import Award, Standing
from verifier.statement import parse

_LINE: Final = "\n\n"


@dataclass(frozen=True, slots=True)
class _Told:
    """What a letter says, and the address that it leads to."""

    what: str
    link: str
    secret: bool = False


def letter_of(office: Office, message: Message) -> Letter:
    """The letter of a message by mail. Raises NoLonger; StoreError."""
    try:
        return _to_staff(office, message) if message.way == "account" else _to_trainee(office, message)
    except Erased:
        raise NoLonger("erased") from None


def facts_of(office: Office, message: Message) -> dict[str, Any]:
    """The body of a message to a webhook: what the public log says, and where to ask. Raises NoLonger; StoreError."""
    at, url = message.created_at, office.ledger.settings.url
    data: dict[str, Any] = {}
    if message.place is not None:
        entry = _entry(office, message.place)
        at = parse(entry.statement).record.envelope.recorded_at
        following = f"?after={message.place - 1}&limit=1" if message.place else "?limit=1"
        data = {
            "index": message.place,
            "event": entry.topic,
            "stream": str(entry.stream_id),
            "recorded_at": _moment(at),
            "address": f"{url}/api/v1/changes{following}",
        }
    elif message.kind == "proposal-waits":
        _check_open(office, message.stream)
        data = {"proposal": str(message.stream), "address": f"{url}/api/v1/proposals/{message.stream}"}
    return {"type": message.kind, "timestamp": _moment(at), "data": data}


# --- inside -----------------------------------------------------------------------------------------------------------


def _to_trainee(office: Office, message: Message) -> Letter:
    assert message.place is not None
    subject = _entry(office, message.place).subject
    if subject is None:
        raise NoLonger("erased")
    dossier = reading_desk(office).dossier(subject)
    if dossier.erased or dossier.trainee is None:
        raise NoLonger("erased")
    if not dossier.trainee.email:
        raise NoLonger("no-address")
    told = _about(office, message, dossier)
    return _letter(office, dossier.trainee.email, dossier.trainee.name, told)


def _about(office: Office, message: Message, dossier: Dossier) -> _Told:
    url, id_ = office.ledger.settings.url, message.stream
    match message.kind:
        case "notice-posted":
            application = dossier.applications.get(id_)
            if application is None or application.ended_on is not None:
                raise NoLonger("overtaken")
            return _Told("notice-posted", f"{url}/n/{id_of_notice(office.ledger.claim_keys, id_)}")
        case "decision-made" if id_ in dossier.titles:
            title = dossier.titles[id_]
            _check_stands(office, title.award)
            what = "title-granted" if title.event.corrects is None else "certificate-ready"
            return _Told(what, f"{url}/c/{shown(title.event.link)}", secret=True)
        case "decision-made":
            return _Told("application-refused", url)
        case "certificate-ready" if id_ in dossier.certificates:
            certificate = dossier.certificates[id_]
            _check_stands(office, certificate.award)
            return _Told("certificate-ready", f"{url}/c/{shown(certificate.event.link)}", secret=True)
        case _:
            raise NoLonger("overtaken")


def _check_stands(office: Office, award: Award) -> None:
    """Of an award that does not stand today nobody is told that it is ready."""
    if award.on(business_day(moment_of(office.ledger.clock))) is not Standing.VALID:
        raise NoLonger("overtaken")


def _to_staff(office: Office, message: Message) -> Letter:
    member = office.staff.find(UUID(bytes=message.recipient))
    if member is None or member.closed:
        raise NoLonger("closed")
    if not member.email:
        raise NoLonger("no-address")
    if message.kind in office.wishes.declined(member.account):
        raise NoLonger("declined")
    url = office.ledger.settings.url
    if message.kind == "proposal-waits":
        _check_open(office, message.stream)
        return _letter(
            office, member.email, member.name, _Told(message.kind, f"{url}/console/proposals/{message.stream}")
        )
    return _letter(office, member.email, member.name, _Told(message.kind, f"{url}/console/applications"))


def _check_open(office: Office, proposal: UUID) -> None:
    try:
        state = office.proposals.get(proposal).state
    except Refusal:
        raise NoLonger("overtaken") from None
    if state != OPEN:
        raise NoLonger("overtaken")


def _entry(office: Office, place: int) -> Recorded:
    entry = office.ledger.store.entry(place)
    if entry is None:  # an old copy of the log was put back
        raise NoLonger("not-in-log")
    return entry


def _letter(office: Office, to: str, name: str, told: _Told) -> Letter:
    settings, subject = office.ledger.settings, letter_words.SUBJECTS[told.what]
    says = letter_words.SAYS[told.what]
    endings = [letter_words.NO_ANSWER]
    if told.secret:
        endings.insert(0, letter_words.SECRET_LINK)
    if told.what.endswith("-waits"):
        endings.insert(0, letter_words.WHY_STAFF)
    called = " ".join(name.split())

    def part(language: str, base: str) -> str:
        def said(both: Both) -> str:
            return str(getattr(both, language))

        head = [said(letter_words.DEAR).format(name=called), f"{said(says)}\n{told.link}"]
        return _LINE.join([*head, "\n".join(map(said, endings)), base])

    text = f"{part('zh', settings.name_zh)}\n\n----\n\n{part('en', settings.name_en)}\n"
    return Letter(to, f"{subject.zh} / {subject.en}", text)


def _moment(at_ms: int) -> str:
    return datetime.fromtimestamp(at_ms / 1000, UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
