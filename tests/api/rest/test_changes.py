"""The public change feed: the published log's public facts, in order, to whoever asks, and nothing else."""

from __future__ import annotations

import pytest

from ledger.upkeep import Upkeep
from tests.api.rest.conftest import API, Served, problem
from tests.ledger.deciders.story import REGISTER
from verifier.events import EVENTS


def test_the_feed_is_the_published_log_in_its_order(served: Served) -> None:
    store = served.office.ledger.store
    size = store.signed_head().size  # type: ignore[union-attr]
    whole = served.client.get(f"{API}/changes", params={"limit": 500})
    assert (whole.status_code, whole.headers["access-control-allow-origin"]) == (200, "*")
    told = whole.json()
    assert (told["size"], told["next"]) == (size, None)
    assert [item["index"] for item in told["changes"]] == list(range(size))
    for item, entry in zip(told["changes"], store.entries(0, size), strict=True):
        assert (item["type"], item["stream"]) == (entry.topic, str(entry.stream_id))
        assert set(item["public"]) == {field.name for field in EVENTS[item["type"]].public}
    for personal in (REGISTER.name, REGISTER.id_number, REGISTER.email, REGISTER.trainee_no + '"'):
        assert str(personal) not in whole.text


def test_the_feed_comes_in_stretches(served: Served) -> None:
    seen, after = list[int](), None
    while True:
        query = {"limit": 7} | ({} if after is None else {"after": after})
        page = served.client.get(f"{API}/changes", params=query).json()
        seen += [item["index"] for item in page["changes"]]
        if (after := page["next"]) is None:
            break
    assert seen == list(range(page["size"]))
    beyond = served.client.get(f"{API}/changes", params={"after": page["size"] + 5}).json()
    assert (beyond["changes"], beyond["next"]) == ([], None)
    for bad in ({"after": -1}, {"after": "x"}, {"limit": 0}, {"limit": 501}):
        problem(served.client.get(f"{API}/changes", params=bad), 422, "bad-form")


def test_what_is_recorded_and_not_published_is_not_told_yet(served: Served) -> None:
    size = served.client.get(f"{API}/changes").json()["size"]
    served.life.is_trained()
    assert served.size() > size
    assert served.client.get(f"{API}/changes", params={"after": size - 1}).json()["changes"] == []
    Upkeep(served.office.ledger).run_once()
    news = served.client.get(f"{API}/changes", params={"after": size - 1}).json()["changes"]
    assert [item["index"] for item in news] == list(range(size, served.size()))
    assert {item["type"] for item in news} >= {"attendance.recorded/1", "result.recorded/1"}
    assert all(item["public"] == {} for item in news if item["type"] == "attendance.recorded/1")


@pytest.mark.parametrize("file", ["checkpoint"])
def test_without_a_checkpoint_nothing_is_told(served: Served, file: str) -> None:
    (served.office.ledger.public / file).unlink()
    problem(served.client.get(f"{API}/changes"), 503, "not-yet-published")
