"""Whose upload is taken, and when it goes on: few at once, in turns; and no way to try names on a number, anywhere.

Everything is counted in this process's memory, as in `api.limits`. Several processes count each for themselves.
"""

from __future__ import annotations

import asyncio
import math
import secrets
from collections import Counter, OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from hashlib import blake2b
from threading import Lock
from typing import Final

from api import bulk_words, sentences
from api.limits import ADDRESSES, Allowance, Buckets, Monotonic
from api.refused import Refused

UPLOAD_BYTES: Final = 256 * 1024 * 1024
"""Of the largest upload that is read."""
HELD_BYTES: Final = 2 * UPLOAD_BYTES
"""Of all uploads that a process holds in memory at once."""
AT_ONCE: Final = 2
"""Uploads of one address at once."""
UPLOADS: Final = Allowance(20, 0.05)
"""Uploads of one address: 20 at once, then three a minute."""
MISSES: Final = Allowance(100, 0.5)
"""Rows of one address that match nothing: 100 at once, then one every two seconds, as often as typed ones may."""
TOO_MANY_NAMES: Final = "too-many-names"
NAMES: Final = Allowance(5, 1 / 600)
"""Different names that do not go with one number, whoever tries them: five at once, then one in ten minutes."""

_BUSY_SECONDS: Final = 15


class Full(Refused):
    """An upload, or a typed pair, that is not taken now; `seconds` says when to try again."""

    def __init__(self, status: int, code: str, seconds: float) -> None:
        title = sentences.TOO_MANY if status == 429 else bulk_words.BUSY
        detail = sentences.wait(math.ceil(seconds))
        if code == TOO_MANY_NAMES:
            title, detail = sentences.TOO_MANY_NAMES, sentences.other_names(math.ceil(seconds))
        super().__init__(status, code, title, detail)
        self.seconds = math.ceil(seconds)


class Turns:
    """Which uploads there are, and whose checks run. For one thread: the event loop's."""

    def __init__(self, clock: Monotonic) -> None:
        self._uploads = Buckets(UPLOADS, clock)
        self._held = 0
        self._of_address: Counter[str] = Counter()
        self.working = asyncio.Semaphore(1)
        """Who has it checks for a moment. It is given on in the order of asking, so that all uploads go forward."""

    @contextmanager
    def admitted(self, address: str, size: int) -> Iterator[None]:
        """Room for an upload of so many bytes, until it is done with. Raises Full."""
        if (seconds := self._uploads.wait(address)) > 0:
            raise Full(429, "too-many-requests", seconds)
        if self._of_address[address] >= AT_ONCE:
            raise Full(429, "too-many-at-once", _BUSY_SECONDS)
        if self._held + size > HELD_BYTES:
            raise Full(503, "busy", _BUSY_SECONDS)
        self._uploads.take(address)
        self._of_address[address] += 1
        self._held += size
        try:
            yield
        finally:
            self._held -= size
            self._of_address[address] -= 1
            if not self._of_address[address]:
                del self._of_address[address]


class Guesses:
    """What was tried and did not match, in lists and typed one by one. For all threads of a process.

    A pair that was tried before tells nobody anything new and counts no more; of it a hash under a random key is kept.
    """

    def __init__(self, clock: Monotonic) -> None:
        self._misses, self._names = Buckets(MISSES, clock), Buckets(NAMES, clock)
        self._key = secrets.token_bytes(32)
        self._tried: OrderedDict[bytes, None] = OrderedDict()
        self._trying: Counter[str] = Counter()
        """By number, how many typed names are being looked up: each may turn out not to match."""
        self._lock = Lock()

    def refusal(self, address: str, pair: tuple[str, str]) -> str | None:
        """The code of why a row's pair, number and name in their normal forms, is not looked up now."""
        with self._lock:
            if self._mark(pair) in self._tried:
                return None
            if self._seconds(pair[0]) > 0:
                return TOO_MANY_NAMES
            return "too-many-misses" if self._misses.wait(address) > 0 else None

    def missed(self, address: str, pair: tuple[str, str]) -> None:
        """Counts a row's pair that did not match."""
        with self._lock:
            if self._is_new(pair):
                self._misses.take(address)

    @contextmanager
    def trial(self, pair: tuple[str, str]) -> Iterator[Callable[[], None]]:
        """For as long as a typed pair is looked up; what it gives is to be called where the pair does not match.

        Raises Full where too many names were tried on its number, by whomever.
        """
        with self._lock:
            if self._mark(pair) not in self._tried and (seconds := self._seconds(pair[0])) > 0:
                raise Full(429, "too-many-names", seconds)
            self._trying[pair[0]] += 1
        try:
            yield lambda: self._missed_typed(pair)
        finally:
            with self._lock:
                self._trying[pair[0]] -= 1
                if not self._trying[pair[0]]:
                    del self._trying[pair[0]]

    def _missed_typed(self, pair: tuple[str, str]) -> None:
        with self._lock:
            self._is_new(pair)

    def _seconds(self, number: str) -> float:
        """Until another name may be tried on a number; a moment where that hangs on those being looked up."""
        if (seconds := self._names.wait(number)) > 0:
            return seconds
        return 1.0 if self._names.wait(number, self._trying[number]) > 0 else 0.0

    def _is_new(self, pair: tuple[str, str]) -> bool:
        """Counts a name that does not go with its number; False for a pair that was counted before."""
        mark = self._mark(pair)
        if mark in self._tried:
            return False
        self._tried[mark] = None
        if len(self._tried) > ADDRESSES:
            self._tried.popitem(last=False)
        self._names.take(pair[0])
        return True

    def _mark(self, pair: tuple[str, str]) -> bytes:
        return blake2b("\0".join(pair).encode(), key=self._key, digest_size=16).digest()
