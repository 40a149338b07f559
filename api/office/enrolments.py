"""One enrolment: hours and results as they were recorded; withdrawal, and amendment of a score."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from api.languages import Words
from api.office import training_words, words
from api.office.acts import Act, answer
from api.office.addresses import id_in
from api.office.certifying_words import reasons
from api.office.cohorts import address
from api.office.console import Console, Sent
from api.office.forms import Field, Filled, day_of, decimal_of, whole_of
from api.office.gate import Acting
from api.office.list_words import codes
from api.office.numbers import plain
from ledger import commands as c
from ledger.office.previewing import preview
from ledger.office.sight import Sight
from ledger.refusals import Code
from verifier.dossier import Dossier, Enrolment


def routes(console: Console) -> list[Route]:
    """The routes below `/console`."""
    pages, at = Enrolments(console), "/trainees/{trainee}/enrolments/{enrolment}"
    return [
        console.route(at, pages.one, ["GET"]),
        console.route(f"{at}/withdrawal", pages.withdraw),
        console.route(f"{at}/amendment", pages.amend),
    ]


class Enrolments:
    """The pages."""

    def __init__(self, console: Console) -> None:
        self._console = console

    def one(self, request: Request, acting: Acting, sent: Sent) -> Response:
        """Everything that was recorded of an enrolment."""
        sight = self._console.sight(acting)
        dossier, enrolment = _seen(sight, request)
        programme = sight.programme(enrolment.cohort)
        found = preview(enrolment, programme, sight.today)
        return self._console.page(
            "office/enrolment.html", request, acting,
            training=training_words, at=_at(dossier, enrolment), person=dossier.trainee, trainee=dossier.subject,
            enrolment=enrolment, programme=programme, preview=found, plain=plain,
            reasons=reasons(found, enrolment, programme), cohort_address=address(enrolment.cohort),
            certificate=dossier.certificate_of(enrolment.id),
        )  # fmt: skip

    def withdraw(self, request: Request, acting: Acting, sent: Sent) -> Response:
        """Records that somebody withdrew."""
        sight = self._console.sight(acting)
        dossier, enrolment = _seen(sight, request)
        act = Act(
            training_words.WITHDRAW,
            training_words.WITHDRAW,
            (Field("reason", words.REASON), Field("on", training_words.WITHDRAWN_ON, "day")),
            lambda form: c.Withdraw(dossier.subject, enrolment.cohort, form["reason"], _day(form)),
            _at(dossier, enrolment),
            {Code.NOT_ENROLLED: "on", Code.BAD_TEXT: "reason"},
            {"on": sight.today.isoformat()},
            _about(dossier, enrolment),
        )
        return answer(self._console, request, acting, sent, act, lambda done: _at(dossier, enrolment))

    def amend(self, request: Request, acting: Acting, sent: Sent) -> Response:
        """Replaces a wrong score; what was recorded first stays to be seen."""
        sight = self._console.sight(acting)
        dossier, enrolment = _seen(sight, request)
        programme = sight.programme(enrolment.cohort)
        attempts = codes(str(number + 1) for number in range(programme.max_attempts))
        act = Act(
            training_words.AMEND,
            training_words.AMEND,
            (
                Field("assessment", training_words.ASSESSMENT, "choice",
                      choices=codes(item.code for item in programme.assessments)),
                Field("attempt", training_words.ATTEMPT, "choice", choices=attempts),
                Field("score", training_words.SCORE, "decimal"),
                Field("reason", words.REASON),
                Field("on", training_words.ON, "day"),
            ),
            lambda form: _amendment(dossier, enrolment, form),
            _at(dossier, enrolment),
            {Code.NO_RESULT: "attempt", Code.BAD_SCORE: "score", Code.NOT_ENROLLED: "on", Code.BAD_TEXT: "reason"},
            {
                "assessment": request.query_params.get("assessment", ""),
                "attempt": request.query_params.get("attempt", ""),
                "on": sight.today.isoformat(),
            },
            _about(dossier, enrolment),
        )  # fmt: skip
        return answer(self._console, request, acting, sent, act, lambda done: _at(dossier, enrolment))


def _seen(sight: Sight, request: Request) -> tuple[Dossier, Enrolment]:
    dossier = sight.dossier(id_in(request, "trainee"))
    return dossier, sight.enrolment(dossier, id_in(request, "enrolment"))


def _at(dossier: Dossier, enrolment: Enrolment) -> str:
    return f"/console/trainees/{dossier.subject}/enrolments/{enrolment.id}"


def _about(dossier: Dossier, enrolment: Enrolment) -> list[tuple[Words, str]]:
    assert dossier.trainee is not None  # else it would be out of sight
    return [
        (training_words.TRAINEE_NO, dossier.trainee.trainee_no),
        (training_words.NAME, dossier.trainee.name),
        (training_words.COHORT, enrolment.cohort),
    ]


def _amendment(dossier: Dossier, enrolment: Enrolment, form: Filled) -> c.Command:
    score = decimal_of(form["score"])
    return c.AmendResult(
        dossier.subject,
        enrolment.cohort,
        form["assessment"],
        whole_of(form["attempt"]) or 0,
        Decimal(0) if score is None else score,
        form["reason"],
        _day(form),
    )


def _day(form: Filled) -> date:
    day = day_of(form["on"])
    assert day is not None  # the form was found good
    return day
