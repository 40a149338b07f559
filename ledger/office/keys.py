"""The keys of the organisations as their pages list them: those in use, and those that were."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from ledger.office.history import Happened
from verifier import kinds
from verifier.keys import thumbprint


@dataclass(frozen=True, slots=True)
class KeyLine:
    """A key, with what it may sign and what became of it. All indices are of entries of the log."""

    kid: bytes
    public_key: bytes
    organisation: str
    kinds: tuple[str, ...]
    custody: str
    """`base`: the base signs with it in the organisation's name; `organisation`: only the organisation can."""
    since: int
    retired_at: int | None = None
    compromised_from: int | None = None

    @property
    def in_use(self) -> bool:
        """Whether it is neither retired nor reported compromised."""
        return self.retired_at is self.compromised_from is None


def keys_of(happened: Iterable[Happened]) -> list[KeyLine]:
    """Every key that was ever authorised, oldest first, by what happened in the base."""
    found: dict[bytes, KeyLine] = {}
    for item in happened:
        match item.event:
            case kinds.LogStarted(code=code, keys=keys):
                for key in keys:
                    kid = thumbprint(key.public_key)
                    found[kid] = KeyLine(kid, key.public_key, code, key.kinds, key.custody, item.index)
            case kinds.KeyAuthorised() as event:
                kid = thumbprint(event.public_key)
                found[kid] = KeyLine(kid, event.public_key, event.organisation, event.kinds, event.custody, item.index)
            case kinds.KeyRetired(kid=kid) if kid in found:
                found[kid] = replace(found[kid], retired_at=item.index)
            case kinds.KeyCompromised(kid=kid, as_of=as_of) if kid in found:
                known = found[kid].compromised_from
                found[kid] = replace(found[kid], compromised_from=as_of if known is None else min(as_of, known))
            case _:
                pass
    return list(found.values())
