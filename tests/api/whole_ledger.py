"""A ledger with an award in every state, made from the sample pack and a few commands; all people are invented."""

from __future__ import annotations

import shutil
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, date, datetime
from importlib.resources import files
from pathlib import Path
from uuid import UUID

from ledger import commands as c
from ledger.awards import Awards, IssuedAward, open_awards
from ledger.founding import APPROVER, OPERATOR, Founding, found
from ledger.intake.engine import take_in
from ledger.intake.files import open_pack
from ledger.open import Ledger
from ledger.permissions import Actors
from ledger.upkeep import Upkeep
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
    """A closed ledger's folder and the links of its awards by state."""

    folder: Path
    links: dict[str, str]

    def copy(self, to: Path) -> WholeLedger:
        """The same ledger in another folder, to be changed."""
        shutil.copytree(self.folder, to)
        return WholeLedger(to, self.links)


def actors(ledger: Ledger) -> Actors:
    """The two accounts that `init` makes."""
    accounts = ledger.settings.accounts
    return Actors(accounts[OPERATOR], accounts[APPROVER])


def founded(folder: Path, at: int = NOW, url: str = URL) -> Ledger:
    """An open ledger with the sample pack taken in."""
    ledger = found(folder, Founding(url=url, master_key_in="master.key"), lambda: at)
    take_in(ledger.desk(), open_pack(Path(str(files("ledger.sample"))) / "base-pack"), actors(ledger))
    return ledger


def build(folder: Path, url: str = URL) -> WholeLedger:
    """Makes the ledger."""
    links: dict[str, str] = {}
    with founded(folder, url=url) as ledger, open_awards(ledger) as awards:
        everything = list(awards.all())
        for issued in everything:
            kind = "" if isinstance(issued.event, CertificateAwarded) else "title "
            links.setdefault(f"{kind}{issued.award.on(TODAY).value}", str(issued.event.link))
        # Of people with one award, so that an erasure meets no other award that a test looks at.
        awarded = Counter(trainee(issued) for issued in everything)
        suspended, superseded, erased, reinstated = [
            issued
            for issued in everything
            if isinstance(issued.event, CertificateAwarded)
            and issued.award.on(TODAY) is Standing.VALID
            and issued.event.link != links["valid"]
            and awarded[trainee(issued)] == 1
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
    return WholeLedger(folder, links)


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
