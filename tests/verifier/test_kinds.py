"""What the log shows of each event type. Adding or changing a type fails here until somebody has looked at it."""

from __future__ import annotations

import dataclasses
import json
import re
import typing
from datetime import date
from decimal import Decimal
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.verifier.event_samples import (
    ENVELOPE,
    PAYLOADS,
    distinct,
    fields_of,
    golden,
    largest,
    plain,
    salts,
    sample,
    smallest,
)
from verifier import cbor, kinds
from verifier.events import EVENTS, WITHHELD, EventType, event_type
from verifier.record import make_payload, read_payload, reveal

PUBLIC = {
    "log.started/1": (
        "origin: str, url: str, code: str, name_zh: str, name_en: str, uri: str, keys: tuple[GenesisKey, ...]"
    ),
    "base.moved/1": "url: str",
    "organisation.accredited/1": "code: str, kind: str, name_zh: str, name_en: str, uri: str",
    "key.authorised/1": "organisation: str, public_key: bytes, kinds: tuple[str, ...], custody: str",
    "key.retired/1": "kid: bytes",
    "key.compromised/1": "kid: bytes, as_of: int",
    "account.opened/1": "pseudonym: str, organisation: str, roles: tuple[str, ...]",
    "account.closed/1": "pseudonym: str",
    "passkey.registered/1": "pseudonym: str, public_key: bytes, rp_id: str",
    "passkey.removed/1": "pseudonym: str, passkey: bytes",
    "approval.signed/1": (
        "approver: str, passkey: bytes, digests: tuple[bytes, ...], authenticator_data: bytes, client_data: bytes, "
        "signature: bytes"
    ),
    "witnesses.set/1": "policy: str",
    "programme.published/1": (
        "code: str, edition: int, name_zh: str, name_en: str, certified_by: str, taught_by: str, "
        "min_attendance: Decimal, max_attempts: int, total_pass: Decimal, valid_years: int, "
        "modules: tuple[Module, ...], assessments: tuple[Assessment, ...]"
    ),
    "policy.published/1": (
        "edition: str, authority: str, effective_from: date, panel_min_members: int, quorum: Fraction, "
        "majority: Fraction, notice_working_days: int, routes: tuple[Route, ...]"
    ),
    "calendar.adopted/1": "year: int, days_off: tuple[date, ...], make_up_days: tuple[date, ...], source: str",
    "notice.terms-set/1": (
        "authority: str, shows: tuple[str, ...], basis_zh: str, basis_en: str, reached_at: str, kept_days: int"
    ),
    "cohort.opened/1": (
        "code: str, programme: str, programme_edition: int, starts_on: date, ends_on: date, capacity: int"
    ),
    "pack.taken-in/1": "files: Mapping[str, bytes], custody: Mapping[str, str], actors_defaulted: bool",
    "disclosure.made/1": "recipient: bytes, scope: str, as_of: int, entries: int, digest: bytes",
    "trainee.registered/1": "",
    "trainee.name-changed/1": "",
    "trainee.details-amended/1": "",
    "trainee.erased/1": "",
    "enrolment.made/1": "",
    "enrolment.withdrawn/1": "",
    "attendance.recorded/1": "",
    "result.recorded/1": "",
    "result.amended/1": "",
    "evidence.attached/1": "",
    "certification.refused/1": "",
    "certificate.awarded/1": (
        "number_hash: bytes, link_hash: bytes, programme: str, awarded_on: date, expires_on: date, status_index: int"
    ),
    "certificate.suspended/1": "suspended_on: date, reason: str",
    "certificate.reinstated/1": "reinstated_on: date",
    "certificate.revoked/1": "revoked_on: date, reason: str",
    "certificate.superseded/1": "superseded_on: date",
    "application.filed/1": "",
    "application.found-eligible/1": "",
    "panel.voted/1": "",
    "notice.posted/1": "",
    "objection.raised/1": "",
    "objection.resolved/1": "",
    "objection.lodged/1": "",
    "objection.erased/1": "",
    "decision.refused/1": "",
    "application.refused/1": "",
    "title.granted/1": "number_hash: bytes, link_hash: bytes, level: str, granted_on: date, status_index: int",
    "title.revoked/1": "revoked_on: date, reason: str",
    "title.superseded/1": "superseded_on: date",
}
"""Every public field of every event type, as reviewed against FORMATS §1."""

STRUCTS = {
    "GenesisKey": "public_key custody kinds",
    "Module": "code hours",
    "Assessment": "code weight pass_mark",
    "Route": "id level education requires_title title_years practice_years min_certificate_total",
}
"""What stands within a public field; none of it is about a person."""

ABOUT_THE_BASE = frozenset(name for name in PUBLIC if name == "notice.terms-set/1" or name.split(".")[0] in (
    "log", "organisation", "key", "account", "passkey", "approval", "programme", "policy", "calendar", "cohort", "pack",
    "disclosure",
    "witnesses",
))  # fmt: skip
"""Types that are about nobody: their fields are definitions."""

NEVER_PUBLIC = re.compile(
    r"""score|total|vote|present|size|hours|attempt|assess|module|attend|enrol|applied|requested|recommended|route|policy
    |outcome|grounds|objection|speciality|employer|education|graduated|practice|title_held|title_since|registered
    |(^|_)name$|id_type|id_number|mail|phone|trainee|applica|cohort|successor|corrects|source|digest|description
    |contact|place|notice|terms|lodged|voted_on|posted_on|asked_on|(?<![a-z])ended_on|attach|resolved_on|raised_on|changed_on|amended_on|withdrawn_on|number$|link$""",
    re.VERBOSE,
)
"""Names that no public field of an event about a person may have."""

EVERY_TYPE = pytest.mark.parametrize("declared", EVENTS.values(), ids=EVENTS)


def public_annotations(declared: EventType) -> str:
    annotations = typing.cast(dict[str, str], declared.cls.__annotations__)
    return ", ".join(f"{name}: {hint[7:-1]}" for name, hint in annotations.items() if hint.startswith("Public["))


def test_the_public_fields_of_every_type_are_those_that_were_reviewed() -> None:
    assert {name: public_annotations(declared) for name, declared in EVENTS.items()} == PUBLIC
    shown = {name: {field.name for field in declared.public} for name, declared in EVENTS.items()}
    assert shown == {name: set(re.findall(r"(\w+):", fields)) for name, fields in PUBLIC.items()}


def test_what_stands_within_public_fields_was_reviewed() -> None:
    found = {}
    for declared in EVENTS.values():
        hints = typing.get_type_hints(declared.cls, include_extras=True)
        for field in declared.public:
            for inner in typing.get_args(plain(hints[field.name])):
                if dataclasses.is_dataclass(inner):
                    found[inner.__name__] = " ".join(item.name for item in dataclasses.fields(inner))
    assert found == STRUCTS


def test_nothing_about_a_person_has_a_name_that_may_never_be_public() -> None:
    for name, declared in EVENTS.items():
        if name not in ABOUT_THE_BASE:
            assert [field.name for field in declared.public if NEVER_PUBLIC.search(field.name)] == [], name


def test_no_public_field_refers_to_another_stream() -> None:
    for declared in EVENTS.values():
        hints = typing.get_type_hints(declared.cls, include_extras=True)
        assert [field.name for field in declared.public if UUID in _all_types(plain(hints[field.name]))] == []


def _all_types(hint: object) -> set[object]:
    return {hint}.union(*(_all_types(arg) for arg in typing.get_args(hint)))


def test_the_personal_fields_named_by_formats_are_there() -> None:
    """The list of names is not empty talk: each of its kinds is a field of some type."""
    personal = {field.name for declared in EVENTS.values() for field in (*declared.personal, *declared.printed)}
    hidden = {name for name in personal if NEVER_PUBLIC.search(name)}
    assert {"score", "hours", "votes_for", "present", "trainee", "enrolment", "application", "successor"} <= hidden
    assert {"name", "id_number", "email", "phone", "policy", "route", "enrolled_on", "applied_on", "total"} <= hidden
    assert personal - hidden == {"reason", "salt", "level"}


def test_only_awards_are_printed() -> None:
    assert {name for name, declared in EVENTS.items() if declared.printed} == {
        "certificate.awarded/1",
        "title.granted/1",
    }


# --- payloads -------------------------------------------------------------------------------------------------------


@EVERY_TYPE
def test_a_payload_holds_none_of_the_personal_values(declared: EventType) -> None:
    event = sample(declared, distinct)
    taken = salts()
    payload, _ = make_payload(event, ENVELOPE, lambda: next(taken))
    for field in (*declared.personal, *declared.printed):
        for form in forms_of(getattr(event, field.name)):
            assert form not in payload, field.name


def forms_of(value: object) -> set[bytes]:
    """A value in every form in which somebody might look for it."""
    forms: set[bytes] = set()
    match value:
        case UUID():
            forms = {value.bytes, str(value).encode(), value.hex.encode(), value.bytes_le}
        case bytes():
            forms = {value, value.hex().encode()}
        case int():
            forms = {cbor.encode(value), str(value).encode(), value.to_bytes(8, "big").lstrip(b"\0")}
        case Decimal():
            plain_number = format(value, "f")
            forms = {plain_number.encode(), plain_number.replace(".", "").encode()}
        case date():
            forms = {value.isoformat().encode(), value.strftime("%Y%m%d").encode(), str(value.toordinal()).encode()}
        case str():
            forms = {value.encode(codec) for codec in ("utf-8", "utf-16-le", "utf-16-be", "gb18030")}
            forms |= {part.encode() for part in value.split() if len(part) > 8}
    assert forms, f"no forms of {value!r}"
    return {form for form in forms if not declared_words(form)}


def declared_words(form: bytes) -> bool:
    """Whether a form is part of every payload anyway: the type's own name, which samples carry in their texts."""
    return form.decode("utf-8", "replace") in EVENTS


@EVERY_TYPE
def test_a_public_field_is_in_clear(declared: EventType) -> None:
    event = sample(declared, distinct)
    taken = salts()
    value = cbor.decode(make_payload(event, ENVELOPE, lambda: next(taken))[0])
    assert {key for key in value if isinstance(key, str)} == {field.name for field in declared.public}


@EVERY_TYPE
@pytest.mark.parametrize("make", [distinct, smallest, largest], ids=["distinct", "smallest", "largest"])
def test_every_type_comes_back_as_it_was(declared: EventType, make: typing.Any) -> None:
    event = sample(declared, make)
    taken = salts()
    payload, disclosures = make_payload(event, ENVELOPE, lambda: next(taken))
    record = read_payload(payload)
    assert (record.type, record.envelope, record.stream) == (declared, ENVELOPE, event.stream_id)
    personal = [field.name for field in (*declared.personal, *declared.printed)]
    assert all(getattr(record.event, name) is WITHHELD for name in personal)
    assert reveal(record, disclosures) == event
    assert reveal(record, []) == record.event
    assert type(record.event) is type(event)


@given(order=st.randoms(use_true_random=False), name=st.sampled_from(sorted(EVENTS)))
def test_the_order_of_disclosures_does_not_matter_but_for_awards(order: typing.Any, name: str) -> None:
    declared = EVENTS[name]
    event = sample(declared, distinct)
    taken = salts()
    payload, disclosures = make_payload(event, ENVELOPE, lambda: next(taken))
    inner = disclosures[2:] if declared.printed else disclosures
    order.shuffle(inner)
    assert reveal(read_payload(payload), disclosures[:2] + inner if declared.printed else inner) == event


def test_two_payloads_of_one_event_share_no_commitment() -> None:
    for declared in EVENTS.values():
        event = sample(declared, distinct)
        taken = salts()
        one, other = (read_payload(make_payload(event, ENVELOPE, taken.__next__)[0]) for _ in range(2))
        assert set(one.commitments).isdisjoint(other.commitments)


# --- golden vectors -------------------------------------------------------------------------------------------------


@EVERY_TYPE
def test_no_type_was_ever_edited(declared: EventType) -> None:
    """`tests/vectors/payloads.json` holds the payload of a sample of each type, as it was when the type was made."""
    kept = json.loads(PAYLOADS.read_text("utf-8"))
    assert declared.name in kept, "python -m tests.verifier.event_samples adds it"
    assert golden(declared) == kept[declared.name]
    record = read_payload(bytes.fromhex(kept[declared.name]["payload"]))
    disclosures = [bytes.fromhex(item) for item in kept[declared.name]["disclosures"]]
    assert reveal(record, disclosures) == sample(declared, distinct)


def test_no_type_was_ever_dropped() -> None:
    assert set(json.loads(PAYLOADS.read_text("utf-8"))) == set(EVENTS)


# --- who signs what -------------------------------------------------------------------------------------------------


def test_every_kind_is_recorded_by_exactly_one_party() -> None:
    parties = [
        kinds.ROOT_KINDS,
        kinds.REGISTRY_KINDS,
        kinds.TEACHING_KINDS,
        kinds.CERTIFYING_KINDS,
        kinds.AUTHORITY_KINDS,
        ("log.started",),
    ]
    listed = [kind for party in parties for kind in party]
    assert sorted(listed) == sorted({declared.kind for declared in EVENTS.values()})
    assert len(set(listed)) == len(listed)
    assert set(kinds.LOG_KINDS).isdisjoint(listed)


def test_awards_revocations_and_erasures_need_two_people() -> None:
    assert {kind for kind in kinds.APPROVED_KINDS if kind.split(".")[0] in ("certificate", "title")} == {
        declared.kind for declared in EVENTS.values() if declared.kind.split(".")[0] in ("certificate", "title")
    }
    assert {"trainee.erased", "objection.erased", "pack.taken-in"} < kinds.APPROVED_KINDS
    assert {declared.kind for declared in EVENTS.values()} > kinds.APPROVED_KINDS


def test_of_an_intake_come_awards_and_revocations() -> None:
    assert {f"{award}.{verb}" for award, verb in (
        ("certificate", "awarded"), ("certificate", "revoked"), ("title", "granted"), ("title", "revoked"),
    )} == kinds.INTAKE_KINDS  # fmt: skip
    assert kinds.INTAKE_KINDS < kinds.APPROVED_KINDS


@EVERY_TYPE
def test_a_type_knows_its_stream(declared: EventType) -> None:
    event = sample(declared, distinct)
    assert event.stream_id == getattr(event, declared.stream)
    assert event_type(event) is declared is event_type(type(event))
    marked = {declared.stream, *(f.name for f in (*declared.public, *declared.personal, *declared.printed))}
    assert marked == {item.name for item in fields_of(declared)}
