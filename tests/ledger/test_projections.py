"""The view of awards: what is in it, that nothing personal is, and that rebuilding gives what following gave."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from ledger.awards import open_awards
from ledger.open import Ledger
from ledger.projections import PROJECTIONS
from ledger.projector import Projector, Views
from ledger.sqlite.views import SqliteViews
from tests.api.whole_ledger import TODAY, WholeLedger, build, by, founded, new_place
from tests.engines import Engine
from verifier import kinds, standing
from verifier.events import event_type


@pytest.fixture(scope="module")
def whole(engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> WholeLedger:
    return build(engine, tmp_path_factory.mktemp("projections"))


@pytest.fixture
def ledger(whole: WholeLedger) -> Iterator[Ledger]:
    with whole.opened() as opened:
        yield opened


def tables(views: Views) -> dict[str, list[tuple[Any, ...]]]:
    return {
        table: sorted((tuple(row) for row in views.select(f"SELECT * FROM {table}")), key=repr)
        for projection in PROJECTIONS
        for table in projection.tables
    }


def test_rebuilding_gives_what_following_gave(ledger: Ledger, whole: WholeLedger, tmp_path: Path) -> None:
    with closing(ledger.open_views()) as live, SqliteViews.open(tmp_path / "rebuilt.sqlite") as rebuilt:
        size = Projector(ledger.store, rebuilt, PROJECTIONS).rebuild()
        assert size == ledger.store.head().size
        assert tables(live) == tables(rebuilt)
        assert len(tables(live)["awards"]) > 20
        assert len(tables(live)["award_changes"]) >= 6
        assert len(tables(live)["notices"]) > 10


def test_following_in_small_steps_gives_the_same(engine: Engine, tmp_path: Path) -> None:
    """The view is followed after each of the sample's later commands, in `build`; here it is made at once."""
    with founded(new_place(engine, tmp_path)) as ledger, closing(ledger.open_views()) as views:
        for end in (1, 7, 50, 51, ledger.store.head().size):
            for projection in PROJECTIONS:
                entries = ledger.store.entries(position := views.position(projection).count, end - position)
                views.advance(projection, views.position(projection), entries)
        with SqliteViews.open(tmp_path / "at once") as once:
            Projector(ledger.store, once, PROJECTIONS).catch_up()
            assert tables(views) == tables(once)


def test_a_row_says_what_the_public_fields_of_the_award_say(ledger: Ledger, whole: WholeLedger) -> None:
    with open_awards(ledger) as awards, closing(ledger.open_views()) as views:
        for name, kind in (("valid", "certificate"), ("title valid", "title")):
            issued = by(awards, whole.links[name])
            (row,) = views.select("SELECT * FROM awards WHERE award = ?", (issued.stream.bytes,))
            event = issued.event
            assert (row["kind"], row["log_index"]) == (kind, issued.index)
            assert (row["number_hash"], row["link_hash"]) == (event.number_hash, event.link_hash)
            assert row["status_index"] == event.status_index
            if isinstance(event, kinds.CertificateAwarded):
                days = (event.awarded_on.isoformat(), event.expires_on.isoformat())
                assert (row["subject"], row["awarded_on"], row["expires_on"]) == (event.programme, *days)
            else:
                days = (event.granted_on.isoformat(), None)
                assert (row["subject"], row["awarded_on"], row["expires_on"]) == (event.level, *days)


def test_the_changes_of_an_award_are_those_that_its_standing_is_folded_from(ledger: Ledger, whole: WholeLedger) -> None:
    with open_awards(ledger) as awards, closing(ledger.open_views()) as views:
        for issued in awards.all():
            rows = views.select(
                "SELECT * FROM award_changes WHERE award = ? ORDER BY log_index", (issued.stream.bytes,)
            )
            assert [row["log_index"] for row in rows] == [index for index, _ in issued.changes]
            events = [statement.record.event for _, statement in issued.changes]
            assert [row["change"] for row in rows] == [event_type(event).kind.split(".")[1] for event in events]
            last = {row["change"]: (date.fromisoformat(row["changed_on"]), row["reason"]) for row in rows}
            award = standing.fold([issued.event, *events])
            assert last.get("revoked", (None, None)) == (award.revoked_on, award.revoked_for)
            assert last.get("superseded", (None,))[0] == award.superseded_on
        suspended = by(awards, whole.links["reinstated"])
        rows = views.select("SELECT * FROM award_changes WHERE award = ?", (suspended.stream.bytes,))
        assert [(row["change"], row["changed_on"], row["reason"]) for row in rows] == [
            ("suspended", TODAY.isoformat(), "other"),
            ("reinstated", TODAY.isoformat(), None),
        ]


def test_no_personal_value_is_in_the_view(ledger: Ledger, whole: WholeLedger) -> None:
    with open_awards(ledger) as awards:
        everything = list(awards.all())
        rows = [
            row
            for table in ("awards", "award_changes")
            for row in whole.engine.query(whole.address, f"SELECT * FROM {table}")
        ]
    data = b"\n".join(value if isinstance(value, bytes) else str(value).encode() for row in rows for value in row)
    assert len(rows) > 20
    searched = 0
    for issued in everything:
        for name in ("number", "name", "id_number_masked", "link"):
            value = getattr(issued.event, name)
            if isinstance(value, str):
                searched += 1
                assert value.encode() not in data
                assert value.replace("-", "").encode() not in data
    assert searched > 80
