"""Whose upload is taken: few at once, in turns; and names cannot be tried on a number in bulk."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from contextlib import ExitStack

import pytest
from starlette.responses import Response
from starlette.testclient import TestClient
from starlette.types import Message

from api.bulk import _Whole
from api.bulk_turns import AT_ONCE, HELD_BYTES, MISSES, NAMES, UPLOAD_BYTES, UPLOADS, Full, Guesses, Turns
from api.limits import TYPED
from tests.api.papers import Paper, papers
from tests.api.test_limits import Clock
from tests.api.whole_ledger import WholeLedger
from verifier.address import new_number


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def turns(clock: Clock) -> Turns:
    return Turns(clock)


def refused(turns: Turns, address: str, size: int = 1) -> tuple[int, str, int]:
    with pytest.raises(Full) as full, turns.admitted(address, size):
        pass
    return full.value.status, full.value.code, full.value.seconds


def test_an_address_has_so_many_uploads_at_once_and_so_many_a_minute(turns: Turns, clock: Clock) -> None:
    with ExitStack() as held:
        for _ in range(AT_ONCE):
            held.enter_context(turns.admitted("a", 1))
        assert refused(turns, "a") == (429, "too-many-at-once", 15)
        with turns.admitted("b", 1):
            pass
    for _ in range(UPLOADS.burst - AT_ONCE):
        with turns.admitted("a", 1):
            pass
    assert refused(turns, "a") == (429, "too-many-requests", 20)
    clock.now += 20
    with turns.admitted("a", 1):
        pass
    assert refused(turns, "a")[1] == "too-many-requests"


def test_a_process_holds_so_many_bytes(turns: Turns) -> None:
    with ExitStack() as held:
        for address in range(HELD_BYTES // UPLOAD_BYTES):
            held.enter_context(turns.admitted(str(address), UPLOAD_BYTES))
        assert refused(turns, "c") == (503, "busy", 15)
    with turns.admitted("c", UPLOAD_BYTES):
        pass


def test_whoever_works_gives_way_to_who_waits(turns: Turns) -> None:
    """A small upload does not wait for the end of a large one."""
    order: list[str] = []

    async def upload(name: str, slices: int) -> None:
        for _ in range(slices):
            async with turns.working:
                order.append(name)
                await asyncio.sleep(0.001)

    async def both() -> None:
        await asyncio.gather(upload("large", 10), upload("small", 2))

    asyncio.run(both())
    assert order[:4] == ["large", "small", "large", "small"]


def test_who_goes_away_before_a_receipt_is_there_ends_the_work_and_gives_the_room_back() -> None:
    ended: list[str] = []

    async def for_ever() -> Response:
        try:
            await asyncio.Event().wait()
        finally:
            ended.append("work")
        raise AssertionError

    async def gone() -> Message:
        return {"type": "http.disconnect"}

    async def sent(message: Message) -> None:
        raise AssertionError(message)

    held = ExitStack()
    held.callback(ended.append, "room")
    asyncio.run(asyncio.wait_for(_Whole(for_ever, held)({"type": "http"}, gone, sent), 10))
    assert ended == ["work", "room"]


# --- guesses --------------------------------------------------------------------------------------------------------

NUMBERS: Iterator[str] = iter(new_number("BDI", 2026, (at << 16).to_bytes(9, "big")) for at in range(10_000))


def test_names_that_do_not_go_with_a_number_are_counted_whoever_tries_them(clock: Clock) -> None:
    guesses, number = Guesses(clock), next(NUMBERS)
    for at in range(NAMES.burst):
        assert guesses.refusal(f"address {at}", (number, f"name {at}")) is None
        guesses.missed(f"address {at}", (number, f"name {at}"))
    assert guesses.refusal("another", (number, "the right one")) == "too-many-names"
    assert guesses.refusal("another", (next(NUMBERS), "the right one")) is None
    clock.now += 599
    assert guesses.refusal("another", (number, "the right one")) == "too-many-names"
    clock.now += 1
    assert guesses.refusal("another", (number, "the right one")) is None


def test_the_same_wrong_pair_again_counts_no_more(clock: Clock) -> None:
    """Who uploads a list with a slip in it ten times has tried one name, and the right one still goes."""
    guesses, number = Guesses(clock), next(NUMBERS)
    for _ in range(3 * NAMES.burst):
        guesses.missed("a", (number, "slip"))
    assert guesses.refusal("a", (number, "the right one")) is None


def test_rows_that_match_nothing_come_to_no_more_than_typed_ones_in_the_long_run(clock: Clock) -> None:
    assert MISSES.per_second <= TYPED.per_second
    guesses = Guesses(clock)
    for _ in range(MISSES.burst):
        pair = next(NUMBERS), "x"
        assert guesses.refusal("a", pair) is None
        guesses.missed("a", pair)
    assert guesses.refusal("a", (next(NUMBERS), "x")) == "too-many-misses"
    assert guesses.refusal("b", (next(NUMBERS), "x")) is None
    clock.now += 2
    assert guesses.refusal("a", (next(NUMBERS), "x")) is None


def test_a_list_of_names_for_one_number_is_cut_off(whole: WholeLedger, clock: Clock) -> None:
    paper: Paper = papers(whole, "valid")["valid"]
    names = [*(f"name {at}" for at in range(20)), paper.name]
    with TestClient(whole.app(monotonic=clock)) as client:
        answer = client.post("/bulk.json", json={"items": [{"number": paper.number, "name": name} for name in names]})
        found = [json.loads(line)["code"] for line in answer.text.splitlines()[1:-1]]
        assert found == ["no-match"] * NAMES.burst + ["too-many-names"] * 16
        assert client.post("/check.json", json=paper.row).status_code == 429
        clock.now += 600
        assert client.post("/check.json", json=paper.row).status_code == 200


def test_names_for_one_number_come_to_the_same_typed_or_in_a_list_from_whatever_addresses(
    whole: WholeLedger, clock: Clock
) -> None:
    paper: Paper = papers(whole, "valid")["valid"]
    unknown = next(NUMBERS)
    with TestClient(whole.app(monotonic=clock)) as client:
        for number in (paper.number, unknown):
            for at in range(NAMES.burst):
                other, row = TestClient(client.app, client=(f"192.0.2.{at}", 5)), {"number": number, "name": f"x{at}"}
                page, twin = other.post("/check", data=row), other.post("/check.json", json=row)
                # The same pair again tells nobody anything new.
                assert (page.status_code, twin.status_code) == (404, 404)
            right = {"number": number, "name": paper.name}
            for address in ("192.0.2.0", "198.51.100.9"):
                other = TestClient(client.app, client=(address, 5))
                page, twin = other.post("/check?lang=en", data=right), other.post("/check.json", json=right)
                assert (page.status_code, page.headers["retry-after"]) == (429, "600")
                assert 'data-state="too-many-names"' in page.text
                assert f'value="{number}"' in page.text
                assert (twin.status_code, twin.json()["code"]) == (429, "too-many-names")
                assert twin.headers["retry-after"] == "600"
            (told,) = client.post("/bulk.json", json={"items": [right]}).text.splitlines()[1:-1]
            assert json.loads(told)["code"] == "too-many-names"
        clock.now += 600
        assert client.post("/check", data=paper.row).status_code == 200


def test_names_that_are_being_looked_up_are_counted_until_it_is_known(clock: Clock) -> None:
    """Where the database is a network away, many questions can be open at once."""
    guesses, number = Guesses(clock), next(NUMBERS)
    with ExitStack() as open_ones:
        for at in range(NAMES.burst):
            missed = open_ones.enter_context(guesses.trial((number, f"name {at}")))
        with pytest.raises(Full) as refused, guesses.trial((number, "one more")):
            pass
        assert (refused.value.code, refused.value.seconds) == ("too-many-names", 1)
        missed()
    with guesses.trial((number, "one more")):
        pass


def test_uploads_that_come_too_often_are_told_when_to_come_again(whole: WholeLedger, clock: Clock) -> None:
    with TestClient(whole.app(monotonic=clock)) as client:
        for _ in range(UPLOADS.burst):
            assert client.post("/bulk.json", json={"items": [{"number": "1", "name": "x"}]}).status_code == 200
        twin = client.post("/bulk.json", json={"items": [{"number": "1", "name": "x"}]})
        page = client.post("/bulk?lang=en", files=[("files", ("a.csv", b"x"))])
        assert (twin.status_code, twin.json()["code"], twin.headers["retry-after"]) == (429, "too-many-requests", "20")
        assert (page.status_code, page.headers["retry-after"], page.headers["cache-control"]) == (429, "20", "no-store")
        assert client.get("/bulk").status_code == 200
        other = TestClient(client.app, client=("192.0.2.7", 5))
        assert other.post("/bulk.json", json={"items": [{"number": "1", "name": "x"}]}).status_code == 200
