"""Intakes for consoles and programs: who sees them, and how an upload becomes one."""

from __future__ import annotations

import json
from collections.abc import Sequence
from hashlib import file_digest
from uuid import UUID

from ledger.bulk.uploads import Uploaded
from ledger.office.intake_files import unpacked
from ledger.office.intakes import UPLOADED, Intake, NoIntake
from ledger.office.opening import Office
from ledger.office.seeing import sees_people
from ledger.office.staff import Member
from ledger.refusals import Code, Refusal


def check_sees(office: Office, member: Member) -> None:
    """Raises Refusal, which says the right that is missing, for who sees no intakes."""
    if member.organisation != office.executor.base().code:
        raise Refusal(Code.OTHER_ORGANISATION, "intakes are the base's: that takes an account of the base")
    if not sees_people(member):
        raise Refusal(Code.MISSING_ROLE, "intakes take one of the roles registrar, assessor, approver, auditor")


def find(office: Office, member: Member, id_: UUID | None) -> Intake:
    """The intake, where the member may see it. Raises NoIntake, the same for none as for one out of sight."""
    if id_ is None:
        raise NoIntake
    try:
        check_sees(office, member)
    except Refusal:
        raise NoIntake from None
    return office.intakes.get(id_)


def upload(office: Office, member: Member, files: Sequence[Uploaded], request: UUID) -> Intake:
    """Keeps files as an intake; one of which every file and column is known is checked next.

    The same request again gives the intake that was made of it. Raises Refusal, TurnedAway; StoreError.
    """
    office.intakes.check_may_upload(member)
    found, left_out = unpacked(files)
    intake = office.intakes.upload(member, found, left_out, request)
    if intake.state == UPLOADED and intake.is_matched:
        return office.intakes.ask_check(intake.id, member, intake.version)
    return intake


def ask_upload(office: Office, member: Member, files: Sequence[Uploaded], key: str) -> Intake:
    """The same for a program, which knows its request by a key: as it stands by now, where it came before.

    Raises Refusal, also `idempotency-mismatch` where the key came with other files; TurnedAway; StoreError.
    """
    office.intakes.check_may_upload(member)
    asked = json.dumps(["intake", [[item.name, _digest(item)] for item in files]], ensure_ascii=False)
    repeat = office.repeats.begin(member.account, key, asked.encode())
    return upload(office, member, files, repeat.request)


def _digest(item: Uploaded) -> str:
    item.file.seek(0)
    return file_digest(item.file, "sha256").hexdigest()  # type: ignore[arg-type]  # a file in memory
