"""What is proposed: the list, one proposal with all that would be signed, and deciding on it; what waits for whom."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any, Final
from uuid import UUID

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from api.languages import Words
from api.office import prepared_words, proposal_words, refusal_words, signing_words, words
from api.office.console import Console, Sent, see_other
from api.office.forms import Field, Filled, blank, filled, whole_of
from api.office.gate import Acting
from api.office.moments import moment
from api.office.passkey import answer_of
from ledger.command_forms import to_plain
from ledger.office import docket
from ledger.office.passkeys import APPROVE
from ledger.office.proposals import APPROVED, OPEN, AlreadyDecided, Foreseen, Proposal, Signature
from ledger.office.seeing import unknown_proposal
from ledger.office.staff import CannotSignIn
from ledger.refusals import Code, Refusal
from verifier.events import Event, event_type

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


def routes(console: Console) -> list[Route]:
    """The routes below `/console`."""
    pages = Proposing(console)
    return [
        console.route("", pages.home),
        console.route("/proposals", pages.listed, ["GET"]),
        console.route("/proposals/{proposal}", pages.one),
    ]


class Proposing:
    """The pages."""

    def __init__(self, console: Console) -> None:
        self._console = console

    def home(self, request: Request, acting: Acting, sent: Sent) -> Response:
        """What waits for who is here."""
        found = docket.page(self._console.office, acting.member, (OPEN, APPROVED), limit=PAGE)
        waiting = [item for item in found.proposals if _waits_for(item, acting)]
        return self._page("office/home.html", request, acting, waiting=waiting, signing=signing_words)

    def listed(self, request: Request, acting: Acting, sent: Sent) -> Response:
        """All proposals, newest first."""
        before = whole_of(request.query_params.get("before", ""))
        found = docket.page(self._console.office, acting.member, before=before, limit=PAGE)
        return self._page("office/proposals.html", request, acting, proposals=found.proposals, older=found.before)

    def one(self, request: Request, acting: Acting, sent: Sent) -> Response:
        """One proposal; what is sent decides on it."""
        proposals, id_ = self._console.office.proposals, _id(request)
        seen = docket.find(self._console.office, acting.member, id_)
        done, version = sent.get("do", ""), whole_of(sent.get("version", "")) or 0
        try:
            match done:
                case "approve":
                    proposals.approve(id_, acting.member, version, self._signed(acting, sent))
                    proposals.carry_out(id_)
                case "decline":
                    form = filled(_DECLINING, sent)
                    if not form.good:
                        return self._proposal(request, acting, seen, 422, form)
                    proposals.decline(id_, acting.member, form["reason"], version)
                case "withdraw":
                    proposals.withdraw(id_, acting.member, version)
                case "carry-out":
                    proposals.carry_out(id_)
                case _:
                    return self._proposal(request, acting, seen)
        except AlreadyDecided as late:
            fault = refusal_words.SENTENCES[late.code]
            return self._proposal(request, acting, late.proposal, 409, fault=fault)
        return see_other(f"/console/proposals/{id_}")

    # --- inside -------------------------------------------------------------------------------------------------------

    def _signed(self, acting: Acting, sent: Sent) -> Signature | None:
        """What the approver's passkey signed just now; without one, another fresh sign of who is there is asked."""
        if not sent.get("answer"):
            self._console.gate.check_fresh(acting)
            return None
        passkeys, account = self._console.office.passkeys, acting.member.account
        try:
            done = passkeys.finish(APPROVE, sent.get("ticket", ""), answer_of(sent), account)
        except CannotSignIn:
            raise Refusal(Code.BAD_PASSKEY, "the passkey was asked too long ago, or for something else") from None
        return Signature(done.passkey.thumbprint, done.authenticator_data, done.client_data, done.signature)

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
            foreseen = [_shown(item) for item in found]
        return self._page(
            "office/proposal.html",
            request,
            acting,
            status,
            proposal=proposal,
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
        staff = self._console.office.staff

        def who(pseudonym: str) -> str:
            member = staff.of_pseudonym(pseudonym)
            return pseudonym if member is None else f"{member.name} ({pseudonym})"

        return self._console.page(
            template, request, acting, status, proposing=proposal_words, moment=moment, who=who, **values
        )


def _waits_for(proposal: Proposal, acting: Acting) -> bool:
    if proposal.state == APPROVED:
        return acting.may("approver")
    return proposal.proposer == acting.member.pseudonym or acting.may("approver")


def _shown(item: Foreseen) -> ShownCommand:
    refusal = item.refusal
    if refusal is None or refusal.code in (Code.SAME_PERSON, Code.MISSING_ROLE, Code.OTHER_ORGANISATION):
        sentence = None  # it is not refused because of what it is, but of who looks at it
    else:
        sentence = refusal_words.SENTENCES[refusal.code]
    return ShownCommand(tuple(map(shown_event, item.events)), sentence)


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


def _id(request: Request) -> UUID:
    try:
        return UUID(request.path_params["proposal"])
    except ValueError:
        raise unknown_proposal() from None
