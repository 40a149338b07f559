"""A ledger with notices that stand, one that is over, and the form open. Everybody in it is invented."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from uuid import UUID

from ledger import commands as c
from ledger.awards import open_awards
from ledger.founding import Founding
from ledger.notices import Notices
from ledger.objections import set_terms
from ledger.open import Ledger
from tests.api.whole_ledger import TODAY, URL, WholeLedger, clock, new_place, publish_now
from tests.engines import Engine
from tests.ledger.lives import Life, opened

POSTED_ON, LAST_DAY = date(2026, 11, 20), date(2026, 11, 27)
"""A Friday, and the Friday after it. Today is the Monday between them: five working days are left."""
NAMES = {"standing": "欧阳𠮷", "other": "买买提·艾力", "ended": "王终", "erasable": "李消"}
BASIS_ZH, BASIS_EN = "依据《某职称评审办法》第九条", "Article 9 of some rules on titles"
REACHED_AT = "rsj@example.org, 023-00000000"


@dataclass(frozen=True)
class Noticed:
    """A closed ledger, with the ids of its notices' pages and whose they are."""

    whole: WholeLedger
    pages: dict[str, str]
    lives: dict[str, tuple[UUID, UUID]]
    """Trainee and application."""

    def copy(self, to: Path) -> Noticed:
        """The same elsewhere, to be changed."""
        return replace(self, whole=self.whole.copy(to))

    def does(self, *commands: c.Command) -> None:
        """Records something behind the server's back, and publishes it."""
        with self.whole.opened() as ledger:
            Life(ledger).does(*commands)
            publish_now(ledger)


def build(engine: Engine, folder: Path, url: str = URL, shows: tuple[str, ...] = ("name", "employer")) -> Noticed:
    """Makes the ledger."""
    place = new_place(engine, folder)
    lives: dict[str, Life] = {}
    with opened(place, clock, Founding(url=url)) as ledger:
        for no, (word, name) in enumerate(NAMES.items(), 1):
            life = lives[word] = Life(ledger)
            life.is_in_notice(no, date(2026, 11, 2) if word == "ended" else POSTED_ON, name)
        set_terms(ledger, terms(ledger, *shows), lives["standing"].actors)
        ended = lives["ended"]
        ended.does(lambda desk: c.DecideApplication(ended.trainee, ended.application, desk.draw("AENG", 2026), TODAY))
        publish_now(ledger)
        with open_awards(ledger) as awards:
            notices = Notices(awards)
            pages = {word: notices.id_of(life.application) for word, life in lives.items()}
    people = {word: (life.trainee, life.application) for word, life in lives.items()}
    return Noticed(WholeLedger(engine, place, {}), pages, people)


def terms(ledger: Ledger, *shows: str) -> c.SetNoticeTerms:
    """Terms of the authority's notices."""
    return c.SetNoticeTerms(ledger.desk().new_id(), "BUREAU", shows, BASIS_ZH, BASIS_EN, REACHED_AT, 180)
