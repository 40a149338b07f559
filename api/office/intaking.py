"""Bulk intake: uploading files, matching their columns, the preview, approval by another, progress, the result."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final
from uuid import uuid4

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from api.headers import PERSONAL
from api.languages import Words
from api.office import intake_words, proposal_words, refusal_words, signing_words, words
from api.office.addresses import id_in
from api.office.console import Console, NotThere, Sent, request_id, see_other
from api.office.forms import Field, Filled, blank, filled, whole_of
from api.office.gate import Acting
from api.office.moments import moment
from api.office.passkey import signed_or_fresh
from api.office.uploads import sent_files
from ledger.bulk.items import TurnedAway
from ledger.bulk.uploads import Uploaded
from ledger.intake.files import ROW_KINDS, PackError
from ledger.intake.headers import COLUMNS
from ledger.office import intake_docket
from ledger.office.intake_files import FILES, LEFT_OUT, UPLOAD_BYTES, IntakeFile, likely_kind
from ledger.office.intakes import CHECKED, CHECKING, FAILED, TAKING, UPLOADED, WAITING, Intake, IntakeMoved, NoIntake
from ledger.refusals import Code, Refusal
from verifier.formulas import defused

PAGE: Final = 50
"""Intakes of a page."""
REJECTS: Final = 100
"""Rows turned away of a page."""
_NOTE: Final = (Field("note", words.NOTE, "long", required=False),)
_DECLINING: Final = (Field("reason", words.REASON, "long"),)
_BY_OTHERS: Final = frozenset({Code.MISSING_ROLE, Code.OTHER_ORGANISATION, Code.SAME_PERSON})


def routes(console: Console, wake: Callable[[], None]) -> list[Route]:
    """The routes below `/console`. `wake`: says that there is work for the thread that works on intakes."""
    pages = Intaking(console, wake)
    return [
        console.route("/intakes", pages.listed, file_bytes=UPLOAD_BYTES, files=FILES),
        console.route("/intakes/{intake}", pages.one),
        console.route("/intakes/{intake}/progress", pages.progress, ["GET"]),
        console.route("/intakes/{intake}/rejects.csv", pages.rejects, ["GET"]),
    ]


class Intaking:
    """The pages."""

    def __init__(self, console: Console, wake: Callable[[], None]) -> None:
        self._console, self._wake = console, wake

    def listed(self, request: Request, acting: Acting, sent: Sent) -> Response:
        """All intakes, newest first; what is uploaded becomes a new one."""
        intake_docket.check_sees(self._console.office, acting.member)
        if request.method == "POST":
            return self._upload(request, acting, sent, sent_files(request))
        return self._list(request, acting)

    def one(self, request: Request, acting: Acting, sent: Sent) -> Response:
        """One intake; what is sent goes on with it."""
        intake = self._seen(request, acting)
        version = whole_of(sent.get("version", "")) or 0
        intakes, member = self._console.office.intakes, acting.member
        try:
            match sent.get("do", ""):
                case "match":
                    self._match(intake, acting, version, sent)
                case "check":
                    intakes.ask_check(intake.id, member, version)
                case "propose":
                    form = filled(_NOTE, sent)
                    if not form.good:
                        return self._page_of(request, acting, intake, 422, note=form)
                    intakes.propose(intake.id, member, version, form["note"])
                case "withdraw":
                    intakes.withdraw(intake.id, member, version)
                case "approve":
                    intakes.approve(intake.id, member, version, signed_or_fresh(self._console, acting, sent))
                case "decline":
                    form = filled(_DECLINING, sent)
                    if not form.good:
                        return self._page_of(request, acting, intake, 422, declining=form)
                    intakes.decline(intake.id, member, form["reason"], version)
                case _:
                    self._wake_for(intake)
                    return self._page_of(request, acting, intake)
        except IntakeMoved as moved:
            fault = refusal_words.SENTENCES[moved.code]
            return self._page_of(request, acting, moved.intake, 409, fault=fault)
        except PackError as error:
            fault = intake_words.UNREADABLE
            return self._page_of(request, acting, intakes.get(intake.id), 422, fault=fault, told=str(error))
        except Refusal as refusal:
            if refusal.code in _BY_OTHERS:
                raise
            fault = refusal_words.SENTENCES[refusal.code]
            return self._page_of(request, acting, intakes.get(intake.id), 422, fault=fault, told=refusal.message)
        self._wake()
        return see_other(f"/console/intakes/{intake.id}")

    def progress(self, request: Request, acting: Acting, sent: Sent) -> Response:
        """How far the work is, for the page's script."""
        intake = self._seen(request, acting)
        self._wake_for(intake)
        told = {"state": intake.state, "version": intake.version, "done": intake.done, "total": intake.total}
        return JSONResponse(told, 200, PERSONAL)

    def rejects(self, request: Request, acting: Acting, sent: Sent) -> Response:
        """The rows turned away, as `certledger intake --rejects` writes them."""
        intake = self._seen(request, acting)
        return rejects_of(intake)

    # --- inside -------------------------------------------------------------------------------------------------------

    def _seen(self, request: Request, acting: Acting) -> Intake:
        """The intake of the address. Raises NotThere, the same for none as for one out of sight."""
        try:
            return intake_docket.find(self._console.office, acting.member, id_in(request, "intake"))
        except NoIntake:
            raise NotThere from None

    def _upload(self, request: Request, acting: Acting, sent: Sent, files: Sequence[Uploaded]) -> Response:
        self._console.office.intakes.check_may_upload(acting.member)
        if not files:
            return self._list(request, acting, 422, fault=intake_words.NO_FILE)
        try:
            intake = intake_docket.upload(self._console.office, acting.member, files, request_id(sent))
        except TurnedAway as reason:
            return self._list(request, acting, 422, fault=intake_words.why_not(reason.code), told=reason.detail)
        self._wake_for(intake)
        return see_other(f"/console/intakes/{intake.id}")

    def _match(self, intake: Intake, acting: Acting, version: int, sent: Sent) -> None:
        kinds = {part: sent[f"kind-{part}"] for part in range(len(intake.files)) if f"kind-{part}" in sent}
        chosen: dict[int, Mapping[int, str]] = {}
        for part, file in enumerate(intake.files):
            chosen[part] = {at: sent.get(f"column-{part}-{at}", "") for at in range(len(file.header))}
        self._console.office.intakes.match(intake.id, acting.member, version, kinds, chosen)

    def _wake_for(self, intake: Intake) -> None:
        if intake.state in (CHECKING, TAKING):
            self._wake()

    def _list(
        self, request: Request, acting: Acting, status: int = 200, fault: Words | None = None, told: str = ""
    ) -> Response:
        before = whole_of(request.query_params.get("before", ""))
        found = self._console.office.intakes.all(before=before, limit=PAGE + 1)
        older = found[PAGE - 1].number if len(found) > PAGE else None
        return self._page(
            "office/intakes.html", request, acting, status, intakes=found[:PAGE], older=older, form_id=uuid4(),
            may_upload=acting.may("registrar"), fault=fault, told=told,
        )  # fmt: skip

    def _page_of(
        self,
        request: Request,
        acting: Acting,
        intake: Intake,
        status: int = 200,
        note: Filled | None = None,
        declining: Filled | None = None,
        fault: Words | None = None,
        told: str = "",
    ) -> Response:
        rejected = () if intake.findings is None else intake.findings.rejected
        after = whole_of(request.query_params.get("after", "")) or 0
        following = after + REJECTS
        mine = intake.uploader == acting.member.pseudonym
        return self._page(
            "office/intake.html", request, acting, status, intake=intake, note=note or blank(_NOTE),
            declining=declining or blank(_DECLINING), fault=fault, told=told, mine=mine,
            open=mine and intake.state in (UPLOADED, CHECKED, FAILED),
            may_decide=intake.state == WAITING and not mine and acting.may("approver"),
            signs=bool(self._console.office.executor.base().approvers.of(acting.member.pseudonym)),
            rejected=rejected[after:following], after=after, next=following if following < len(rejected) else 0,
            choices=_choices, columns=_columns, likely=_likely, row_kinds=ROW_KINDS,
            proposing=proposal_words, signing=signing_words,
        )  # fmt: skip

    def _page(self, template: str, request: Request, acting: Acting, status: int = 200, **values: Any) -> Response:
        return self._console.page(
            template, request, acting, status, intaking=intake_words, moment=moment, who=self._console.who, **values
        )


def rejects_of(intake: Intake) -> Response:
    """The rows turned away as a file."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(("file", "line", "code"))
    for item in () if intake.findings is None else intake.findings.rejected:
        writer.writerow((defused(item.source.file), item.source.line, item.code))
    headers = {**PERSONAL, "Content-Disposition": 'attachment; filename="rejects.csv"'}
    return Response(text.getvalue(), 200, headers, "text/csv; charset=utf-8")


def _choices(file: IntakeFile) -> list[tuple[str, Words, bool]]:
    """The kinds that a file may be, and which of them stands in the form at first."""
    now = file.kind or likely_kind(file)
    found = [(kind, intake_words.KINDS[kind], kind == now) for kind in file.kinds]
    return [*found, (LEFT_OUT, intake_words.LEAVE_OUT, now == LEFT_OUT)]


def _likely(file: IntakeFile) -> IntakeFile:
    """A file that nobody knows as what it most likely is, so that its columns can be chosen at once."""
    return file if file.kind else replace(file, kind=likely_kind(file))


def _columns(file: IntakeFile) -> list[tuple[str, Words]]:
    """The columns that a heading may stand for."""
    named = [(column.name, intake_words.of_column(column)) for column in COLUMNS.get(file.kind, ())]
    return [*named, (LEFT_OUT, intake_words.LEAVE_OUT)]
