"""Intakes: files that are uploaded, matched, rehearsed, proposed, and taken in when another person approves."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Any, Final, Literal
from uuid import UUID

from fastapi import APIRouter, Path, Query
from pydantic import Field
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from api.office import intake_words
from api.office.gate import Acting, Gate
from api.office.intaking import rejects_of
from api.office.rest import words
from api.office.rest.answers import PREFIX, SIGNED_IN, Sentences, Told, moment, refused, statuses, told
from api.office.rest.bodies import KEY_PARAMETER, body_in, body_of, form_of, idempotency_key
from api.office.rest.deciding import (
    Approval,
    Challenge,
    Decision,
    DecisionWithReason,
    challenged,
    check_approver_in_person,
    signed_or_fresh,
)
from api.office.rest.files import FILE, file_out, form_in, form_with_files
from api.office.rest.pages import MOST, NEXT, Cursor, Limit, cursor_after, number_behind
from api.office.rest.trainees import id_of
from api.office.uploads import Room, Uploads, sent_files
from ledger.command_forms import BadForm
from ledger.intake.files import KINDS
from ledger.intake.headers import COLUMNS
from ledger.intake.rows import Rejected
from ledger.office import intake_docket
from ledger.office.intake_files import FILES, LEFT_OUT, UPLOAD_BYTES, IntakeFile
from ledger.office.intake_findings import Findings
from ledger.office.intakes import CHECKING, TAKING, Intake, NoIntake
from ledger.office.opening import Office
from ledger.office.proposals import REASON_LIMIT

State = Literal[
    "uploaded", "checking", "checked", "waiting", "taking", "done", "declined", "withdrawn", "failed", "expired"
]
Uuid = Annotated[str, Path(json_schema_extra={"format": "uuid"})]
_ROOM: Final = Room(UPLOAD_BYTES, FILES)
_READ: Final = statuses(*SIGNED_IN, 404)
_GOES_ON: Final = statuses(*SIGNED_IN, 400, 404, 409, 413, 415, 422)


class IntakeTold(Told):
    """An intake as it stands."""

    id: UUID
    number: int = Field(description="In the order of uploading, from 1.")
    state: State
    version: int = Field(description="Counts changes; who goes on with it names the one that they saw.")
    uploader: str
    approver: str = Field(description="Who approved or declined it; empty before.")
    created_at: datetime
    decided_at: datetime | None
    expires_at: datetime = Field(description="When its files go, where nobody goes on with it.")
    done: int = Field(description="Steps of the work that runs now, or ran last; of `total`.")
    total: int
    matched: bool = Field(description="Whether every file and column is known, so that it can be checked.")
    note: str
    reason: str


class IntakePage(Told):
    """A page of intakes, newest first."""

    intakes: list[IntakeTold]
    next: str | None = Field(description=NEXT)


class HeadingTold(Told):
    """A heading of a table."""

    heading: str
    column: str | None = Field(description="That it stands for; empty where it is passed over, null where none knows.")
    open: bool = Field(description="Whether it says nothing by itself, so that its column is chosen.")


class FileTold(Told):
    """A file of an intake."""

    name: str
    kind: str = Field(description="Of a pack's files; `-` where it is left out, empty where nobody knows yet.")
    kinds: list[str] = Field(description="That a file of its form may be.")
    size: int
    sha256: str
    rows: int
    headings: list[HeadingTold]
    samples: list[list[str]] = Field(description="The first rows, shortened; gone with the file.")
    missing: list[str] = Field(description="Columns that it must have and has not.")
    doubled: list[str] = Field(description="Columns for which more than one heading stands.")
    fault: str = Field(description="Why it cannot be read at all.")


class RefusalTold(Told):
    """Why the whole cannot be taken in."""

    code: str
    detail: str


class FindingsTold(Told):
    """What a rehearsal found, or the intake itself in the end. Counts are by the names of the files."""

    events: int = Field(description="That it would record, or recorded.")
    taken: dict[str, int]
    known: dict[str, int] = Field(description="Rows that are recorded already.")
    turned_away: dict[str, int]
    fault: str
    refusal: RefusalTold | None
    pack: UUID | None = Field(description="Stream of the intake's event, once it is recorded.")
    first_index: int | None = Field(description="Among this entry of the log and the next lie those of the intake.")
    end_index: int | None


class IntakeWhole(Told):
    """An intake with its files and what was found."""

    intake: IntakeTold
    files: list[FileTold]
    left_out: list[str] = Field(description="Names of what was uploaded beside and is no file of a pack.")
    findings: FindingsTold | None


class RejectedTold(Told):
    """A row that is turned away."""

    file: str
    line: int = Field(description="The header is line 1.")
    code: str
    column: str = Field(description="The one at fault; empty where it is the row.")
    detail: str
    sentence: Sentences


class RejectedPage(Told):
    """A page of the rows turned away, by file and line."""

    rejected: list[RejectedTold]
    count: int = Field(description="Of all of them. Single rows are forgotten 14 days after they were taken in.")
    next: str | None = Field(description=NEXT)


class ColumnChosen(Told):
    """What a heading stands for."""

    heading: Annotated[int, Field(ge=0, lt=10_000, description="Its place in the file's headings, from 0.")]
    column: Annotated[str, Field(max_length=100, description="`-` passes it over.")]


class FileChosen(Told):
    """What a file is."""

    file: Annotated[int, Field(ge=0, lt=FILES, description="Its place in the intake's files, from 0.")]
    kind: Annotated[str, Field(max_length=100)] = Field("", description="`-` leaves it out, empty leaves it as it is.")
    columns: Annotated[tuple[ColumnChosen, ...], Field(max_length=10_000)] = ()


class Matching(Decision):
    """Kinds and columns of some files, chosen by hand."""

    files: Annotated[list[FileChosen], Field(min_length=1, max_length=FILES)]


class IntakeProposed(Decision):
    """An intake that is to be approved."""

    note: Annotated[str, Field(max_length=REASON_LIMIT, description="For who approves.")] = ""


FORMS: Final = (Matching, IntakeProposed, Decision, DecisionWithReason, Approval)


class _Intakes:
    """What the routes work with."""

    def __init__(self, office: Callable[[], Office], gate: Gate, wake: Callable[[], None]) -> None:
        self.office, self.gate, self._wake = office, gate, wake

    def seen(self, acting: Acting, id_: str) -> Intake:
        """The intake of an address. Raises Refused."""
        try:
            return self.wakes(intake_docket.find(self.office(), acting.member, id_of(id_)))
        except NoIntake:
            raise refused(404, "unknown-intake", words.UNKNOWN_INTAKE) from None

    def wakes(self, intake: Intake) -> Intake:
        """Has the work begin, or go on that a process left, where there is any."""
        if intake.state in (CHECKING, TAKING):
            self._wake()
        return intake


def add(made: APIRouter, office: Callable[[], Office], gate: Gate, uploads: Uploads, wake: Callable[[], None]) -> None:
    """Adds the routes. `wake`: says that there is work for the thread that works on intakes."""
    intakes = _Intakes(office, gate, wake)
    _add_upload(made, intakes, uploads)
    _add_reading(made, intakes)
    _add_uploaders(made, intakes)
    _add_approvers(made, intakes)


def _add_upload(made: APIRouter, intakes: _Intakes, uploads: Uploads) -> None:
    def keep(acting: Acting, request: Request, key: str) -> Response:
        office, files = intakes.office(), sent_files(request)
        office.intakes.check_may_upload(acting.member)
        if not files:
            raise BadForm("files", "one file at least")
        intake = intakes.wakes(intake_docket.ask_upload(office, acting.member, files, key))
        return told(_whole(intake), 201, {"Location": f"{PREFIX}/intakes/{intake.id}"})

    @made.post(
        "/intakes",
        status_code=201,
        response_model=IntakeWhole,
        responses=statuses(*SIGNED_IN, 400, 408, 413, 415, 422),
        operation_id="upload_intake",
        summary="Uploads files to be taken in: CSV, XLSX, TOML, or a whole pack as a ZIP",
        description="Nothing is recorded. Where every file and column is known it is checked at once. The same files"
        " under the same key are one intake, answered as it stands by now.",
        openapi_extra={
            "parameters": [KEY_PARAMETER],
            "requestBody": form_in(["files"], files={"type": "array", "items": dict(FILE), "maxItems": FILES}),
        },
    )
    async def upload(request: Request) -> Response:
        acting = await run_in_threadpool(intakes.gate.acting, request, "propose")
        key = idempotency_key(request)
        async with form_with_files(uploads, request, _ROOM, ("files",)):
            return await run_in_threadpool(keep, acting, request, key)


def _add_reading(made: APIRouter, intakes: _Intakes) -> None:
    @made.get("/intakes", response_model=IntakePage, responses=statuses(*SIGNED_IN, 422), operation_id="list_intakes")
    def listed(
        request: Request,
        state: Annotated[list[State] | None, Query()] = None,
        limit: Limit = 20,
        cursor: Cursor = "",
    ) -> Response:
        member, office, before = intakes.gate.acting(request).member, intakes.office(), number_behind(cursor)
        intake_docket.check_sees(office, member)
        found = office.intakes.all(tuple(state or ()), before, limit + 1)
        following = cursor_after(found[limit - 1].number) if len(found) > limit else None
        return told(IntakePage(intakes=[*map(_told, found[:limit])], next=following))

    @made.get(
        "/intakes/{intake}",
        response_model=IntakeWhole,
        responses=_READ,
        operation_id="get_intake",
        summary="One, with its files, how far the work is, and what was found",
    )
    def one(request: Request, intake: Uuid) -> Response:
        return told(_whole(intakes.seen(intakes.gate.acting(request), intake)))

    @made.get(
        "/intakes/{intake}/rejected",
        response_model=RejectedPage,
        responses={**_READ, **statuses(422)},
        operation_id="list_rejected",
        summary="The rows that are turned away, each with its reason",
    )
    def rejected(request: Request, intake: Uuid, limit: Limit = MOST, cursor: Cursor = "") -> Response:
        found, start = intakes.seen(intakes.gate.acting(request), intake).findings, number_behind(cursor) or 0
        rows = () if found is None else found.rejected
        end = start + limit
        page = [*map(_rejected, rows[start:end])]
        return told(RejectedPage(rejected=page, count=len(rows), next=cursor_after(end) if end < len(rows) else None))

    @made.get(
        "/intakes/{intake}/rejects.csv",
        response_class=Response,
        responses={**file_out("File, line and code of each.", "text/csv"), **_READ},
        operation_id="get_rejects",
        summary="The same as `certledger intake --rejects` writes it",
    )
    def rejects(request: Request, intake: Uuid) -> Response:
        return rejects_of(intakes.seen(intakes.gate.acting(request), intake))


def _add_uploaders(made: APIRouter, intakes: _Intakes) -> None:
    """What its uploader does with it."""

    def match(office: Office, acting: Acting, intake: Intake, form: Matching) -> Intake:
        kinds, chosen = _chosen(intake, form)
        return office.intakes.match(intake.id, acting.member, form.version, kinds, chosen)

    def check(office: Office, acting: Acting, intake: Intake, form: Decision) -> Intake:
        return office.intakes.ask_check(intake.id, acting.member, form.version)

    def propose(office: Office, acting: Acting, intake: Intake, form: IntakeProposed) -> Intake:
        return office.intakes.propose(intake.id, acting.member, form.version, form.note)

    def withdraw(office: Office, acting: Acting, intake: Intake, form: Decision) -> Intake:
        return office.intakes.withdraw(intake.id, acting.member, form.version)

    chosen = {"file": 0, "kind": "withdrawals", "columns": [{"heading": 1, "column": "cohort"}]}
    _add_step(made, intakes, "match", match, Matching, "Says what files and columns are", files=[chosen])
    _add_step(made, intakes, "check", check, Decision, "Has it rehearsed: nothing is recorded by that")
    _add_step(made, intakes, "propose", propose, IntakeProposed, "Asks for another person's approval", note="2026")
    _add_step(made, intakes, "withdraw", withdraw, Decision, "Throws one's own away, files and all")


def _add_approvers(made: APIRouter, intakes: _Intakes) -> None:
    """What another person does with it."""

    def approve(office: Office, acting: Acting, intake: Intake, form: Approval) -> Intake:
        signed = signed_or_fresh(office, intakes.gate, acting, form)
        return office.intakes.approve(intake.id, acting.member, form.version, signed)

    def decline(office: Office, acting: Acting, intake: Intake, form: DecisionWithReason) -> Intake:
        return office.intakes.decline(intake.id, acting.member, form.reason, form.version)

    _add_step(made, intakes, "approve", approve, Approval, "Approves it; what it holds is taken in from then on")
    _add_step(
        made, intakes, "decline", decline, DecisionWithReason, "Declines it; its files are gone", reason="Of last year."
    )

    @made.post(
        "/intakes/{intake}/challenge",
        response_model=Challenge,
        responses={**_READ, **statuses(409, 422)},
        operation_id="challenge_intake",
        summary="What the approver's passkey has to sign",
    )
    def challenge(request: Request, intake: Uuid) -> Response:
        acting, office = intakes.gate.acting(request, "propose"), intakes.office()
        check_approver_in_person(acting)
        found = intakes.seen(acting, intake)
        return challenged(office, acting.member, office.intakes.to_sign(found.id, acting.member))


def _add_step(
    made: APIRouter,
    intakes: _Intakes,
    name: str,
    step: Callable[[Office, Acting, Intake, Any], Intake],
    model: type[Decision],
    summary: str,
    **example: Any,
) -> None:
    """A route that goes on with an intake as it was seen."""

    def done(acting: Acting, id_: str, form: Decision) -> Response:
        found = intakes.seen(acting, id_)
        return told(_told(intakes.wakes(step(intakes.office(), acting, found, form))))

    async def handle(request: Request, intake: Uuid) -> Response:
        acting = await run_in_threadpool(intakes.gate.acting, request, "propose")
        form = form_of(await body_of(request), model)
        return await run_in_threadpool(done, acting, intake, form)

    made.add_api_route(
        f"/intakes/{{intake}}/{name}",
        handle,
        methods=["POST"],
        response_model=IntakeTold,
        responses=_GOES_ON,
        operation_id=f"{name}_intake",
        summary=summary,
        openapi_extra={"requestBody": body_in(model, version=3, **example)},
    )


def _chosen(intake: Intake, form: Matching) -> tuple[dict[int, str], dict[int, dict[int, str]]]:
    """Kinds and columns by the places of files and headings. Raises BadForm for what cannot be."""
    kinds: dict[int, str] = {}
    chosen: dict[int, dict[int, str]] = {}
    for n, item in enumerate(form.files):
        place = f"files[{n}]"
        if item.file >= len(intake.files):
            raise BadForm(f"{place}.file", f"one of the {len(intake.files)} files, from 0")
        file = intake.files[item.file]
        kind = item.kind or file.kind
        if kind not in (*file.kinds, LEFT_OUT):
            raise BadForm(f"{place}.kind", f"one of {', '.join(file.kinds)}, or {LEFT_OUT}")
        names = {column.name for column in COLUMNS.get(kind, ())}
        for m, column in enumerate(item.columns):
            if column.heading >= len(file.header):
                raise BadForm(f"{place}.columns[{m}].heading", f"one of the {len(file.header)} headings, from 0")
            if column.column not in names and column.column != LEFT_OUT:
                raise BadForm(f"{place}.columns[{m}].column", f"a column of {kind}, or {LEFT_OUT}")
        kinds[item.file] = kind
        chosen[item.file] = {column.heading: column.column for column in item.columns}
    return kinds, chosen


def _told(intake: Intake) -> IntakeTold:
    return IntakeTold(
        id=intake.id,
        number=intake.number,
        state=intake.state,  # type: ignore[arg-type]  # the words of `ledger.office.intakes`
        version=intake.version,
        uploader=intake.uploader,
        approver=intake.approver,
        created_at=moment(intake.created_at),
        decided_at=None if intake.decided_at is None else moment(intake.decided_at),
        expires_at=moment(intake.expires_at),
        done=intake.done,
        total=intake.total,
        matched=intake.is_matched,
        note=intake.note,
        reason=intake.reason,
    )


def _whole(intake: Intake) -> IntakeWhole:
    findings = None if intake.findings is None else _findings(intake.findings)
    return IntakeWhole(
        intake=_told(intake),
        files=[*map(_file, intake.files)],
        left_out=list(intake.left_out),
        findings=findings,
    )


def _file(file: IntakeFile) -> FileTold:
    unknown = file.unknown
    return FileTold(
        name=file.name,
        kind=file.kind,
        kinds=[kind for kind in KINDS if kind in file.kinds],
        size=file.size,
        sha256=file.digest.hex(),
        rows=file.rows,
        headings=[
            HeadingTold(heading=title, column=file.column_of(title), open=at in unknown)
            for at, title in enumerate(file.header)
        ],
        samples=[list(row) for row in file.samples],
        missing=list(file.missing),
        doubled=list(file.doubled),
        fault=file.fault,
    )


def _findings(found: Findings) -> FindingsTold:
    code, detail = found.refusal
    first, end = found.indices if found.indices[1] else (None, None)
    return FindingsTold(
        events=found.events,
        taken=dict(found.taken),
        known=dict(found.known),
        turned_away=dict(found.turned_away),
        fault=found.fault,
        refusal=RefusalTold(code=code, detail=detail) if code else None,
        pack=found.pack,
        first_index=first,
        end_index=end,
    )


def _rejected(row: Rejected) -> RejectedTold:
    sentence = intake_words.of_code(row.code)
    return RejectedTold(
        file=row.source.file,
        line=row.source.line,
        code=row.code,
        column=row.column,
        detail=row.sentence,
        sentence=Sentences(zh=sentence.zh, en=sentence.en, ko=sentence.ko),
    )
