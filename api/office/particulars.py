"""The fields of a person's particulars: what is wrong in them by the rules of intake, and the commands made of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Final
from uuid import UUID

from api.languages import Words
from api.office import list_words, training_words, words
from api.office.forms import Field, Filled, day_of
from api.office.list_words import Choices
from ledger import commands as c
from ledger.intake.cells import cell_of
from ledger.intake.documents import id_number_is_good
from ledger.intake.headers import Content
from ledger.office.particulars import name_is_good
from ledger.refusals import Code
from verifier.dossier import Trainee

BESIDE: Final = {
    Code.DUPLICATE_TRAINEE: "trainee_no",
    Code.UNKNOWN_ORGANISATION: "employer",
    Code.OTHER_ORGANISATION: "employer",
}
"""Beside which field a refusal of a registration stands."""


def identity_fields() -> Sequence[Field]:
    """Who somebody is: given once, at registration."""
    return (
        Field("trainee_no", training_words.TRAINEE_NO),
        Field("name", training_words.NAME),
        Field("id_type", training_words.ID_TYPE, "choice", choices=list_words.ID_TYPE_CHOICES),
        Field("id_number", training_words.ID_NUMBER),
    )


def detail_fields(employers: Choices) -> Sequence[Field]:
    """What may change."""
    return (
        Field("education", training_words.EDUCATION, "choice", choices=list_words.EDUCATION_CHOICES),
        Field("graduated_on", training_words.GRADUATED_ON, "day", required=False),
        Field("practice_from", training_words.PRACTICE_FROM, "day"),
        Field("title_held", training_words.TITLE_HELD, "choice", False, list_words.TITLE_CHOICES),
        Field("title_since", training_words.TITLE_SINCE, "day", required=False),
        Field("employer", training_words.EMPLOYER, "choice", False, employers),
        Field("email", training_words.EMAIL, required=False),
        Field("phone", training_words.PHONE, required=False),
    )


def check_registration(form: Filled) -> Filled:
    """The document's number (GB 11643, as at intake), and what goes together."""
    form = check_details(check_name(form))
    on, number = day_of(form["on"]), form["id_number"]
    if on is not None and number and not id_number_is_good(form["id_type"], number, on):
        form = form.with_fault("id_number", training_words.BAD_ID_NUMBER)
    return form


def check_name(form: Filled) -> Filled:
    """A name that paper can show: intake's rule, which also turns away what would reverse the writing."""
    if "name" not in form.faults and not name_is_good(form["name"]):
        form = form.with_fault("name", words.UNPRINTABLE)
    return form


def check_details(form: Filled) -> Filled:
    """A title and its day go together."""
    if bool(form["title_held"]) != bool(form["title_since"]):
        missing = "title_since" if form["title_held"] else "title_held"
        form = form.with_fault(missing, training_words.TOGETHER)
    return form


def normal(sent: Mapping[str, str]) -> dict[str, str]:
    """What was sent, numbers of people and documents in the form in which intake reads them: half-width, a large X."""
    read = {"trainee_no": Content.CODE, "id_number": Content.ID_NUMBER}
    return {**sent, **{name: cell_of(read[name], sent[name]).text for name in read if name in sent}}


def register(trainee: UUID, form: Filled) -> c.Command:
    """The registration of a form in which nothing is wrong."""
    return c.RegisterTrainee(
        trainee=trainee,
        trainee_no=form["trainee_no"],
        name=form["name"],
        id_type=form["id_type"],
        id_number=form["id_number"],
        education=form["education"],
        graduated_on=day_of(form["graduated_on"]),
        practice_from=_day(form, "practice_from"),
        title_held=form["title_held"] or None,
        title_since=day_of(form["title_since"]),
        employer=form["employer"] or None,
        email=form["email"] or None,
        phone=form["phone"] or None,
        on=_day(form, "on"),
    )


def amend(trainee: UUID, form: Filled) -> c.Command:
    """The particulars of a form in which nothing is wrong."""
    return c.AmendDetails(
        trainee=trainee,
        education=form["education"],
        graduated_on=day_of(form["graduated_on"]),
        practice_from=_day(form, "practice_from"),
        title_held=form["title_held"] or None,
        title_since=day_of(form["title_since"]),
        employer=form["employer"] or None,
        email=form["email"] or None,
        phone=form["phone"] or None,
        reason=form["reason"],
        on=_day(form, "on"),
    )


def as_they_are(person: Trainee) -> dict[str, str]:
    """A person's particulars as they stand in the form's fields."""
    held = person.declared
    return {
        "education": person.education,
        "graduated_on": _text(person.graduated_on),
        "practice_from": _text(person.practice_from),
        "title_held": "" if held is None else held.level,
        "title_since": "" if held is None else _text(held.since),
        "employer": person.employer or "",
        "email": person.email or "",
        "phone": person.phone or "",
    }


def told(person: Trainee, masked: str) -> list[tuple[Words, str | Words]]:
    """A person's particulars for reading; the document's number masked."""
    held = person.declared
    title: str | Words = "–" if held is None else list_words.TITLE.get(held.level, words.named(held.level, held.level))
    return [
        (training_words.TRAINEE_NO, person.trainee_no),
        (training_words.ID_TYPE, list_words.ID_TYPE[person.id_type]),
        (training_words.ID_NUMBER, masked),
        (training_words.EDUCATION, list_words.EDUCATION[person.education]),
        (training_words.GRADUATED_ON, _text(person.graduated_on) or "–"),
        (training_words.PRACTICE_FROM, _text(person.practice_from)),
        (training_words.TITLE_HELD, title),
        (training_words.TITLE_SINCE, "–" if held is None else _text(held.since) or "–"),
        (training_words.EMPLOYER, person.employer or "–"),
        (training_words.EMAIL, person.email or "–"),
        (training_words.PHONE, person.phone or "–"),
        (training_words.REGISTERED_ON, _text(person.registered_on)),
    ]


def _day(form: Filled, name: str) -> date:
    day = day_of(form[name])
    assert day is not None  # the form was found good
    return day


def _text(day: date | None) -> str:
    return "" if day is None else day.isoformat()
