"""The fixed lists of DOMAIN.md: titles by rank, educations, identity documents, objections, reasons of revocation."""

from __future__ import annotations

from typing import Final

TITLES: Final = ("none", "technician", "assistant-engineer", "engineer")
"""All titles, lowest first (DOMAIN.md "Titles": none < technician < assistant-engineer < engineer)."""

AWARD_LEVELS: Final = ("assistant-engineer", "engineer")
"""The titles that are granted here; a technician's title is only ever declared at registration."""

EDUCATIONS: Final = ("secondary", "college", "bachelor", "second-bachelor", "master", "doctor")

ID_TYPES: Final = ("resident-id", "passport", "hk-macau-permit", "taiwan-permit")
"""Identity documents; only the resident ID number has a check character (GB 11643)."""

OBJECTIONS: Final = ("none", "dismissed", "upheld")
"""What became of objections raised during the public notice (公示)."""

AWARDS: Final = ("certificate", "title")

REVOCATION_REASONS: Final = ("fraud", "issued-in-error", "superseded", "other")

ORGANISATION_KINDS: Final = ("university", "enterprise", "vocational", "school", "authority")


def rank(title: str) -> int:
    """The rank of a title, 0 for `none`. Raises ValueError for a word that is no title."""
    return TITLES.index(title)
