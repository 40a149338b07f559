"""By which rules the base works, readable in full: programmes, policies, calendars, terms of public notices."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final
from uuid import uuid4

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route as Path

from api.languages import Words
from api.office import rule_words, title_words
from api.office.console import Console, NotThere, Sent, see_other
from api.office.forms import Field, Filled, blank, filled, whole_of
from api.office.gate import Acting
from api.office.moments import moment
from api.office.recording import Fault, record
from api.office.timeline import named
from ledger import commands as c
from ledger.intake.calendars import calendar_source, known_calendars
from ledger.notices import PUBLIC_FORM
from ledger.objections import PUBLIC_FORM_ROLES
from ledger.office.allowed import why_not
from ledger.office.history import history_of_base
from verifier import kinds
from verifier.rules import NOTICE_SHOWS, Route

_TERMS: Final = (
    Field("shows", rule_words.SHOWS, "many", required=False, choices=[(x, rule_words.SHOWN[x]) for x in NOTICE_SHOWS]),
    Field("basis_zh", rule_words.BASIS_ZH, "long"),
    Field("basis_en", rule_words.BASIS_EN, "long"),
    Field("reached_at", rule_words.REACHED_AT),
    Field("kept_days", rule_words.KEPT_DAYS, "whole"),
)


@dataclass(frozen=True, slots=True)
class Published:
    """An entry that defines something, with when and by whom it was recorded."""

    event: Any
    index: int
    at: str
    by: str


def routes(console: Console) -> list[Path]:
    """The routes below `/console`. They come behind those of `publishing`, whose addresses are narrower."""
    pages = Ruling(console)
    return [
        console.route("/rules", pages.listed),
        console.route("/rules/programmes/{code}/{edition}", pages.programme, ["GET"]),
        console.route("/rules/policies/{edition}", pages.policy, ["GET"]),
        console.route("/rules/terms/{authority}", pages.terms),
    ]


class Ruling:
    """The pages. All that they show is public; what they change is for who may."""

    def __init__(self, console: Console) -> None:
        self._console = console

    def listed(self, request: Request, acting: Acting, sent: Sent) -> Response:
        """Everything; what is sent adopts a year's calendar, or opens the public form."""
        base, fault = self._console.office.executor.base(), None
        missing = [item for item in known_calendars() if item.year not in base.catalogue.calendars]
        if done := sent.get("do"):
            command: c.Command | None = None
            year = whole_of(sent.get("year", ""))
            if done == "open-form":
                command = c.OpenAccount(uuid4(), PUBLIC_FORM, base.code, PUBLIC_FORM_ROLES)
            elif done == "adopt" and (chosen := next((item for item in missing if item.year == year), None)):
                command = c.AdoptCalendar(uuid4(), chosen, calendar_source())
            if command is not None:
                told = record(self._console, acting, sent, command)
                if not isinstance(told, Fault):
                    return see_other("/console/rules")
                fault = told
        base = self._console.office.executor.base()
        programmes = self._all(kinds.ProgrammePublished)
        return self._console.page(
            "office/rules.html", request, acting, 200 if fault is None else 409,
            ruling=rule_words, fault=fault, fresh=uuid4,
            programmes=[
                [item for item in programmes if item.event.code == code] for code in base.catalogue.editions
            ],
            policies=sorted(
                self._all(kinds.PolicyPublished), key=lambda item: item.event.effective_from, reverse=True
            ),
            calendars=sorted(self._calendars(), key=lambda item: int(item.event.year)),
            missing=missing,
            authorities={
                code: base.catalogue.terms_of(code)
                for code in dict.fromkeys(policy.authority for policy in base.catalogue.policies)
            },
            form_open=PUBLIC_FORM in base.accounts,
            may_publish=self._refusal(acting, "programme.published") is None,
        )  # fmt: skip

    def programme(self, request: Request, acting: Acting, sent: Sent) -> Response:
        """One edition of a programme."""
        code, edition = str(request.path_params["code"]), whole_of(str(request.path_params["edition"]))
        of_code = [item for item in self._all(kinds.ProgrammePublished) if item.event.code == code]
        found = next((item for item in of_code if item.event.edition == edition), None)
        if found is None:
            raise NotThere
        return self._console.page(
            "office/programme.html", request, acting,
            ruling=rule_words, found=found, event=found.event, editions=of_code,
            refused=self._refusal(acting, "programme.published"),
        )  # fmt: skip

    def policy(self, request: Request, acting: Acting, sent: Sent) -> Response:
        """One edition of the rules for titles."""
        published = self._all(kinds.PolicyPublished)
        found = next((item for item in published if item.event.edition == request.path_params["edition"]), None)
        if found is None:
            raise NotThere
        return self._console.page(
            "office/policy.html", request, acting,
            ruling=rule_words, titling=title_words, found=found, event=found.event, editions=published,
            asks=[(route, list(asked_by(route))) for route in found.event.routes],
            refused=self._refusal(acting, "policy.published"),
        )  # fmt: skip

    def terms(self, request: Request, acting: Acting, sent: Sent) -> Response:
        """An authority's terms of notices; what is sent proposes others."""
        authority = str(request.path_params["authority"])
        catalogue = self._console.office.executor.base().catalogue
        if all(policy.authority != authority for policy in catalogue.policies):
            raise NotThere
        known = catalogue.terms_of(authority)
        form, fault, status = _terms_form(known), None, 200
        if "do" in sent:
            form, status = filled(_TERMS, sent), 422
            if form.good:
                told = record(self._console, acting, sent, _terms_command(authority, form))
                if not isinstance(told, Fault):
                    assert told.proposal is not None
                    return see_other(f"/console/proposals/{told.proposal.id}")
                fault, status = told, 409
        refusal = why_not(self._console.office, acting.member, "notice.terms-set", authority)
        return self._console.page(
            "office/terms.html", request, acting, status,
            ruling=rule_words, authority=authority, known=known, form=form, fault=fault, fresh=uuid4,
            refused=None if refusal is None else refusal.message,
        )  # fmt: skip

    # --- inside -------------------------------------------------------------------------------------------------------

    def _all(self, declared: type[Any]) -> list[Published]:
        """What was published of one kind, oldest first."""
        office = self._console.office
        return [
            Published(
                item.event,
                item.index,
                moment(item.recorded_at),
                ", ".join(named(office.staff, pseudonym) for pseudonym in item.actors),
            )
            for item in history_of_base(office.ledger)
            if isinstance(item.event, declared)
        ]

    def _calendars(self) -> list[Published]:
        """The calendar of each year that counts: the one that was adopted last."""
        return list({item.event.year: item for item in self._all(kinds.CalendarAdopted)}.values())

    def _refusal(self, acting: Acting, kind: str) -> str | None:
        refusal = why_not(self._console.office, acting.member, kind, self._console.office.executor.base().code)
        return None if refusal is None else refusal.message


def asked_by(route: Route) -> Iterator[tuple[Words, Words]]:
    """What a route names beside its level: what it is, and what it asks for."""
    told = title_words.CLAUSES
    if route.education:
        yield told["education"], title_words.any_of(route.education)
    if route.requires_title is not None:
        yield told["requires-title"], title_words.LEVELS[route.requires_title]
    if route.title_years is not None:
        yield told["title-years"], title_words.years(route.title_years)
    if route.practice_years is not None:
        yield told["practice-years"], title_words.years(route.practice_years)
    if route.min_certificate_total is not None:
        yield told["min-certificate-total"], title_words.at_least(route.min_certificate_total)


def _terms_form(known: kinds.NoticeTermsSet | None) -> Filled:
    if known is None:
        return blank(_TERMS)
    return blank(
        _TERMS,
        shows=" ".join(known.shows),
        basis_zh=known.basis_zh,
        basis_en=known.basis_en,
        reached_at=known.reached_at,
        kept_days=str(known.kept_days),
    )


def _terms_command(authority: str, form: Filled) -> c.SetNoticeTerms:
    return c.SetNoticeTerms(
        uuid4(),
        authority,
        tuple(form["shows"].split()),
        form["basis_zh"],
        form["basis_en"],
        form["reached_at"],
        whole_of(form["kept_days"]) or 0,
    )
