"""Keys for the organisations that a pack's programmes and policies name: one an organisation, held by the base."""

from __future__ import annotations

from collections.abc import Mapping

from ledger import commands as c
from ledger.handle import Desk
from ledger.intake.definitions import Definitions
from ledger.permissions import Actors
from verifier.kinds import AUTHORITY_KINDS, CERTIFYING_KINDS, TEACHING_KINDS


def authorise_keys(desk: Desk, definitions: Definitions, actors: Actors) -> None:
    """Makes and authorises the keys that are missing. An organisation that holds its own key is left alone."""
    needed: dict[str, set[str]] = {}
    for programme in definitions.programmes:
        needed.setdefault(programme.rules.taught_by, set()).update(TEACHING_KINDS)
        needed.setdefault(programme.rules.certified_by, set()).update(CERTIFYING_KINDS)
    for policy in definitions.policies:
        needed.setdefault(policy.authority, set()).update(AUTHORITY_KINDS)
    authorise_missing(desk, needed, actors)


def authorise_missing(desk: Desk, needed: Mapping[str, set[str]], actors: Actors) -> None:
    """Makes and authorises a key for each organisation whose keys here are not good for all that it needs."""
    for organisation, kinds in needed.items():
        kinds = set(kinds)
        there = [signer for signer in desk.keystore.signers() if signer.organisation == organisation]
        for signer in there:
            if signer.kid in desk.base.keys:
                kinds -= signer.kinds
        if kinds:
            signer = desk.keystore.create(organisation, "base", kinds, desk.randomness(32))
            command = c.AuthoriseKey(organisation, signer.public_key, tuple(sorted(kinds)), signer.custody)
            desk.decide(command, actors)
