"""A register of as many people as are wanted: that of a pack, copied row by row under new ids into cohorts of its size.

Folding the log of a hundred thousand people takes hours of intake first; what a list costs depends on the rows alone.
Names and numbers are drawn anew, cards are sealed under data keys that are there, tokens are those of the names.
"""

from __future__ import annotations

from collections.abc import Iterator
from random import Random
from uuid import UUID

from ledger.cards import Cards
from ledger.open import Ledger
from ledger.projections.register.rows import COHORTS, NAME_TOKENS, PERSONAL, REACH, TABLES
from ledger.projector import Position, Projection, Tables, Views
from ledger.register.opening import OpenedEntries
from ledger.register.reading import Register
from ledger.store import Recorded

_CHARACTERS = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎"
_IDS = frozenset({"subject", "enrolment", "certificate", "application", "title"})
_AT_ONCE = 2000


def multiply(ledger: Ledger, register: Register, people: int) -> None:
    """Adds copies of all its rows until it has at least so many people."""
    rows = {
        table.name: [tuple(row) for row in register.views.select(f"SELECT * FROM {table.name}")] for table in TABLES
    }
    there = len(rows["people"])
    for copy in range(1, -(-people // there)):
        random = Random(copy)
        subjects = {row[0]: UUID(int=random.getrandbits(128), version=4) for row in rows["people"]}
        hiding = OpenedEntries(ledger.data_keys.create(subjects.values()), ledger.claim_keys)
        cards = Cards(ledger.data_keys.get_many(subjects.values()))
        _insert(register.views, _Copy(rows, copy, random, subjects, hiding, cards).rows())


class _Copy:
    """One copy of all rows."""

    def __init__(
        self,
        rows: dict[str, list[tuple[object, ...]]],
        number: int,
        random: Random,
        subjects: dict[object, UUID],
        hiding: OpenedEntries,
        cards: Cards,
    ) -> None:
        self._rows, self._number, self._random = rows, number, random
        self._subjects, self._hiding, self._cards = subjects, hiding, cards
        self._ids: dict[object, bytes] = {old: new.bytes for old, new in subjects.items()}

    def rows(self) -> Iterator[tuple[str, list[tuple[object, ...]]]]:
        """Statements, each with the rows to run it for."""
        names = {subject: "".join(self._random.choices(_CHARACTERS, k=3)) for subject in self._subjects}
        for table in PERSONAL:
            made: list[tuple[object, ...]] = []
            for row in self._rows[table.name]:
                values = dict(zip(table.columns, row, strict=True))
                owner = values["subject"]
                for column in _IDS & values.keys():
                    if values[column] is not None:
                        values[column] = self._id(values[column])
                if "cohort" in values:
                    values["cohort"] = self._cohort(values["cohort"])
                if "card" in values:
                    stream = bytes(self._id(row[0]))
                    number = f"T{self._number:03}{len(made):07}"
                    told = [number, names[owner], "passport", "5****001"] if table.name == "people" else [number]
                    values["card"] = self._cards.seal(self._subjects[owner], stream, told)
                made.append(tuple(values[column] for column in table.columns))
            yield table.upsert, made
        yield (
            REACH.upsert,
            [(code, day, self._ids[subject], whole) for code, day, subject, whole in self._rows["reach"]],
        )
        days = {row[0]: row[2] for row in self._rows["people"]}
        yield (
            NAME_TOKENS.upsert,
            [
                (token, days[subject], self._ids[subject])
                for subject, name in names.items()
                for token in self._hiding.name_tokens(name)
            ],
        )
        yield COHORTS.upsert, [(self._cohort(code), *rest) for code, *rest in self._rows["cohorts"]]

    def _id(self, old: object) -> bytes:
        if old not in self._ids:
            self._ids[old] = self._random.randbytes(16)
        return self._ids[old]

    def _cohort(self, code: object) -> str:
        return f"{code}-{self._number}"


def _insert(views: Views, statements: Iterator[tuple[str, list[tuple[object, ...]]]]) -> None:
    """As a projection of one step, the only way in which views are written."""

    def apply(tables: Tables, entries: object) -> None:
        for sql, rows in statements:
            for start in range(0, len(rows), _AT_ONCE):
                tables.executemany(sql, sorted(rows[start : start + _AT_ONCE], key=repr))

    step = Projection("multiplied", 1, {}, apply)
    views.reset(step)
    views.advance(step, Position(), [Recorded(0, UUID(int=0), 1, "", b"", b"", None, None)])
