"""The certification run of a cohort: who passes, who does not and why; who is included is proposed together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from api.languages import Words
from api.office import refusal_words, training_words, words
from api.office.acts import NOTE, form_id, status_of
from api.office.certifying_words import reasons
from api.office.cohorts import address
from api.office.console import Console, Sent, request_id, see_other
from api.office.forms import Field, Filled, blank, day_of, filled
from api.office.gate import Acting
from ledger.office import certifying
from ledger.office.certifying import Certification
from ledger.office.doing import propose
from ledger.office.proposals import MOST_COMMANDS
from ledger.office.sight import Sight
from ledger.refusals import Refusal
from ledger.register.lines import EnrolmentLine

_DAY: Final = Field("on", training_words.CERTIFY_ON, "day")


@dataclass(frozen=True, slots=True)
class Candidate:
    """Somebody who has no certificate of this cohort yet, as the page shows them."""

    line: EnrolmentLine
    passes: bool
    why: Sequence[Words]
    waits: bool
    """Whether a proposal that nobody has carried out includes them already."""

    @property
    def key(self) -> str:
        """What stands in the form for them."""
        return self.line.who.subject.hex


def routes(console: Console) -> list[Route]:
    """The routes below `/console`."""
    return [console.route("/cohorts/{cohort}/certification", Certifying(console).page)]


class Certifying:
    """The page."""

    def __init__(self, console: Console) -> None:
        self._console = console

    def page(self, request: Request, acting: Acting, sent: Sent) -> Response:
        """The preview for a day; what is sent is proposed."""
        sight = self._console.sight(acting)
        cohort = sight.cohort(request.path_params["cohort"]).cohort
        if request.method == "POST":
            return self._propose(request, acting, sent, sight, cohort)
        given = request.query_params.get("on")
        form = blank((_DAY,), on=sight.today.isoformat()) if given is None else filled((_DAY,), request.query_params)
        return self._page(request, acting, sent, sight, cohort, form, status=200 if form.good else 422)

    # --- inside -------------------------------------------------------------------------------------------------------

    def _propose(self, request: Request, acting: Acting, sent: Sent, sight: Sight, cohort: str) -> Response:
        form, ticked = filled((_DAY, NOTE), sent), set(sent.get("include", "").split())
        on = day_of(form["on"])
        if on is None or not form.good:
            return self._page(request, acting, sent, sight, cohort, form, ticked, 422)
        run = Certification(self._console.office, sight, cohort, on)
        chosen = [item.trainee for item in run.all() if item.trainee.hex in ticked]
        if not chosen or len(chosen) > MOST_COMMANDS:
            fault = training_words.TOO_MANY if chosen else training_words.NOBODY
            return self._page(request, acting, sent, sight, cohort, form, ticked, 422, fault)
        commands = run.requests(chosen)
        try:
            done = propose(self._console.office, acting.member, commands, request_id(sent), form["note"])
        except Refusal as refusal:
            fault = refusal_words.SENTENCES[refusal.code]
            return self._page(request, acting, sent, sight, cohort, form, ticked, status_of(refusal), fault)
        assert done.proposal is not None  # that is what proposing does
        return see_other(f"/console/proposals/{done.proposal.id}")

    def _page(
        self,
        request: Request,
        acting: Acting,
        sent: Sent,
        sight: Sight,
        cohort: str,
        form: Filled,
        ticked: set[str] | None = None,
        status: int = 200,
        fault: Words | None = None,
    ) -> Response:
        on = day_of(form["on"]) if "on" not in form.faults else None
        run = None if on is None else Certification(self._console.office, sight, cohort, on)
        candidates = [] if run is None else [_shown(item, sight) for item in run.all()]
        if ticked is None:
            ticked = {item.key for item in candidates if item.passes and not item.waits}
        day, note = Filled((_DAY,), form.values, form.faults), Filled((NOTE,), form.values, form.faults)
        return self._console.page(
            "office/certification.html", request, acting, status,
            training=training_words, cohort=cohort, at=address(cohort), day=day, note=note, on=on,
            candidates=candidates, ticked=ticked, fault=fault, form_id=form_id(sent),
            lacking=words.lacking("registrar"),
        )  # fmt: skip


def _shown(item: certifying.Candidate, sight: Sight) -> Candidate:
    why = reasons(item.stands, item.enrolment, sight.programme(item.line.cohort))
    return Candidate(item.line, item.passes, why, item.waits)
