"""Trainees: looked for, registered, and one's page with everything that changes a person's own data."""

from __future__ import annotations

from datetime import date
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from api.languages import Words
from api.office import evidence_words, list_words, particulars, training_words, words
from api.office.acts import NOTE, Act, answer
from api.office.addresses import id_in
from api.office.cohorts import address, read_page
from api.office.console import Console, Sent
from api.office.evidence import lines, streams
from api.office.forms import Field, Filled, day_of
from api.office.gate import Acting
from api.words import standing
from ledger import commands as c
from ledger.deciders.masking import mask_id_number
from ledger.office.doing import Done
from ledger.office.sight import Sight
from ledger.refusals import Code
from ledger.register.paging import Page
from verifier.dossier import Application, Dossier, Trainee
from verifier.kinds import TraineeRegistered


def routes(console: Console) -> list[Route]:
    """The routes below `/console`."""
    pages = Trainees(console)
    return [
        console.route("/trainees", pages.listed),
        console.route("/trainees/new", pages.new),
        console.route("/trainees/{trainee}", pages.one, ["GET"]),
        console.route("/trainees/{trainee}/name", pages.name),
        console.route("/trainees/{trainee}/details", pages.details),
        console.route("/trainees/{trainee}/erasure", pages.erasure),
    ]


class Trainees:
    """The pages."""

    def __init__(self, console: Console) -> None:
        self._console = console

    def listed(self, request: Request, acting: Acting, sent: Sent) -> Response:
        """The trainees within sight. What is looked for is sent, so that no address and no server's log names it."""
        sight = self._console.sight(acting)
        search = sent.get("search", "")[:200]

        def read(after: str | None) -> Page[Any]:
            return sight.register.people(sight.scope, search=search, after=sent.get("after") or after)

        return self._console.page(
            "office/trainees.html", request, acting,
            training=training_words, lists=list_words, search=search, page=read_page(read, request),
            after=request.query_params.get("after"),
        )  # fmt: skip

    def new(self, request: Request, acting: Acting, sent: Sent) -> Response:
        """Registers a trainee."""
        sight = self._console.sight(acting)
        person = sight.desk.new_id()
        act = Act(
            training_words.REGISTER,
            training_words.REGISTER,
            (*particulars.identity_fields(), *particulars.detail_fields(_employers(sight)), _on()),
            lambda form: particulars.register(person, form),
            "/console/trainees",
            particulars.BESIDE,
            {"on": sight.today.isoformat()},
            check=particulars.check_registration,
        )
        return answer(self._console, request, acting, particulars.normal(sent), act, _registered)

    def one(self, request: Request, acting: Acting, sent: Sent) -> Response:
        """Everything that is known of a person, as far as it is within sight."""
        sight = self._console.sight(acting)
        dossier, person = _person(sight, request)
        applications = [item for item in dossier.applications.values() if sight.sees_application(dossier, item)]
        seen = {item.id for item in applications}
        return self._console.page(
            "office/trainee.html", request, acting,
            training=training_words, lists=list_words, standing=standing, cohort_address=address,
            at=f"/console/trainees/{dossier.subject}", person=person, today=sight.today,
            told=particulars.told(person, mask_id_number(person.id_type, person.id_number)),
            enrolments=[item for item in dossier.enrolments.values() if sight.sees_training(dossier, item.cohort)],
            awarded={item.id: dossier.certificate_of(item.id) for item in dossier.enrolments.values()},
            certificates=[
                item for item in dossier.certificates.values() if sight.sees_training(dossier, str(item.event.cohort))
            ],
            applications=[(item, list_words.STEP[_step(item)]) for item in applications],
            titles=[item for item in dossier.titles.values() if item.event.application in seen],
            evidence=lines(self._console.office, dossier.subject, streams(sight, dossier)),
            evidence_words=evidence_words,
        )  # fmt: skip

    def name(self, request: Request, acting: Acting, sent: Sent) -> Response:
        """Another name, from a day on."""
        sight = self._console.sight(acting)
        dossier, person = _person(sight, request)
        act = Act(
            training_words.CHANGE_NAME,
            training_words.CHANGE_NAME,
            (Field("name", training_words.NEW_NAME), Field("reason", words.REASON), _on()),
            lambda form: c.ChangeName(dossier.subject, form["name"], form["reason"], _day(form)),
            _at(dossier),
            {Code.UNKNOWN_TRAINEE: "on", Code.BAD_TEXT: "name"},
            {"on": sight.today.isoformat()},
            _about(person),
            check=particulars.check_name,
        )
        return answer(self._console, request, acting, sent, act, lambda done: _at(dossier))

    def details(self, request: Request, acting: Acting, sent: Sent) -> Response:
        """Particulars put right, each given whole."""
        sight = self._console.sight(acting)
        dossier, person = _person(sight, request)
        act = Act(
            training_words.AMEND_DETAILS,
            training_words.AMEND_DETAILS,
            (*particulars.detail_fields(_employers(sight)), Field("reason", words.REASON), _on()),
            lambda form: particulars.amend(dossier.subject, form),
            _at(dossier),
            {Code.UNKNOWN_TRAINEE: "on", Code.UNKNOWN_ORGANISATION: "employer"},
            {**particulars.as_they_are(person), "on": sight.today.isoformat()},
            _about(person),
            check=particulars.check_details,
        )
        return answer(self._console, request, acting, sent, act, lambda done: _at(dossier))

    def erasure(self, request: Request, acting: Acting, sent: Sent) -> Response:
        """Proposes that a person's data be erased."""
        dossier, person = _person(self._console.sight(acting), request)
        act = Act(
            training_words.ERASE,
            training_words.PROPOSE,
            (NOTE,),
            lambda form: c.EraseTrainee(dossier.subject),
            _at(dossier),
            about=_about(person),
            explained=training_words.ERASE_HOW,
        )
        return answer(self._console, request, acting, sent, act, lambda done: _at(dossier))


def _person(sight: Sight, request: Request) -> tuple[Dossier, Trainee]:
    dossier = sight.dossier(id_in(request, "trainee"))
    assert dossier.trainee is not None  # else it would be out of sight
    return dossier, dossier.trainee


def _at(dossier: Dossier) -> str:
    return f"/console/trainees/{dossier.subject}"


def _about(person: Trainee) -> list[tuple[Words, str]]:
    return [(training_words.TRAINEE_NO, person.trainee_no), (training_words.NAME, person.name)]


def _registered(done: Done) -> str:
    assert done.executed is not None
    for event in done.executed.events:
        if isinstance(event, TraineeRegistered):
            return f"/console/trainees/{event.trainee_id}"
    return "/console/trainees"


def _employers(sight: Sight) -> list_words.Choices:
    return list_words.organisations(sight.base.organisations.values())


def _on() -> Field:
    return Field("on", training_words.ON, "day")


def _day(form: Filled) -> date:
    day = day_of(form["on"])
    assert day is not None  # the form was found good
    return day


def _step(application: Application) -> str:
    if application.ended_on is not None:
        return "ended"
    if application.posted_on is not None:
        return "notice"
    if application.voted_on is not None:
        return "panel"
    return "filed" if application.policy is None else "eligible"
