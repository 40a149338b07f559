"""New editions of programmes and policies: forms that start from the newest, checked by the rules that packs are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any, Final
from uuid import uuid4

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from api.languages import Words
from api.office import rule_words, title_words, words
from api.office.applying import level_choices
from api.office.console import Console, NotThere, Sent, see_other
from api.office.forms import Field, Filled, blank, filled
from api.office.gate import Acting
from api.office.recording import Fault, record
from api.office.rows import SPARE_ROWS, Part, value_of
from ledger import commands as c
from ledger.intake.files import PackError
from ledger.office.allowed import why_not
from verifier.definitions import policy_of, programme_of
from verifier.rules import AWARD_LEVELS, EDUCATIONS, TITLES
from verifier.toml_fields import TomlFields

_EDUCATIONS: Final = [(item, title_words.EDUCATIONS[item]) for item in EDUCATIONS]
_MODULES: Final = Part(
    "module", rule_words.MODULES, (Field("code", rule_words.CODE), Field("hours", rule_words.HOURS, "decimal"))
)
_ASSESSMENTS: Final = Part(
    "assessment",
    rule_words.ASSESSMENTS,
    (
        Field("code", rule_words.CODE),
        Field("weight", rule_words.WEIGHT, "decimal"),
        Field("pass", rule_words.PASS, "decimal"),
    ),
)
_ROUTES: Final = Part(
    "route",
    rule_words.ROUTES,
    (
        Field("id", rule_words.ROUTE_ID),
        Field("level", rule_words.LEVEL, "choice", choices=level_choices(AWARD_LEVELS)),
        Field("education", rule_words.EDUCATION, "many", required=False, choices=_EDUCATIONS),
        Field("requires_title", rule_words.REQUIRES_TITLE, "choice", required=False, choices=level_choices(TITLES)),
        Field("title_years", rule_words.TITLE_YEARS, "whole", required=False),
        Field("practice_years", rule_words.PRACTICE_YEARS, "whole", required=False),
        Field("min_certificate_total", rule_words.MIN_TOTAL, "decimal", required=False),
    ),
)


_Rows = tuple[Part, list[tuple[Field, ...]]]
"""A part of a form, with the fields of each of its rows."""


def routes(console: Console) -> list[Route]:
    """The routes below `/console`."""
    pages = Publishing(console)
    return [
        console.route("/rules/programmes/new", pages.programme),
        console.route("/rules/programmes/{code}/new", pages.programme),
        console.route("/rules/policies/new", pages.policy),
    ]


class Publishing:
    """The pages."""

    def __init__(self, console: Console) -> None:
        self._console = console

    def programme(self, request: Request, acting: Acting, sent: Sent) -> Response:
        """A new edition of a programme, or a new programme."""
        self._check(acting, "programme.published")
        base, code = self._console.office.executor.base(), request.path_params.get("code")
        start: dict[str, str] = {}
        if code is not None:
            newest = base.catalogue.newest_edition(str(code))
            if newest is None:
                raise NotThere
            known = base.catalogue.programme(str(code), newest)
            start = _texts(asdict(known)) | dict(zip(("name_zh", "name_en"), base.names[known.code], strict=True))
            start |= _MODULES.values([asdict(item) for item in known.modules])
            start |= _ASSESSMENTS.values(
                [{"code": item.code, "weight": item.weight, "pass": item.pass_mark} for item in known.assessments]
            )
        form, rows, table = self._form(sent, start, self._programme_fields(), (_MODULES, _ASSESSMENTS))
        fault: Fault | None = None
        if code is not None and table is not None and table["code"] != code:
            form, table = form.with_fault("code", words.NOT_LISTED), None
        if table is not None:
            try:
                made = programme_of(TomlFields(str(table["code"]), table))
            except PackError as error:
                form, fault = _told(error, form, rows)
            else:
                rules = made.rules
                command = c.PublishProgramme(
                    uuid4(), rules.code, made.name_zh, made.name_en, rules.certified_by, rules.taught_by,
                    rules.min_attendance, rules.max_attempts, rules.total_pass, rules.valid_years,
                    rules.modules, rules.assessments,
                )  # fmt: skip
                done = record(self._console, acting, sent, command)
                if not isinstance(done, Fault):
                    edition = self._console.office.executor.base().catalogue.newest_edition(rules.code)
                    return see_other(f"/console/rules/programmes/{rules.code}/{edition}")
                fault = done
        name = rule_words.NEW_PROGRAMME if code is None else rule_words.NEW_EDITION
        return self._page(request, acting, sent, name, form, rows, fault)

    def policy(self, request: Request, acting: Acting, sent: Sent) -> Response:
        """A new edition of the rules for titles."""
        self._check(acting, "policy.published")
        policies, start = self._console.office.executor.base().catalogue.policies, dict[str, str]()
        if policies:
            newest = max(policies, key=lambda policy: policy.effective_from)
            start = _texts(asdict(newest)) | _ROUTES.values([asdict(route) for route in newest.routes])
            start |= {"edition": "", "effective_from": ""}
        form, rows, table = self._form(sent, start, self._policy_fields(), (_ROUTES,))
        fault: Fault | None = None
        if table is not None:
            try:
                made = policy_of(TomlFields(str(table["edition"]), table))
            except PackError as error:
                form, fault = _told(error, form, rows)
            else:
                done = record(self._console, acting, sent, c.PublishPolicy(uuid4(), made))
                if not isinstance(done, Fault):
                    return see_other(f"/console/rules/policies/{made.edition}")
                fault = done
        return self._page(request, acting, sent, rule_words.POLICY, form, rows, fault)

    # --- inside -------------------------------------------------------------------------------------------------------

    def _check(self, acting: Acting, kind: str) -> None:
        if refusal := why_not(self._console.office, acting.member, kind, self._console.office.executor.base().code):
            raise refusal

    def _form(
        self, sent: Sent, start: Mapping[str, str], top: Sequence[Field], parts: Sequence[Part]
    ) -> tuple[Filled, list[_Rows], dict[str, Any] | None]:
        """The form with the rows of its parts, and the table that it means where it was sent and has no fault."""
        values = sent if "do" in sent else start
        spare = SPARE_ROWS if sent.get("do", "more") == "more" else 0
        rows = [(part, part.rows(values, spare)) for part in parts]
        fields = [*top, *(item for _, found in rows for row in found for item in row)]
        if sent.get("do") != "publish":
            return blank(fields, **{item.name: values.get(item.name, "") for item in fields}), rows, None
        form = filled(fields, sent)
        if not form.good:
            return form, rows, None
        table = {item.name: value_of(item, form[item.name]) for item in top if form[item.name]}
        return form, rows, {**table, **{part.name: part.tables(form, found) for part, found in rows}}

    def _page(
        self,
        request: Request,
        acting: Acting,
        sent: Sent,
        name: Words,
        form: Filled,
        rows: Sequence[_Rows],
        fault: Fault | None,
    ) -> Response:
        status = 422 if form.faults or fault is not None else 200
        in_rows = {item.name for _, found in rows for row in found for item in row}
        return self._console.page(
            "office/edition_new.html", request, acting, status,
            ruling=rule_words, name=name, form=form, rows=rows, fault=fault, sent=sent.get("sent") or uuid4(),
            top=[item for item in form.fields if item.name not in in_rows],
        )  # fmt: skip

    def _organisations(self) -> list[tuple[str, Words]]:
        known = self._console.office.executor.base().organisations.values()
        return [(item.code, words.named(item.name_zh, item.name_en)) for item in known]

    def _programme_fields(self) -> tuple[Field, ...]:
        return (
            Field("code", rule_words.CODE),
            Field("name_zh", rule_words.NAME_ZH),
            Field("name_en", rule_words.NAME_EN),
            Field("certified_by", rule_words.CERTIFIED_BY, "choice", choices=self._organisations()),
            Field("taught_by", rule_words.TAUGHT_BY, "choice", choices=self._organisations()),
            Field("min_attendance", rule_words.MIN_ATTENDANCE, "decimal"),
            Field("max_attempts", rule_words.MAX_ATTEMPTS, "whole"),
            Field("total_pass", rule_words.TOTAL_PASS, "decimal"),
            Field("valid_years", rule_words.VALID_YEARS, "whole"),
        )

    def _policy_fields(self) -> tuple[Field, ...]:
        return (
            Field("edition", rule_words.EDITION),
            Field("authority", rule_words.AUTHORITY, "choice", choices=self._organisations()),
            Field("effective_from", rule_words.EFFECTIVE_FROM, "day"),
            Field("panel_min_members", rule_words.PANEL_LEAST, "whole"),
            Field("quorum", rule_words.QUORUM, hint=rule_words.SHARE_HOW),
            Field("majority", rule_words.MAJORITY, hint=rule_words.SHARE_HOW),
            Field("notice_working_days", rule_words.NOTICE_DAYS, "whole"),
        )


def _told(error: PackError, form: Filled, rows: Sequence[_Rows]) -> tuple[Filled, Fault | None]:
    """A fault of a definition beside its field; above the form where it is about several or has no words here."""
    name, _, within = error.at.partition("-")
    part, found = next(((part, found) for part, found in rows if part.name == name), (None, None))
    sentence = rule_words.broken(error.rule, None if part is None else part.label)
    if sentence is None:
        return form, Fault(rule_words.CANNOT, str(error))
    if part is not None and found is not None and within:
        return form.with_fault(part.field_at(error.at, form, found), sentence), None
    if any(item.name == error.at for item in form.fields):
        return form.with_fault(error.at, sentence), None
    return form, Fault(sentence)


def _texts(values: Mapping[str, object]) -> dict[str, str]:
    return {key: str(value) for key, value in values.items() if not isinstance(value, tuple)}
