"""Many writers: events a second of one event a transaction, against the library's own recorder on the same server."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from functools import partial
from itertools import count
from uuid import UUID, uuid4

from eventsourcing.persistence import StoredEvent
from eventsourcing.postgres import PostgresApplicationRecorder, PostgresDatastore

from benchmarks.crew import Crew, Gate, Work, flat, in_threads
from benchmarks.measuring import Aim, Figure, Works, in_turns
from benchmarks.world import World
from ledger.postgres.store import PostgresStore
from ledger.store import Batch, Claim, Entry
from verifier import cbor, statement
from verifier.merkle import leaf_hash

WRITERS = (1, 2, 4, 8)
THREADS = (1, 8, 16)
AIM = Aim(1.0)
"""At 8 writers."""
TOPIC = "attendance.recorded/1"
_HEADERS = statement.Headers(bytes(32), "https://base.example/o/BASE")
_COMMITMENTS = [bytes([number]) * 32 for number in range(4)]
_SIGNATURE, _SEALED = bytes(64), bytes(160)


def measure(world: World) -> Iterator[Figure]:
    """Each of 1, 2, 4, 8 processes writes from 1, 8 and 16 threads, each thread one event a transaction, as the next of
    its own stream. Ours carries what a command has besides: command id, sealed values, boundaries, a claim.
    """
    names = {name: world.postgres.database() for name in ("ours", "floor")}
    ours = world.postgres.address(names["ours"])
    PostgresStore.open(ours).close()
    folder, database = str(world.postgres.folder), names["floor"]
    _library(folder, database, 1).create_table()
    sizes, writers = world.sizes, [size for size in WRITERS if size <= world.sizes.writers]
    with Crew(max(writers)) as crew:
        for threads in THREADS[: sizes.threads]:
            works: Works = {}
            for size in writers:
                rate = partial(_rate, crew, size, sizes.seconds)
                works[f"ours {size}"] = partial(rate, append_all, ours, threads)
                works[f"floor {size}"] = partial(rate, insert_all, folder, database, threads)
            found = in_turns(sizes.rounds, works)
            for size in writers:
                what = f"{size} × {threads} writers"
                aim = AIM if size == max(WRITERS) else None
                floor = "eventsourcing's recorder"
                yield Figure(f"{what}: events", "/s", found[f"ours {size}"], floor, found[f"floor {size}"], aim)


def append_all(gate: Gate, number: int, address: str, threads: int) -> list[int]:
    """Appends with our store until the gate is closed; how many events each thread saw acknowledged."""
    with PostgresStore.open(address) as store:
        gate.wait()
        return in_threads(threads, lambda _: _until_closed(gate, _appending(store)))


def insert_all(gate: Gate, number: int, folder: str, database: str, threads: int) -> list[int]:
    """Inserts with the library's recorder until the gate is closed; as `append_all`."""
    recorder = _library(folder, database, threads)
    try:
        gate.wait()
        return in_threads(threads, lambda _: _until_closed(gate, _inserting(recorder)))
    finally:
        recorder.datastore.close()


def _rate(crew: Crew, size: int, seconds: float, work: Work, *arguments: object) -> float:
    with crew.working(size, work, *arguments) as found:
        began = time.perf_counter()
        time.sleep(seconds)
        took = time.perf_counter() - began
    done: list[int] = flat(found)
    return sum(done) / took


def _until_closed(gate: Gate, write: Callable[[], object]) -> int:
    """How many writes were answered before the gate was closed."""
    for done in count():
        write()
        if gate.closed:
            return done
    raise AssertionError


def _appending(store: PostgresStore) -> Callable[[], object]:
    stream, subject, base, versions = uuid4(), uuid4(), uuid4(), count(1)

    def append() -> object:
        version = next(versions)
        state = _statement(stream, version)
        entry = Entry(stream, version, TOPIC, state, leaf_hash(state), subject, _SEALED)
        boundaries = {subject.bytes: (version - 1, version), base.bytes: (0, 0)}
        claim = Claim(os.urandom(32), subject, stream.bytes)
        return store.append(Batch(os.urandom(16), [entry], [claim], boundaries, [(subject, stream)]))

    return append


def _inserting(recorder: PostgresApplicationRecorder) -> Callable[[], object]:
    stream, versions = uuid4(), count(1)

    def insert() -> object:
        version = next(versions)
        return recorder.insert_events([StoredEvent(stream, version, TOPIC, _statement(stream, version))])

    return insert


def _statement(stream: UUID, version: int) -> bytes:
    payload = {
        1: TOPIC,
        2: stream.bytes,
        3: version,
        4: 1_700_000_000_000,
        5: stream.bytes,
        6: ["P1"],
        cbor.REDACTED: _COMMITMENTS,
    }
    return statement.assemble(_HEADERS.of(stream), cbor.encode(payload), _SIGNATURE)


def _library(folder: str, database: str, threads: int) -> PostgresApplicationRecorder:
    datastore = PostgresDatastore(database, folder, 5432, "postgres", "", pool_size=threads, max_overflow=threads)
    return PostgresApplicationRecorder(datastore)
