"""The one encoding: RFC 8949 §4.2.1 core deterministic CBOR, without floats and tags.

`cbor2` alone takes trailing bytes, integers longer than needed and duplicate keys; so what it read is encoded again
and compared with the bytes that came in. What would encode differently is malformed.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Final

import cbor2
from cbor2 import CBORSimpleValue

from verifier.errors import Malformed

REDACTED: Final = CBORSimpleValue(59)
"""Map key under which the hashes of redacted claims stand (SD-CWT, `redacted_claim_keys`)."""

_MAX_DEPTH: Final = 16
_SCALARS: Final = frozenset({str, bytes, bool, type(None)})
_INT_END: Final = 2**64
"""Integers beyond these bounds are tagged bignums, and there are no tags here."""

dumps = cbor2.dumps
"""Plain encoder: exact only for values whose maps are already in deterministic order (callers on hot paths)."""


def encode(value: Any) -> bytes:
    """The deterministic encoding of `value`. Raises TypeError or ValueError for floats, tags and the like."""
    return cbor2.dumps(_ordered(value, 0))


def decode(data: bytes) -> Any:
    """The value that `data` encodes. Raises Malformed unless `data` is the one right encoding of one value."""
    try:
        value = cbor2.loads(data)
    except (cbor2.CBORDecodeError, ValueError, TypeError, RecursionError, OverflowError, MemoryError) as error:
        raise Malformed(f"not CBOR: {error}") from None
    try:
        _check(value, 0)
        again = cbor2.dumps(value)  # keeps the order of maps, which `_check` has seen to be right
    except (TypeError, ValueError, RecursionError) as error:
        raise Malformed(f"CBOR outside the accepted subset: {error}") from None
    if again != data:
        raise Malformed("CBOR is not in the deterministic encoding of RFC 8949 §4.2.1")
    return value


def ordered_map(value: Mapping[Any, Any]) -> dict[Any, Any]:
    """The same map with its keys in the bytewise order of their encodings (RFC 8949 §4.2.1)."""
    return dict(sorted(value.items(), key=lambda item: cbor2.dumps(item[0])))


def _check(value: Any, depth: int) -> None:
    """Raises TypeError for a type outside the subset, ValueError for map keys out of order or too deep a nesting."""
    if depth > _MAX_DEPTH:
        raise ValueError(f"nested deeper than {_MAX_DEPTH} levels")
    kind = type(value)
    if kind in _SCALARS:
        return
    if kind is int:
        _in_range(value)
    elif kind is list:
        for item in value:
            if type(item) not in _SCALARS:
                _check(item, depth + 1)
    elif kind is dict:
        last = b""
        for key, item in value.items():
            encoded = _encoded_key(type(key).__name__, key)
            if encoded <= last:
                raise ValueError("map keys are not in bytewise order")
            last = encoded
            if type(item) not in _SCALARS:
                _check(item, depth + 1)
    elif kind is not CBORSimpleValue or value != REDACTED:
        raise TypeError(f"no place for {kind.__name__} in a statement")


@lru_cache(maxsize=4096)
def _encoded_key(kind: str, key: Any) -> bytes:
    return cbor2.dumps(_key(key))


def _ordered(value: Any, depth: int) -> Any:
    if depth > _MAX_DEPTH:
        raise ValueError(f"nested deeper than {_MAX_DEPTH} levels")
    kind = type(value)
    if kind in _SCALARS:
        return value
    if kind is int:
        return _in_range(value)
    if kind in (list, tuple):
        return [_ordered(item, depth + 1) for item in value]
    if isinstance(value, Mapping):
        return ordered_map({_key(key): _ordered(item, depth + 1) for key, item in value.items()})
    if kind is CBORSimpleValue and value == REDACTED:
        return value
    raise TypeError(f"no place for {kind.__name__} in a statement")


def _key(key: Any) -> Any:
    kind = type(key)
    if kind is int and key != REDACTED:  # for cbor2, simple(59) and 59 are equal: one of them must never be a key
        return _in_range(key)
    if kind in (str, bytes) or (kind is CBORSimpleValue and key == REDACTED):
        return key
    raise TypeError(f"no place for {key!r} as a map key")


def _in_range(value: int) -> int:
    if not -_INT_END <= value < _INT_END:
        raise ValueError("an integer of more than 64 bits")
    return value
