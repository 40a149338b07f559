"""A page that is one form, for one command: shown, looked through, done or proposed, with every fault in its place."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final
from uuid import uuid4

from starlette.requests import Request
from starlette.responses import Response

from api.languages import Words
from api.office import evidence_words, training_words
from api.office.console import Console, Sent, see_other
from api.office.forms import Field, Filled, blank, filled
from api.office.gate import Acting
from api.office.recording import NOT_YOURS, Fault, check_recorded, tried
from ledger.commands import Command
from ledger.office.doing import Done
from ledger.refusals import Code, Refusal

NOTE: Final = Field("note", training_words.NOTE, "long", required=False)
"""What an approver reads beside a proposal."""


@dataclass(frozen=True, slots=True)
class Act:
    """One form and what comes of it."""

    title: Words
    button: Words
    fields: Sequence[Field]
    make: Callable[[Filled], Command]
    """The command of a form in which nothing is wrong."""
    back: str
    """Address of the page that leads here."""
    beside: Mapping[Code, str] = field(default_factory=dict)
    """Beside which field a refusal stands; any other stands above the form."""
    start: Mapping[str, str] = field(default_factory=dict)
    """What stands in the fields at first."""
    about: Sequence[tuple[Words, str]] = ()
    """What the form is about, above it."""
    explained: Words | None = None
    check: Callable[[Filled], Filled] = lambda form: form
    """Looks at fields together."""
    hashes: str = ""
    """The field into which the browser writes the SHA-256 of a file that is chosen; empty for none. It stands apart."""


def answer(
    console: Console, request: Request, acting: Acting, sent: Sent, act: Act, then: Callable[[Done], str]
) -> Response:
    """The page, and what is sent from it. `then`: the address that what was recorded leads to."""
    if request.method != "POST":
        return _page(console, request, acting, sent, act, blank(act.fields, **act.start))
    form = act.check(filled(act.fields, sent))
    if not form.good:
        return _page(console, request, acting, sent, act, form, 422)
    done = tried(console, acting, sent, act.make(form), form["note"])
    if isinstance(done, Fault):
        assert done.refusal is not None  # that is what `tried` tells of
        name = act.beside.get(done.refusal.code)
        if name is not None:
            return _page(console, request, acting, sent, act, form.with_fault(name, done.sentence), 422)
        return _page(console, request, acting, sent, act, form, status_of(done.refusal), done)
    check_recorded(done)
    return see_other(f"/console/proposals/{done.proposal.id}" if done.proposal else then(done))


def status_of(refusal: Refusal) -> int:
    """The status of a form that was refused: 403 where the right is missing."""
    return 403 if refusal.code in NOT_YOURS else 422


def form_id(sent: Sent) -> str:
    """The id that a form carries: a new one for a new form, the same for one that comes back."""
    return sent.get("sent") or str(uuid4())


def _page(
    console: Console,
    request: Request,
    acting: Acting,
    sent: Sent,
    act: Act,
    form: Filled,
    status: int = 200,
    fault: Fault | None = None,
) -> Response:
    return console.page(
        "office/act.html",
        request,
        acting,
        status,
        training=training_words,
        evidence=evidence_words,
        act=act,
        has_file=any(item.kind == "file" for item in act.fields),
        form=form,
        form_id=form_id(sent),
        fault=fault,
    )
