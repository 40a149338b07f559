"""Passwords of staff: what one must be, and how one is kept and checked (argon2id, RFC 9106)."""

from __future__ import annotations

import secrets
import unicodedata
from collections.abc import Collection
from functools import lru_cache
from threading import BoundedSemaphore
from typing import Final

from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher

from ledger.refusals import Code, Refusal

SHORTEST, LONGEST = 12, 200
"""Characters of a password, in Unicode normalisation form C (RFC 8265, OpaqueString)."""
_AT_ONCE: Final = BoundedSemaphore(2)
"""Each check takes 19 MiB and a core for some 30 ms: who tries many must not starve the others."""
_HASHER: Final = PasswordHash((Argon2Hasher(time_cost=2, memory_cost=19 * 1024, parallelism=1),))


def check_password(password: str, names: Collection[str] = ()) -> str:
    """The password in the form in which it is kept. Raises Refusal `weak-password`; `names`: what it must not be."""
    whole = _whole(password)
    if not SHORTEST <= len(whole) <= LONGEST:
        raise Refusal(Code.WEAK_PASSWORD, f"a password has {SHORTEST} to {LONGEST} characters")
    if len(set(whole)) < 5 or any(name and whole.casefold() == name.casefold() for name in names):
        raise Refusal(Code.WEAK_PASSWORD, "a password is not one's name, nor a few characters over and over")
    return whole


def hashed(password: str) -> str:
    """What is kept of a password that `check_password` gave."""
    with _AT_ONCE:
        return _HASHER.hash(password)


def matches(password: str, kept: str) -> bool:
    """Whether this is the password. Takes as long where nothing is kept, so that time tells nobody who has one."""
    whole = _whole(password)[:LONGEST]
    with _AT_ONCE:
        return _HASHER.verify(whole, kept or _nobody()) and bool(kept)


def _whole(password: str) -> str:
    return unicodedata.normalize("NFC", password)


@lru_cache(maxsize=1)
def _nobody() -> str:
    """In the place of a password that is not there: the hash of one that nobody knows."""
    return _HASHER.hash(secrets.token_urlsafe(32))
