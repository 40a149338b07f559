"""An office of a new ledger on each engine, with a clock that the test turns."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from ledger.office.opening import Office, open_office
from ledger.office.staff import Member
from ledger.open import Ledger
from ledger.permissions import Actors
from tests.ledger import lives


@dataclass
class Hands:
    """A clock that stands still until it is turned; milliseconds since 1970 UTC."""

    now: int = lives.START

    def __call__(self) -> int:
        return self.now

    def turn(self, seconds: float) -> None:
        self.now += int(seconds * 1000)


@pytest.fixture
def hands() -> Hands:
    return Hands()


@pytest.fixture
def ledger(address: str, hands: Hands) -> Iterator[Ledger]:
    with lives.opened(address, hands) as made:
        yield made


@pytest.fixture
def office(ledger: Ledger) -> Iterator[Office]:
    with open_office(ledger) as opened:
        yield opened


@pytest.fixture
def operators(ledger: Ledger) -> Actors:
    return lives.operators(ledger)


def join(office: Office, login: str, *roles: str, organisation: str = "BASE") -> Member:
    """A new member of staff, by the operator that `init` made."""
    by = lives.operators(office.ledger)
    member, _ = office.staff.add(login, f"{login} 某", f"{login}@example.org", organisation, roles, by)
    return member
