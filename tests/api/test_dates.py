"""Two questions about a day: what stood on it by the log of now, and what the page would have said when it ended."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from api import date_words
from ledger import commands as c
from ledger.awards import open_awards
from tests.api.whole_ledger import NOW, TODAY, WholeLedger, by, do, publish_now, trainee
from tests.engines import Engine
from verifier.fetch import FolderLog
from verifier.kinds import CertificateAwarded
from verifier.merkle import leaf_hash, root_of
from verifier.tile import TreeReader

DAY = 24 * 3600_000
YESTERDAY = TODAY - timedelta(days=1)


def dated(page: str) -> str:
    found = re.search(r'data-dated="([^"]+)"', page)
    assert found is not None
    return found[1]


def state_of(page: str) -> str:
    found = re.search(r'data-state="([^"]+)"', page)
    assert found is not None
    return found[1]


@dataclass(frozen=True)
class Lived:
    """A ledger that was kept for a week after its awards were recorded, in which something became of one of them."""

    whole: WholeLedger
    link: str
    sizes: dict[date, int]
    """Entries at the end of each day."""

    def on(self, number: int) -> date:
        """A day of that life; the first is that of the intake."""
        return TODAY + timedelta(days=number)


@pytest.fixture(scope="session")
def lived(original: WholeLedger, tmp_path_factory: pytest.TempPathFactory) -> Lived:
    whole = original.copy(tmp_path_factory.mktemp("lived"))
    now, sizes = [NOW], {}
    link = whole.links["valid"]
    with whole.opened(lambda: now[0]) as ledger, open_awards(ledger) as awards:
        for number in range(1, 8):
            sizes[TODAY + timedelta(days=number - 1)] = ledger.store.head().size
            now[0] = NOW + number * DAY
            day = TODAY + timedelta(days=number)
            issued = by(awards, link)
            if number == 2:
                # Recorded on day 2, and says that it counts since day 1.
                do(ledger, c.SuspendCertificate(trainee(issued), issued.stream, "other", day - timedelta(days=1)))
            if number == 4:
                do(ledger, c.ReinstateCertificate(trainee(issued), issued.stream, day))
            if number == 6:
                assert isinstance(issued.event, CertificateAwarded)
                do(ledger, c.RevokeCertificate(trainee(issued), str(issued.event.cohort), "other", day))
            awards.catch_up()
            publish_now(ledger)
        sizes[TODAY + timedelta(days=7)] = ledger.store.head().size
    return Lived(whole, link, sizes)


@pytest.fixture(scope="session")
def later(lived: Lived, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    served = lived.whole.copy(tmp_path_factory.mktemp("later"))
    with TestClient(served.app(lambda: NOW + 7 * DAY)) as made:
        yield made


ON = ["valid", "suspended", "suspended", "suspended", "valid", "valid", "revoked", "revoked"]
AS_OF = ["valid", "valid", "suspended", "suspended", "valid", "valid", "revoked", "revoked"]


@pytest.mark.parametrize("number", range(8))
def test_both_questions_about_each_day(later: TestClient, lived: Lived, number: int) -> None:
    day = lived.on(number)
    for kind, states in (("on", ON), ("as-of", AS_OF)):
        page = later.get(f"/c/{lived.link}?{kind}={day}&lang=en")
        twin = later.get(f"/c/{lived.link}.json?{kind}={day}").json()
        said = twin["at_date"]
        assert (page.status_code, dated(page.text), state_of(page.text)) == (200, states[number], "revoked"), kind
        assert (said["question"], said["day"], said["state"]) == (kind, day.isoformat(), states[number])
        assert twin["state"] == "revoked"  # all else is of today
        assert said["sentence"]["en"] in page.text
        assert f"{said['log_size']} entries" in page.text
        assert said["log_size"] == lived.sizes[day if kind == "as-of" else lived.on(7)]


@pytest.mark.parametrize("number", range(8))
def test_the_size_of_that_day_is_proved_by_the_published_tiles(later: TestClient, lived: Lived, number: int) -> None:
    """Against a plain fold over all published entries."""
    said = later.get(f"/c/{lived.link}.json?as-of={lived.on(number)}").json()["at_date"]
    public = FolderLog(lived.whole.public)
    size = lived.sizes[lived.on(7)]
    tree = TreeReader(size, public.get)
    entries = [entry for bundle in range(-(-size // 256)) for entry in tree.entries(bundle)]
    assert said["root"] == root_of([leaf_hash(entry) for entry in entries[: said["log_size"]]]).hex()
    end = datetime(2026, 11, 23 + number, 16, tzinfo=UTC)  # midnight in UTC+8
    assert datetime.fromisoformat(said["last_recorded_at"]) < end
    if said["log_size"] < size:
        assert datetime.fromisoformat(said["next_recorded_at"]) >= end
    else:
        assert said["next_recorded_at"] is None


def test_before_it_was_recorded_an_award_was_not_in_the_log(later: TestClient, lived: Lived) -> None:
    """Also where it is dated earlier: the intake of the sample pack recorded awards of past years."""
    page = later.get(f"/c/{lived.link}?as-of={YESTERDAY}&lang=en").text
    said = later.get(f"/c/{lived.link}.json?as-of={YESTERDAY}").json()["at_date"]
    assert (said["state"], said["log_size"], said["last_recorded_at"]) == ("not-in-log", 0, None)
    assert dated(page) == "not-in-log"
    assert "Not in the log yet" in page
    on = later.get(f"/c/{lived.link}.json?on={YESTERDAY}").json()
    assert on["at_date"]["state"] == "valid"
    before = date.fromisoformat(on["fields"]["awarded_on"]) - timedelta(days=1)
    assert later.get(f"/c/{lived.link}.json?on={before}").json()["at_date"]["state"] == "not-yet-valid"


def test_the_last_day_counts_and_the_day_behind_it_does_not(client: TestClient, original: WholeLedger) -> None:
    link = original.links["expired"]
    last = date.fromisoformat(client.get(f"/c/{link}.json").json()["fields"]["expires_on"])
    for day, state in ((last, "valid"), (last + timedelta(days=1), "expired")):
        assert client.get(f"/c/{link}.json?on={day}").json()["at_date"]["state"] == state


def test_of_an_erased_holder_the_public_facts_are_told(client: TestClient, original: WholeLedger) -> None:
    link = original.links["erased"]
    twin = client.get(f"/c/{link}.json?on={TODAY}").json()
    assert (twin["state"], twin["at_date"]["state"]) == ("erased", "valid")
    assert set(twin["fields"]) == {"programme", "awarded_on", "expires_on"}
    assert client.get(f"/c/{link}.json?as-of={TODAY}").json()["at_date"]["state"] == "valid"


@pytest.mark.parametrize(
    "name", ["valid", "expired", "revoked", "suspended", "superseded", "reinstated", "title revoked"]
)
def test_what_the_page_says_now_is_what_it_would_have_said_today(
    client: TestClient, original: WholeLedger, name: str
) -> None:
    for kind in ("on", "as-of"):
        twin = client.get(f"/c/{original.links[name]}.json?{kind}={TODAY}").json()
        assert twin["at_date"]["state"] == twin["state"] == twin["standing"]
        assert twin["at_date"]["log_size"] == twin["log_size"]


REFUSED = {
    "on=2026-02-30": "bad-date",
    "on=2026-2-3": "bad-date",
    "on=20260203": "bad-date",
    "on=2026-W01-1": "bad-date",
    "on=": "bad-date",
    "on=yesterday": "bad-date",
    "as-of=２０２６-01-01": "bad-date",
    "as-of=1899-12-31": "bad-date",
    "as-of=0000-01-01": "bad-date",
    "as-of=9999-12-31": "future-date",
    f"on={TODAY + timedelta(days=1)}": "future-date",
    f"as-of={TODAY + timedelta(days=1)}": "future-date",
    f"on={TODAY}&as-of={TODAY}": "one-question",
    f"on={TODAY}&on={YESTERDAY}": "one-question",
}


@pytest.mark.parametrize(("asked", "code"), REFUSED.items())
def test_what_cannot_be_answered_is_refused_and_today_is_told(
    client: TestClient, original: WholeLedger, asked: str, code: str
) -> None:
    link = original.links["valid"]
    page, twin = client.get(f"/c/{link}?{asked}"), client.get(f"/c/{link}.json?{asked}")
    assert (page.status_code, dated(page.text), state_of(page.text)) == (400, code, "valid")
    assert (twin.status_code, twin.json()["code"]) == (400, code)
    assert twin.headers["content-type"] == "application/problem+json"
    assert page.headers["cache-control"] == twin.headers["cache-control"] == "no-store"


def test_a_day_of_no_certificate_is_no_certificate(client: TestClient) -> None:
    nothing = client.get("/c/" + "1" * 24 + "?lang=en")
    for asked in (f"on={TODAY}", f"as-of={TODAY}", "on=nonsense"):
        page = client.get("/c/" + "1" * 24 + f"?{asked}&lang=en")
        assert (page.status_code, state_of(page.text)) == (404, "unknown")
        assert "data-dated" not in page.text or "nonsense" in asked
    assert nothing.status_code == 404


def test_both_forms_stand_on_the_page_and_on_that_of_a_typed_number(client: TestClient, original: WholeLedger) -> None:
    link = original.links["valid"]
    twin = client.get(f"/c/{link}.json").json()["fields"]
    by_link = client.get(f"/c/{link}").text
    typed = client.post("/check", data={"number": twin["number"], "name": twin["name"]}).text
    for page in (by_link, typed):
        for name in ("on", "as-of"):
            assert f'<input id="{name}" name="{name}" type="date"' in page
        assert f'max="{TODAY}"' in page
    assert 'method="get">' in by_link
    assert f'method="get" action="/c/{link}"' in typed


def test_a_compromise_reported_later_changes_what_is_said_now_and_not_what_was_said(whole: WholeLedger) -> None:
    link = whole.links["valid"]
    at = NOW + DAY
    with whole.opened(lambda: at) as ledger, open_awards(ledger) as awards:
        do(ledger, c.ReportKeyCompromised(by(awards, link).statement.kid, 0))
        publish_now(ledger)
    with TestClient(whole.app(lambda: at)) as client:
        for asked, state in ((f"as-of={TODAY}", "valid"), (f"as-of={TODAY + timedelta(days=1)}", "key-compromised")):
            page = client.get(f"/c/{link}?{asked}").text
            assert (state_of(page), dated(page)) == ("not-entitled", state)
        assert dated(client.get(f"/c/{link}?on={TODAY}").text) == "key-compromised"


@pytest.mark.parametrize("language", ["zh", "en", "ko"])
@pytest.mark.parametrize("kind", ["on", "as-of"])
def test_a_day_that_is_not_over_is_not_told_as_one_that_is(original: WholeLedger, kind: str, language: str) -> None:
    link, yesterday = original.links["valid"], TODAY - timedelta(days=1)
    with TestClient(original.app(works=False)) as client:
        today = client.get(f"/c/{link}?{kind}={TODAY}&lang={language}").text
        before = client.get(f"/c/{link}?{kind}={yesterday}&lang={language}").text
        said = client.get(f"/c/{link}.json?{kind}={TODAY}").json()["at_date"]["sentence"][language]
    assert said in today
    assert date_words.OF_TODAY.of(language) in today  # type: ignore[arg-type]
    assert date_words.OF_TODAY.of(language) not in before  # type: ignore[arg-type]
    assert date_words.NOT_TODAY.of(language) in before  # type: ignore[arg-type]
    assert date_words.NOT_TODAY.of(language) not in today  # type: ignore[arg-type]
    over = {"zh": "结束时", "en": "At the end of", "ko": "끝날 때"}[language]
    assert over not in said


def test_where_tiles_are_missing_nothing_is_said_of_any_day(lived: Lived, tmp_path: Path) -> None:
    served = lived.whole.copy(tmp_path)
    with TestClient(served.app(lambda: NOW + 7 * DAY)) as client:
        for path in sorted((served.public / "tile" / "entries").rglob("*")):
            if path.is_file():
                path.unlink()
        for kind in ("on", "as-of"):
            said = client.get(f"/c/{lived.link}.json?{kind}={lived.on(3)}")
            assert (said.status_code, said.json()["code"]) == (503, "could-not-check")
            page = client.get(f"/c/{lived.link}?{kind}={lived.on(3)}").text
            assert state_of(page) == "could-not-check"
            assert "data-dated=" not in page


def test_a_change_taken_out_of_the_database_is_not_passed_over(lived: Lived, tmp_path: Path, engine: Engine) -> None:
    """The suspension of days 1 to 3 is taken out behind the ledger's back."""
    served = lived.whole.copy(tmp_path)
    with TestClient(served.app(lambda: NOW + 7 * DAY)) as client:
        engine.query(
            served.address,
            "DELETE FROM stored_events WHERE topic = 'certificate.suspended/1' AND originator_version = 2"
            " AND originator_id = (SELECT originator_id FROM stored_events WHERE topic = 'certificate.reinstated/1'"
            " AND originator_version = 3 ORDER BY notification_id DESC LIMIT 1)",
        )
        for kind in ("on", "as-of"):
            answer = client.get(f"/c/{lived.link}.json?{kind}={lived.on(3)}").json()
            assert answer.get("at_date", {"state": "could-not-check"})["state"] != "valid"
