"""Who may sign what: genesis → organisations → keys entitled to kinds of event (FORMATS §2).

A fold over the log in index order. A statement is good if its key was entitled to that kind of event at that index.
So keys rotate, and what an old key signed before stays good.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field, replace
from typing import Final

from verifier import kinds
from verifier.address import host_of
from verifier.approvers import Approvers
from verifier.errors import KeyCompromised, Malformed, NotEntitled, RuleBroken, UnknownKey
from verifier.events import EVENTS
from verifier.keys import check_public_key, thumbprint
from verifier.note import VerifierKey
from verifier.staff import may_act_for, role_for
from verifier.statement import Statement, verify_signature
from verifier.witnesses import NOBODY, Witnesses, parse_logged

CUSTODIES: Final = ("organisation", "base")
ROLES: Final = ("administrator", "approver", "assessor", "auditor", "public", "registrar")
"""`public` is no person's: it is that of the account under which a form that anybody may fill in records."""

AUTHORITY_EVENTS: Final = (
    kinds.LogStarted,
    kinds.BaseMoved,
    kinds.OrganisationAccredited,
    kinds.KeyAuthorised,
    kinds.KeyRetired,
    kinds.KeyCompromised,
    kinds.AccountOpened,
    kinds.AccountClosed,
    kinds.PasskeyRegistered,
    kinds.PasskeyRemoved,
    kinds.WitnessesSet,
)
"""The events that say who belongs to the base, where it is, which keys, accounts and passkeys are good, and who are
witnesses.
"""


@dataclass(frozen=True, slots=True)
class Organisation:
    """An organisation as accredited."""

    code: str
    kind: str
    uri: str
    name_zh: str
    name_en: str


@dataclass(frozen=True, slots=True)
class Key:
    """A key with what it may sign and from when to when, in log indices."""

    kid: bytes
    public_key: bytes
    organisation: str
    custody: str
    kinds: frozenset[str]
    since: int
    until: int | None = None
    compromised_from: int | None = None

    def entitled(self, kind: str, index: int) -> Key:
        """This key, if it may have signed an event of this kind at this index. Raises NotEntitled."""
        name = self.kid.hex()[:16]
        if kind not in self.kinds:
            raise NotEntitled(f"key {name} of {self.organisation} is not entitled to {kind}")
        if index < self.since:
            raise NotEntitled(f"key {name} of {self.organisation} was authorised only at index {self.since}")
        if self.compromised_from is not None and index >= self.compromised_from:
            raise KeyCompromised(
                f"key {name} of {self.organisation} is compromised as of index {self.compromised_from}"
            )
        if self.until is not None and index >= self.until:
            raise NotEntitled(f"key {name} of {self.organisation} was retired at index {self.until}")
        return self


def check_grant(public: bytes, custody: str, granted: Collection[str]) -> bytes:
    """Thumbprint of a key that may be authorised in this custody for these kinds. Raises VerificationError."""
    check_public_key(public)
    known = {declared.kind for declared in EVENTS.values()} | set(kinds.LOG_KINDS)
    if custody not in CUSTODIES:
        raise Malformed(f"custody {custody!r} is neither organisation nor base")
    if unknown := sorted(set(granted) - known):
        raise RuleBroken(f"a key is authorised for {unknown[0]}, which is no kind of event")
    if not granted or (set(granted) & set(kinds.LOG_KINDS) and len(granted) > 1):
        raise RuleBroken("a key of the log is for one use, any key for at least one")
    return thumbprint(public)


@dataclass(slots=True)
class Authority:
    """What the log has said so far about organisations, keys, accounts and their passkeys."""

    origin: str = ""
    base: str = ""
    url: str = ""
    """The first address. It goes on naming what it named, such as the status lists, wherever the base moves."""
    moves: list[tuple[int, str]] = field(default_factory=list)
    """Later addresses, each with the index of its entry."""
    genesis: bytes = b""
    """Leaf hash of entry 0."""
    organisations: dict[str, Organisation] = field(default_factory=dict)
    keys: dict[bytes, Key] = field(default_factory=dict)
    accounts: dict[str, frozenset[str]] = field(default_factory=dict)
    """Roles of the open accounts, by pseudonym."""
    account_organisations: dict[str, str] = field(default_factory=dict)
    """The organisation of every account that was ever opened, as it was opened last."""
    staffed: bool = False
    """Whether any account was opened so far: the first one has to be opened by somebody who has none yet."""
    approvers: Approvers = field(default_factory=Approvers)
    witnesses: Witnesses = NOBODY
    """Who witnesses the log from here on, and the quorum."""
    witness_keys: dict[VerifierKey, int] = field(default_factory=dict)
    """Every key of a witness that was ever named, with the index at which it first was."""

    def admit(self, index: int, statement: Statement, *, verified: bool = False, whole: bool = False) -> Key:
        """The key that signed entry `index`, if it was entitled to; then takes in what the entry says of authority.

        `verified`: whether the signature is known to be that key's. `whole`: whether every entry before it
        was admitted: then accounts are known, and whoever is named must be one who may record it (see
        `staff_fault`).
        Raises UnknownKey, NotEntitled, BadSignature or RuleBroken; for a passkey or what one signed Malformed and
        NotApproved too.
        """
        # (1) Entry 0 is the genesis and names its own root key; no later entry is one.
        event = statement.record.event
        if (index == 0) != isinstance(event, kinds.LogStarted):
            raise RuleBroken("entry 0 is the genesis and no other entry is")
        if isinstance(event, kinds.LogStarted):
            self._start(event, statement)
        # (2) The key is one that the log knows. (3) It is entitled to this kind of event here.
        key = self.key(statement.kid).entitled(statement.record.type.kind, index)
        # (4) The issuer in the header is that key's organisation.
        if statement.issuer != self.organisations[key.organisation].uri:
            raise NotEntitled(f"issuer {statement.issuer} is not {key.organisation}, whose key signed")
        # (5) The signature.
        if not verified:
            verify_signature(statement, key.public_key)
        # (6) Where two people are needed there are two, with the right roles.
        if whole:
            self._check_staff(statement, key)
        self._check_actors(statement)
        # (7) What a passkey signed was signed by one of its approver's.
        if isinstance(event, kinds.ApprovalSigned):
            self._check_approval(event, statement.record.envelope.actors)
        if isinstance(event, AUTHORITY_EVENTS):
            self._take_in(index, event)
        return key

    def key(self, kid: bytes) -> Key:
        """The key of this thumbprint. Raises UnknownKey."""
        try:
            return self.keys[kid]
        except KeyError:
            raise UnknownKey(f"key {kid.hex()[:16]} was never authorised in this log") from None

    def staff_fault(self, kind: str, actors: tuple[str, ...], key: Key | None) -> str | None:
        """Why these people may not record this kind of event by this key; None where they may.

        The proposer has an open account, for one person could else play two under a name that nobody has, and the role
        for the kind. Proposer and approver act for the organisation whose key signs. That the approver has the role,
        `admit` asks.
        """
        if not self.staffed:
            return None
        proposer = actors[0]
        roles = self.accounts.get(proposer)
        if roles is None:
            return f"{proposer} proposed {kind} and has no open account"
        if (role := role_for(kind)) not in roles:
            return f"{proposer} proposed {kind} without the role of {role}"
        if key is None:
            return None
        for actor in actors if kind in kinds.APPROVED_KINDS else actors[:1]:
            own = self.account_organisations.get(actor)
            if own is not None and not may_act_for(kind, own, key.organisation, key.custody, self.base):
                return f"{actor} is of {own} and acted for {key.organisation}, in whose name {kind} is signed"
        return None

    def log_keys(self, kind: str) -> list[Key]:
        """The keys ever authorised for one of the log's own uses, oldest first."""
        return [key for key in self.keys.values() if kind in key.kinds]

    def current_keys(self, kind: str) -> list[Key]:
        """Those of `log_keys` that are neither retired nor reported compromised."""
        return [key for key in self.log_keys(kind) if key.until is key.compromised_from is None]

    def _start(self, event: kinds.LogStarted, statement: Statement) -> None:
        self.origin, self.base, self.url, self.genesis = event.origin, event.code, event.url, statement.leaf
        self.organisations[event.code] = Organisation(event.code, "base", event.uri, event.name_zh, event.name_en)
        for item in event.keys:
            self._grant(0, item.public_key, event.code, item.custody, item.kinds)

    def _take_in(self, index: int, event: object) -> None:
        match event:
            case kinds.BaseMoved():
                self._move(index, event)
            case kinds.OrganisationAccredited():
                self.organisations[event.code] = Organisation(
                    event.code, event.kind, event.uri, event.name_zh, event.name_en
                )
            case kinds.KeyAuthorised():
                self._grant(index, event.public_key, event.organisation, event.custody, event.kinds)
            case kinds.KeyRetired():
                key = self.key(event.kid)
                if key.until is None:
                    self.keys[event.kid] = replace(key, until=index + 1)
            case kinds.KeyCompromised():
                self._compromise(index, event)
            case kinds.AccountOpened():
                self._open_account(event)
            case kinds.AccountClosed():
                self.accounts.pop(event.pseudonym, None)
            case kinds.PasskeyRegistered():
                if event.pseudonym not in self.accounts:
                    raise RuleBroken(f"a passkey is registered for {event.pseudonym}, which is no open account")
                self.approvers.check_new(event.public_key, event.rp_id)
                self.approvers.evolve(event)
            case kinds.PasskeyRemoved():
                self.approvers.check_known(event.pseudonym, event.passkey)
                self.approvers.evolve(event)
            case kinds.WitnessesSet():
                self.witnesses = parse_logged(event.policy)
                for witness in self.witnesses.witnesses:
                    self.witness_keys.setdefault(witness.key, index)
            case _:
                pass  # the genesis, taken in by `_start`

    def _move(self, index: int, event: kinds.BaseMoved) -> None:
        try:
            host_of(event.url)
        except Malformed as error:
            raise RuleBroken(f"the base moved to {event.url[:100]!r}: {error.message}") from None
        self.moves.append((index, event.url))

    def _grant(self, index: int, public: bytes, organisation: str, custody: str, granted: tuple[str, ...]) -> None:
        if organisation not in self.organisations:
            raise RuleBroken(f"a key is authorised for {organisation}, which is not accredited")
        kid = check_grant(public, custody, granted)
        if kid in self.keys:
            raise RuleBroken(f"key {kid.hex()[:16]} is authorised twice")
        self.keys[kid] = Key(kid, public, organisation, custody, frozenset(granted), index)

    def _compromise(self, index: int, event: kinds.KeyCompromised) -> None:
        key = self.key(event.kid)
        if not 0 <= event.as_of <= index:
            raise RuleBroken(f"a key is reported compromised as of index {event.as_of}, which is not in the past")
        earliest = event.as_of if key.compromised_from is None else min(event.as_of, key.compromised_from)
        self.keys[event.kid] = replace(key, compromised_from=earliest)

    def _open_account(self, event: kinds.AccountOpened) -> None:
        if event.organisation not in self.organisations:
            raise RuleBroken(f"an account is opened for {event.organisation}, which is not accredited")
        if unknown := sorted(set(event.roles) - set(ROLES)):
            raise RuleBroken(f"{unknown[0]} is no role")
        self.accounts[event.pseudonym] = frozenset(event.roles)
        self.account_organisations[event.pseudonym] = event.organisation
        self.staffed = True

    def _check_staff(self, statement: Statement, key: Key) -> None:
        """Raises RuleBroken unless the people whom an entry names may have recorded it: see `staff_fault`."""
        actors = statement.record.envelope.actors
        if self._changes_own_passkey(statement.record.event, actors):
            return
        fault = self.staff_fault(statement.record.type.kind, actors, key)
        if fault is not None:
            raise RuleBroken(fault)

    def _changes_own_passkey(self, event: object, actors: tuple[str, ...]) -> bool:
        """Whether somebody with a passkey adds one of their own or takes one away: whoever has one shows who they are.

        No role is asked for then. That the one that they have consented, `audit.approvals` looks at.
        """
        own = isinstance(event, kinds.PasskeyRegistered | kinds.PasskeyRemoved) and actors == (event.pseudonym,)
        return own and actors[0] in self.accounts and bool(self.approvers.of(actors[0]))

    def _check_actors(self, statement: Statement) -> None:
        kind, actors = statement.record.type.kind, statement.record.envelope.actors
        if len(actors) == 2 and actors[0] == actors[1]:
            raise RuleBroken(f"{actors[0]} both proposed and approved {kind}")
        if kind in kinds.APPROVED_KINDS:
            if len(actors) != 2:
                raise RuleBroken(f"{kind} needs a proposer and an approver, and names one person")
            if "approver" not in self.accounts.get(actors[1], frozenset()):
                raise RuleBroken(f"{actors[1]} approved {kind} without the role of approver")

    def _check_approval(self, event: kinds.ApprovalSigned, actors: tuple[str, ...]) -> None:
        if actors != (event.approver,):
            raise RuleBroken(f"an approval of {event.approver} is recorded by {' and '.join(actors)}")
        if "approver" not in self.accounts.get(event.approver, frozenset()):
            raise RuleBroken(f"{event.approver} signed an approval without the role of approver")
        self.approvers.check_approval(event)
