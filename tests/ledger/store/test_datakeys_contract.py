"""Data keys, wherever they are kept: wrapped, bound to their person, and gone when destroyed."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from uuid import UUID

import pytest

from ledger.wrapping import CannotUnwrap
from tests.ledger.store.backends import Backend
from tests.ledger.store.making import Maker

MASTER = bytes(range(32))


def test_keys_are_made_once_and_read_back_by_any_handle(backend: Backend, make: Maker) -> None:
    people = [make.uuid() for _ in range(1100)]
    keys, others = backend.open_keys(MASTER), backend.open_keys(MASTER)
    made = keys.create(people)
    assert set(made) == set(people)
    assert all(len(key) == 32 for key in made.values())
    assert len(set(made.values())) == len(people)
    assert others.get_many(people) == made
    assert others.get(people[7]) == made[people[7]]
    more = others.create([people[0], make.uuid()])
    assert more[people[0]] == made[people[0]]
    assert len(more) == 2
    assert keys.get(make.uuid()) is None
    assert keys.get_many([make.uuid()]) == {}
    assert keys.create([]) == {}


def test_many_that_make_keys_at_once_get_the_same(backend: Backend, make: Maker) -> None:
    people = [make.uuid() for _ in range(60)]

    def work(turn: int) -> dict[UUID, bytes]:
        keys = backend.open_keys(MASTER)
        asked = people[turn:] + people[:turn]
        return {person: key for start in range(0, 60, 20) for person, key in keys.create(asked[start:]).items()}

    with ThreadPoolExecutor(4) as pool:
        results = list(pool.map(work, range(0, 40, 10)))
    assert all(result == results[0] for result in results)
    assert set(results[0]) == set(people)


def test_threads_share_one_handle(backend: Backend) -> None:
    keys = backend.open_keys(MASTER)

    def work(seed: int) -> bool:
        make = Maker(seed)
        people = [make.uuid() for _ in range(30)]
        made = {person: keys.create([person])[person] for person in people}
        keys.destroy(people[0])
        return keys.get_many(people) == {person: made[person] for person in people[1:]}

    with ThreadPoolExecutor(6) as pool:
        assert all(pool.map(work, range(6)))


def test_a_destroyed_key_is_gone_and_others_stay(backend: Backend, make: Maker) -> None:
    person, other = make.uuid(), make.uuid()
    keys = backend.open_keys(MASTER)
    made = keys.create([person, other])
    keys.destroy(person)
    keys.destroy(person)
    assert keys.get(person) is None
    assert keys.get_many([person, other]) == {other: made[other]}
    assert set(backend.wrapped()) == {other}
    assert keys.create([person])[person] != made[person]


def test_no_key_stands_in_clear(backend: Backend, make: Maker) -> None:
    made = backend.open_keys(MASTER).create([make.uuid() for _ in range(20)])
    stored = b"".join(backend.wrapped().values())
    assert not any(key in stored for key in made.values())


def test_another_master_key_opens_nothing(backend: Backend, make: Maker) -> None:
    person = make.uuid()
    backend.open_keys(MASTER).create([person])
    with pytest.raises(CannotUnwrap, match=str(person)):
        backend.open_keys(bytes(32)).get(person)
    with pytest.raises(ValueError, match="32 bytes"):
        backend.open_keys(b"short")


def test_a_flipped_bit_of_any_byte_of_a_wrapped_key_is_found(backend: Backend, make: Maker) -> None:
    person = make.uuid()
    keys = backend.open_keys(MASTER)
    keys.create([person])
    wrapped = backend.wrapped()[person]
    for bit in range(0, len(wrapped) * 8, 7):  # another bit in each byte, and some bytes twice
        changed = bytearray(wrapped)
        changed[bit // 8] ^= 1 << bit % 8
        backend.put_wrapped(person, bytes(changed))
        with pytest.raises(CannotUnwrap):
            keys.get(person)


def test_a_key_moved_to_another_person_does_not_open(backend: Backend, make: Maker) -> None:
    person, other = make.uuid(), make.uuid()
    keys = backend.open_keys(MASTER)
    keys.create([person, other])
    backend.put_wrapped(person, backend.wrapped()[other])
    with pytest.raises(CannotUnwrap):
        keys.get(person)
