"""Awards of a cohort; one certificate with its history, what may become of it, and its paper."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final
from uuid import UUID

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from api.headers import PERSONAL
from api.languages import Words
from api.office import list_words, training_words, words
from api.office.acts import NOTE, Act, answer
from api.office.addresses import id_in
from api.office.cohorts import address, read_page
from api.office.console import Console, Sent
from api.office.forms import Field, Filled, day_of
from api.office.gate import Acting
from api.office.moments import moment
from api.words import REASONS, standing
from ledger import commands as c
from ledger.awards import Awards
from ledger.certificate.page import CannotPrint
from ledger.issue import issue
from ledger.office.sight import Sight
from ledger.receipts import NotYetSigned
from ledger.refusals import Code
from ledger.register.lines import CertificateLine
from ledger.register.paging import Page
from verifier.address import number_prefix
from verifier.dossier import Certificate, Dossier, shown
from verifier.errors import VerificationError
from verifier.events import event_type
from verifier.standing import AWARDS, CHANGES, business_date

SUSPEND, REINSTATE, REVOKE, CORRECT = "suspension", "reinstatement", "revocation", "correction"
_NOW: Final = {
    Code.NO_AWARD: "on",
    Code.NOT_ENROLLED: "on",
    Code.BAD_ORDER: "on",
    Code.UNKNOWN_TRAINEE: "on",
}

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Change:
    """Something that became of a certificate."""

    what: Words
    on: date
    reason: Words | None
    recorded_at: int
    by: Sequence[str]


def routes(console: Console, awards: Callable[[], Awards]) -> list[Route]:
    """The routes below `/console`."""
    pages, at = Awarding(console, awards), "/trainees/{trainee}/certificates/{certificate}"
    return [
        console.route("/cohorts/{cohort}/awards", pages.listed, ["GET"]),
        console.route(at, pages.one, ["GET"]),
        console.route(f"{at}/certificate.pdf", pages.paper, ["GET"]),
        *(console.route(f"{at}/{name}", pages.act(name)) for name in (SUSPEND, REINSTATE, REVOKE, CORRECT)),
    ]


class Awarding:
    """The pages."""

    def __init__(self, console: Console, awards: Callable[[], Awards]) -> None:
        self._console, self._awards = console, awards

    def listed(self, request: Request, acting: Acting, sent: Sent) -> Response:
        """The certificates of a cohort, the last awarded first."""
        sight = self._console.sight(acting)
        cohort = sight.cohort(request.path_params["cohort"]).cohort

        def read(after: str | None) -> Page[CertificateLine]:
            return sight.register.certificates(sight.today, sight.scope, cohort=cohort, after=after)

        return self._console.page(
            "office/awards.html", request, acting,
            training=training_words, cohort=cohort, at=address(cohort), page=read_page(read, request),
            standing=standing, after=request.query_params.get("after"),
        )  # fmt: skip

    def one(self, request: Request, acting: Acting, sent: Sent) -> Response:
        """One certificate, and what may become of it."""
        sight = self._console.sight(acting)
        dossier, certificate = _seen(sight, request)
        person = dossier.trainee
        assert person is not None  # else it would be out of sight
        successors = [item for item in dossier.certificates.values() if item.event.corrects == certificate.id]
        return self._console.page(
            "office/certificate.html", request, acting,
            training=training_words, at=_at(dossier, certificate), person=person, trainee=dossier.subject,
            certificate=certificate, stands=standing(certificate.award.on(sight.today)), moment=moment,
            cohort_address=address(str(certificate.event.cohort)),
            link=shown(certificate.event.link), corrects=_corrected(dossier, certificate),
            successors=successors, history=self._history(sight, certificate),
            name_differs=not certificate.award.ended and certificate.event.name != person.name,
        )  # fmt: skip

    def act(self, name: str) -> Callable[[Request, Acting, Sent], Response]:
        """The page of one thing that may become of a certificate."""

        def page(request: Request, acting: Acting, sent: Sent) -> Response:
            sight = self._console.sight(acting)
            dossier, certificate = _seen(sight, request)
            act = _acts(sight, dossier, certificate)[name]
            return answer(self._console, request, acting, sent, act, lambda done: _at(dossier, certificate))

        return page

    def paper(self, request: Request, acting: Acting, sent: Sent) -> Response:
        """The sealed PDF of a certificate in force."""
        sight = self._console.sight(acting)
        _, certificate = _seen(sight, request)
        awards = self._awards()
        awards.catch_up()
        issued = awards.by_link(str(certificate.event.link))
        if issued is None or issued.award.ended or issued.disowned:
            return self._without(request, acting, training_words.NO_PDF, 409)
        try:
            data = issue(awards, issued)
        except NotYetSigned as error:
            _log.info("a certificate is not published yet: %s", error)
            return self._without(request, acting, training_words.NOT_YET, 503)
        except CannotPrint:  # its message names what cannot be printed: a person's
            _log.error("a certificate holds a value that cannot be printed")
            return self._without(request, acting, training_words.CANNOT_PRINT, 409)
        except VerificationError as error:
            _log.error("a certificate could not be made: %s: %s", type(error).__name__, error)
            return self._without(request, acting, words.NOT_NOW, 503)
        name = f"{certificate.event.number}.pdf"
        headers = {**PERSONAL, "Content-Disposition": f'attachment; filename="{name}"'}
        return Response(data, headers=headers, media_type="application/pdf")

    # --- inside -------------------------------------------------------------------------------------------------------

    def _without(self, request: Request, acting: Acting, sentence: Words, status: int) -> Response:
        return self._console.page("office/refused.html", request, acting, status, refused=sentence, told="")

    def _history(self, sight: Sight, certificate: Certificate) -> list[Change]:
        staff, found = self._console.office.staff, []
        for recorded in sight.desk.store.stream(certificate.id):
            statement, event = sight.desk.vault.read(recorded)
            kind, envelope = event_type(event).kind, statement.record.envelope
            if kind not in list_words.CHANGE or not isinstance(event, (*AWARDS, *CHANGES)):
                continue
            members = [(name, staff.of_pseudonym(name)) for name in envelope.actors]
            by = [name if member is None else f"{member.name} ({name})" for name, member in members]
            reason = REASONS.get(str(getattr(event, "reason", "")))
            found.append(Change(list_words.CHANGE[kind], business_date(event), reason, envelope.recorded_at, by))
        return found


def _seen(sight: Sight, request: Request) -> tuple[Dossier, Certificate]:
    dossier = sight.dossier(id_in(request, "trainee"))
    return dossier, sight.certificate(dossier, id_in(request, "certificate"))


def _corrected(dossier: Dossier, certificate: Certificate) -> Certificate | None:
    corrects = certificate.event.corrects
    return dossier.certificates.get(corrects) if isinstance(corrects, UUID) else None


def _at(dossier: Dossier, certificate: Certificate) -> str:
    return f"/console/trainees/{dossier.subject}/certificates/{certificate.id}"


def _acts(sight: Sight, dossier: Dossier, certificate: Certificate) -> Mapping[str, Act]:
    """What may become of a certificate; each is proposed, and approved by another person."""
    person, event = dossier.trainee, certificate.event
    assert person is not None  # else it would be out of sight
    cohort, back, start = str(event.cohort), _at(dossier, certificate), {"on": sight.today.isoformat()}
    about = [(training_words.NUMBER, str(event.number)), (training_words.NAME, person.name)]
    reason = Field("reason", training_words.CLASS, "choice", choices=list_words.REASON_CHOICES)
    day = Field("on", training_words.ON, "day")
    who, prefix = dossier.subject, number_prefix(event.programme)

    def act(
        title: Words, fields: Sequence[Field], make: Callable[[Filled], c.Command], told: Words | None = None
    ) -> Act:
        return Act(title, training_words.PROPOSE, (*fields, NOTE), make, back, _NOW, start, about, told)

    def correction(form: Filled) -> c.Command:
        on = _day(form)
        return c.CorrectCertificate(who, certificate.id, sight.desk.draw(prefix, on.year), on)

    return {
        SUSPEND: act(
            training_words.SUSPEND,
            (reason, day),
            lambda form: c.SuspendCertificate(who, certificate.id, form["reason"], _day(form)),
        ),
        REINSTATE: act(
            training_words.REINSTATE, (day,), lambda form: c.ReinstateCertificate(who, certificate.id, _day(form))
        ),
        REVOKE: act(
            training_words.REVOKE,
            (reason, day),
            lambda form: c.RevokeCertificate(who, cohort, form["reason"], _day(form)),
            training_words.REVOKE_HOW,
        ),
        CORRECT: act(training_words.CORRECT, (day,), correction, training_words.CORRECT_HOW),
    }


def _day(form: Filled) -> date:
    day = day_of(form["on"])
    assert day is not None  # the form was found good
    return day
