"""«No name, ID number, phone or mail address of a pack appears in the published tree, searched as bytes; scores, votes,
dates and references are absent.» The published log passes the audit."""

from __future__ import annotations

import base64
import csv
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import fields
from datetime import date
from pathlib import Path

import pytest

from tests.acceptance.conftest import Taken
from tests.acceptance.published import files_of, size_of, statements
from tests.acceptance.terminal import GOOD, PACKS, Terminal
from verifier import statuslist, trust
from verifier.events import WITHHELD

LOGS = ("base", "dirty")
SHORTEST = 6
"""Bytes: shorter ones are found in megabytes of hashes by chance."""
COLUMNS = ("trainee_no", "name", "id_number", "email", "phone")
DATED = {
    "certificate.awarded": {"awarded_on", "expires_on"},
    "certificate.revoked": {"revoked_on"},
    "title.granted": {"granted_on"},
    "title.revoked": {"revoked_on"},
    "cohort.opened": {"starts_on", "ends_on"},
    "policy.published": {"effective_from"},
}
"""Every public field of a base's history that holds a day, by kind of event."""
SILENT = ("trainee.", "enrolment.", "attendance.", "result.", "certification.", "application.", "panel.", "notice.")
"""Kinds of event that say in clear nothing but that they happened."""


@pytest.fixture(params=LOGS)
def taken(request: pytest.FixtureRequest) -> Taken:
    found: Taken = request.getfixturevalue(request.param)
    return found


@pytest.mark.parametrize("name", [*LOGS, "small"])
def test_the_audit_of_a_published_log_is_good(person: Terminal, request: pytest.FixtureRequest, name: str) -> None:
    taken: Taken = request.getfixturevalue(name)
    answer = person.certverify("audit", taken.published, "--trust", taken.trust, "--json").expect(GOOD)
    report = answer.json
    assert report["size"] == report["judged"] == size_of(taken.published)
    assert [report[name] for name in ("problems", "findings", "unchecked", "disowned")] == [[], [], [], []]


def test_no_personal_value_of_the_pack_is_in_the_published_tree(taken: Taken) -> None:
    values = personal_values(PACKS / taken.pack.name / "roster.csv")
    assert len(values) > 500
    searched = Needles(needle for value in values for needle in spellings(value))
    for path in files_of(taken.published):
        assert searched.found_in(path.read_bytes()) == set(), path.name
    for path in (taken.published / "status").iterdir():
        assert searched.found_in(inflated(taken, path)) == set(), path.name


def test_the_search_finds_what_is_there() -> None:
    values = personal_values(PACKS / "base" / "roster.csv")
    searched = Needles(needle for value in values for needle in spellings(value))
    phone = (PACKS / "base" / "roster.csv").read_text("utf-8").splitlines()[1].rsplit(",", 1)[1]
    hidden = base64.b64encode(b"x" + phone.encode() + b"y")
    for data in (phone.encode(), phone.encode("utf-16-be"), phone.encode().hex().encode(), hidden):
        assert searched.found_in(b"\x00\xff" + data + b"\x00"), data
    for encoding in ("utf-8", "gb18030", "utf-16-le"):
        assert searched.found_in("…夏侯洋…欧阳丽娜…罗浩娟…".encode(encoding)), encoding


def test_a_statement_shows_no_day_but_those_of_awards_and_offers(taken: Taken) -> None:
    for read in statements(taken.published):
        shown = {field.name: getattr(read.record.event, field.name) for field in read.record.type.public}
        days = {name for name, value in shown.items() if isinstance(value, date)}
        assert days == DATED.get(read.record.type.kind, set()), read.type


def test_a_statement_shows_nothing_of_how_somebody_did(taken: Taken) -> None:
    """Not one score, vote, hour, or business date, nor which streams are one person's."""
    seen = set()
    for read in statements(taken.published):
        event, declared = read.record.event, read.record.type
        withheld = {item.name for item in fields(event) if getattr(event, item.name) is WITHHELD}
        assert withheld == {field.name for field in (*declared.personal, *declared.printed)}
        if declared.kind.startswith(SILENT):
            assert declared.public == (), declared.name
            seen.add(declared.kind)
    assert seen >= {"trainee.registered", "enrolment.made", "result.recorded", "panel.voted", "application.refused"}


def test_every_statement_of_the_pack_is_marked_as_historical(taken: Taken) -> None:
    unmarked = {read.record.type.kind for read in statements(taken.published) if read.record.envelope.pack is None}
    assert unmarked == {"log.started", "account.opened", "calendar.adopted", "pack.taken-in"}


# --- the search -----------------------------------------------------------------------------------------------------


def personal_values(roster: Path) -> set[str]:
    """Everything in a roster that says who somebody is, ID numbers without their area code too."""
    values: set[str] = set()
    with roster.open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            values |= {row[column] for column in COLUMNS}
            if row["id_type"] == "resident-id" and len(row["id_number"]) == 18:
                born = row["id_number"][6:14]
                values |= {row["id_number"][6:], f"{born[:4]}-{born[4:6]}-{born[6:]}"}
    return {value for value in values if len(value) > 1}


def spellings(value: str) -> Iterator[bytes]:
    """A value as bytes in every way in which it might have slipped in."""
    for encoding in ("utf-8", "gb18030", "utf-16-le", "utf-16-be"):
        data = value.encode(encoding)
        yield data
        yield data.hex().encode()
        yield data.hex().upper().encode()
        for alignment in range(3):
            encoded = base64.b64encode(b"\x00" * alignment + data)
            # The first and last characters depend on what stands before and after.
            whole = encoded[-(-alignment * 8 // 6) : (alignment + len(data)) * 8 // 6]
            yield whole
            yield whole.replace(b"+", b"-").replace(b"/", b"_")


class Needles:
    """Many byte strings looked for at once."""

    def __init__(self, needles: Iterator[bytes]) -> None:
        self._by_start: dict[bytes, set[bytes]] = defaultdict(set)
        for needle in needles:
            if len(needle) >= SHORTEST:
                self._by_start[needle[:SHORTEST]].add(needle)

    def found_in(self, data: bytes) -> set[bytes]:
        """Those that the data hold."""
        starts = {data[at : at + SHORTEST] for at in range(len(data))} & self._by_start.keys()
        return {needle for start in starts for needle in self._by_start[start] if needle in data}


def inflated(taken: Taken, path: Path) -> bytes:
    """The bits of a published status list."""
    token = path.read_bytes()
    trusted = trust.parse(taken.trust.read_text("utf-8"))
    return statuslist.verify(token, trusted.keys[statuslist.signer(token)].public_key).bits
