"""What waits for the signature of an organisation's own key: the list, the file to sign, what comes back."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from api.languages import Words
from api.office import prepared_words, refusal_words
from api.office.console import Console, Sent, see_other
from api.office.gate import Acting
from api.office.moments import moment
from api.office.proposing import Shown, shown_event
from api.office.rest.prepared import file_of
from api.office.uploads import sent_files
from ledger.office import awaited
from ledger.office.preparations import WAITING, Preparation, unknown_preparation
from ledger.office.registering import register
from ledger.refusals import Refusal
from verifier.tile import MAX_ENTRY

_FILES: Final = 16


def routes(console: Console) -> list[Route]:
    """The routes below `/console`."""
    pages = Preparing(console)
    return [
        console.route("/prepared", pages.listed, ["GET"]),
        console.route("/prepared/{prepared}", pages.one, file_bytes=_FILES * MAX_ENTRY, files=_FILES),
    ]


class Preparing:
    """The pages."""

    def __init__(self, console: Console) -> None:
        self._console = console

    def listed(self, request: Request, acting: Acting, sent: Sent) -> Response:
        """All that the member sees, newest first."""
        return self._page(
            "office/prepared.html", request, acting, rows=awaited.listed(self._console.office, acting.member)
        )

    def one(self, request: Request, acting: Acting, sent: Sent) -> Response:
        """One: fetched, sent back, or taken back."""
        office, done = self._console.office, sent.get("do", "")
        found = awaited.find(office, acting.member, _id(request))
        if done not in ("fetch", "send", "withdraw"):
            return self._one(request, acting, found)
        awaited.check_signs(acting.member, found)
        try:
            match done:
                case "fetch":
                    return file_of(found, office.preparations.fetch(found.id))
                case "withdraw":
                    awaited.withdraw(office, found)
                case _:
                    files = sent_files(request)
                    if not files:
                        return self._one(request, acting, found, 422, prepared_words.NO_FILE)
                    posted = [register(office, item.file.read()) for item in files]
                    if posted[-1].index is None:
                        return self._one(request, acting, found, note=prepared_words.SOME)
        except Refusal as refusal:
            now = awaited.find(office, acting.member, found.id)
            return self._one(request, acting, now, 409, refusal_words.SENTENCES[refusal.code], refusal.message)
        return see_other(f"/console/prepared/{found.id}")

    # --- inside -------------------------------------------------------------------------------------------------------

    def _one(
        self,
        request: Request,
        acting: Acting,
        found: Preparation,
        status: int = 200,
        fault: Words | None = None,
        told: str = "",
        note: Words | None = None,
    ) -> Response:
        events: list[Shown] = []
        cannot: Words | None = None
        if found.state == WAITING:
            try:
                events = [shown_event(event) for event in self._console.office.preparations.foresee(found.id)]
            except Refusal as refusal:
                cannot = refusal_words.SENTENCES[refusal.code]
        signs = acting.member.organisation == found.organisation and acting.may(*awaited.SIGNING_ROLES)
        return self._page(
            "office/preparation.html", request, acting, status,
            found=found, events=events, cannot=cannot, signs=signs and found.state == WAITING,
            fault=fault, told=told, note=note,
        )  # fmt: skip

    def _page(self, template: str, request: Request, acting: Acting, status: int = 200, **values: object) -> Response:
        return self._console.page(
            template, request, acting, status,
            preparing=prepared_words, kinds=prepared_words.KINDS, moment=moment, who=self._console.who, **values,
        )  # fmt: skip


def _id(request: Request) -> UUID:
    try:
        return UUID(request.path_params["prepared"])
    except ValueError:
        raise unknown_preparation() from None
