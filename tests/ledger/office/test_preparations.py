"""An organisation signs with a key that only the test has: what comes back is recorded byte for byte, or not at all."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from ledger import commands as c
from ledger import passkeys
from ledger.cabinet import Cabinet, T
from ledger.fsck import fsck_ledger
from ledger.office.doing import Done, do
from ledger.office.opening import Office, open_office
from ledger.office.preparations import (
    BEHIND_MS,
    KEPT_MS,
    LEAD_SECONDS,
    RECORDED,
    WAITING,
    Preparation,
    Preparations,
)
from ledger.office.proposals import Signature
from ledger.office.registering import register, registration
from ledger.office.staff import Member
from ledger.projector import Tables
from ledger.refusals import Code, Refusal
from ledger.tables import LOG_TABLES, OFFICE_TABLES
from ledger.upkeep import Upkeep
from tests.authenticator import RP_ID, Authenticator
from tests.ledger import lives
from tests.ledger.deciders.story import APPLIED_ON, COHORT, FIRST_DECISION, POSTED_ON, REGISTER, REQUESTED_ON, VOTED_ON
from tests.ledger.deciders.test_objection import SET
from tests.ledger.lives import Life
from tests.ledger.office.conftest import Hands, join
from tests.ledger.office.own_keys import OwnKey, authorised, own_key
from verifier import cbor, prepared, statement, trust
from verifier.audit import audit
from verifier.events import event_type
from verifier.fetch import FolderLog
from verifier.kinds import AUTHORITY_KINDS, CERTIFYING_KINDS
from verifier.record import approved_digest
from verifier.statement import assemble, cose_sign1_parts


@pytest.fixture
def life(office: Office) -> Life:
    life = Life(office.ledger)
    life.is_registered()
    life.is_trained()
    return life


@pytest.fixture
def bureau(office: Office, life: Life) -> OwnKey:
    """The authority holds its own key from now on; everything before is recorded."""
    life.is_certified()
    life.applies()
    return authorised(office, "BUREAU", AUTHORITY_KINDS)


@pytest.fixture
def officer(office: Office) -> Member:
    return join(office, "officer", "registrar", organisation="BUREAU")


@pytest.fixture
def panel(office: Office, life: Life, bureau: OwnKey, officer: Member) -> Preparation:
    """A vote of the panel, which one person of the authority records."""
    done = do(office, officer, c.RecordPanel(life.trainee, life.application, 9, 6, 4, VOTED_ON), new_id(office))
    assert done.prepared is not None
    return done.prepared


def new_id(office: Office) -> UUID:
    return office.ledger.desk().new_id()


def refused(work: Callable[[], object]) -> Code:
    with pytest.raises(Refusal) as refusal:
        work()
    return refusal.value.code


def somebody_is_registered(office: Office, no: int) -> None:
    """Something else is recorded meanwhile."""
    life = Life(office.ledger)
    identity = {"trainee_no": f"N{no}", "id_type": "passport", "id_number": f"N{no:06}"}
    life.does(replace(REGISTER, trainee=life.trainee, **identity))  # type: ignore[arg-type]


def test_nothing_is_recorded_before_the_organisation_signed(office: Office, panel: Preparation, bureau: OwnKey) -> None:
    ledger, size = office.ledger, office.ledger.store.head().size
    assert (panel.state, panel.organisation, panel.kind) == (WAITING, "BUREAU", "record-panel")
    file = prepared.parse(office.preparations.fetch(panel.id))
    assert (file.origin, file.id, len(file.statements)) == (ledger.settings.origin, panel.id, 1)
    event = file.statements[0].event
    assert (event_type(event).name, event.votes_for) == ("panel.voted/1", 4)  # type: ignore[attr-defined]
    assert ledger.store.head().size == size
    (entry,) = bureau.signs(office.preparations.fetch(panel.id))
    posted = register(office, entry)
    assert posted.index == size
    (recorded,) = ledger.store.entries(size, 5)
    assert recorded.statement == entry
    assert ledger.vault.read(recorded)[1] == event, "the personal values lie in the vault"
    assert office.preparations.get(panel.id).state == RECORDED


def test_the_same_statement_twice_is_answered_alike(office: Office, panel: Preparation, bureau: OwnKey) -> None:
    (entry,) = bureau.signs(office.preparations.fetch(panel.id))
    first, size = register(office, entry), office.ledger.store.head().size
    again = register(office, entry)
    assert (again.index, again.digest) == (first.index, first.digest)
    assert registration(office, first.digest).index == first.index
    assert office.ledger.store.head().size == size


def test_another_signature_of_the_same_key_over_the_same_bytes_makes_no_second_entry(
    office: Office, panel: Preparation, bureau: OwnKey
) -> None:
    item = prepared.parse(office.preparations.fetch(panel.id)).statements[0]
    first, second = (item.signed(made) for made in (bureau.signer.sign(item.message), bureau.signs_again(item.message)))
    assert first != second
    statement.verify_signature(statement.parse(second), bureau.signer.public_key)
    index = register(office, second).index
    size = office.ledger.store.head().size
    assert refused(lambda: register(office, first)) is Code.ALREADY_SIGNED
    assert register(office, second).index == index
    assert office.ledger.store.head().size == size


def test_a_second_fetching_is_void_once_the_first_is_recorded(
    office: Office, panel: Preparation, bureau: OwnKey, hands: Hands
) -> None:
    (first,) = bureau.signs(office.preparations.fetch(panel.id))
    hands.turn(1)
    (second,) = bureau.signs(office.preparations.fetch(panel.id))
    assert first != second, "another recorded time"
    register(office, first)
    size = office.ledger.store.head().size
    assert refused(lambda: register(office, second)) is Code.NOT_WAITING
    assert refused(lambda: office.preparations.fetch(panel.id)) is Code.NOT_WAITING
    assert office.ledger.store.head().size == size


def test_every_bit_flipped_is_refused(office: Office, panel: Preparation, bureau: OwnKey) -> None:
    (entry,) = bureau.signs(office.preparations.fetch(panel.id))
    size = office.ledger.store.head().size
    for bit in range(len(entry) * 8):
        flipped = bytearray(entry)
        flipped[bit // 8] ^= 1 << bit % 8
        code = refused(partial(office.preparations.post, bytes(flipped)))
        assert code in (Code.BAD_STATEMENT, Code.NOT_PREPARED, Code.BAD_SIGNATURE), bit
    assert office.ledger.store.head().size == size
    assert register(office, entry).index == size, "and what was not altered is taken still"


def test_another_encoding_or_anything_beside_the_signed_bytes_is_refused(
    office: Office, panel: Preparation, bureau: OwnKey
) -> None:
    (entry,) = bureau.signs(office.preparations.fetch(panel.id))
    protected, _, payload, signature = cose_sign1_parts(entry)
    assert payload is not None
    long_head = b"\x59" + len(protected).to_bytes(2, "big") + protected
    forms = {
        "unprotected header": b"\xd2\x84" + cbor.dumps(protected) + b"\xa1\x04\x41\x00" + entry[len(protected) + 5 :],
        "disclosures beside it": b"\xd2" + cbor.dumps([protected, {17: [b"x"]}, payload, signature]),
        "a length that is longer than needed": b"\xd2\x84" + long_head + entry[len(cbor.dumps(protected)) + 2 :],
        "no tag": entry[1:],
        "two tags": b"\xd2" + entry,
        "another tag": b"\xd8\x62" + entry[1:],
        "bytes behind it": entry + b"\x00",
        "an array without an end": b"\xd2\x9f" + entry[2:] + b"\xff",
        "detached payload": b"\xd2" + cbor.dumps([protected, {}, None, signature]),
        "nothing": b"",
        "cut off": entry[:-1],
    }
    for name, data in forms.items():
        assert refused(partial(office.preparations.post, data)) is Code.BAD_STATEMENT, name
    assert register(office, entry).index is not None


def test_a_statement_that_nobody_prepared_is_refused(office: Office, panel: Preparation, bureau: OwnKey) -> None:
    item = prepared.parse(office.preparations.fetch(panel.id)).statements[0].statement
    changed = cbor.encode({**cbor.decode(item.payload), 3: 9})
    message = statement.to_be_signed(item.protected, changed)
    assert (
        refused(lambda: office.preparations.post(assemble(item.protected, changed, bureau.signer.sign(message))))
        is Code.NOT_PREPARED
    )
    # The same payload under the other name of the same algorithm is another statement.
    header = cbor.encode({**cbor.decode(item.protected), 1: -19})
    message = statement.to_be_signed(header, item.payload)
    signed = assemble(header, item.payload, bureau.signer.sign(message))
    assert refused(lambda: office.preparations.post(signed)) is Code.NOT_PREPARED
    assert refused(lambda: registration(office, bytes(32))) is Code.NOT_PREPARED


def test_anothers_key_does_not_sign_for_it(office: Office, panel: Preparation, bureau: OwnKey) -> None:
    file = office.preparations.fetch(panel.id)
    thief, partner = own_key("a thief", "BUREAU", AUTHORITY_KINDS), authorised(office, "PARTNER", CERTIFYING_KINDS)
    for (other,) in (thief.signs(file), partner.signs(file)):
        assert refused(partial(office.preparations.post, other)) is Code.BAD_SIGNATURE
    held = office.ledger.keystore.signer("BUREAU", "panel.voted", office.executor.base().keys)
    item = prepared.parse(file).statements[0]
    assert refused(lambda: office.preparations.post(item.signed(held.sign(item.message)))) is Code.BAD_SIGNATURE
    assert register(office, bureau.signs(file)[0]).index is not None


def test_a_key_that_was_retired_meanwhile_signs_no_more(
    office: Office, panel: Preparation, bureau: OwnKey, life: Life
) -> None:
    (entry,) = bureau.signs(office.preparations.fetch(panel.id))
    life.does(c.RetireKey(bureau.signer.kid))
    assert refused(lambda: office.preparations.post(entry)) is Code.UNKNOWN_KEY


def test_a_successor_of_the_key_has_it_fetched_anew(
    office: Office, panel: Preparation, bureau: OwnKey, life: Life
) -> None:
    (old,) = bureau.signs(office.preparations.fetch(panel.id))
    following = authorised(office, "BUREAU", AUTHORITY_KINDS, "the next")
    assert refused(lambda: office.preparations.post(old)) is Code.STALE, "the newest key signs"
    life.does(c.RetireKey(bureau.signer.kid))
    (entry,) = following.signs(office.preparations.fetch(panel.id))
    assert register(office, entry).index is not None


def test_what_the_stream_has_moved_on_from_is_refused(
    office: Office, life: Life, panel: Preparation, bureau: OwnKey, officer: Member
) -> None:
    other = do(office, officer, c.RecordPanel(life.trainee, life.application, 9, 7, 5, VOTED_ON), new_id(office))
    assert other.prepared is not None
    (late,) = bureau.signs(office.preparations.fetch(panel.id))
    (entry,) = bureau.signs(office.preparations.fetch(other.prepared.id, 0))
    assert register(office, entry).index is not None
    size = office.ledger.store.head().size
    assert refused(lambda: office.preparations.post(late)) is Code.WRONG_STEP, (
        "the rules say it at the time of recording"
    )
    assert refused(lambda: office.preparations.fetch(panel.id)) is Code.WRONG_STEP
    assert office.ledger.store.head().size == size


def test_what_others_recorded_in_between_does_no_harm_within_the_lead(
    office: Office, life: Life, panel: Preparation, bureau: OwnKey, hands: Hands
) -> None:
    file = office.preparations.fetch(panel.id)
    hands.turn(LEAD_SECONDS - 1)
    somebody_is_registered(office, 1)
    size = office.ledger.store.head().size
    assert register(office, bureau.signs(file)[0]).index == size
    somebody_is_registered(office, 2)
    times = [statement.parse(item.statement).record.envelope.recorded_at for item in office.ledger.store.entries(0, 99)]
    assert times == sorted(times), "recorded time never runs backwards"


def test_what_was_recorded_later_than_it_says_makes_it_stale(
    office: Office, life: Life, panel: Preparation, bureau: OwnKey, hands: Hands
) -> None:
    (entry,) = bureau.signs(office.preparations.fetch(panel.id))
    hands.turn(LEAD_SECONDS + 1)
    somebody_is_registered(office, 1)
    size = office.ledger.store.head().size
    assert refused(lambda: office.preparations.post(entry)) is Code.STALE
    assert office.ledger.store.head().size == size
    (entry,) = bureau.signs(office.preparations.fetch(panel.id))
    assert register(office, entry).index == size


def test_in_a_quiet_log_it_is_taken_for_ten_minutes_more(
    office: Office, panel: Preparation, bureau: OwnKey, hands: Hands
) -> None:
    (entry,) = bureau.signs(office.preparations.fetch(panel.id, 0))
    hands.turn(BEHIND_MS / 1000 + 1)
    assert refused(lambda: office.preparations.post(entry)) is Code.STALE
    hands.turn(-1)
    assert register(office, entry).index is not None


def test_after_its_days_it_is_forgotten(
    office: Office, life: Life, panel: Preparation, bureau: OwnKey, officer: Member, hands: Hands
) -> None:
    (entry,) = bureau.signs(office.preparations.fetch(panel.id))
    hands.turn(KEPT_MS / 1000 + 1)
    assert office.preparations.get(panel.id).state == "expired"
    assert refused(lambda: office.preparations.fetch(panel.id)) is Code.NOT_WAITING
    assert refused(lambda: office.preparations.post(entry)) is Code.NOT_WAITING
    (row,) = office.cabinet.select("SELECT state, sealed FROM preparations WHERE id = ?", (panel.id.bytes,))
    assert (row["state"], len(bytes(row["sealed"])) < 64) == ("expired", True)


def test_its_organisation_takes_it_back(office: Office, panel: Preparation, bureau: OwnKey) -> None:
    (entry,) = bureau.signs(office.preparations.fetch(panel.id))
    assert office.preparations.withdraw(panel.id).state == "withdrawn"
    assert refused(lambda: office.preparations.post(entry)) is Code.NOT_WAITING
    assert refused(lambda: office.preparations.withdraw(panel.id)) is Code.NOT_WAITING
    assert refused(lambda: office.preparations.get(new_id(office))) is Code.UNKNOWN_PREPARATION


def test_the_base_signs_no_more_with_the_key_that_it_still_holds(office: Office, life: Life, bureau: OwnKey) -> None:
    vote = c.RecordPanel(life.trainee, life.application, 9, 6, 4, VOTED_ON)
    assert refused(lambda: life.does(vote)) is Code.SIGNS_ITSELF
    clerk = join(office, "clerk", "registrar")
    assert refused(lambda: do(office, clerk, vote, new_id(office))) in (Code.SIGNS_ITSELF, Code.OTHER_ORGANISATION)
    life.does(c.RetireKey(bureau.signer.kid))
    assert life.does(vote) == ["panel.voted/1"]


def test_a_request_that_comes_again_is_the_same_preparation(
    office: Office, life: Life, bureau: OwnKey, officer: Member
) -> None:
    vote, request = c.RecordPanel(life.trainee, life.application, 9, 6, 4, VOTED_ON), new_id(office)
    first, again = do(office, officer, vote, request), do(office, officer, vote, request)
    assert first.prepared == again.prepared
    assert first.prepared is not None
    other = join(office, "other", "registrar", organisation="BUREAU")
    assert refused(lambda: do(office, other, vote, request)) is Code.IDEMPOTENCY_MISMATCH
    register(office, bureau.signs(office.preparations.fetch(first.prepared.id))[0])
    assert do(office, officer, vote, request).executed is not None, "it is recorded by now"


def test_two_at_once_record_it_once(office: Office, panel: Preparation, bureau: OwnKey) -> None:
    (entry,) = bureau.signs(office.preparations.fetch(panel.id))
    size = office.ledger.store.head().size
    with open_office(office.ledger) as beside, ThreadPoolExecutor(4) as pool:
        posted = list(pool.map(lambda at: register((office, beside)[at % 2], entry), range(8)))
    assert {item.index for item in posted} == {size}
    assert office.ledger.store.head().size == size + 1


def test_the_base_files_an_application_and_the_authority_signs_what_follows_from_it(office: Office, life: Life) -> None:
    """Two keys, one command: the base's own is used when the authority's signature is there, and not before."""
    life.is_certified()
    bureau = authorised(office, "BUREAU", AUTHORITY_KINDS)
    clerk = join(office, "clerk", "registrar")
    command = c.ApplyForTitle(
        life.trainee, life.application, "A1", "assistant-engineer", "大数据", "EMPLOYER", APPLIED_ON
    )
    waiting = do(office, clerk, command, new_id(office)).prepared
    assert waiting is not None
    size = office.ledger.store.head().size
    (entry,) = bureau.signs(office.preparations.fetch(waiting.id))
    assert register(office, entry).index == size + 1
    filed, eligible = office.ledger.store.entries(size, 5)
    assert (filed.topic, eligible.topic) == ("application.filed/1", "application.found-eligible/1")
    assert eligible.statement == entry
    vote = c.RecordPanel(life.trainee, life.application, 9, 6, 4, VOTED_ON)
    assert refused(lambda: do(office, clerk, vote, new_id(office))) is Code.OTHER_ORGANISATION


def test_an_authority_signs_the_terms_of_its_notices(office: Office, bureau: OwnKey, officer: Member) -> None:
    """A command about the base itself, and of the kind that needs two."""
    head = join(office, "b-head", "approver", organisation="BUREAU")
    terms = replace(SET, terms_id=new_id(office), authority="BUREAU")
    proposal = do(office, officer, terms, new_id(office)).proposal
    assert proposal is not None
    office.proposals.approve(proposal.id, head, proposal.version)
    office.proposals.carry_out(proposal.id)
    (waiting,) = office.preparations.waiting_of(proposal.id)
    size = office.ledger.store.head().size
    assert register(office, bureau.signs(office.preparations.fetch(waiting.id))[0]).index == size
    assert office.proposals.get(proposal.id).state == "done"
    assert office.ledger.desk().base.catalogue.terms_of("BUREAU") is not None


# --- four eyes ------------------------------------------------------------------------------------------------------


@pytest.fixture
def partner(office: Office, life: Life) -> OwnKey:
    return authorised(office, "PARTNER", CERTIFYING_KINDS)


def proposed(office: Office, life: Life) -> tuple[Member, Member, Done]:
    """An award, proposed by one person of the enterprise."""
    clerk = join(office, "p-clerk", "registrar", organisation="PARTNER")
    head = join(office, "p-head", "approver", organisation="PARTNER")
    drawn = office.ledger.desk().draw("BDI", 2024)
    done = do(office, clerk, c.RequestCertification(life.trainee, COHORT, drawn, REQUESTED_ON), new_id(office))
    return clerk, head, done


def test_an_award_is_proposed_approved_signed_and_recorded(office: Office, life: Life, partner: OwnKey) -> None:
    clerk, head, done = proposed(office, life)
    assert done.proposal is not None
    office.proposals.approve(done.proposal.id, head, done.proposal.version)
    size = office.ledger.store.head().size
    assert office.proposals.carry_out(done.proposal.id).state == "approved"
    assert office.proposals.carry_out(done.proposal.id).state == "approved", "and again: it waits"
    (waiting,) = office.preparations.all("PARTNER")
    assert (waiting.proposal, waiting.proposer, waiting.approver) == (done.proposal.id, clerk.pseudonym, head.pseudonym)
    assert office.ledger.store.head().size == size
    (entry,) = partner.signs(office.preparations.fetch(waiting.id))
    assert register(office, entry).index == size
    assert office.proposals.get(done.proposal.id).state == "done"
    read = statement.parse(entry)
    assert read.record.envelope.actors == (clerk.pseudonym, head.pseudonym)


@pytest.fixture
def correction(office: Office, life: Life) -> tuple[Preparation, OwnKey]:
    """A correction of an award: one command, two statements, which the enterprise signs."""
    life.is_certified()
    life.does(c.ChangeName(life.trainee, "李四", "marriage", REQUESTED_ON))
    partner = authorised(office, "PARTNER", CERTIFYING_KINDS)
    clerk = join(office, "p-clerk", "registrar", organisation="PARTNER")
    head = join(office, "p-head", "approver", organisation="PARTNER")
    desk = office.ledger.desk()
    (award,) = desk.dossier(life.trainee).certificates
    command = c.CorrectCertificate(life.trainee, award, desk.draw("BDI", 2024), REQUESTED_ON)
    proposal = do(office, clerk, command, new_id(office)).proposal
    assert proposal is not None
    office.proposals.approve(proposal.id, head, proposal.version)
    office.proposals.carry_out(proposal.id)
    (waiting,) = office.preparations.all("PARTNER")
    return waiting, partner


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_of_several_statements_none_is_recorded_before_all_are_signed(
    office: Office, correction: tuple[Preparation, OwnKey], order: tuple[int, int]
) -> None:
    waiting, partner = correction
    signed = partner.signs(office.preparations.fetch(waiting.id))
    size = office.ledger.store.head().size
    posted = register(office, signed[order[0]])
    assert posted.index is None
    assert registration(office, posted.digest).index is None
    assert register(office, signed[order[0]]) == posted, "the same again, and still one is missing"
    assert office.ledger.store.head().size == size
    last = register(office, signed[order[1]])
    assert last.index == size + order[1]
    recorded = [item.statement for item in office.ledger.store.entries(size, 5)]
    assert recorded == signed, "in the order in which it was decided, however it came back"
    assert registration(office, posted.digest).index == size + order[0]
    assert waiting.proposal is not None
    assert office.proposals.get(waiting.proposal).state == "done"


def test_statements_of_two_fetchings_do_not_make_one_command(
    office: Office, correction: tuple[Preparation, OwnKey], hands: Hands
) -> None:
    waiting, partner = correction
    first = partner.signs(office.preparations.fetch(waiting.id))
    hands.turn(1)
    second = partner.signs(office.preparations.fetch(waiting.id))
    size = office.ledger.store.head().size
    assert register(office, first[0]).index is None
    assert register(office, second[1]).index is None
    assert office.ledger.store.head().size == size
    assert register(office, second[0]).index == size
    assert refused(lambda: register(office, first[1])) is Code.NOT_WAITING


def test_a_proposal_stops_where_its_organisation_takes_it_back(
    office: Office, correction: tuple[Preparation, OwnKey]
) -> None:
    waiting, _ = correction
    office.preparations.withdraw(waiting.id)
    assert waiting.proposal is not None
    stopped = office.proposals.carry_out(waiting.proposal)
    assert (stopped.state, "not-waiting" in stopped.reason) == ("stopped", True)


def test_an_approvers_passkey_and_the_organisations_key_sign_the_same(
    office: Office, life: Life, partner: OwnKey
) -> None:
    """ADR 30: all but the recorded time is as it was approved, whoever fetches it when."""
    _, head, done = proposed(office, life)
    assert done.proposal is not None
    device = Authenticator(head.login)
    register_it = c.RegisterPasskey(head.pseudonym, device.cose_key, RP_ID)
    passkeys.change(office.ledger, register_it, lives.operators(office.ledger))
    digests = office.proposals.to_sign(done.proposal.id, head)
    assert digests is not None
    made = device.approves(digests)
    by_passkey = Signature(device.thumbprint, made.authenticator_data, made.client_data, made.signature)
    office.proposals.approve(done.proposal.id, head, done.proposal.version, by_passkey)
    office.proposals.carry_out(done.proposal.id)
    (waiting,) = office.preparations.all("PARTNER")
    (entry,) = partner.signs(office.preparations.fetch(waiting.id))
    assert register(office, entry).index is not None
    assert approved_digest(statement.parse(entry).payload) in digests
    assert office.proposals.get(done.proposal.id).state == "done"


# --- the whole log ----------------------------------------------------------------------------------------------------


class Fell(Exception):
    """The process dies here."""


class Dying:
    """The cabinet of a process that dies before its nth write from now, or after it."""

    def __init__(self, cabinet: Cabinet, at: int, kept: bool) -> None:
        self._cabinet, self._left, self._kept = cabinet, at, kept

    def select(self, sql: str, params: Sequence[Any] = (), /) -> list[Any]:
        return self._cabinet.select(sql, params)

    def write(self, work: Callable[[Tables], T], /) -> T:
        self._left -= 1
        if self._left == 0 and not self._kept:
            raise Fell
        done = self._cabinet.write(work)
        if self._left == 0:
            raise Fell
        return done


@pytest.mark.parametrize(("at", "kept"), [(1, False), (1, True), (2, False), (2, True)])
def test_killed_in_the_middle_it_goes_on_when_it_is_sent_again(
    office: Office, panel: Preparation, bureau: OwnKey, at: int, kept: bool
) -> None:
    """Before and after the signature is kept, and before and after it is written down where it stands in the log."""
    (entry,) = bureau.signs(office.preparations.fetch(panel.id))
    size = office.ledger.store.head().size
    ledger, dying = office.ledger, Dying(office.cabinet, at, kept)
    parts = (ledger.cabinet_key, office.executor, ledger.desk, ledger.store, ledger.clock, ledger.settings.origin)
    with pytest.raises(Fell):
        Preparations(dying, *parts).post(entry)
    assert ledger.store.head().size == size + (at == 2)
    assert register(office, entry).index == size
    assert ledger.store.head().size == size + 1
    assert office.preparations.get(panel.id).state == RECORDED


class Overtaken:
    """A cabinet where another process registers the same just before the nth access."""

    def __init__(self, cabinet: Cabinet, at: int, meanwhile: Callable[[], object]) -> None:
        self._cabinet, self._left, self._meanwhile = cabinet, at, meanwhile

    def _overtake(self) -> None:
        self._left -= 1
        if self._left == 0:
            self._meanwhile()

    def select(self, sql: str, params: Sequence[Any] = (), /) -> list[Any]:
        self._overtake()
        return self._cabinet.select(sql, params)

    def write(self, work: Callable[[Tables], T], /) -> T:
        self._overtake()
        return self._cabinet.write(work)


@pytest.mark.parametrize("at", range(1, 13))
def test_who_is_overtaken_by_the_same_statement_hears_where_it_stands(
    office: Office, panel: Preparation, bureau: OwnKey, at: int
) -> None:
    (entry,) = bureau.signs(office.preparations.fetch(panel.id))
    ledger, size, taken = office.ledger, office.ledger.store.head().size, []
    overtaken = Overtaken(office.cabinet, at, lambda: taken.append(register(office, entry).index))
    parts = (ledger.cabinet_key, office.executor, ledger.desk, ledger.store, ledger.clock, ledger.settings.origin)
    assert Preparations(overtaken, *parts).post(entry).index == size
    assert taken == [size]
    assert ledger.store.head().size == size + 1


def test_what_was_recorded_by_a_process_that_died_is_not_fetched_or_taken_back(
    office: Office, panel: Preparation, bureau: OwnKey
) -> None:
    (entry,) = bureau.signs(office.preparations.fetch(panel.id))
    ledger, dying = office.ledger, Dying(office.cabinet, 2, False)
    parts = (ledger.cabinet_key, office.executor, ledger.desk, ledger.store, ledger.clock, ledger.settings.origin)
    with pytest.raises(Fell):
        Preparations(dying, *parts).post(entry)
    assert refused(lambda: office.preparations.withdraw(panel.id)) is Code.NOT_WAITING
    assert office.preparations.get(panel.id).state == RECORDED
    assert register(office, entry).index is not None


def held(office: Office, panel: Preparation, bureau: OwnKey) -> bytes:
    """Digest of a statement whose signature was kept by a process that died before it recorded anything."""
    (entry,) = bureau.signs(office.preparations.fetch(panel.id))
    ledger, dying = office.ledger, Dying(office.cabinet, 1, True)
    parts = (ledger.cabinet_key, office.executor, ledger.desk, ledger.store, ledger.clock, ledger.settings.origin)
    with pytest.raises(Fell):
        Preparations(dying, *parts).post(entry)
    read = statement.parse(entry)
    return sha256(statement.to_be_signed(read.protected, read.payload)).digest()


def test_a_signature_that_was_kept_is_not_replaced_by_that_of_another_key(
    office: Office, life: Life, panel: Preparation, bureau: OwnKey, hands: Hands
) -> None:
    digest = held(office, panel, bureau)
    life.does(c.RetireKey(bureau.signer.kid))  # the older one, which lies here, would sign from now on
    size = office.ledger.store.head().size
    assert refused(lambda: registration(office, digest)) is Code.STALE
    hands.turn(5 * 3600)
    assert refused(lambda: registration(office, digest)) is Code.STALE
    assert office.ledger.store.head().size == size


def test_a_signature_that_was_kept_is_taken_as_long_as_one_that_comes(
    office: Office, panel: Preparation, bureau: OwnKey, hands: Hands
) -> None:
    digest, size = held(office, panel, bureau), office.ledger.store.head().size
    hands.turn(LEAD_SECONDS + BEHIND_MS / 1000 + 1)
    assert refused(lambda: registration(office, digest)) is Code.STALE
    assert office.ledger.store.head().size == size
    hands.turn(-2)
    assert registration(office, digest).index == size


def test_an_award_that_waits_is_not_recorded_with_another_key(office: Office, life: Life, partner: OwnKey) -> None:
    _, head, done = proposed(office, life)
    assert done.proposal is not None
    office.proposals.approve(done.proposal.id, head, done.proposal.version)
    office.proposals.carry_out(done.proposal.id)
    life.does(c.RetireKey(partner.signer.kid))
    size = office.ledger.store.head().size
    assert office.proposals.carry_out(done.proposal.id).state == "approved"
    (waiting,) = office.preparations.all("PARTNER")
    assert (waiting.state, office.ledger.store.head().size) == (WAITING, size)
    assert refused(lambda: office.preparations.fetch(waiting.id)) is Code.STALE
    office.preparations.withdraw(waiting.id)
    assert office.proposals.carry_out(done.proposal.id).state == "stopped"
    assert office.ledger.store.head().size == size


def test_what_waits_of_somebody_who_is_erased_is_forgotten(office: Office, life: Life, panel: Preparation) -> None:
    office.preparations.tidy()
    assert office.preparations.get(panel.id).state == WAITING
    life.does(c.EraseTrainee(life.trainee))
    office.preparations.tidy()
    (row,) = office.cabinet.select("SELECT state, sealed FROM preparations WHERE id = ?", (panel.id.bytes,))
    assert (row["state"], len(bytes(row["sealed"])) < 64) == ("withdrawn", True)


def test_what_nobody_asks_for_after_its_days_is_forgotten(office: Office, panel: Preparation, hands: Hands) -> None:
    hands.turn(KEPT_MS / 1000 + 1)
    office.preparations.tidy()
    (row,) = office.cabinet.select("SELECT state, sealed FROM preparations WHERE id = ?", (panel.id.bytes,))
    assert (row["state"], len(bytes(row["sealed"])) < 64) == ("expired", True)


def test_after_one_with_a_long_lead_the_next_says_a_time_that_is_not_before(
    office: Office, life: Life, panel: Preparation, bureau: OwnKey, officer: Member
) -> None:
    (first,) = bureau.signs(office.preparations.fetch(panel.id, 300))
    register(office, first)
    done = do(office, officer, c.PostNotice(life.trainee, life.application, POSTED_ON), new_id(office))
    assert done.prepared is not None
    (second,) = bureau.signs(office.preparations.fetch(done.prepared.id, 0))
    assert register(office, second).index is not None


def test_an_authority_of_its_own_key_grants_a_title_and_the_audit_finds_no_fault(
    office: Office, life: Life, panel: Preparation, bureau: OwnKey, officer: Member, tmp_path: Path
) -> None:
    head = join(office, "b-head", "approver", organisation="BUREAU")

    def signs() -> None:
        for waiting in office.preparations.all("BUREAU"):
            if waiting.state == WAITING:
                for entry in bureau.signs(office.preparations.fetch(waiting.id)):
                    register(office, entry)

    signs()
    do(office, officer, c.PostNotice(life.trainee, life.application, POSTED_ON), new_id(office))
    signs()
    command = c.DecideApplication(
        life.trainee, life.application, office.ledger.desk().draw("AENG", 2024), FIRST_DECISION
    )
    proposal = do(office, officer, command, new_id(office)).proposal
    assert proposal is not None
    office.proposals.approve(proposal.id, head, proposal.version)
    office.proposals.carry_out(proposal.id)
    signs()
    assert office.proposals.get(proposal.id).state == "done"
    dossier = office.ledger.desk().dossier(life.trainee)
    assert len(dossier.titles) == 1
    assert fsck_ledger(office.ledger).findings == ()
    Upkeep(office.ledger).run_once()
    text = (office.ledger.public / "trust.txt").read_text("utf-8")
    report = audit(FolderLog(office.ledger.public), trust.parse(text), processes=0)
    assert report.problems == []
    assert f"{bureau.signer.kid.hex()} {bureau.signer.public_key.hex()} BUREAU organisation" in text
    found = (path for folder in (tmp_path, office.ledger.public) for path in folder.rglob("*"))
    held = [path.read_bytes() for path in found if path.is_file()]
    place = office.ledger.place
    for opened, names in ((place.open_office_tables, OFFICE_TABLES), (place.open_tables, LOG_TABLES)):
        with closing(opened()) as tables:
            values = [value for name in names for row in tables.rows(name) for value in dict(row).values()]
        held += [bytes(value) for value in values if isinstance(value, bytes | memoryview)]
    held += [data for _, data in place.key_files().files()]
    assert len(held) > 100
    assert bureau.signer.kid not in {signer.kid for signer in office.ledger.keystore.signers()}
    for form in (bureau.seed, bureau.seed.hex().encode(), b64encode(bureau.seed)[:40]):
        assert not any(form in data for data in held), "the key is nowhere here"
