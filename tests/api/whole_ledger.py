"""A ledger with an award in every state, made from the sample pack and a few commands; all people are invented."""

from __future__ import annotations

import shutil
from collections import Counter
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from importlib.resources import files
from pathlib import Path
from typing import Any
from uuid import UUID

from fastapi import FastAPI

from api.app import create_app
from ledger import commands as c
from ledger.awards import Awards, IssuedAward, open_awards
from ledger.founding import APPROVER, OPERATOR, Founding, found
from ledger.handle import Clock
from ledger.intake.engine import take_in
from ledger.intake.files import open_pack
from ledger.open import Ledger, open_place
from ledger.permissions import Actors
from ledger.places import DatabasePlace, FolderPlace, Place, place_of
from ledger.upkeep import Upkeep
from tests.engines import Engine
from verifier.kinds import CertificateAwarded
from verifier.standing import Standing

URL = "http://127.0.0.1:8000"
NOW = int(datetime(2026, 11, 23, 4, 0, tzinfo=UTC).timestamp() * 1000)
TODAY = date(2026, 11, 23)
"""In the base's own time it is noon."""


def clock() -> int:
    """Always the same moment."""
    return NOW


@dataclass(frozen=True)
class WholeLedger:
    """A closed ledger, and the links of its awards by state."""

    engine: Engine
    place: Place
    links: dict[str, str]

    @property
    def folder(self) -> Path:
        """Of a ledger that lies in one."""
        assert isinstance(self.place, FolderPlace)
        return self.place.folder

    @property
    def address(self) -> str:
        """The ledger's address."""
        return self.place.address if isinstance(self.place, DatabasePlace) else str(self.folder)

    @property
    def public(self) -> Path:
        """The published tree."""
        return self.place.public(self.place.settings())

    def opened(self, at: Clock = clock) -> Ledger:
        """The ledger, open."""
        return open_place(self.place, at)

    def app(self, at: Clock = clock, **options: Any) -> FastAPI:
        """The application that serves it."""
        return create_app(self.place, at, **options)

    def copy(self, to: Path) -> WholeLedger:
        """The same ledger elsewhere, to be changed."""
        made = _published_below(to, self.engine.copy(self.address, to / "ledger"))
        shutil.copytree(self.public, made.public(self.place.settings()), dirs_exist_ok=True)
        return WholeLedger(self.engine, made, self.links)


def new_place(engine: Engine, folder: Path) -> Place:
    """Where a new ledger may lie, with all that it has in folders below `folder`."""
    return _published_below(folder, engine.new(folder / "ledger"))


def _published_below(folder: Path, address: str) -> Place:
    place = place_of(address)
    return replace(place, public_folder=folder / "public") if isinstance(place, DatabasePlace) else place


def actors(ledger: Ledger) -> Actors:
    """The two accounts that `init` makes."""
    accounts = ledger.settings.accounts
    return Actors(accounts[OPERATOR], accounts[APPROVER])


def founded(place: Place, at: int = NOW, url: str = URL) -> Ledger:
    """An open ledger with the sample pack taken in."""
    master_key = "master.key" if isinstance(place, FolderPlace) else ""
    ledger = found(place, Founding(url=url, master_key_in=master_key), lambda: at)
    take_in(ledger.desk(), open_pack(Path(str(files("ledger.sample"))) / "base-pack"), actors(ledger))
    return ledger


def build(engine: Engine, folder: Path, url: str = URL) -> WholeLedger:
    """Makes the ledger."""
    links: dict[str, str] = {}
    place = new_place(engine, folder)
    with founded(place, url=url) as ledger, open_awards(ledger) as awards:
        # Streams have random ids and an intake's order goes by them: by day and name, each run takes the same awards.
        everything = sorted(awards.all(), key=lambda issued: (issued.award.awarded_on, str(issued.event.name)))
        for issued in everything:
            kind = "" if isinstance(issued.event, CertificateAwarded) else "title "
            links.setdefault(f"{kind}{issued.award.on(TODAY).value}", str(issued.event.link))
        # Of people with one award, so that an erasure meets no other award that a test looks at; and with a name that
        # nobody else has, so that no name goes with another's number. (Two in the sample are called 张伟.)
        awarded = Counter(trainee(issued) for issued in everything)
        named = Counter(str(issued.event.name) for issued in everything)
        suspended, superseded, erased, reinstated = [
            issued
            for issued in everything
            if isinstance(issued.event, CertificateAwarded)
            and issued.award.on(TODAY) is Standing.VALID
            and issued.event.link != links["valid"]
            and awarded[trainee(issued)] == named[str(issued.event.name)] == 1
        ][:4]
        do(ledger, c.SuspendCertificate(trainee(suspended), suspended.stream, "other", TODAY))
        awards.catch_up()
        draw = ledger.desk().draw("BDI", 2026)
        do(ledger, c.CorrectCertificate(trainee(superseded), superseded.stream, draw, TODAY))
        do(ledger, c.EraseTrainee(trainee(erased)))
        do(ledger, c.SuspendCertificate(trainee(reinstated), reinstated.stream, "other", TODAY))
        do(ledger, c.ReinstateCertificate(trainee(reinstated), reinstated.stream, TODAY))
        for word, issued in (("suspended", suspended), ("superseded", superseded), ("erased", erased)):
            links[word] = str(issued.event.link)
        links["reinstated"] = str(reinstated.event.link)
        links["correction"] = draw.link
        awards.catch_up()
        publish_now(ledger)
    return WholeLedger(engine, place, links)


def trainee(issued: IssuedAward) -> UUID:
    """The stream of an award's holder."""
    assert isinstance(issued.event.trainee, UUID)
    return issued.event.trainee


def do(ledger: Ledger, command: c.Command) -> None:
    """Decides and records one command."""
    ledger.desk().execute(command, actors(ledger))


def publish_now(ledger: Ledger) -> None:
    """Signs and publishes everything."""
    Upkeep(ledger).run_once()


def by(awards: Awards, link: str) -> IssuedAward:
    """The award of a link that there is."""
    issued = awards.by_link(link)
    assert issued is not None
    return issued
