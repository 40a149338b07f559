"""What the register keeps of the base's own definitions: cohorts, editions of programmes, editions of policies."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from functools import lru_cache

from ledger.projections.register.rows import COHORTS, POLICIES, PROGRAMMES, Cohort, PolicyEdition, ProgrammeEdition
from ledger.projector import Tables
from verifier import cbor, kinds
from verifier.events import Event
from verifier.rules import hours_needed


class Definitions:
    """As far as the entries before define them, read from the register's own tables."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables
        self.cohorts = {row[0]: Cohort(*row) for row in tables.select("SELECT * FROM cohorts")}
        self._policies = {row[0]: PolicyEdition(*row) for row in tables.select("SELECT * FROM policy_editions")}

    def take(self, event: Event) -> None:
        """Takes in, and writes down, one more event; one that defines nothing of these changes nothing."""
        match event:
            case kinds.ProgrammePublished():
                needed = hours_needed(event.min_attendance, event.modules)
                edition = ProgrammeEdition(
                    event.code, event.edition, event.taught_by, event.certified_by, encoded_hours(needed)
                )
                self._tables.execute(PROGRAMMES.upsert, PROGRAMMES.values(edition))
            case kinds.PolicyPublished():
                policy = PolicyEdition(event.edition, event.authority, event.effective_from.isoformat())
                self._policies[event.edition] = policy
                self._tables.execute(POLICIES.upsert, POLICIES.values(policy))
            case kinds.CohortOpened():
                self._open_cohort(event)
            case _:
                pass

    def needs(self, cohort: str) -> dict[str, Fraction] | None:
        """The hours that each module of a cohort asks for; None for a cohort that is not known."""
        found = self.cohorts.get(cohort)
        return None if found is None else _needs(found.needs)

    def authority_of(self, policy: str | None, applied_on: str) -> str | None:
        """Who decides: the authority of the edition named or, before one is, of the one in force on the day."""
        if policy is not None and policy in self._policies:
            return self._policies[policy].authority
        there = [item for item in self._policies.values() if item.effective_from <= applied_on]
        return max(there, key=lambda item: item.effective_from).authority if there else None

    def _open_cohort(self, event: kinds.CohortOpened) -> None:
        rows: Sequence[tuple[str, str, bytes]] = self._tables.select(
            "SELECT taught_by, certified_by, needs FROM programme_editions WHERE programme = ? AND edition = ?",
            (event.programme, event.programme_edition),
        )
        if not rows:  # no cohort is opened of a programme that is not there; whoever forged one is for the auditor
            return
        cohort = Cohort(
            event.code,
            event.cohort_id.bytes,
            event.programme,
            event.programme_edition,
            event.starts_on.isoformat(),
            event.ends_on.isoformat(),
            event.capacity,
            *rows[0],
        )
        self.cohorts[event.code] = cohort
        self._tables.execute(COHORTS.upsert, COHORTS.values(cohort))


def hours_of(encoded: bytes) -> dict[str, Fraction]:
    """Hours by module, exact."""
    return {module: Fraction(text) for module, text in cbor.decode(encoded).items()}


def encoded_hours(hours: Mapping[str, Fraction]) -> bytes:
    """The same as they are kept."""
    return cbor.encode(cbor.ordered_map({module: str(value) for module, value in hours.items()}))


_needs = lru_cache(maxsize=1024)(hours_of)
