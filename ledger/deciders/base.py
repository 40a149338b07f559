"""The base itself: organisations, keys, accounts, and what it offers by which rules (DOMAIN.md, Words and Control)."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import Final, assert_never
from uuid import UUID

from ledger import commands as c
from ledger.deciders.definitions import check_calendar, check_cohort, check_policy, check_programme
from ledger.deciders.person import check_value
from ledger.refusals import Code, Refusal
from verifier import kinds, witnesses
from verifier.address import host_of
from verifier.approvers import Approvers
from verifier.authority import ROLES, Organisation, check_grant
from verifier.catalogue import Catalogue, Cohort
from verifier.errors import RuleBroken, VerificationError
from verifier.events import Event
from verifier.keys import thumbprint
from verifier.rules import ORGANISATION_KINDS, Programme, terms_fault
from verifier.witnesses import NOBODY

_CODE: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}", re.ASCII)
_URI: Final = re.compile(r"[!#-~]{1,500}", re.ASCII)
"""Codes and URIs stand bare in the trust file: a blank, quote or line end in one would break the file apart."""


@dataclass(frozen=True, slots=True)
class Grant:
    """A key as it was authorised."""

    kid: bytes
    public_key: bytes
    organisation: str
    custody: str
    kinds: frozenset[str]


@dataclass(slots=True)
class Base:
    """The base as of the last event: who belongs to it, who acts for it, what it offers."""

    log_id: UUID
    code: str = ""
    origin: str = ""
    url: str = ""
    """The first address, which goes on naming what it named."""
    address: str = ""
    """Where the base is now."""
    organisations: dict[str, Organisation] = field(default_factory=dict)
    streams: dict[str, UUID] = field(default_factory=dict)
    """Stream of an organisation, by its code."""
    cohorts: dict[str, UUID] = field(default_factory=dict)
    """Stream of a cohort, by its code."""
    keys: dict[bytes, str] = field(default_factory=dict)
    """Organisation of each key that is neither retired nor compromised, by thumbprint."""
    former_keys: dict[bytes, str] = field(default_factory=dict)
    """Organisation of each key that is not used any more: it can still be reported compromised, and never come back."""
    grants: dict[bytes, Grant] = field(default_factory=dict)
    """Every key that was ever authorised after the genesis, by thumbprint, oldest first."""
    accounts: dict[str, frozenset[str]] = field(default_factory=dict)
    """Roles of the open accounts, by pseudonym."""
    account_streams: dict[str, UUID] = field(default_factory=dict)
    account_organisations: dict[str, str] = field(default_factory=dict)
    """Organisation of every account that was ever opened, by pseudonym."""
    approvers: Approvers = field(default_factory=Approvers)
    """The passkeys of accounts."""
    packs: dict[UUID, kinds.PackTakenIn] = field(default_factory=dict)
    witnesses: str = NOBODY.text
    """Who witnesses the log: the policy as it was set last."""
    catalogue: Catalogue = field(default_factory=Catalogue)
    names: dict[str, tuple[str, str]] = field(default_factory=dict)
    """Chinese and English name of the newest edition of each programme."""
    versions: dict[UUID, int] = field(default_factory=dict)

    def own_key(self, organisation: str, kind: str) -> Grant | None:
        """The newest key in use that an organisation other than the base holds itself and signs this kind with.

        Where there is one, nobody else signs this kind in its name, though the base may still hold an older key.
        """
        if organisation == self.code:
            return None
        for grant in reversed(self.grants.values()):
            own = (grant.organisation, grant.custody) == (organisation, "organisation")
            if own and kind in grant.kinds and grant.kid in self.keys:
                return grant
        return None

    def evolve(self, event: Event) -> None:
        """Takes in one more event about the base."""
        self.versions[event.stream_id] = self.versions.get(event.stream_id, 0) + 1
        self.catalogue.evolve(event)
        self.approvers.evolve(event)
        match event:
            case kinds.LogStarted():
                self.code, self.origin, self.url, self.address = event.code, event.origin, event.url, event.url
                self.organisations[event.code] = Organisation(
                    event.code, "base", event.uri, event.name_zh, event.name_en
                )
                self.streams[event.code] = event.log_id
                self.keys.update({thumbprint(key.public_key): event.code for key in event.keys})
            case kinds.BaseMoved():
                self.address = event.url
            case kinds.OrganisationAccredited():
                self.organisations[event.code] = Organisation(
                    event.code, event.kind, event.uri, event.name_zh, event.name_en
                )
                self.streams[event.code] = event.organisation_id
            case kinds.KeyAuthorised():
                kid = thumbprint(event.public_key)
                self.keys[kid] = event.organisation
                of = (event.public_key, event.organisation, event.custody, frozenset(event.kinds))
                self.grants[kid] = Grant(kid, *of)
            case kinds.KeyRetired() | kinds.KeyCompromised():
                if (organisation := self.keys.pop(event.kid, None)) is not None:
                    self.former_keys[event.kid] = organisation
            case kinds.AccountOpened():
                self.accounts[event.pseudonym] = frozenset(event.roles)
                self.account_streams[event.pseudonym] = event.account_id
                self.account_organisations[event.pseudonym] = event.organisation
            case kinds.AccountClosed():
                self.accounts.pop(event.pseudonym, None)
            case kinds.ProgrammePublished():
                self.names[event.code] = (event.name_zh, event.name_en)
            case kinds.CohortOpened():
                self.cohorts[event.code] = event.cohort_id
            case kinds.WitnessesSet():
                self.witnesses = event.policy
            case kinds.PackTakenIn():
                self.packs[event.pack_id] = event
            case _:
                pass


def decide(command: c.BaseCommand, base: Base) -> list[Event]:
    """The events of a command about the base; none where everything already is as asked."""
    match command:
        case c.AccreditOrganisation():
            return _accredit(command, base)
        case c.AuthoriseKey():
            return _authorise(command, base)
        case c.RetireKey():
            stream = _stream_of_key(command.kid, base.keys, base)
            return [kinds.KeyRetired(organisation_id=stream, kid=command.kid)]
        case c.ReportKeyCompromised():
            stream = _stream_of_key(command.kid, base.keys | base.former_keys, base)
            return [kinds.KeyCompromised(organisation_id=stream, kid=command.kid, as_of=command.as_of)]
        case c.MoveBase():
            return _move(command, base)
        case c.OpenAccount():
            return _open_account(command, base)
        case c.CloseAccount():
            if command.pseudonym not in base.accounts:
                raise Refusal(Code.UNKNOWN_ACCOUNT, f"no open account {command.pseudonym}")
            stream = base.account_streams[command.pseudonym]
            return [kinds.AccountClosed(account_id=stream, pseudonym=command.pseudonym)]
        case c.RegisterPasskey():
            return _register_passkey(command, base)
        case c.RemovePasskey():
            return _remove_passkey(command, base)
        case c.PublishProgramme():
            return _publish_programme(command, base)
        case c.PublishPolicy():
            return _publish_policy(command, base)
        case c.AdoptCalendar():
            return _adopt_calendar(command, base)
        case c.SetNoticeTerms():
            return _set_notice_terms(command, base)
        case c.SetWitnesses():
            return _set_witnesses(command, base)
        case c.OpenCohort():
            return _open_cohort(command, base)
        case c.TakeInPack():
            return [_taken_in(command)]
        case c.RecordDisclosure():
            return [_disclosed(command)]
        case _:
            assert_never(command)


def _taken_in(command: c.TakeInPack) -> Event:
    return kinds.PackTakenIn(
        pack_id=command.pack_id,
        files=command.files,
        custody=command.custody,
        actors_defaulted=command.actors_defaulted,
        salt=command.salt,
    )


def _disclosed(command: c.RecordDisclosure) -> Event:
    return kinds.DisclosureMade(
        disclosure_id=command.disclosure_id,
        recipient=command.recipient,
        scope=command.scope,
        as_of=command.as_of,
        entries=command.entries,
        digest=command.digest,
    )


def _accredit(command: c.AccreditOrganisation, base: Base) -> list[Event]:
    check_value("kind of organisation", command.kind, ORGANISATION_KINDS)
    _check_form("code", command.code, _CODE)
    _check_form("URI", command.uri, _URI)
    known = base.organisations.get(command.code)
    wanted = Organisation(command.code, command.kind, command.uri, command.name_zh, command.name_en)
    if known == wanted:
        return []
    if command.code == base.code:
        raise Refusal(Code.DUPLICATE_ORGANISATION, f"{command.code} is the code of the base itself")
    return [
        kinds.OrganisationAccredited(
            organisation_id=base.streams.get(command.code, command.organisation_id),
            code=command.code,
            kind=command.kind,
            name_zh=command.name_zh,
            name_en=command.name_en,
            uri=command.uri,
        )
    ]


def _authorise(command: c.AuthoriseKey, base: Base) -> list[Event]:
    if command.organisation not in base.organisations:
        raise Refusal(Code.UNKNOWN_ORGANISATION, f"no organisation {command.organisation!r}")
    try:
        kid = check_grant(command.public_key, command.custody, command.kinds)
    except VerificationError as error:
        raise Refusal(Code.UNKNOWN_VALUE, error.message) from None
    if kid in base.keys or kid in base.former_keys:
        raise Refusal(Code.UNKNOWN_KEY, "a key is authorised once: this one is or was in use")
    return [
        kinds.KeyAuthorised(
            organisation_id=base.streams[command.organisation],
            organisation=command.organisation,
            public_key=command.public_key,
            kinds=command.kinds,
            custody=command.custody,
        )
    ]


def _stream_of_key(kid: bytes, among: dict[bytes, str], base: Base) -> UUID:
    organisation = among.get(kid)
    if organisation is None:
        raise Refusal(Code.UNKNOWN_KEY, f"no key {kid.hex()[:16]} is known or in use")
    return base.streams[organisation]


def _move(command: c.MoveBase, base: Base) -> list[Event]:
    try:
        host_of(command.url)
    except VerificationError as error:
        raise Refusal(Code.UNKNOWN_VALUE, error.message) from None
    if command.url == base.address:
        return []
    return [kinds.BaseMoved(log_id=base.log_id, url=command.url)]


def _open_account(command: c.OpenAccount, base: Base) -> list[Event]:
    if command.organisation not in base.organisations:
        raise Refusal(Code.UNKNOWN_ORGANISATION, f"no organisation {command.organisation!r}")
    if command.pseudonym in base.accounts:
        raise Refusal(Code.DUPLICATE_ACCOUNT, f"an account {command.pseudonym} is open already")
    for role in command.roles:
        check_value("role", role, ROLES)
    return [
        kinds.AccountOpened(
            account_id=command.account_id,
            pseudonym=command.pseudonym,
            organisation=command.organisation,
            roles=command.roles,
        )
    ]


def _register_passkey(command: c.RegisterPasskey, base: Base) -> list[Event]:
    if command.pseudonym not in base.accounts:
        raise Refusal(Code.UNKNOWN_ACCOUNT, f"no open account {command.pseudonym}")
    if "approver" not in base.accounts[command.pseudonym]:
        raise Refusal(Code.MISSING_ROLE, f"{command.pseudonym} lacks the role approver: there is nothing to sign")
    for known in base.approvers.of(command.pseudonym).values():
        if (known.passkey.cose_key, known.rp_id) == (command.public_key, command.rp_id):
            return []
    try:
        base.approvers.check_new(command.public_key, command.rp_id)
    except RuleBroken as error:
        raise Refusal(Code.UNKNOWN_KEY, error.message) from None
    except VerificationError as error:
        raise Refusal(Code.UNKNOWN_VALUE, error.message) from None
    return [
        kinds.PasskeyRegistered(
            account_id=base.account_streams[command.pseudonym],
            pseudonym=command.pseudonym,
            public_key=command.public_key,
            rp_id=command.rp_id,
        )
    ]


def _remove_passkey(command: c.RemovePasskey, base: Base) -> list[Event]:
    try:
        base.approvers.check_known(command.pseudonym, command.passkey)
    except VerificationError as error:
        raise Refusal(Code.UNKNOWN_KEY, error.message) from None
    stream = base.account_streams[command.pseudonym]
    return [kinds.PasskeyRemoved(account_id=stream, pseudonym=command.pseudonym, passkey=command.passkey)]


def _check_form(what: str, value: str, form: re.Pattern[str]) -> None:
    if not form.fullmatch(value):
        raise Refusal(
            Code.UNKNOWN_VALUE, f"{what} {value!r} has characters that it cannot have, or is empty or too long"
        )


def _publish_programme(command: c.PublishProgramme, base: Base) -> list[Event]:
    _check_form("code", command.code, _CODE)
    for organisation in (command.certified_by, command.taught_by):
        if organisation not in base.organisations:
            raise Refusal(Code.UNKNOWN_ORGANISATION, f"no organisation {organisation!r}")
    check_programme(command)
    wanted = Programme(
        command.code,
        command.certified_by,
        command.taught_by,
        command.min_attendance,
        command.max_attempts,
        command.total_pass,
        command.valid_years,
        command.modules,
        command.assessments,
    )
    newest = base.catalogue.newest_edition(command.code)
    names = (command.name_zh, command.name_en)
    if newest and base.catalogue.programme(command.code, newest) == wanted and base.names[command.code] == names:
        return []
    return [
        kinds.ProgrammePublished(
            programme_id=command.programme_id,
            code=command.code,
            edition=(newest or 0) + 1,
            name_zh=command.name_zh,
            name_en=command.name_en,
            certified_by=command.certified_by,
            taught_by=command.taught_by,
            min_attendance=command.min_attendance,
            max_attempts=command.max_attempts,
            total_pass=command.total_pass,
            valid_years=command.valid_years,
            modules=command.modules,
            assessments=command.assessments,
        )
    ]


def _publish_policy(command: c.PublishPolicy, base: Base) -> list[Event]:
    policy = command.policy
    if policy.authority not in base.organisations:
        raise Refusal(Code.UNKNOWN_ORGANISATION, f"no organisation {policy.authority!r}")
    check_policy(policy)
    known = [item for item in base.catalogue.policies if item.edition == policy.edition]
    if known == [policy]:
        return []
    if known:
        raise Refusal(Code.DUPLICATE_POLICY, f"policy {policy.edition} is published already, with other rules")
    if any(item.effective_from == policy.effective_from for item in base.catalogue.policies):
        raise Refusal(Code.DUPLICATE_POLICY, f"another policy is in force from {policy.effective_from} already")
    return [
        kinds.PolicyPublished(
            policy_id=command.policy_id,
            edition=policy.edition,
            authority=policy.authority,
            effective_from=policy.effective_from,
            panel_min_members=policy.panel_min_members,
            quorum=policy.quorum,
            majority=policy.majority,
            notice_working_days=policy.notice_working_days,
            routes=policy.routes,
        )
    ]


def _adopt_calendar(command: c.AdoptCalendar, base: Base) -> list[Event]:
    if base.catalogue.calendars.get(command.calendar.year) == command.calendar:
        return []
    check_calendar(command.calendar)
    return [
        kinds.CalendarAdopted(
            calendar_id=command.calendar_id,
            year=command.calendar.year,
            days_off=tuple(sorted(command.calendar.days_off)),
            make_up_days=tuple(sorted(command.calendar.make_up_days)),
            source=command.source,
        )
    ]


def _set_notice_terms(command: c.SetNoticeTerms, base: Base) -> list[Event]:
    if all(policy.authority != command.authority for policy in base.catalogue.policies):
        raise Refusal(Code.UNKNOWN_ORGANISATION, f"{command.authority!r} is the authority of no policy")
    fault = terms_fault(command.shows, command.basis_zh, command.basis_en, command.reached_at, command.kept_days)
    if fault is not None:
        raise Refusal(Code.UNKNOWN_VALUE, fault)
    set_now = kinds.NoticeTermsSet(
        terms_id=command.terms_id,
        authority=command.authority,
        shows=command.shows,
        basis_zh=command.basis_zh,
        basis_en=command.basis_en,
        reached_at=command.reached_at,
        kept_days=command.kept_days,
    )
    known = base.catalogue.terms_of(command.authority)
    return [] if known is not None and replace(known, terms_id=command.terms_id) == set_now else [set_now]


def _set_witnesses(command: c.SetWitnesses, base: Base) -> list[Event]:
    try:
        wanted = witnesses.parse(command.policy)
    except VerificationError as error:
        raise Refusal(Code.UNKNOWN_VALUE, error.message) from None
    if wanted.text == base.witnesses:
        return []
    return [kinds.WitnessesSet(log_id=base.log_id, policy=wanted.text)]


def _open_cohort(command: c.OpenCohort, base: Base) -> list[Event]:
    edition = base.catalogue.newest_edition(command.programme)
    if edition is None:
        raise Refusal(Code.UNKNOWN_PROGRAMME, f"no programme {command.programme!r}")
    check_cohort(command)
    known = base.catalogue.cohorts.get(command.code)
    if known is not None:
        days = (command.starts_on, command.ends_on, command.capacity)
        if known == Cohort(command.code, command.programme, known.programme_edition, *days):
            return []
        raise Refusal(Code.DUPLICATE_COHORT, f"cohort {command.code} is open already, with other particulars")
    return [
        kinds.CohortOpened(
            cohort_id=command.cohort_id,
            code=command.code,
            programme=command.programme,
            programme_edition=edition,
            starts_on=command.starts_on,
            ends_on=command.ends_on,
            capacity=command.capacity,
        )
    ]
