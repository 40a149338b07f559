"""`evolve` never refuses history: whatever the order, whatever is withheld, a dossier or a base comes of it."""

from __future__ import annotations

import ast
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given as for_all
from hypothesis import settings
from hypothesis import strategies as st

from ledger.deciders.base import Base
from ledger.refusals import Refusal
from tests.ledger.deciders import story
from tests.ledger.deciders.story import (
    CERTIFICATE,
    CERTIFIED,
    ENROLMENT,
    ERASED,
    GRANTED,
    REINSTATED,
    REVOKED,
    SUPERSEDED,
    SUSPENDED,
    TITLED,
    TRAINEE,
    given,
    uuid,
)
from tests.verifier.event_samples import distinct, sample
from verifier import kinds
from verifier.dossier import Dossier, Erased, shown
from verifier.events import EVENTS, WITHHELD, Event, event_type

STREAMS = [TRAINEE, ENROLMENT, CERTIFICATE, uuid("application"), uuid("title"), uuid("nothing")]
STORY = [
    *TITLED,
    SUSPENDED,
    REINSTATED,
    SUPERSEDED,
    REVOKED,
    ERASED,
    kinds.TitleRevoked(title_id=GRANTED.title_id, revoked_on=GRANTED.granted_on, reason="other"),
    kinds.TitleSuperseded(
        title_id=GRANTED.title_id, superseded_on=GRANTED.granted_on, successor=uuid("title correction")
    ),
]


def withheld(event: Event) -> Event:
    """The event as it is read after the person's data key was destroyed."""
    declared = event_type(event)
    return replace(event, **{field.name: WITHHELD for field in (*declared.personal, *declared.printed)})  # type: ignore[type-var]


def moved(event: Event, stream: object) -> Event:
    return replace(event, **{event_type(event).stream: stream})  # type: ignore[type-var]


ANY_EVENT = st.builds(
    lambda event, stream, hidden: moved(withheld(event) if hidden else event, stream or event.stream_id),
    st.sampled_from([*STORY, *(sample(declared, distinct) for declared in EVENTS.values())]),
    st.sampled_from([None, None, None, *STREAMS]),
    st.booleans(),
)


@settings(max_examples=300)
@for_all(st.lists(ANY_EVENT, max_size=40))
def test_any_events_in_any_order_are_folded(events: list[Event]) -> None:
    """What holds: no exception at all; every event is counted in its stream; the erased stay erased."""
    dossier = Dossier(TRAINEE)
    erased = False
    for count, event in enumerate(events, 1):
        dossier.evolve(event)
        assert sum(dossier.versions.values()) == count
        assert dossier.erased or not erased
        erased = dossier.erased
    for level in (dossier.enrolments, dossier.certificates, dossier.applications, dossier.titles):
        assert set(level) <= set(dossier.versions)


@settings(max_examples=200)
@for_all(st.lists(ANY_EVENT, max_size=40))
def test_the_base_folds_anything_too(events: list[Event]) -> None:
    base = Base(uuid("log"))
    for event in events:
        base.evolve(event)
    assert sum(base.versions.values()) == len(events)


@for_all(st.permutations(TITLED))
def test_whatever_the_order_asking_a_folded_dossier_gives_an_answer_or_says_erased(events: list[Event]) -> None:
    dossier = given(*events)
    try:
        applicant = dossier.applicant()
    except Erased:
        assert dossier.trainee is None
    else:
        assert applicant.education == "bachelor"


@pytest.mark.parametrize("seen", range(len(TITLED) + 1))
def test_an_erased_person_is_seen_to_be_erased_however_much_is_left(seen: int) -> None:
    """The key is gone, the erasure's own event not yet read: everything personal is withheld from some event on."""
    history = [*TITLED[:seen], *(withheld(event) for event in TITLED[seen:])]
    dossier = given(*history)
    assert dossier.erased is (seen < len(TITLED))
    assert sum(dossier.versions.values()) == len(TITLED)


def test_what_is_public_of_an_erased_persons_awards_stays() -> None:
    dossier = given(*(withheld(event) for event in TITLED), REVOKED, ERASED)
    assert dossier.erased
    certificate = dossier.certificates[CERTIFICATE]
    assert (certificate.award.awarded_on, certificate.award.revoked_on) == (story.REQUESTED_ON, REVOKED.revoked_on)
    assert dossier.titles[GRANTED.title_id].award.awarded_on == GRANTED.granted_on
    with pytest.raises(Erased):
        dossier.applicant()


def test_a_change_of_standing_without_its_award_changes_nothing() -> None:
    for event in (SUSPENDED, REINSTATED, REVOKED, SUPERSEDED):
        dossier = given(event)
        assert (dossier.certificates, dossier.versions) == ({}, {CERTIFICATE: 1})


def test_a_title_ends_its_application() -> None:
    (application,) = given(*TITLED).applications.values()
    assert application.ended_on == GRANTED.granted_on


def test_the_certificate_of_an_enrolment_is_the_newest_of_its_corrections() -> None:
    correction = replace(story.AWARDED, certificate_id=uuid("correction"), corrects=CERTIFICATE)
    dossier = given(*CERTIFIED, SUPERSEDED, correction)
    newest = dossier.certificate_of(ENROLMENT)
    assert newest is not None
    assert newest.id == uuid("correction")
    assert given().certificate_of(ENROLMENT) is None


def test_a_value_is_shown_or_erased() -> None:
    assert shown("x") == "x"
    assert shown(None) is None
    with pytest.raises(Erased):
        shown(WITHHELD)


def test_every_kind_of_event_is_produced_or_named_by_the_tests_of_its_decider() -> None:
    """The classes that the deciders build are those that these tests compare with."""
    told = "".join(path.read_text("utf-8") for path in Path(__file__).parent.glob("*.py") if path != Path(__file__))
    room = Path(__file__).parents[3]
    written = {
        node.attr
        for path in (*room.glob("ledger/deciders/*.py"), room / "verifier" / "dossier.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "kinds"
    }
    classes = {declared.cls.__name__ for declared in EVENTS.values()}
    assert classes <= written
    assert [name for name in sorted(classes) if f"kinds.{name}(" not in told] == []


def test_refusals_carry_their_code_and_sentence() -> None:
    for code in story.Code:
        refusal = Refusal(code, "why")
        assert (refusal.code.value, refusal.message, str(refusal)) == (code.value, "why", "why")


def test_a_title_that_was_logged_before_its_application_ends_it_all_the_same() -> None:
    """A bulk intake writes streams in random order; read back, the grant may come first."""
    before = given(GRANTED, *[event for event in TITLED if event is not GRANTED])
    assert before.applications == given(*TITLED).applications
    (application,) = before.applications.values()
    assert application.ended_on == GRANTED.granted_on
