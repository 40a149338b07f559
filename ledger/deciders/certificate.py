"""The first award: certification of an enrolment, and every later standing of the certificate (DOMAIN.md)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from uuid import UUID

from ledger import commands as c
from ledger.deciders.masking import mask_id_number
from ledger.deciders.person import check_value, enrolled, registered
from ledger.refusals import Code, Refusal
from verifier import kinds
from verifier.address import link_digest, number_digest
from verifier.catalogue import Catalogue
from verifier.dossier import Certificate, Dossier
from verifier.events import Event
from verifier.rules import REVOCATION_REASONS, Certified, certification


def request(command: c.RequestCertification, dossier: Dossier, catalogue: Catalogue) -> list[Event]:
    """Certification by DOMAIN.md's rules: an award, or a refusal with the first rule that fails."""
    enrolment, programme = enrolled(dossier, catalogue, command.cohort, command.on)
    trainee = registered(dossier, command.on)

    def refused(reason: str, total: Decimal | None = None) -> list[Event]:
        return [
            kinds.CertificationRefused(
                enrolment_id=enrolment.id,
                requested_on=command.on,
                reason=reason,
                total=total,
                source=command.source,
            )
        ]

    if dossier.certificate_of(enrolment.id) is not None:
        return refused("already-awarded")
    outcome = certification(
        programme, enrolment.withdrawn_on, enrolment.attendance, enrolment.results, enrolment.amendments, command.on
    )
    if not isinstance(outcome, Certified):
        return refused(outcome.reason, outcome.total)
    return [
        kinds.CertificateAwarded(
            certificate_id=command.drawn.award,
            number_hash=number_digest(command.drawn.number),
            link_hash=link_digest(command.drawn.link),
            programme=programme.code,
            awarded_on=command.on,
            expires_on=outcome.expires_on,
            status_index=command.drawn.status_index,
            number=command.drawn.number,
            name=trainee.name,
            id_type=trainee.id_type,
            id_number_masked=mask_id_number(trainee.id_type, trainee.id_number),
            total=outcome.total,
            trainee=command.trainee,
            enrolment=enrolment.id,
            cohort=command.cohort,
            link=command.drawn.link,
            corrects=None,
            source=command.source,
        )
    ]


def suspend(command: c.SuspendCertificate, dossier: Dossier) -> list[Event]:
    """Suspension, from that day on. The reason is public, so it is a word of the list and never free text."""
    check_value("reason", command.reason, REVOCATION_REASONS)
    certificate = _in_force(dossier, command.certificate, command.on)
    if certificate.award.suspended:
        raise Refusal(Code.ALREADY_SUSPENDED, "the certificate is suspended already")
    return [kinds.CertificateSuspended(certificate_id=certificate.id, suspended_on=command.on, reason=command.reason)]


def reinstate(command: c.ReinstateCertificate, dossier: Dossier) -> list[Event]:
    """The end of a suspension: on that day the certificate is good again."""
    certificate = _in_force(dossier, command.certificate, command.on)
    if not certificate.award.suspended:
        raise Refusal(Code.NOT_SUSPENDED, "the certificate is not suspended")
    if command.on < certificate.award.suspensions[-1][0]:
        raise Refusal(Code.BAD_ORDER, "a reinstatement before the suspension")
    return [kinds.CertificateReinstated(certificate_id=certificate.id, reinstated_on=command.on)]


def revoke(command: c.RevokeCertificate, dossier: Dossier, catalogue: Catalogue) -> list[Event]:
    """Revocation of the certificate of a cohort. An expired or suspended one can be revoked."""
    enrolment, _ = enrolled(dossier, catalogue, command.cohort, command.on)
    check_value("reason", command.reason, REVOCATION_REASONS)
    certificate = dossier.certificate_of(enrolment.id)
    if certificate is None or certificate.award.ended or certificate.award.awarded_on > command.on:
        raise Refusal(Code.NO_AWARD, f"no certificate of {command.cohort} is in force on {command.on}")
    return [kinds.CertificateRevoked(certificate_id=certificate.id, revoked_on=command.on, reason=command.reason)]


def correct(command: c.CorrectCertificate, dossier: Dossier) -> list[Event]:
    """The certificate superseded by its correction: same award, the person's data as they are now."""
    trainee = registered(dossier, command.on)
    old = _in_force(dossier, command.certificate, command.on)
    if old.award.suspended:  # the correction would stand, and the suspension be gone without anybody's ending it
        raise Refusal(Code.ALREADY_SUSPENDED, "the certificate is suspended: reinstate it before it is corrected")
    return [
        kinds.CertificateSuperseded(certificate_id=old.id, superseded_on=command.on, successor=command.drawn.award),
        replace(
            old.event,
            certificate_id=command.drawn.award,
            number_hash=number_digest(command.drawn.number),
            link_hash=link_digest(command.drawn.link),
            status_index=command.drawn.status_index,
            number=command.drawn.number,
            name=trainee.name,
            id_type=trainee.id_type,
            id_number_masked=mask_id_number(trainee.id_type, trainee.id_number),
            link=command.drawn.link,
            corrects=old.id,
            source=None,
        ),
    ]


def _in_force(dossier: Dossier, certificate_id: UUID, on: date) -> Certificate:
    certificate = dossier.certificates.get(certificate_id)
    if certificate is None or certificate.award.awarded_on > on:
        raise Refusal(Code.NO_AWARD, f"no such certificate on {on}")
    if certificate.award.revoked_on is not None:
        raise Refusal(Code.ALREADY_REVOKED, f"the certificate was revoked on {certificate.award.revoked_on}")
    if certificate.award.superseded_on is not None:
        raise Refusal(Code.ALREADY_SUPERSEDED, "the certificate was superseded by its correction")
    return certificate
