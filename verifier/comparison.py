"""Two trust files against each other: whether they are of one log, and what came between them.

A trust file grows with its log, so two good ones seldom have the same bytes. What cannot change is entry 0; and of what
the older one says of a key, the newer one may only go on: a key is added later, retired later, reported compromised.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from verifier import kinds
from verifier.authority import Key
from verifier.errors import Inconsistent
from verifier.trust import Trust, fingerprint, grouped
from verifier.witnesses import Witnesses

Lines = Iterator[tuple[str, str]]
"""Label and text."""

_USES: Final = (
    ("organisations, keys and accounts", kinds.ROOT_KINDS),
    ("everyday entries", kinds.REGISTRY_KINDS),
    ("checkpoints", (kinds.CHECKPOINT_KIND,)),
    ("receipts", (kinds.RECEIPT_KIND,)),
    ("status lists", (kinds.STATUS_KIND,)),
    ("seals of files", (kinds.DOCUMENT_KIND,)),
    ("attendance and results", kinds.TEACHING_KINDS),
    ("certificates", kinds.CERTIFYING_KINDS),
    ("titles", kinds.AUTHORITY_KINDS),
)
"""What a key may sign, in words, by the kinds of event."""


@dataclass(frozen=True, slots=True)
class Between:
    """What a newer trust file of the same log says beyond an older one."""

    older: Trust
    newer: Trust
    added: tuple[Key, ...]
    retired: tuple[Key, ...]
    compromised: tuple[Key, ...]


def compare(one: Trust, other: Trust) -> Between:
    """What came between two trust files of one log, in either order.

    Raises Inconsistent for files of two logs, and for two of one log that contradict each other: one of them is false.
    """
    # (1) One log: its entry 0, which names origin and address.
    if (one.genesis, one.origin, one.url, one.base) != (other.genesis, other.origin, other.url, other.base):
        raise Inconsistent(
            f"not the same log: {one.origin} with entry 0 {grouped(one.genesis)}, "
            f"and {other.origin} with entry 0 {grouped(other.genesis)}"
        )
    # (2) Of the same size they say the same.
    older, newer = (one, other) if one.as_of <= other.as_of else (other, one)
    if older.as_of == newer.as_of and older != newer:
        raise Inconsistent(f"both are of the log's first {older.as_of} entries, and do not say the same")
    # (3) The newer one only goes on.
    for reason in _contradictions(older, newer):
        raise Inconsistent(f"as of entry {newer.as_of} and of {older.as_of}: {reason}")
    known = older.keys
    return Between(
        older,
        newer,
        tuple(key for kid, key in newer.keys.items() if kid not in known),
        tuple(key for kid, key in newer.keys.items() if key.until != (known[kid].until if kid in known else None)),
        tuple(
            key
            for kid, key in newer.keys.items()
            if key.compromised_from != (known[kid].compromised_from if kid in known else None)
        ),
    )


def _contradictions(older: Trust, newer: Trust) -> Iterator[str]:
    """Why both cannot be true; nothing where they can."""
    for code in older.organisations.keys() - newer.organisations.keys():
        yield f"organisation {code} is gone"
    if newer.moves[: len(older.moves)] != older.moves:
        yield "the base moved otherwise"
    if any(index < older.as_of for index, _ in newer.moves[len(older.moves) :]):
        yield "the base is said to have moved at an entry that the older file knew without that"
    for kid, added in newer.keys.items():
        if kid not in older.keys and added.since < older.as_of:
            yield f"key {grouped(kid)} is said to be of entry {added.since}, which the older file knew without it"
    for kid, old in older.keys.items():
        if (key := newer.keys.get(kid)) is None:
            yield f"key {grouped(kid)} is gone"
        elif _granted(key) != _granted(old):
            yield f"key {grouped(kid)} was granted otherwise"
        elif old.until is not None and key.until != old.until:
            yield f"key {grouped(kid)} is not retired any more, or at another entry"
        elif old.until is None and key.until is not None and key.until <= older.as_of:
            yield f"key {grouped(kid)} is said to be retired at an entry that the older file knew without that"
        elif old.compromised_from is not None and (
            key.compromised_from is None or key.compromised_from > old.compromised_from
        ):
            yield f"key {grouped(kid)} is not compromised any more, or from a later entry on"


def _granted(key: Key) -> tuple[object, ...]:
    return key.public_key, key.organisation, key.custody, key.kinds, key.since


def trust_lines(trusted: Trust) -> Lines:
    """What a trust file says, for people."""
    yield "fingerprint", fingerprint(trusted)
    yield "compare", "these 16 groups by another way: on a certificate's second page, at a partner's site, by telephone"
    yield "address", trusted.address
    if trusted.moves:
        yield "formerly", ", ".join(host for host in trusted.hosts[1:])
    yield "as of", f"the log's first {trusted.as_of} entries"
    yield from _witness_lines(trusted.witnesses)
    for key in trusted.keys.values():
        yield "key", _key_line(key, trusted)


def _witness_lines(witnesses: Witnesses) -> Lines:
    if not witnesses.witnesses:
        yield "witnesses", "none: nobody independent cosigns this log's checkpoints (quorum none)"
    for witness in witnesses.witnesses:
        yield "witness", f"{witness.name}: {witness.key}{f' at {witness.url}' if witness.url else ''}"
    for group in witnesses.groups:
        yield "group", f"{group.name}: {group.threshold} of {', '.join(group.members)}"
    if witnesses.witnesses:
        yield "quorum", f"{witnesses.quorum} must have cosigned a checkpoint" if witnesses.quorum else "none is needed"


def trust_json(trusted: Trust) -> dict[str, Any]:
    """The same for programs."""
    witnesses = trusted.witnesses
    return {
        "origin": trusted.origin,
        "url": trusted.address,
        "genesis": trusted.genesis.hex(),
        "fingerprint": fingerprint(trusted),
        "as_of": trusted.as_of,
        "base": trusted.base,
        "witnesses": [{"name": item.name, "key": str(item.key), "url": item.url} for item in witnesses.witnesses],
        "quorum": witnesses.quorum,
        "organisations": [
            {"code": item.code, "kind": item.kind, "uri": item.uri, "name_zh": item.name_zh, "name_en": item.name_en}
            for item in trusted.organisations.values()
        ],
        "keys": [_key_json(key) for key in trusted.keys.values()],
    }


def between_lines(between: Between) -> Lines:
    """What came between two trust files, for people."""
    older, newer = between.older, between.newer
    yield "the same log", f"as of {older.as_of} and of {newer.as_of} entries; nothing in one contradicts the other"
    for what, keys in (("added", between.added), ("retired", between.retired), ("compromised", between.compromised)):
        for key in keys:
            yield f"{what} since", _key_line(key, newer)


def between_json(between: Between | None) -> dict[str, Any] | None:
    """The same for programs."""
    if between is None:
        return None
    return {
        "older": between.older.as_of,
        "newer": between.newer.as_of,
        "added": [key.kid.hex() for key in between.added],
        "retired": [key.kid.hex() for key in between.retired],
        "compromised": [key.kid.hex() for key in between.compromised],
    }


def _key_line(key: Key, trusted: Trust) -> str:
    holder = f"held by {trusted.base}" if key.custody == "base" else "held by itself"
    uses = ", ".join(word for word, granted in _USES if key.kinds.intersection(granted))
    ended = "" if key.until is None else f"; retired at entry {key.until}"
    if key.compromised_from is not None:
        ended = f"; COMPROMISED as of entry {key.compromised_from}"
    return f"{grouped(key.kid)} of {key.organisation}, {holder}, since entry {key.since}, for {uses}{ended}"


def _key_json(key: Key) -> dict[str, Any]:
    return {
        "kid": key.kid.hex(),
        "public_key": key.public_key.hex(),
        "organisation": key.organisation,
        "custody": key.custody,
        "kinds": sorted(key.kinds),
        "since": key.since,
        "until": key.until,
        "compromised_from": key.compromised_from,
    }
