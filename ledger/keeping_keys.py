"""The base's own keys over the years: which there are, and how each is followed by another.

A key of the log (checkpoints, receipts, status lists, documents) is followed in two steps. Its successor is authorised
first, and from then on stands in the trust file. Both sign every checkpoint; the others go on with the old key alone.
When the old one is retired, the successor carries on, and everybody who renewed the trust file in between knows it.
The everyday key and the root key are followed at once: what they sign is judged by the log itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from ledger.commands import AuthoriseKey, ReportKeyCompromised, RetireKey
from ledger.open import Ledger
from ledger.permissions import Actors
from ledger.publication import fold_base
from ledger.refusals import Code, Refusal
from verifier.authority import Authority, Key
from verifier.keys import thumbprint
from verifier.kinds import CHECKPOINT_KIND, DOCUMENT_KIND, RECEIPT_KIND, REGISTRY_KINDS, ROOT_KINDS, STATUS_KIND
from verifier.statement import parse

PURPOSES: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "root": ROOT_KINDS,
        "registry": REGISTRY_KINDS,
        "checkpoint": (CHECKPOINT_KIND,),
        "receipt": (RECEIPT_KIND,),
        "status": (STATUS_KIND,),
        "document": (DOCUMENT_KIND,),
    }
)
"""The kinds that a key of each purpose signs."""
_TELLING: Final = {name: kinds[0] if len(kinds) == 1 else "" for name, kinds in PURPOSES.items()}


@dataclass(frozen=True, slots=True)
class KeptKey:
    """One of the base's keys as the log has it."""

    key: Key
    purpose: str
    state: str
    """`signs`, `next` (authorised, and begins when the one before it is retired), `retired` or `compromised`."""
    here: bool
    """Whether it lies in this keystore."""


@dataclass(frozen=True, slots=True)
class Rotated:
    """A key, and the ones that it follows."""

    kid: bytes
    new: bool
    """Whether it was made now; False where a successor was waiting already."""
    before: tuple[bytes, ...]
    """The keys that are still to be retired."""


def purpose_of(key: Key) -> str:
    """What a key of the base is for."""
    for name, kind in _TELLING.items():
        if kind and kind in key.kinds:
            return name
    return "root" if "key.authorised" in key.kinds else "registry"


def kept_keys(ledger: Ledger) -> list[KeptKey]:
    """The base's keys in the order in which the log authorised them. Raises VerificationError, StoreError."""
    authority = _authority(ledger)
    lying = {signer.kid for signer in ledger.keystore.signers()}
    ours = [key for key in authority.keys.values() if key.organisation == authority.base]
    in_use = {name: [key for key in ours if _in_use(key) and purpose_of(key) == name] for name in PURPOSES}
    return [KeptKey(key, purpose_of(key), _state(key, in_use[purpose_of(key)]), key.kid in lying) for key in ours]


def rotate(ledger: Ledger, purpose: str, actors: Actors, public: bytes | None = None) -> Rotated:
    """Makes and authorises a key that follows the present one of a purpose. The same again makes no third.

    `public`: of a key that lies elsewhere, as a root key may; then none is made.
    Raises Refusal, among them `no-key` where the root key does not lie here; StoreError.
    """
    kinds = PURPOSES[purpose]
    present = _present(ledger, purpose)
    if len(present) > 1:
        return Rotated(present[-1].kid, False, tuple(key.kid for key in present[:-1]))
    desk = ledger.desk()
    desk.keystore.signer(
        desk.base.code, "key.authorised", desk.base.keys
    )  # before a key is made that nothing becomes of
    if public is None:
        public = desk.keystore.create(desk.base.code, "base", kinds, ledger.randomness(32)).public_key
    desk.execute(AuthoriseKey(desk.base.code, public, kinds, "base"), actors)
    return Rotated(thumbprint(public), True, tuple(key.kid for key in present))


def retire(ledger: Ledger, kid: bytes, actors: Actors) -> KeptKey:
    """Lets a key sign nothing more; what it signed stays good. Raises Refusal `no-key` for the last of its purpose."""
    found = find(ledger, kid)
    left = [key for key in _present(ledger, found.purpose) if key.kid != kid]
    lying = {signer.kid for signer in ledger.keystore.signers()}
    if not any(key.kid in lying for key in left):
        raise Refusal(Code.NO_KEY, f"no other {found.purpose} key is in use here: make one first, with rotate-key")
    ledger.desk().execute(RetireKey(kid), actors)
    return found


def report(ledger: Ledger, kid: bytes, as_of: int, actors: Actors) -> KeptKey:
    """Disowns what a key signs and signed from an index on. Raises Refusal."""
    found = find(ledger, kid)
    ledger.desk().execute(ReportKeyCompromised(kid, as_of), actors)
    return found


def find(ledger: Ledger, kid: bytes) -> KeptKey:
    """The base's key of this thumbprint. Raises Refusal `unknown-key`."""
    for item in kept_keys(ledger):
        if item.key.kid == kid:
            return item
    raise Refusal(Code.UNKNOWN_KEY, f"no key {kid.hex()[:16]} of the base's own is known")


def _authority(ledger: Ledger) -> Authority:
    entries = ledger.store.dossier(ledger.log_id)
    return fold_base((entry.index, parse(entry.statement)) for entry in entries)[0]


def _present(ledger: Ledger, purpose: str) -> list[Key]:
    return [item.key for item in kept_keys(ledger) if item.purpose == purpose and item.state in ("signs", "next")]


def _in_use(key: Key) -> bool:
    return key.until is key.compromised_from is None


def _state(key: Key, in_use: list[Key]) -> str:
    if key.compromised_from is not None:
        return "compromised"
    if key.until is not None:
        return "retired"
    waits = key is not in_use[0] and len(key.kinds) == 1 and CHECKPOINT_KIND not in key.kinds
    return "next" if waits else "signs"
