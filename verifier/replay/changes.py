"""Replay of what becomes of an award, certificate or title: changes of its standing, and its correction (DOMAIN.md)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from verifier import kinds
from verifier.dossier import Certificate, Title
from verifier.replay.facts import Facts
from verifier.replay.outcomes import Difference
from verifier.rules import REVOCATION_REASONS
from verifier.standing import business_date

ChangeOfStanding = (
    kinds.CertificateSuspended
    | kinds.CertificateReinstated
    | kinds.CertificateRevoked
    | kinds.CertificateSuperseded
    | kinds.TitleRevoked
    | kinds.TitleSuperseded
)
_REPEATED: Final = {
    kinds.CertificateAwarded: ("programme", "awarded_on", "expires_on", "total", "trainee", "enrolment", "cohort"),
    kinds.TitleGranted: ("level", "granted_on", "speciality", "trainee", "application", "policy", "route"),
}
"""What a correction repeats of the award that it supersedes."""


def check_change(event: ChangeOfStanding, organisation: str, facts: Facts) -> Iterator[Difference]:
    """What the rules do not give of a change of standing: all of it is public."""
    what, awarded = ("title", "granted") if isinstance(event, _OF_TITLES) else ("certificate", "awarded")
    known = facts.awards.get(event.stream_id)
    if known is None:
        yield Difference("no-award", f"there is no such {what}")
        return
    award, day = known.award, business_date(event)
    if organisation != known.organisation:
        yield Difference("entitlement", f"it is a {what} of {known.organisation}, not of {organisation}")
    if award.revoked_on is not None:
        yield Difference("already-revoked", f"it was revoked on {award.revoked_on}")
    if award.superseded_on is not None:
        yield Difference("already-superseded", f"it was superseded on {award.superseded_on}")
    if day < award.awarded_on:
        yield Difference("bad-order", f"dated {day}, and {awarded} on {award.awarded_on}")
    if isinstance(event, kinds.CertificateSuspended | kinds.CertificateSuperseded) and award.suspended:
        yield Difference("already-suspended", "it is suspended")
    if isinstance(event, kinds.CertificateReinstated):
        if not award.suspended:
            yield Difference("not-suspended", "it is not suspended")
        elif day < award.suspensions[-1][0]:
            yield Difference("bad-order", f"dated {day}, and suspended on {award.suspensions[-1][0]}")
    if isinstance(event, kinds.CertificateSuperseded | kinds.TitleSuperseded):
        yield from facts.check_superseded(event)
    reason = getattr(event, "reason", None)
    if reason is not None and reason not in REVOCATION_REASONS:
        yield Difference("unknown-value", f"{str(reason)[:40]!r} is no reason")


def check_correction(
    event: kinds.CertificateAwarded | kinds.TitleGranted, old: Certificate | Title | None, facts: Facts
) -> Iterator[Difference]:
    """What the rules do not give of a correction. `old`: what it corrects, None where its holder has no such award."""
    if old is None:
        what = "title" if isinstance(event, kinds.TitleGranted) else "certificate"
        yield Difference("correction", f"what it corrects is no {what} of this trainee")
        return
    if old.award.superseded_on is None:
        yield Difference("correction", "what it corrects was not superseded")
    yield from facts.check_successor(event)
    changed = [name for name in _REPEATED[type(event)] if getattr(old.event, name) != getattr(event, name)]
    if changed:
        yield Difference("correction", f"it changes {', '.join(changed)}")


_OF_TITLES: Final = (kinds.TitleRevoked, kinds.TitleSuperseded)
