"""Who may record which kind of event, and in whose name (DOMAIN.md, Control): the one table of roles.

The ledger refuses by it what somebody may not do, and an audit holds against it whom the log's entries name.
"""

from __future__ import annotations

from typing import Final

from verifier.kinds import ROOT_KINDS

ASSESSED_KINDS: Final = frozenset({"result.recorded", "result.amended"})
PUBLIC_KIND: Final = "objection.lodged"
SIGNING_KIND: Final = "approval.signed"

DELEGATED_KINDS: Final = frozenset(
    {
        "application.filed",
        "enrolment.made",
        "enrolment.withdrawn",
        "evidence.attached",
        "trainee.details-amended",
        "trainee.name-changed",
        "trainee.registered",
    }
)
"""What the base records at the word of the organisations that it is about, too."""

FOLLOWING_KINDS: Final = frozenset({"application.found-eligible", "application.refused"})
"""What follows by rule from an application that the base files, and is signed in the authority's name: the base's staff
record both, also where the authority's own key has to sign its part first."""


def role_for(kind: str) -> str:
    """The role that proposes an event of this kind: administrators do keys and passkeys, assessors do results.

    What an approver's passkey signed, the approver alone records. A form that anybody may fill in records nothing but
    its own kind, and nobody else records that.
    """
    if kind in ROOT_KINDS:
        return "administrator"
    if kind == PUBLIC_KIND:
        return "public"
    if kind == SIGNING_KIND:
        return "approver"
    return "assessor" if kind in ASSESSED_KINDS else "registrar"


def may_act_for(kind: str, own: str, signing: str, custody: str, base: str) -> bool:
    """Whether staff of the organisation `own` may have acted in the name of `signing`, as far as the public log shows.

    `custody`: of the key that signed. An account of an organisation acts for it, one of the base also for every
    organisation whose key the base holds. Whom an event is about is not public: at whose word the base recorded a
    delegated kind, nobody sees.
    """
    if kind == SIGNING_KIND or kind in DELEGATED_KINDS:
        return True
    return own == signing or (own == base and (custody == "base" or kind in FOLLOWING_KINDS))
