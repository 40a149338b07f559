"""A published tree in a bucket: any store that speaks S3, by the package `obstore`.

Objects carry `Content-Type` and `Cache-Control`, so that the bucket can be served as it is. Nobody can lock a bucket.
What changes is written on the condition that it is still what this turn found there (`If-Match`), and what never
changes on the condition that it is not there (`If-None-Match: *`); so of two publishers one is told that it was
overtaken, and no checkpoint is ever put back. A store that heeds no conditions is found out, and said so: there the
ledger's turn to sign has to do.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING, Final, Literal, NamedTuple

from ledger.destinations import Destination, SecretMissing
from ledger.media import BYTES, served_as
from ledger.tiles import OTHER_TILE, CannotPublish, Diverged, Overtaken
from verifier.errors import Malformed

if TYPE_CHECKING:
    from obstore import PutMode
    from obstore.store import ObjectStore

WRITERS: Final = 16
"""Objects that are written at once."""
_WAITING: Final = 4 * WRITERS
"""Writes that may wait: their bytes are in memory."""
_TRY_OBJECT: Final = ".conditions"
"""Written and removed to see what the store does with conditions."""
_CONNECT_SECONDS: Final = 5
_ANSWER_SECONDS: Final = 20
_RETRIES: Final = 2
INSTALL: Final = "buckets need the package obstore: pip install 'certledger[bucket]'"

_log = logging.getLogger(__name__)


class BucketAway(CannotPublish):
    """The bucket cannot be reached or used; nobody knows what was written last."""


class _Seen(NamedTuple):
    data: bytes | None
    tag: str | None


class Bucket:
    """The ports `Folder` and `Clearing` on a bucket. One turn at a time; not shared between threads."""

    def __init__(self, store: ObjectStore, name: str) -> None:
        """`name` is what the bucket is called where people read it."""
        self.name = name
        self.conditional: bool | None = None
        """Whether the store heeds conditions; None before the first turn."""
        self._store = store
        self._seen: dict[str, _Seen] | None = None
        self._writers: ThreadPoolExecutor | None = None
        self._waiting: dict[str, Future[None]] = {}

    @contextmanager
    def exclusive(self) -> Iterator[None]:
        """See `Folder`. Keeps nobody out."""
        self.find_out()
        self._seen = {}
        with ThreadPoolExecutor(WRITERS, thread_name_prefix="bucket") as self._writers:
            try:
                yield
            finally:
                for write in self._waiting.values():
                    write.cancel()
                self._waiting, self._writers, self._seen = {}, None, None

    def find_out(self) -> bool:
        """Whether the store heeds conditions; it is asked once. Raises BucketAway."""
        if self.conditional is None:
            self.conditional = self._heeds_conditions()
            if not self.conditional:
                _log.warning("%s heeds no conditions: only who has the turn to sign may publish there", self.name)
        return self.conditional

    def read(self, path: str) -> bytes | None:
        """See `Folder`. A file that changes is read once a turn: what is committed is measured by what was seen."""
        if write := self._waiting.pop(path, None):
            write.result()
        if self._seen is None or path.startswith("tile/"):
            return self._get(path).data
        if path not in self._seen:
            self._seen[path] = self._get(path)
        return self._seen[path].data

    def write(self, path: str, data: bytes) -> None:
        """See `Folder`. It is written beside others."""
        if self._writers is None:
            raise RuntimeError(_WITHIN)
        if len(self._waiting) >= _WAITING:
            self._waiting.pop(next(iter(self._waiting))).result()
        self._waiting[path] = self._writers.submit(self._add, path, data)

    def commit(self, path: str, data: bytes) -> None:
        """See `Folder`."""
        while self._waiting:
            self._waiting.pop(next(iter(self._waiting))).result()
        if self._seen is None:
            raise RuntimeError(_WITHIN)
        self.read(path)
        seen = self._seen[path]
        if not self.conditional and self._get(path) != seen:
            raise Overtaken(path, _OVERTAKEN)
        mode: PutMode = "overwrite"
        if self.conditional:
            mode = "create" if seen.data is None else {"e_tag": seen.tag}
        tag = self._put(path, data, mode)
        if tag is None:
            there = self._get(path)
            if there.data != data:  # else it is what we wrote, and the answer to that was lost
                raise Overtaken(path, _OVERTAKEN)
            tag = there.tag
        self._seen[path] = _Seen(data, tag)

    def listing(self, below: str) -> Iterator[tuple[str, float]]:
        """See `Clearing`."""
        with _reached(self.name):
            for found in self._store.list(below, chunk_size=1000):
                for item in found:
                    yield item["path"], item["last_modified"].timestamp()

    def remove(self, paths: list[str]) -> None:
        """See `Clearing`."""
        with _reached(self.name):
            self._store.delete(paths)

    def _add(self, path: str, data: bytes) -> None:
        if self.conditional and self._put(path, data, "create") is not None:
            return
        there = self._get(path).data
        if there is None:
            self._put(path, data, "overwrite")
        elif there != data:
            raise Diverged(path, OTHER_TILE)

    def _get(self, path: str) -> _Seen:
        with _reached(self.name):
            try:
                found = self._store.get(path)
                return _Seen(bytes(found.bytes()), found.meta["e_tag"])
            except FileNotFoundError:
                return _Seen(None, None)

    def _put(self, path: str, data: bytes, mode: PutMode) -> str | None:
        """The object's tag once it is written; None where the condition does not hold."""
        from obstore.exceptions import AlreadyExistsError, PreconditionError

        media_type, caching = _served_as(path)
        attributes = {"Content-Type": media_type, "Cache-Control": caching}
        with _reached(self.name):
            try:
                done = self._store.put(path, data, attributes=attributes, mode=mode, use_multipart=False)
            except (AlreadyExistsError, PreconditionError):
                return None
            return done["e_tag"] or ""

    def _heeds_conditions(self) -> bool:
        """Whether the store turns down what a condition forbids. Some take any condition and heed none."""
        from obstore.exceptions import NotSupportedError

        modes: tuple[Literal["create"], PutMode] = ("create", {"e_tag": '"none"'})
        self._put(_TRY_OBJECT, b"", "overwrite")
        try:
            return all(self._put(_TRY_OBJECT, b"", mode) is None for mode in modes)
        except (BucketAway, NotImplementedError) as error:
            if isinstance(error.__cause__, NotSupportedError | NotImplementedError):
                return False
            raise
        finally:
            self.remove([_TRY_OBJECT])


_WITHIN: Final = "a bucket is written to within a turn"
_OVERTAKEN: Final = "another publisher was here in between; nothing of it was overwritten"


def _served_as(path: str) -> tuple[str, str]:
    try:
        return served_as(path)
    except Malformed:
        return BYTES, "no-store"


@contextmanager
def _reached(name: str) -> Iterator[None]:
    """Says of which bucket it is where the store fails. Raises BucketAway."""
    from obstore.exceptions import BaseError

    try:
        yield
    except (BaseError, OSError, NotImplementedError) as error:
        raise BucketAway(name, str(error).partition("\n")[0][:300]) from error


def open_bucket(destination: Destination) -> Bucket:
    """The bucket of a destination; nothing is asked of it yet. Raises CannotPublish."""
    try:
        from obstore.store import S3Store
    except ImportError:
        raise CannotPublish(destination.to, INSTALL) from None
    bucket, _, prefix = destination.to.removeprefix("s3://").partition("/")
    given = {"endpoint": destination.endpoint, "region": destination.region}
    if destination.access_key_id:
        try:
            given |= {"access_key_id": destination.access_key_id, "secret_access_key": destination.secret()}
        except SecretMissing as error:
            raise CannotPublish(destination.to, str(error)) from None
    store = S3Store(
        bucket,
        prefix=prefix or None,
        config={key: value for key, value in given.items() if value},  # type: ignore[arg-type]
        client_options={
            "allow_http": destination.endpoint.startswith("http://"),
            "connect_timeout": timedelta(seconds=_CONNECT_SECONDS),
            "timeout": timedelta(seconds=_ANSWER_SECONDS),
        },
        retry_config={"max_retries": _RETRIES, "retry_timeout": timedelta(seconds=_ANSWER_SECONDS)},
    )
    return Bucket(store, destination.to)
