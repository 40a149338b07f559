"""The menu of the office's pages: what there is for whom, in the order in which the work goes."""

from __future__ import annotations

from api.languages import Words
from api.office import words
from api.office.gate import Acting
from ledger.office.seeing import sees_people

Entry = tuple[str, Words]


def entries(acting: Acting | None) -> list[Entry]:
    """Addresses and names of the pages that somebody may open; none for nobody."""
    if acting is None:
        return []
    made = [("/console", words.HOME), ("/console/proposals", words.PROPOSALS)]
    if sees_people(acting.member):
        made.append(("/console/prepared", words.PREPARED))
        made += [("/console/cohorts", words.COHORTS), ("/console/trainees", words.TRAINEES)]
        made += [("/console/applications", words.APPLICATIONS), ("/console/titles", words.TITLES)]
        made.append(("/console/pictures", words.PICTURES))
    made += [("/console/rules", words.RULES), ("/console/organisations", words.ORGANISATIONS)]
    if acting.may("administrator"):
        made.append(("/console/staff", words.STAFF))
    return [*made, ("/console/account", words.ACCOUNT)]
