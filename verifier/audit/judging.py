"""Judging a log entry by entry, in order: signature, authority, place in history, rules."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any, Final, NamedTuple
from uuid import UUID

from verifier import kinds, statement
from verifier.audit.approvals import Approvals, Consent
from verifier.audit.awards import Awards
from verifier.audit.counts import Counts
from verifier.audit.examining import WHOLE, WHOLE_KINDS, Examined, month_of
from verifier.audit.histories import Histories
from verifier.audit.reading import Batch
from verifier.audit.report import Finding
from verifier.authority import Authority, Key
from verifier.awards import disowned
from verifier.catalogue import Catalogue
from verifier.current import business_day
from verifier.errors import NotEntitled, RuleBroken
from verifier.events import Event, event_type
from verifier.keys import thumbprint
from verifier.rules import terms_fault
from verifier.standing import AWARDS, CHANGES, business_date
from verifier.statement import Statement
from verifier.verify import recorded_moment

Reread = Callable[[], Iterable[tuple[int, bytes]]]
"""All entries from the first to before the one being judged, read again."""


_BASE_KINDS: Final = frozenset(kinds.BASE_KINDS)
_DEFINITIONS: Final = WHOLE_KINDS - {"approval.signed", "pack.taken-in"}
_AWARD_KINDS: Final = frozenset(event_type(cls).kind for cls in (*AWARDS, *CHANGES))


class _Standing(NamedTuple):
    """What a group of entries is judged by."""

    kind: str
    key: Key
    in_pack: bool
    is_award: bool
    consent: Consent | None


@dataclass(slots=True)
class Judge:
    """What the log has said so far, as far as an audit needs it."""

    authority: Authority = field(default_factory=Authority)
    catalogue: Catalogue = field(default_factory=Catalogue)
    awards: Awards = field(default_factory=Awards)
    approvals: Approvals = field(default_factory=Approvals)
    findings: list[Finding] = field(default_factory=list)
    disowned: dict[int, bytes] = field(default_factory=dict)
    """Entries that count for nothing, with the compromised key that signed each."""
    counts: Counts = field(default_factory=Counts)
    judged: int = 0
    """Entries taken in so far."""
    _compromises: list[tuple[int, kinds.KeyCompromised]] = field(default_factory=list)
    _histories: Histories = field(default_factory=Histories)
    _packs: set[bytes] = field(default_factory=set)
    _owners: dict[tuple[str, str], bytes] = field(default_factory=dict)
    """Which stream a code or pseudonym belongs to."""
    _offices: dict[str, frozenset[str]] = field(default_factory=dict)
    """Which organisations may record a kind, by the programmes and policies so far."""
    _recorded_at: int = 0
    _definitions: list[tuple[int, bytes]] = field(default_factory=list)
    """The entries from which authority, catalogue and owners are folded."""

    def __post_init__(self) -> None:
        self._set_offices()

    def take_examined(self, batch: Batch, offset: int, end: int) -> int:
        """Takes in a bundle's entries from `offset` to before `end`, as far as they need no look as a whole.

        Returns the offset of the first that was not taken. Raises VerificationError for that one, and `judged` says
        which it is. The conditions are those of `take`; what is the same for many entries is looked at once.
        """
        found = batch.examined
        standing: dict[int, _Standing | None] = {}
        at = offset
        try:
            for at in range(offset, end):
                number = found.group_of[at]
                if number not in standing:
                    standing[number] = self._standing(batch.first + at, found, number)
                group = standing[number]
                if group is None:
                    break
                kind = group.kind
                recorded_at = found.times[at]
                if recorded_at < self._recorded_at:
                    raise _too_early(recorded_at, self._recorded_at)
                self._histories.take(found.streams[at], found.versions[at], kind)
                self._recorded_at = recorded_at
                if group.is_award:
                    self._take_award(batch.first + at, found.events[at], found.streams[at], group, recorded_at)
                if group.consent is not None:
                    self.approvals.count(group.consent)
            else:
                at = end
        finally:
            self.judged = batch.first + at
            for number, many in Counter(found.group_of[offset:at]).items():
                taken = standing[number]
                assert taken is not None
                self.counts.add(taken.kind, taken.key, found.groups[number][1], many)
        return at

    def _standing(self, index: int, found: Examined, number: int) -> _Standing | None:
        """What makes entries of a group good from here on, until an entry is looked at whole; None where one must."""
        if number == WHOLE:
            return None
        shown = found.groups[number][0]
        kind, actors, authority = shown.kind, shown.actors, self.authority
        key = authority.keys.get(shown.kid)
        if key is None or len(set(actors)) < len(actors) or index == 0:
            return None
        if authority.staff_fault(kind, actors, key) is not None:
            return None
        try:
            key.entitled(kind, index)
            self._check_office(kind, key.organisation)
        except NotEntitled:
            return None
        if shown.issuer != authority.organisations[key.organisation].uri:
            return None
        if shown.pack is not None and shown.pack not in self._packs:
            return None
        consent = None
        if kind in kinds.APPROVED_KINDS:
            if len(actors) != 2 or "approver" not in authority.accounts.get(actors[1], frozenset()):
                return None
            consent = self.approvals.consent(kind, actors[1], shown.pack, authority.approvers)
            if consent is Consent.OWN:
                return None
        return _Standing(kind, key, shown.pack is not None, kind in _AWARD_KINDS, consent)

    def _take_award(self, index: int, event: Event, stream: bytes, group: _Standing, recorded_at: int) -> None:
        self.awards.take(index, group.key.kid, stream, event, group.key.organisation, self.catalogue)
        self._check_day(index, event, recorded_at, group.in_pack)

    def take(self, index: int, entry: bytes, reread: Reread) -> None:
        """Takes in an entry. Raises VerificationError, which says why it may not stand there."""
        # (1) One exact form. (2) Signature, entitlement, two people where needed: authority as of this index.
        read = statement.parse(entry)
        key = self.authority.admit(index, read, whole=True)
        # (3) Its place in its stream and in time; the intake it belongs to.
        around, event = read.record.envelope, read.record.event
        self._take_envelope(
            read.stream_id.bytes,
            around.version,
            read.record.type.kind,
            around.recorded_at,
            around.pack.bytes if around.pack else None,
        )
        # (4) Signed by the approver's passkey, where the approver has one.
        if (unasked := self.approvals.take(index, read, self.authority.approvers)) is not None:
            self.findings.append(unasked)
        # (5) What it defines is not defined already. (6) Awards by who awards them, each number and place once.
        self._check_office(read.record.type.kind, key.organisation)
        self._check_definition(read.stream_id, event)
        self.catalogue.evolve(event)
        if isinstance(event, kinds.ProgrammePublished | kinds.PolicyPublished):
            self._set_offices()
        self.awards.take(index, read.kid, read.stream_id.bytes, event, key.organisation, self.catalogue)
        self._check_day(index, event, around.recorded_at, around.pack is not None)
        # (7) A compromise disowns what the key signed at and after the index it names.
        if isinstance(event, kinds.PackTakenIn):
            self._packs.add(read.stream_id.bytes)
        if isinstance(event, kinds.KeyCompromised):
            self._compromises.append((index, event))
            self._disown(self.authority.key(event.kid), reread)
        if read.record.type.kind in _DEFINITIONS:
            self._definitions.append((index, entry))
        self.counts.add(read.record.type.kind, key, month_of(around.recorded_at), 1)
        self.judged = index + 1

    def authority_as_of(self, size: int) -> Authority:
        """The log's keys, with what was known of compromises when it had `size` entries."""
        keys = {kid: replace(key, compromised_from=None) for kid, key in self.authority.keys.items()}
        for index, event in self._compromises:
            if index < size:
                earlier = keys[event.kid].compromised_from
                as_of = event.as_of if earlier is None else min(earlier, event.as_of)
                keys[event.kid] = replace(keys[event.kid], compromised_from=as_of)
        return replace(self.authority, keys=keys)

    def plain(self) -> dict[str, Any]:
        """For a state file: all that `restore` needs."""
        return {
            "definitions": [list(item) for item in self._definitions],
            "histories": list(self._histories.columns()),
            "awards": self.awards.columns(),
            "approvals": self.approvals.plain(),
            "packs": sorted(self._packs),
            "findings": [[finding.index, finding.message] for finding in self.findings],
            "disowned": [[index, self.disowned[index]] for index in sorted(self.disowned)],
            "recorded_at": self._recorded_at,
            "counts": self.counts.plain(),
        }

    def restore(self, plain: dict[str, Any], size: int, at: Callable[[int], None]) -> None:
        """Makes a new judge what the one was that `plain` is of, when it had taken in `size` entries.

        What the log says of keys and definitions is folded again, its entries' signatures are checked again; `at` is
        told how far the fold is after each of them. Raises VerificationError, ValueError, TypeError, KeyError,
        IndexError or OverflowError for what is no state.
        """
        for index, entry in plain["definitions"]:
            at(index)
            read = statement.parse(entry)
            event = read.record.event
            self.authority.admit(index, read)
            self._check_definition(read.stream_id, event)
            self.catalogue.evolve(event)
            if isinstance(event, kinds.KeyCompromised):
                self._compromises.append((index, event))
            self._definitions.append((index, entry))
        at(size)
        self._set_offices()
        self._histories = Histories.of(*plain["histories"])
        self.awards = Awards.of(plain["awards"])
        self.approvals = Approvals.of(plain["approvals"])
        self._packs = set(plain["packs"])
        self.findings = [Finding(index, message) for index, message in plain["findings"]]
        self.disowned = dict(plain["disowned"])
        self._recorded_at = plain["recorded_at"]
        self.counts = Counts.of(plain["counts"])
        self.judged = size

    def _take_envelope(self, stream: bytes, version: int, kind: str, recorded_at: int, pack: bytes | None) -> None:
        if recorded_at < self._recorded_at:
            raise _too_early(recorded_at, self._recorded_at)
        recorded_moment(recorded_at)
        if pack is not None and pack not in self._packs:
            raise RuleBroken(f"it says that it came with intake {UUID(bytes=pack)}, which stands nowhere before it")
        self._histories.take(stream, version, kind)
        self._recorded_at = recorded_at

    def _check_office(self, kind: str, organisation: str) -> None:
        """DOMAIN.md, Control: by whom a kind is recorded, as far as the log shows of which programme it is."""
        if kind in _BASE_KINDS and organisation != self.authority.base:
            raise NotEntitled(f"{organisation} records {kind}, which is the base's to record")
        if kind in self._offices and organisation not in self._offices[kind]:
            raise NotEntitled(f"{organisation} records {kind}, and no programme or policy published so far lets it")

    def _set_offices(self) -> None:
        editions = [one for editions in self.catalogue.editions.values() for one in editions.values()]
        self._offices = {
            **dict.fromkeys(kinds.TEACHING_KINDS, frozenset(one.taught_by for one in editions)),
            **dict.fromkeys(kinds.CERTIFYING_KINDS, frozenset(one.certified_by for one in editions)),
            **dict.fromkeys(kinds.AUTHORITY_KINDS, frozenset(one.authority for one in self.catalogue.policies)),
        }

    def _check_definition(self, stream: UUID, event: Event) -> None:
        catalogue, organisations = self.catalogue, self.authority.organisations
        named: tuple[str, ...] = ()
        match event:
            case kinds.OrganisationAccredited():
                self._own("organisation", event.code, stream)
            case kinds.AccountOpened() | kinds.AccountClosed() | kinds.PasskeyRegistered() | kinds.PasskeyRemoved():
                self._own("account", event.pseudonym, stream)
            case kinds.ProgrammePublished():
                if event.edition in catalogue.editions.get(event.code, {}):
                    raise RuleBroken(f"programme {event.code}, edition {event.edition}, is published already")
                named = (event.certified_by, event.taught_by)
            case kinds.PolicyPublished():
                for policy in catalogue.policies:
                    if event.edition == policy.edition or event.effective_from == policy.effective_from:
                        raise RuleBroken(f"policy {event.edition} has the name or the first day of {policy.edition}")
                named = (event.authority,)
            case kinds.NoticeTermsSet():
                if fault := terms_fault(event.shows, event.basis_zh, event.basis_en, event.reached_at, event.kept_days):
                    raise RuleBroken(f"the terms of {event.authority}'s notices: {fault}")
                named = (event.authority,)
            case kinds.CohortOpened():
                if event.code in catalogue.cohorts:
                    raise RuleBroken(f"cohort {event.code} is opened already")
                if event.ends_on < event.starts_on or event.capacity < 1:
                    raise RuleBroken(f"cohort {event.code} ends before it starts, or has no place")
                catalogue.programme(event.programme, event.programme_edition)
            case _:
                return
        if unknown := [code for code in named if code not in organisations]:
            raise RuleBroken(f"{unknown[0]} is named and was never accredited")

    def _own(self, what: str, name: str, stream: UUID) -> None:
        if self._owners.setdefault((what, name), stream.bytes) != stream.bytes:
            raise RuleBroken(f"{what} {name} has a stream of its own already")

    def _check_day(self, index: int, event: Event, recorded_at: int, in_pack: bool) -> None:
        """Outside an intake a business date before the recording day is for the auditor to judge (DOMAIN.md)."""
        if in_pack or not isinstance(event, (*AWARDS, *CHANGES)):
            return
        day = business_date(event)
        recorded = business_day(recorded_moment(recorded_at))
        if day < recorded:
            kind = event_type(event).kind
            self.findings.append(Finding(index, f"{kind} is dated {day}, recorded on {recorded} and of no intake"))

    def _disown(self, key: Key, reread: Reread) -> None:
        """Undoes in the histories what the key signed since it was compromised; the log keeps it all."""
        new = {index for index, read in _signed_by(key, reread()) if disowned(index, read, self.authority)}
        self.disowned.update(dict.fromkeys(new, key.kid))
        self._report_grants(new, reread)
        touched: dict[bytes, list[str]] = {}
        streams = {read.stream_id.bytes for index, read in _signed_by(key, reread()) if index in new}
        for index, entry in reread():
            if streams and any(stream in entry for stream in streams):
                read = statement.parse(entry)
                if read.stream_id.bytes in streams:
                    remaining = touched.setdefault(read.stream_id.bytes, [])
                    if index not in self.disowned:
                        remaining.append(read.record.type.kind)
        for stream, remaining in touched.items():
            self._histories.correct(stream, remaining)

    def _report_grants(self, new: set[int], reread: Reread) -> None:
        """A key or passkey that a thief let in or took out stays so: nobody undoes that by itself."""
        for index, entry in reread():
            match statement.parse(entry).record.event if index in new else None:
                case kinds.KeyAuthorised(public_key=public):
                    message = f"authorised key {thumbprint(public).hex()[:16]}: report that key as well"
                case kinds.PasskeyRegistered(pseudonym=whose):
                    message = f"registered a passkey of {whose}: remove it"
                case kinds.PasskeyRemoved(pseudonym=whose):
                    message = f"removed a passkey of {whose}: approvals since then are not bound by it"
                case _:
                    continue
            self.findings.append(Finding(index, f"a disowned entry {message}"))


def _signed_by(key: Key, entries: Iterable[tuple[int, bytes]]) -> Iterator[tuple[int, Statement]]:
    for index, entry in entries:
        if key.kid in entry:
            read = statement.parse(entry)
            if read.kid == key.kid:
                yield index, read


def _too_early(recorded_at: int, before: int) -> RuleBroken:
    return RuleBroken(f"recorded at {_moment(recorded_at)}, before the entry before it ({_moment(before)})")


def _moment(milliseconds: int) -> str:
    return recorded_moment(milliseconds).isoformat(timespec="milliseconds")
