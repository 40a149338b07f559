"""Replay of certification (DOMAIN.md, Certification of one enrolment)."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import UUID

from verifier import kinds
from verifier.dossier import Dossier, Enrolment
from verifier.replay.changes import check_correction
from verifier.replay.facts import Facts
from verifier.replay.inputs import Missing, withheld
from verifier.replay.outcomes import Difference
from verifier.rules import Certified, NotCertified, Programme, certification, years_after


def check_award(event: kinds.CertificateAwarded, organisation: str, facts: Facts) -> Iterator[Difference]:
    """What the rules do not give of a certificate. Raises Missing after what can be said without the rest."""
    yield from _check_public(event, organisation, facts)
    if missing := withheld(event):
        raise Missing(missing)
    assert isinstance(event.enrolment, UUID)
    enrolment = facts.enrolment(event.enrolment)
    dossier = facts.dossier_of(event.enrolment)
    yield from _check_holder(event, dossier)
    if event.corrects is not None:
        old = dossier.certificates.get(event.corrects) if isinstance(event.corrects, UUID) else None
        yield from check_correction(event, old, facts)
        return
    programme = facts.programme_of(enrolment)
    if programme is None or programme.code != event.programme or enrolment.cohort != event.cohort:
        yield Difference("programme", f"the enrolment is in {enrolment.cohort}, the certificate of {event.cohort}")
        return
    if organisation != programme.certified_by:
        yield Difference("entitlement", f"{programme.code} is certified by {programme.certified_by}")
    if event.awarded_on < enrolment.enrolled_on:
        yield Difference("not-enrolled", f"awarded on {event.awarded_on}, enrolled on {enrolment.enrolled_on}")
    if dossier.certificate_of(enrolment.id) is not None:
        yield Difference("already-awarded", "the enrolment has a certificate already")
    yield from _check_certified(event, certified(enrolment, programme, event.awarded_on))


def check_refusal(event: kinds.CertificationRefused, organisation: str, facts: Facts) -> Iterator[Difference]:
    """What the rules do not give of a refused certification. Raises Missing."""
    if missing := withheld(event):
        raise Missing(missing)
    enrolment = facts.enrolment(event.enrolment_id)
    programme = facts.programme_of(enrolment)
    if programme is None:
        yield Difference("programme", f"cohort {enrolment.cohort} was never opened")
        return
    if organisation != programme.certified_by:
        yield Difference("entitlement", f"{programme.code} is certified by {programme.certified_by}")
    given: Certified | NotCertified | None = None
    reason = "already-awarded"
    if facts.dossier_of(event.enrolment_id).certificate_of(enrolment.id) is None:
        given = certified(enrolment, programme, event.requested_on)
        reason = "" if isinstance(given, Certified) else given.reason
    total = given.total if isinstance(given, NotCertified) else None
    if reason != event.reason:
        told = f"by the rules {reason}" if reason else f"by the rules it is due, with {_total(given)}"
        yield Difference(reason or str(event.reason), f"refused for {event.reason}; {told}")
    elif total != event.total:
        yield Difference("total", f"the total is {total}, not {event.total}")


def certified(enrolment: Enrolment, programme: Programme, on: object) -> Certified | NotCertified:
    """What the rules make of an enrolment on a day."""
    facts = (enrolment.withdrawn_on, enrolment.attendance, enrolment.results, enrolment.amendments)
    return certification(programme, *facts, on)  # type: ignore[arg-type]


def _check_public(event: kinds.CertificateAwarded, organisation: str, facts: Facts) -> Iterator[Difference]:
    """What no edition of the programme gives, whichever the cohort was under."""
    editions = facts.catalogue.editions.get(event.programme, {}).values()
    certifying = [edition for edition in editions if edition.certified_by == organisation]
    if not certifying:
        yield Difference("entitlement", f"{organisation} certifies no edition of {event.programme}")
    elif all(event.expires_on != years_after(event.awarded_on, edition.valid_years) for edition in certifying):
        yield Difference("validity", f"from {event.awarded_on} through {event.expires_on} is by no edition")


def _check_holder(event: kinds.CertificateAwarded, dossier: Dossier) -> Iterator[Difference]:
    if event.trainee != dossier.subject:
        yield Difference("holder", "it names another trainee than the one who was enrolled")
    elif dossier.trainee is not None and dossier.trainee.name != event.name:
        yield Difference("holder", "its paper names somebody else than the trainee as registered")


def _check_certified(event: kinds.CertificateAwarded, given: Certified | NotCertified) -> Iterator[Difference]:
    if isinstance(given, NotCertified):
        total = "" if given.total is None else f", with a total of {given.total}"
        yield Difference(given.reason, f"awarded; by the rules it is refused for {given.reason}{total}")
        return
    if given.total != event.total:
        yield Difference("total", f"the total is {given.total}, not {event.total}")
    if given.expires_on != event.expires_on:
        yield Difference("validity", f"it is valid through {given.expires_on}, not {event.expires_on}")


def _total(given: Certified | NotCertified | None) -> str:
    return f"a total of {given.total}" if isinstance(given, Certified) else "no total"
