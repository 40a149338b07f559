"""One certificate or title: its holder, what became of it, its chain of corrections; or found by its number."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Annotated, Final, Literal
from uuid import UUID

from fastapi import APIRouter, Path
from pydantic import Field
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from api.office.rest.answers import PREFIX, SIGNED_IN, Told, statuses, told
from api.office.rest.bodies import body_in, body_of, form_of
from api.office.rest.happenings import HappenedTold, happened_told
from api.office.rest.sights import Sights
from api.office.rest.trainees import CertificateTold, TitleTold, certificate_told, id_of, title_told
from ledger.awards import Awards
from ledger.office import papers
from ledger.office.case import barred
from ledger.office.history import history
from ledger.office.waiting import proposals_about
from verifier.dossier import Certificate, Dossier, Title, shown

Uuid = Annotated[str, Path(json_schema_extra={"format": "uuid"})]
_ABOUT: Final = ("suspend-certificate", "reinstate-certificate", "correct-certificate")


class HolderTold(Told):
    """The holder, as of now."""

    id: UUID
    trainee_no: str
    name: str


class LinkTold(Told):
    """One paper of a chain of corrections."""

    id: UUID
    number: str


class CertificateWhole(Told):
    """A certificate with all that became of it."""

    holder: HolderTold
    name_on_paper: str = Field(description="Differs from the holder's where the name changed since.")
    certificate: CertificateTold
    chain: list[LinkTold] = Field(description="With what it corrects and what corrects it, oldest first.")
    history: list[HappenedTold]
    proposals: list[UUID] = Field(description="Those that wait and are about it.")


class TitleWhole(Told):
    """A title with all that became of it, from its application on."""

    holder: HolderTold
    title: TitleTold
    authority: str
    chain: list[LinkTold] = Field(description="With what it corrects and what corrects it, oldest first.")
    barred_through: date | None = Field(description="The last day of a bar that fraud brought its holder.")
    history: list[HappenedTold]
    proposals: list[UUID] = Field(description="Those that wait and are about it.")


class Numbered(Told):
    """A number as it stands on a certificate or title."""

    number: Annotated[str, Field(min_length=1, max_length=64)]


class AwardFound(Told):
    """Whose number it is."""

    kind: Literal["certificate", "title"]
    id: UUID
    holder: HolderTold


FORMS: Final = (Numbered,)


def add(made: APIRouter, sights: Sights, awards: Callable[[], Awards]) -> None:
    """Adds the routes."""
    read = statuses(*SIGNED_IN, 404, 410)

    @made.get(
        "/certificates/{certificate}",
        response_model=CertificateWhole,
        responses=read,
        operation_id="get_certificate",
        summary="A certificate with its history and chain of corrections",
    )
    def certificate(request: Request, certificate: Uuid) -> Response:
        sight = sights.of(request)
        dossier, found = papers.certificate_of(sights.office(), sight, id_of(certificate))
        return told(_certificate(sights, dossier, found, sight.today))

    @made.get(
        "/titles/{title}",
        response_model=TitleWhole,
        responses=read,
        operation_id="get_title",
        summary="A title with its history and chain of corrections",
    )
    def title(request: Request, title: Uuid) -> Response:
        sight = sights.of(request)
        dossier, found = papers.title_of(sights.office(), sight, id_of(title))
        return told(_title(sights, dossier, found, sight.today))

    @made.post(
        "/register/awards/search",
        response_model=AwardFound,
        responses=statuses(*SIGNED_IN, 400, 404, 410, 413, 415, 422),
        operation_id="find_award",
        summary="The certificate or title of a number",
        openapi_extra={"requestBody": body_in(Numbered, number="BDI-2026-7Q3M-8K2X-P")},
    )
    async def find(request: Request) -> Response:
        sight = await run_in_threadpool(sights.of, request)
        number = form_of(await body_of(request), Numbered).number

        def found() -> Response:
            dossier, paper = papers.numbered(sights.office(), sight, awards(), number)
            kind: Literal["certificate", "title"] = "certificate" if isinstance(paper, Certificate) else "title"
            where = {"Content-Location": f"{PREFIX}/{kind}s/{paper.id}"}
            return told(AwardFound(kind=kind, id=paper.id, holder=_holder(dossier)), headers=where)

        return await run_in_threadpool(found)


def _certificate(sights: Sights, dossier: Dossier, found: Certificate, today: date) -> CertificateWhole:
    office = sights.office()
    waiting = [
        *proposals_about(office, dossier.subject, _ABOUT, certificate=found.id),
        *proposals_about(office, dossier.subject, ("revoke-certificate",), cohort=shown(found.event.cohort)),
    ]
    return CertificateWhole(
        holder=_holder(dossier),
        name_on_paper=shown(found.event.name),
        certificate=certificate_told(found, today),
        chain=[
            LinkTold(id=item.id, number=shown(item.event.number))
            for item in papers.chain_of(dossier.certificates, found)
        ],
        history=happened_told(history(office.ledger, found.id), office.staff),
        proposals=[item.id for item in waiting],
    )


def _title(sights: Sights, dossier: Dossier, found: Title, today: date) -> TitleWhole:
    office, application = sights.office(), shown(found.event.application)
    waiting = [
        *proposals_about(office, dossier.subject, ("revoke-title",), level=found.event.level),
        *proposals_about(office, dossier.subject, ("correct-title",), title=found.id),
    ]
    happened = [*history(office.ledger, application), *history(office.ledger, found.id)]
    return TitleWhole(
        holder=_holder(dossier),
        title=title_told(found, today),
        authority=office.executor.base().catalogue.policy(shown(found.event.policy)).authority,
        chain=[
            LinkTold(id=item.id, number=shown(item.event.number)) for item in papers.chain_of(dossier.titles, found)
        ],
        barred_through=barred(dossier, today),
        history=happened_told(sorted(happened, key=lambda item: item.index), office.staff),
        proposals=[item.id for item in waiting],
    )


def _holder(dossier: Dossier) -> HolderTold:
    assert dossier.trainee is not None  # else it would be out of sight
    return HolderTold(id=dossier.subject, trainee_no=dossier.trainee.trainee_no, name=dossier.trainee.name)
