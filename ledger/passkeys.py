"""Passkeys of accounts: how they come and go, in a ledger that was made before there were any too."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from ledger import commands as c
from ledger.handle import Desk
from ledger.intake.keys import authorise_missing
from ledger.open import Ledger
from ledger.permissions import Actors
from ledger.seal import seeded
from verifier.kinds import REGISTRY_KINDS, ROOT_KINDS


def change(
    ledger: Ledger,
    command: c.RegisterPasskey | c.RemovePasskey,
    actors: Actors,
    command_id: bytes | None = None,
    *,
    seed: bytes | None = None,
    approvals: Sequence[UUID] = (),
) -> bool:
    """Registers or removes a passkey; False where all was so already.

    What the account's passkeys have to sign is foreseen by `decided` on this command, and `Desk.foreseen` with the same
    command id and `seal.seeded` of the same seed. Raises Refusal, StoreError.
    """
    desk = decided(ledger, command, actors)
    salts = None if seed is None else seeded(seed)
    return desk.flush(actors, command_id=command_id, salts=salts, approvals=approvals) is not None


def decided(ledger: Ledger, command: c.RegisterPasskey | c.RemovePasskey, actors: Actors) -> Desk:
    """A desk at which the change is decided on and not recorded. Raises Refusal.

    In a ledger that was made before there were such events, keys for them are authorised with the first: one for what
    the root key signs, another for what passkeys sign.
    """
    desk = ledger.desk()
    for wanted in (ROOT_KINDS, REGISTRY_KINDS):
        authorise_missing(desk, {desk.base.code: set(wanted)}, actors)
    desk.decide(command, actors)
    return desk
