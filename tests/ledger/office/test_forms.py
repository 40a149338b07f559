"""Forms from outside: nothing that is settled here is taken from one, and each command has its one role."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields, replace
from typing import Any

import pytest

from ledger import commands as c
from ledger.command_forms import COMMANDS, BadForm, name_of, to_plain
from ledger.handle import Desk
from ledger.office import forms
from ledger.office.opening import Office
from ledger.open import Ledger
from ledger.refusals import Code, Refusal
from tests.ledger.deciders.story import APPLICATION, CERTIFICATE, COHORT, REGISTER, REQUESTED_ON, TITLE, drawn
from tests.ledger.lives import Life
from verifier.events import EVENTS, event_type
from verifier.staff import role_for


def test_every_command_is_given_here_or_has_its_own_way() -> None:
    passkeys = {c.RegisterPasskey, c.RemovePasskey, c.SignApproval}
    elsewhere = {
        c.LodgeObjection,
        c.OpenAccount,
        c.CloseAccount,
        c.TakeInPack,
        c.RecordDisclosure,
        c.MoveBase,
    } | passkeys
    assert set(forms.KINDS) == set(COMMANDS.values()) - elsewhere
    assert set(forms.KINDS.values()) <= {declared.kind for declared in EVENTS.values()}
    assert set(forms.NAMES) == {name_of(command) for command in forms.KINDS}


def test_what_is_settled_here_are_fields_of_the_command() -> None:
    for command, settled in forms.SETTLED.items():
        assert set(settled) <= {field.name for field in fields(command)}
        assert command in forms.KINDS
    # Whatever is drawn, and every id that a command makes, is on the list.
    for command in forms.KINDS:
        names = {field.name for field in fields(command)}
        assert ("drawn" in names) == ("drawn" in forms.SETTLED.get(command, ()))
        of_a_row = "source" in names and command is not c.AdoptCalendar  # a calendar's source is said by who adopts it
        assert of_a_row == ("source" in forms.SETTLED.get(command, ()))
        made = {name for name in names if name.endswith("_id") and name not in ("id_type",)}
        assert made <= set(forms.SETTLED.get(command, ())), command


@pytest.mark.parametrize(
    ("command", "field"),
    [
        (REGISTER, "trainee"),
        (c.RequestCertification(REGISTER.trainee, COHORT, drawn("x"), REQUESTED_ON), "drawn"),
        (c.RequestCertification(REGISTER.trainee, COHORT, drawn("x"), REQUESTED_ON), "source"),
    ],
)
def test_what_is_settled_here_is_refused_in_a_form(command: c.Command, field: str) -> None:
    name, settled = name_of(type(command)), forms.SETTLED[type(command)]
    plain = {key: value for key, value in to_plain(command).items() if key not in settled}
    assert replace(forms.read(name, plain), **{key: getattr(command, key) for key in settled}) == command
    with pytest.raises(BadForm) as refused:
        forms.read(name, {**plain, field: to_plain(getattr(command, field))})
    assert refused.value.place == field


@pytest.mark.parametrize("form", [None, [], "x", 1])
def test_a_form_is_an_object(form: object) -> None:
    with pytest.raises(BadForm):
        forms.read("register-trainee", form)


def test_each_draw_is_new_and_awards_have_the_prefix_of_what_they_are(office: Office) -> None:
    life = Life(office.ledger)
    life.is_registered()
    life.is_trained()
    desk = office.ledger.desk()
    first, second = (forms.settle(replace(REGISTER, trainee=CERTIFICATE), desk) for _ in range(2))
    assert len({first.trainee, second.trainee, CERTIFICATE}) == 3
    asked = c.RequestCertification(life.trainee, COHORT, drawn("x"), REQUESTED_ON)
    settled = forms.settle(asked, desk)
    assert settled.drawn != asked.drawn
    assert settled.drawn.number.startswith("BDI-2024-")
    life.is_certified()
    life.is_titled()
    desk = office.ledger.desk()
    dossier = desk.dossier(life.trainee)
    (certificate,), (title,) = dossier.certificates, dossier.titles
    correction = c.CorrectCertificate(life.trainee, certificate, drawn("x"), REQUESTED_ON)
    assert forms.settle(correction, desk).drawn.number.startswith("BDI-2024-")
    for command in (
        c.DecideApplication(life.trainee, life.application, drawn("x"), REQUESTED_ON),
        c.CorrectTitle(life.trainee, title, drawn("x"), REQUESTED_ON),
    ):
        assert forms.settle(command, desk).drawn.number.startswith("AENG-2024-")


@pytest.mark.parametrize(
    ("make", "code"),
    [
        (lambda who: c.RequestCertification(who, "NONE", drawn("x"), REQUESTED_ON), Code.UNKNOWN_COHORT),
        (lambda who: c.CorrectCertificate(who, CERTIFICATE, drawn("x"), REQUESTED_ON), Code.NO_AWARD),
        (lambda who: c.DecideApplication(who, APPLICATION, drawn("x"), REQUESTED_ON), Code.UNKNOWN_VALUE),
        (lambda who: c.CorrectTitle(who, TITLE, drawn("x"), REQUESTED_ON), Code.NO_AWARD),
    ],
)
def test_nothing_is_drawn_for_what_is_not_there(office: Office, make: object, code: Code) -> None:
    life = Life(office.ledger)
    life.is_registered()
    assert callable(make)
    with pytest.raises(Refusal) as refused:
        forms.settle(make(life.trainee), office.ledger.desk())
    assert refused.value.code is code


class ToldLife(Life):
    """A life that tells which command recorded which kinds of event."""

    def __init__(self, ledger: Ledger) -> None:
        super().__init__(ledger)
        self.told: list[tuple[type[Any], str]] = []

    def does(self, *commands: c.Command | Callable[[Desk], c.Command]) -> list[str]:
        for asked in commands:
            desk = self.ledger.desk()
            command = asked(desk) if callable(asked) else asked
            events = desk.execute(command, self.actors)
            self.told += [(type(command), event_type(event).kind) for event in events]
        return []


def test_the_role_of_a_command_is_that_of_every_event_that_it_records(office: Office) -> None:
    life = ToldLife(office.ledger)
    for part in (life.is_registered, life.is_trained, life.is_certified, life.is_titled):
        part()
    assert len({command for command, _ in life.told}) > 10
    for command, kind in life.told:
        assert role_for(kind) == forms.role_of(command), (command, kind)
