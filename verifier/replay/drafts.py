"""A draft of a policy or a programme: the tables of a pack's `policies.toml` and `programmes.toml`, in one file."""

from __future__ import annotations

from dataclasses import dataclass

from verifier import kinds
from verifier.catalogue import Catalogue
from verifier.definitions import policy_of, programme_of
from verifier.events import Event
from verifier.rules import Policy, Programme
from verifier.toml_fields import TomlFields


@dataclass(frozen=True, slots=True)
class Draft:
    """What would have been in force."""

    policies: tuple[Policy, ...] = ()
    """Each stands in for the published edition of its name, or of its first day; else it comes beside them."""
    programmes: tuple[Programme, ...] = ()
    """Each stands in for every edition of its programme."""


def read_draft(name: str, text: str) -> Draft:
    """The draft in a TOML file. Raises BadDefinition, which names the place."""
    top = TomlFields.of_text(name, text)
    policies = [policy_of(one) for one in top.tables("policy", "edition")] if top.has("policy") else []
    programmes = [programme_of(one).rules for one in top.tables("programme", "code")] if top.has("programme") else []
    top.rest_is_known()
    if not policies and not programmes:
        raise top.fault("there must be one or more [[policy]] or [[programme]]")
    return Draft(tuple(policies), tuple(programmes))


class DraftedCatalogue(Catalogue):
    """What the base offers, with a draft in the place of what it stands in for."""

    __slots__ = ("_draft",)

    def __init__(self, draft: Draft) -> None:
        super().__init__(policies=list(draft.policies))
        self._draft = draft

    def evolve(self, event: Event) -> None:
        """Takes in one more event; what the draft stands in for is passed over."""
        super().evolve(event)
        match event:
            case kinds.PolicyPublished():
                stand_in = {(policy.edition, policy.effective_from) for policy in self._draft.policies}
                editions, days = {edition for edition, _ in stand_in}, {day for _, day in stand_in}
                if event.edition in editions or event.effective_from in days:
                    self.policies.pop()
            case kinds.ProgrammePublished():
                for programme in self._draft.programmes:
                    if programme.code == event.code:
                        self.editions[event.code][event.edition] = programme
            case _:
                pass
