"""The menu of the office's pages: what there is for whom, in the order in which the work goes."""

from __future__ import annotations

from api.languages import Words
from api.office import look_words, telling_words, words
from api.office.gate import Acting
from ledger.office.seeing import sees_people

Entry = tuple[str, Words]


def entries(acting: Acting | None, base: str) -> list[Entry]:
    """Addresses and names of the pages that somebody may open; none for nobody. `base`: the base's own code."""
    if acting is None:
        return []
    made = [("/console", words.HOME), ("/console/proposals", words.PROPOSALS)]
    if sees_people(acting.member):
        if acting.member.organisation == base:
            made.append(("/console/intakes", words.INTAKES))
        made.append(("/console/prepared", words.PREPARED))
        made += [("/console/cohorts", words.COHORTS), ("/console/trainees", words.TRAINEES)]
        made += [("/console/applications", words.APPLICATIONS), ("/console/titles", words.TITLES)]
        made.append(("/console/pictures", words.PICTURES))
    if acting.may("auditor"):
        made.append(("/console/log", look_words.LOG))
    if acting.may("auditor", "administrator"):
        made.append(("/console/looks", look_words.LOOKS))
    made += [("/console/rules", words.RULES), ("/console/organisations", words.ORGANISATIONS)]
    if acting.may("administrator"):
        made.append(("/console/staff", words.STAFF))
        made.append(("/console/messages", telling_words.MESSAGES))
    return [*made, ("/console/account", words.ACCOUNT)]
