"""Organisations with their keys, and the terms of public notices: all of it is public, and changed by commands."""

from __future__ import annotations

from collections.abc import Callable

from fastapi import APIRouter
from pydantic import Field
from starlette.requests import Request
from starlette.responses import Response

from api.office.gate import Gate
from api.office.rest import words
from api.office.rest.answers import SIGNED_IN, Told, refused, statuses, told
from api.office.rest.definitions import OrganisationTold, organisation_told
from ledger.office.history import history_of_base
from ledger.office.keys import keys_of
from ledger.office.opening import Office


class KeyTold(Told):
    """A key of an organisation. Indices are of entries of the log."""

    kid: str
    public_key: str
    kinds: list[str] = Field(description="The kinds of event that it may sign.")
    custody: str = Field(description="`base` where the base signs with it; `organisation` where only that one can.")
    since: int
    retired_at: int | None
    compromised_from: int | None


class OrganisationWhole(Told):
    """An organisation with every key that it ever had, oldest first."""

    organisation: OrganisationTold
    keys: list[KeyTold]


class TermsTold(Told):
    """What an authority's public notices show, and what its objectors are told."""

    authority: str
    shows: list[str]
    basis_zh: str
    basis_en: str
    reached_at: str
    kept_days: int


class NoticeTerms(Told):
    """Of every authority that has set them."""

    terms: list[TermsTold]


def add(made: APIRouter, office: Callable[[], Office], gate: Gate) -> None:
    """Adds the routes."""

    @made.get(
        "/organisations/{code}",
        response_model=OrganisationWhole,
        responses=statuses(*SIGNED_IN, 404),
        operation_id="get_organisation",
        summary="An organisation with its keys",
    )
    def organisation(code: str, request: Request) -> Response:
        gate.acting(request)
        here = office()
        found = here.executor.base().organisations.get(code)
        if found is None:
            raise refused(404, "unknown-organisation", words.UNKNOWN_ORGANISATION)
        keys = [
            KeyTold(
                kid=key.kid.hex(),
                public_key=key.public_key.hex(),
                kinds=list(key.kinds),
                custody=key.custody,
                since=key.since,
                retired_at=key.retired_at,
                compromised_from=key.compromised_from,
            )
            for key in keys_of(history_of_base(here.ledger))
            if key.organisation == code
        ]
        return told(OrganisationWhole(organisation=organisation_told(found), keys=keys))

    @made.get(
        "/notice-terms",
        response_model=NoticeTerms,
        responses=statuses(*SIGNED_IN),
        operation_id="list_notice_terms",
        summary="The terms of public notices, by authority",
    )
    def terms(request: Request) -> Response:
        gate.acting(request)
        base = office().executor.base()
        found = [item for code in sorted(base.organisations) if (item := base.catalogue.terms_of(code)) is not None]
        listed = [
            TermsTold(
                authority=item.authority,
                shows=list(item.shows),
                basis_zh=item.basis_zh,
                basis_en=item.basis_en,
                reached_at=item.reached_at,
                kept_days=item.kept_days,
            )
            for item in found
        ]
        return told(NoticeTerms(terms=listed))
