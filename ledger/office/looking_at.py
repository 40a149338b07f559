"""Whether somebody may look at the personal values of a stream: auditors, at what is within their sight."""

from __future__ import annotations

from uuid import UUID

from ledger.office import seeing
from ledger.office.history import owner_of
from ledger.office.opening import Office
from ledger.office.sight import OutOfSight, Sight
from ledger.refusals import Code, Refusal
from verifier.dossier import Dossier


def check_auditor(sight: Sight) -> None:
    """Raises Refusal `missing-role` for who is no auditor, whatever else they may see."""
    if "auditor" not in sight.member.roles:
        raise Refusal(Code.MISSING_ROLE, "looking into the log with personal values takes the role auditor")


def may_look(office: Office, sight: Sight, stream: UUID) -> bool:
    """Whether the stream has personal values that this auditor may see. Raises Refusal `missing-role`; StoreError.

    What is nobody's, erased or out of sight has none to show; which of these it is is not told.
    """
    check_auditor(sight)
    owner = owner_of(office.ledger, stream)
    if owner is None:
        return False
    try:
        dossier = sight.dossier(owner)
    except OutOfSight:
        return False
    return stream == owner or _sees(sight, dossier, stream)


def _sees(sight: Sight, dossier: Dossier, stream: UUID) -> bool:
    if (enrolment := dossier.enrolments.get(stream)) is not None:
        return sight.sees_training(dossier, enrolment.cohort)
    if (certificate := dossier.certificates.get(stream)) is not None:
        return sight.sees_training(dossier, str(certificate.event.cohort))
    if (application := dossier.applications.get(stream)) is not None:
        return sight.sees_application(dossier, application)
    return seeing.sees_whole(sight.member, dossier, sight.base)
