"""Certificates and titles by their own ids and numbers, each with its holder and its chain of corrections.

What a member of staff does not see is not there: the refusal is the same, so that nobody learns whose an id is.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol, TypeVar
from uuid import UUID

from ledger.awards import Awards
from ledger.office.history import owner_of
from ledger.office.opening import Office
from ledger.office.sight import OutOfSight, Sight
from ledger.refusals import Code
from verifier.dossier import Certificate, Dossier, Title
from verifier.errors import Malformed
from verifier.events import Withheld


class _Correcting(Protocol):
    @property
    def corrects(self) -> UUID | Withheld | None: ...


class _Paper(Protocol):
    @property
    def id(self) -> UUID: ...

    @property
    def event(self) -> _Correcting: ...


P = TypeVar("P", bound=_Paper)


def certificate_of(office: Office, sight: Sight, certificate: UUID | None) -> tuple[Dossier, Certificate]:
    """A certificate and its holder. Raises OutOfSight `no-award`, `erased`; StoreError."""
    dossier = _holder(office, sight, certificate)
    found = None if certificate is None else dossier.certificates.get(certificate)
    if found is None or not sight.sees_training(dossier, str(found.event.cohort)):
        raise _none()
    return dossier, found


def title_of(office: Office, sight: Sight, title: UUID | None) -> tuple[Dossier, Title]:
    """A title and its holder. Raises as `certificate_of`."""
    dossier = _holder(office, sight, title)
    found = None if title is None else dossier.titles.get(title)
    if found is None or not sees_title(sight, dossier, found):
        raise _none()
    return dossier, found


def sees_title(sight: Sight, dossier: Dossier, title: Title) -> bool:
    """Whether a title of a person who is seen is seen: as the application that it came of."""
    application = title.event.application
    state = dossier.applications.get(application) if isinstance(application, UUID) else None
    return state is not None and sight.sees_application(dossier, state)


def numbered(office: Office, sight: Sight, awards: Awards, number: str) -> tuple[Dossier, Certificate | Title]:
    """The certificate or title of a number. Raises as `certificate_of`, the same for what is no number."""
    awards.catch_up()
    try:
        issued = awards.by_number(number)
    except Malformed:
        issued = None
    if issued is None:
        raise _none()
    try:
        return certificate_of(office, sight, issued.stream)
    except OutOfSight:
        return title_of(office, sight, issued.stream)


def chain_of(papers: Mapping[UUID, P], paper: P) -> list[P]:
    """A paper with those that it corrects and those that correct it, oldest first."""
    first = paper
    while isinstance(before := first.event.corrects, UUID) and before in papers:
        first = papers[before]
    chain = [first]
    while after := next((item for item in papers.values() if item.event.corrects == chain[-1].id), None):
        chain.append(after)
    return chain


def _holder(office: Office, sight: Sight, paper: UUID | None) -> Dossier:
    holder = None if paper is None else owner_of(office.ledger, paper)
    if holder is None:
        raise _none()
    try:
        return sight.dossier(holder)
    except OutOfSight as unseen:
        if unseen.code is Code.ERASED:
            raise
        raise _none() from None


def _none() -> OutOfSight:
    return OutOfSight(Code.NO_AWARD, "no such certificate or title, or none that this account may see")
