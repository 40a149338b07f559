"""What auditors looked at stays as it was written down: any change, any gap, any cut that somebody could notice is."""

from __future__ import annotations

import json
from uuid import UUID

import pytest
from click.testing import CliRunner

from ledger.cli.looks import looks
from ledger.office.looks import PAGE, SHORTEST
from ledger.office.opening import Office
from ledger.store import StoreCorrupt

STREAM, OTHER = UUID(int=1), UUID(int=2)


def look(office: Office, times: int = 3) -> None:
    for n in range(times):
        office.looks.record("A1", STREAM, f"spot check {n}")


def test_each_look_is_kept_with_who_what_when_and_why(office: Office) -> None:
    assert office.looks.check() is None
    assert office.looks.latest() == []
    made = office.looks.record("A1", STREAM, "  complaint 12/2026 ")
    assert (made.number, made.pseudonym, made.stream, made.reason) == (1, "A1", STREAM, "complaint 12/2026")
    assert office.looks.latest() == [made]
    assert office.looks.check() == made


def test_a_look_takes_a_reason(office: Office) -> None:
    for reason in ("", " " * 20, "x" * (SHORTEST - 1), f" {'x' * (SHORTEST - 1)} "):
        with pytest.raises(ValueError, match="a look takes a reason"):
            office.looks.record("A1", STREAM, reason)
    assert office.looks.latest() == []


def test_looks_are_listed_newest_first_a_page_at_a_time(office: Office) -> None:
    look(office, PAGE + 2)
    first = office.looks.latest()
    assert [item.number for item in first] == list(range(PAGE + 2, 2, -1))
    assert [item.number for item in office.looks.latest(first[-1].number)] == [2, 1]


SPOILT: dict[str, tuple[str, tuple[object, ...]]] = {
    "who": ("UPDATE looks SET pseudonym = ? WHERE number = 2", ("A2",)),
    "what": ("UPDATE looks SET stream = ? WHERE number = 2", (OTHER.bytes,)),
    "when": ("UPDATE looks SET looked_at = looked_at + 1 WHERE number = 2", ()),
    "chain": ("UPDATE looks SET chain = ? WHERE number = 2", (bytes(32),)),
    "gone": ("DELETE FROM looks WHERE number = 2", ()),
    "first gone": ("DELETE FROM looks WHERE number = 1", ()),
    "another's reason": ("UPDATE looks SET sealed = (SELECT sealed FROM looks WHERE number = 1) WHERE number = 2", ()),
    "moved up": ("UPDATE looks SET number = 9 WHERE number = 3", ()),
}


@pytest.mark.parametrize("how", SPOILT)
def test_a_look_that_was_changed_or_taken_out_is_found(office: Office, how: str) -> None:
    look(office)
    sql, params = SPOILT[how]
    office.cabinet.write(lambda tables: tables.execute(sql, params))
    with pytest.raises(StoreCorrupt):
        office.looks.check()


def test_looks_cut_off_at_the_end_are_found_by_who_kept_a_value(office: Office) -> None:
    look(office)
    kept = office.looks.check()
    assert kept is not None
    office.looks.check_kept(kept.number, kept.chain)
    office.cabinet.write(lambda tables: tables.execute("DELETE FROM looks WHERE number = 3"))
    assert office.looks.check() is not None, "by itself what is left is whole"
    with pytest.raises(StoreCorrupt, match="look 3 is gone"):
        office.looks.check_kept(kept.number, kept.chain)
    look(office, 1)
    with pytest.raises(StoreCorrupt, match="another one than you kept"):
        office.looks.check_kept(kept.number, kept.chain)


def test_the_command_lists_and_checks(office: Office) -> None:
    place = ["--ledger", office.ledger.place.name]
    look(office)
    told = CliRunner().invoke(looks, [*place, "--json"])
    facts = json.loads(told.output)
    assert (facts["count"], [item["number"] for item in facts["looks"]]) == (3, [3, 2, 1])
    assert CliRunner().invoke(looks, [*place, "--kept", facts["kept"]]).exit_code == 0
    assert CliRunner().invoke(looks, [*place, "--kept", "3:" + "0" * 64]).exit_code == 1
    assert CliRunner().invoke(looks, [*place, "--kept", "3"]).exit_code == 2
