"""A passkey of an account comes or goes, and one that the log knows consents by its signature (ADR 30).

The account's owner does it alone: the passkey that consents says more of who is there than an administrator could.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from ledger import commands as c
from ledger import passkeys
from ledger.executing import COMMAND_ID_SIZE
from ledger.office.opening import Office
from ledger.office.passkeys import CONSENT, Begun, Passkey
from ledger.office.proposals import Signature
from ledger.office.staff import Member
from ledger.office.ways import PASSKEY
from ledger.permissions import Actors
from ledger.refusals import Code, Refusal
from ledger.seal import seeded
from verifier import approval

REGISTER, REMOVE = "register", "remove"
"""What becomes of the passkey."""
CHANGES: Final = (REGISTER, REMOVE)


@dataclass(frozen=True, slots=True)
class Change:
    """One passkey of a member of staff, and what is to become of it."""

    what: str
    passkey: Passkey


def change_of(office: Office, member: Member, what: str, credential: bytes) -> Change:
    """Raises Refusal `bad-passkey` for one that is not the member's, or signs no approvals by its kind."""
    found = [item for item in office.passkeys.of(member.account) if item.credential == credential]
    if not found or not found[0].thumbprint or what not in CHANGES:
        raise Refusal(Code.BAD_PASSKEY, "no such passkey, or one that cannot sign approvals")
    return Change(what, found[0])


def begin(office: Office, member: Member, change: Change) -> Begun:
    """The ceremony by which a passkey of the member's consents. Raises Refusal, StoreError."""
    _check_may(office, member, change)
    among = office.executor.base().approvers.of(member.pseudonym)
    challenge = approval.challenge(_digests(office, member, change))
    return office.passkeys.begin(CONSENT, member.account, challenge, among)


def finish(office: Office, member: Member, change: Change, signed: Signature) -> None:
    """Records what the passkey signed, and then the change; a passkey that goes lets its owner in no more either.

    Begun again after a crash it records the change once. Raises Refusal, StoreError.
    """
    _check_may(office, member, change)
    stream, actors = UUID(bytes=secrets.token_bytes(16), version=4), Actors(member.pseudonym)
    digests = tuple(_digests(office, member, change))
    parts = (signed.authenticator_data, signed.client_data, signed.signature)
    office.executor.execute(c.SignApproval(stream, member.pseudonym, signed.passkey, digests, *parts), actors)
    command_id, seed = _drawn(office, member, change)
    passkeys.change(office.ledger, _command(office, member, change), actors, command_id, seed=seed, approvals=[stream])
    if change.what == REMOVE:
        office.passkeys.remove(member.account, change.passkey.credential)


def _check_may(office: Office, member: Member, change: Change) -> None:
    in_log = office.executor.base().approvers.of(member.pseudonym)
    if not in_log:
        raise Refusal(Code.NOT_SIGNED, f"{member.pseudonym} has no passkey in the log that could consent")
    if (change.passkey.thumbprint in in_log) != (change.what == REMOVE):
        raise Refusal(Code.UNKNOWN_KEY, f"there is nothing to {change.what}: the log has it so already")
    alone = len(office.passkeys.of(member.account)) == 1 and office.ways.of(member.account) == [PASSKEY]
    if change.what == REMOVE and alone:  # what the log records cannot be taken back with the rest of a transaction
        raise Refusal(Code.LAST_WAY_IN, "nobody could get into the account any more")


def _command(office: Office, member: Member, change: Change) -> c.RegisterPasskey | c.RemovePasskey:
    if change.what == REMOVE:
        return c.RemovePasskey(member.pseudonym, change.passkey.thumbprint)
    return c.RegisterPasskey(member.pseudonym, change.passkey.public_key, office.passkeys.rp_id)


def _digests(office: Office, member: Member, change: Change) -> list[bytes]:
    actors, (command_id, seed) = Actors(member.pseudonym), _drawn(office, member, change)
    desk = passkeys.decided(office.ledger, _command(office, member, change), actors)
    return [digest for _, digest in desk.foreseen(actors, command_id, seeded(seed))]


def _drawn(office: Office, member: Member, change: Change) -> tuple[bytes, bytes]:
    """Command id and seed: secret, and the same at each try, so that the change is recorded once.

    A passkey comes once and goes once, and never comes back: these names meet one change.
    """
    name = f"{member.pseudonym}\0{change.what}\0{change.passkey.thumbprint.hex()}"
    key = office.ledger.cabinet_key
    return key.found_by("consent.command", name)[:COMMAND_ID_SIZE], key.found_by("consent.seed", name)
