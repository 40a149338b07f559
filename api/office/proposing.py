"""What is proposed: the list, one proposal with all that would be signed, and deciding on it; what waits for whom."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from api.headers import PERSONAL
from api.languages import Words
from api.office import (
    intake_words,
    prepared_words,
    proposal_words,
    refusal_words,
    signing_words,
    telling_words,
    title_words,
    words,
)
from api.office.addresses import id_in
from api.office.carrying import AT_ONCE, Carrying
from api.office.console import Console, Sent, see_other
from api.office.forms import Field, Filled, blank, filled, whole_of
from api.office.gate import Acting
from api.office.moments import moment
from api.office.passkey import signed_or_fresh
from api.office.telling import sees_messages
from ledger import commands as c
from ledger.command_forms import to_plain
from ledger.handle import Desk
from ledger.office import docket
from ledger.office import intakes as taken
from ledger.office.intakes import Intake
from ledger.office.outbox.messages import FAILED, WAITING
from ledger.office.proposals import APPROVED, OPEN, AlreadyDecided, Foreseen, Proposal
from ledger.office.reading import reading_desk
from ledger.office.seeing import sees_people, sees_person
from ledger.office.staff import Member
from ledger.refusals import Code
from verifier.dossier import Trainee
from verifier.events import Event, event_type

Count = tuple[str, Words, int]
"""Where it is listed, what waits, and how much."""
PAGE: Final = 50
SHOWN: Final = 100
"""Commands of a proposal that its page shows whole; beyond that it says how many more there are."""
_DECLINING: Final = (Field("reason", words.REASON, "long"),)


@dataclass(frozen=True, slots=True)
class Shown:
    """An event as a page shows it, field by field."""

    type: str
    fields: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class ShownCommand:
    """What one command would record, or why it would be refused."""

    events: tuple[Shown, ...]
    refusal: Words | None
    about: Trainee | None
    """Whom it is about, for who may see them."""
    address: str
    """Of that person's page."""


def routes(console: Console) -> list[Route]:
    """The routes below `/console`."""
    pages = Proposing(console)
    return [
        console.route("", pages.home),
        console.route("/proposals", pages.listed, ["GET"]),
        console.route("/proposals/{proposal}", pages.one),
        console.route("/proposals/{proposal}/progress", pages.progress, ["GET"]),
    ]


class Proposing:
    """The pages."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._carrying = Carrying(lambda: console.office)

    def home(self, request: Request, acting: Acting, sent: Sent) -> Response:
        """What waits for who is here."""
        waiting = docket.waiting(self._console.office, acting.member, PAGE)
        counts = [*_of_proposals(waiting, acting), *self._of_applications(acting), *self._of_messages(acting)]
        return self._page(
            "office/home.html", request, acting,
            waiting=waiting, counts=[item for item in counts if item[2]], signing=signing_words,
            intakes=self._intakes(acting), intaking=intake_words,
        )  # fmt: skip

    def listed(self, request: Request, acting: Acting, sent: Sent) -> Response:
        """All proposals, newest first."""
        before = whole_of(request.query_params.get("before", ""))
        found = docket.page(self._console.office, acting.member, before=before, limit=PAGE)
        return self._page("office/proposals.html", request, acting, proposals=found.proposals, older=found.before)

    def one(self, request: Request, acting: Acting, sent: Sent) -> Response:
        """One proposal; what is sent decides on it."""
        proposals, id_ = self._console.office.proposals, id_in(request, "proposal")
        seen = docket.find(self._console.office, acting.member, id_)
        done, version = sent.get("do", ""), whole_of(sent.get("version", "")) or 0
        try:
            match done:
                case "approve":
                    signature = signed_or_fresh(self._console, acting, sent)
                    self._carrying.carry_out(proposals.approve(id_, acting.member, version, signature))
                case "decline":
                    form = filled(_DECLINING, sent)
                    if not form.good:
                        return self._proposal(request, acting, seen, 422, form)
                    proposals.decline(id_, acting.member, form["reason"], version)
                case "withdraw":
                    proposals.withdraw(id_, acting.member, version)
                case "carry-out":
                    self._carrying.carry_out(seen)
                case _:
                    return self._proposal(request, acting, seen)
        except AlreadyDecided as late:
            fault = refusal_words.SENTENCES[late.code]
            return self._proposal(request, acting, late.proposal, 409, fault=fault)
        return see_other(f"/console/proposals/{id_}")

    def progress(self, request: Request, acting: Acting, sent: Sent) -> Response:
        """How much of a proposal is recorded, for its page's script."""
        seen = docket.find(self._console.office, acting.member, id_in(request, "proposal"))
        return JSONResponse({"version": seen.version, "done": seen.done, "total": seen.size}, 200, PERSONAL)

    # --- what waits, in numbers --------------------------------------------------------------------------------------

    def _of_applications(self, acting: Acting) -> list[Count]:
        """Steps of title applications that wait for a member of staff, of those that who is here may see."""
        if not sees_people(acting.member):
            return []
        found = self._console.register.waiting(self._console.today(), self._console.scope(acting))
        told, listed = title_words.WAITING_FOR, "/console/applications?step="
        return [
            (f"{listed}eligible", told["panel"], found.panel),
            (f"{listed}panel", told["notice"], found.notice),
            (f"{listed}due", told["due"], found.due or 0),
            (f"{listed}notice", told["objections"], found.objections),
        ]

    def _of_messages(self, acting: Acting) -> list[Count]:
        office = self._console.office
        if not sees_messages(acting, office.executor.base().code):
            return []
        found = office.outbox.counts()
        late = (f"/console/messages?state={WAITING}", telling_words.LATE, found.overdue)
        return [(f"/console/messages?state={FAILED}", telling_words.FAILING, found.failed), late]

    def _intakes(self, acting: Acting) -> list[Intake]:
        """Those that wait for who is here: to be gone on with, or to be decided on."""
        office, me = self._console.office, acting.member.pseudonym
        if acting.member.organisation != office.executor.base().code or not sees_people(acting.member):
            return []
        found = office.intakes.all((taken.UPLOADED, taken.CHECKED, taken.WAITING, taken.FAILED), limit=PAGE)
        return [
            item
            for item in found
            if (item.uploader == me and item.state != taken.WAITING)
            or (item.uploader != me and item.state == taken.WAITING and acting.may("approver"))
        ]

    # --- inside -------------------------------------------------------------------------------------------------------

    def _proposal(
        self,
        request: Request,
        acting: Acting,
        proposal: Proposal,
        status: int = 200,
        form: Filled | None = None,
        fault: Words | None = None,
    ) -> Response:
        foreseen = None
        if proposal.state == OPEN:
            found = self._console.office.proposals.foresee(proposal.id, acting.member.pseudonym)
            desk = reading_desk(self._console.office)
            foreseen = [_shown(item, desk, acting.member) for item in found]
        return self._page(
            "office/proposal.html",
            request,
            acting,
            status,
            proposal=proposal,
            carried=proposal.state == APPROVED and proposal.size > AT_ONCE,
            prepared=self._console.office.preparations.waiting_of(proposal.id) if proposal.state == APPROVED else (),
            preparing=prepared_words,
            foreseen=foreseen,
            form=form or blank(_DECLINING),
            signs=bool(self._console.office.executor.base().approvers.of(acting.member.pseudonym)),
            signing=signing_words,
            may_decide=acting.may("approver") and proposal.proposer != acting.member.pseudonym,
            fault=fault,
        )

    def _page(self, template: str, request: Request, acting: Acting, status: int = 200, **values: Any) -> Response:
        return self._console.page(
            template, request, acting, status, proposing=proposal_words, moment=moment, who=self._console.who, **values
        )


def _of_proposals(waiting: list[Proposal], acting: Acting) -> list[Count]:
    """Of those on the page: one's own wait for others."""
    own, listed = acting.member.pseudonym, "/console/proposals"
    to_decide = sum(item.state == OPEN and item.proposer != own for item in waiting)
    unfinished = sum(item.state == APPROVED for item in waiting)
    return [(listed, telling_words.PROPOSALS_WAIT, to_decide), (listed, telling_words.UNFINISHED, unfinished)]


def _shown(item: Foreseen, desk: Desk, member: Member) -> ShownCommand:
    refusal = item.refusal
    if refusal is None or refusal.code in (Code.SAME_PERSON, Code.MISSING_ROLE, Code.OTHER_ORGANISATION):
        sentence = None  # it is not refused because of what it is, but of who looks at it
    else:
        sentence = refusal_words.SENTENCES[refusal.code]
    about, address = None, ""
    if isinstance(item.command, c.PersonCommand):
        dossier = desk.dossier(item.command.trainee)
        about = dossier.trainee if sees_person(member, dossier, desk.base) else None
        address = f"/console/trainees/{dossier.subject}"
    return ShownCommand(tuple(map(shown_event, item.events)), sentence, about, address)


def shown_event(event: Event) -> Shown:
    """An event as pages show it."""
    declared = event_type(event)
    fields = [declared.stream, *(item.name for item in (*declared.public, *declared.printed, *declared.personal))]
    return Shown(declared.name, tuple((name, _text(getattr(event, name))) for name in fields))


def _text(value: object) -> str:
    match value:
        case None:
            return "–"
        case date():
            return value.isoformat()
        case bytes():
            return value.hex()
    return str(to_plain(value))
