"""Forms of commands as they come from outside: what is left out of them, since it is settled here, and who gives them.

Ids of what is new, and everything that an award draws at random, are never taken from a form: whoever chose them could
choose what is taken, or what can be guessed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final
from uuid import UUID

from ledger import commands as c
from ledger.command_forms import COMMANDS, BadForm, from_plain, name_of
from ledger.deciders.person import known_cohort
from ledger.handle import TITLE_PREFIXES, Desk
from ledger.office.staff import Member
from ledger.refusals import Code, Refusal
from verifier.address import number_prefix
from verifier.staff import role_for

KINDS: Final[Mapping[type[Any], str]] = {
    c.AccreditOrganisation: "organisation.accredited",
    c.AuthoriseKey: "key.authorised",
    c.RetireKey: "key.retired",
    c.ReportKeyCompromised: "key.compromised",
    c.PublishProgramme: "programme.published",
    c.PublishPolicy: "policy.published",
    c.AdoptCalendar: "calendar.adopted",
    c.SetNoticeTerms: "notice.terms-set",
    c.SetWitnesses: "witnesses.set",
    c.OpenCohort: "cohort.opened",
    c.RegisterTrainee: "trainee.registered",
    c.ChangeName: "trainee.name-changed",
    c.AmendDetails: "trainee.details-amended",
    c.EraseTrainee: "trainee.erased",
    c.Enrol: "enrolment.made",
    c.Withdraw: "enrolment.withdrawn",
    c.RecordAttendance: "attendance.recorded",
    c.RecordResult: "result.recorded",
    c.AmendResult: "result.amended",
    c.AttachEvidence: "evidence.attached",
    c.RequestCertification: "certificate.awarded",
    c.SuspendCertificate: "certificate.suspended",
    c.ReinstateCertificate: "certificate.reinstated",
    c.RevokeCertificate: "certificate.revoked",
    c.CorrectCertificate: "certificate.superseded",
    c.ApplyForTitle: "application.filed",
    c.RecordPanel: "panel.voted",
    c.PostNotice: "notice.posted",
    c.RaiseObjection: "objection.raised",
    c.ResolveObjection: "objection.resolved",
    c.DecideApplication: "title.granted",
    c.RevokeTitle: "title.revoked",
    c.CorrectTitle: "title.superseded",
    c.EraseObjection: "objection.erased",
}
"""The commands that staff give one by one, with the kind of event that each asks for.

Not among them: what the public form lodges; what opens and closes accounts, which `ledger.office.staff` does together
with the ways in; the intake of a pack, which comes with its rows; a disclosure, which comes with its file; the move of
the base, which changes its settings too.
"""

NAMES: Final[Mapping[str, type[Any]]] = {name: command for name, command in COMMANDS.items() if command in KINDS}
"""Those commands by the names of their forms."""

SETTLED: Final[Mapping[type[Any], tuple[str, ...]]] = {
    c.AccreditOrganisation: ("organisation_id",),
    c.PublishProgramme: ("programme_id",),
    c.PublishPolicy: ("policy_id",),
    c.AdoptCalendar: ("calendar_id",),
    c.SetNoticeTerms: ("terms_id",),
    c.OpenCohort: ("cohort_id",),
    c.RegisterTrainee: ("trainee",),
    c.Enrol: ("enrolment",),
    c.ApplyForTitle: ("application", "source"),
    c.RequestCertification: ("drawn", "source"),
    c.CorrectCertificate: ("drawn",),
    c.DecideApplication: ("drawn",),
    c.CorrectTitle: ("drawn",),
}
"""The fields that a form leaves out: ids of what is new, `drawn`, and the row of a pack, which only an intake has."""
_NOBODY: Final = UUID(int=0)
_UNSETTLED: Final = {"drawn": {"award": str(_NOBODY), "number": "", "link": "", "status_index": 0}, "source": None}


def role_of(command: type[Any]) -> str:
    """The role that gives a command (`ledger.permissions`)."""
    return role_for(KINDS[command])


def check_role(member: Member, name: str) -> None:
    """Raises Refusal `missing-role`, which names the role, unless the member has the one that gives the command."""
    if (role := role_of(NAMES[name])) not in member.roles:
        raise Refusal(Code.MISSING_ROLE, f"{member.pseudonym} lacks the role {role}, which {name} needs")


def read(name: str, form: Any) -> Any:
    """The command of a form, with nothing in what is settled here yet. Raises BadForm."""
    settled = SETTLED.get(NAMES[name], ())
    if not isinstance(form, Mapping):
        raise BadForm(name, "an object with named fields")
    for field in settled:
        if field in form:
            raise BadForm(field, "is settled here: leave it out")
    return from_plain(name, {**form, **{field: _UNSETTLED.get(field, str(_NOBODY)) for field in settled}})


def settle(command: Any, desk: Desk) -> Any:
    """The command with everything drawn that it leaves open. Raises Refusal where it names what is not there."""
    settled = SETTLED.get(type(command), ())
    if "drawn" in settled:
        return replace(command, drawn=desk.draw(_prefix(command, desk), command.on.year))
    fresh = next((field for field in settled if field != "source"), None)
    if fresh is None:
        return command
    new = desk.new_person() if isinstance(command, c.RegisterTrainee) else desk.new_id()
    return replace(command, **{fresh: new})


def _prefix(command: Any, desk: Desk) -> str:
    """The first part of an award's number: of the programme, or of the title's level."""
    dossier = desk.dossier(command.trainee)
    match command:
        case c.RequestCertification():
            return number_prefix(known_cohort(desk.base.catalogue, command.cohort).programme)
        case c.CorrectCertificate():
            if (certificate := dossier.certificates.get(command.certificate)) is not None:
                return number_prefix(certificate.event.programme)
            raise Refusal(Code.NO_AWARD, "no such certificate of this trainee")
        case c.DecideApplication():
            if (application := dossier.applications.get(command.application)) is not None:
                return TITLE_PREFIXES[application.level]
            raise Refusal(Code.UNKNOWN_VALUE, "no such application of this trainee")
        case c.CorrectTitle():
            if (title := dossier.titles.get(command.title)) is not None:
                return TITLE_PREFIXES[title.event.level]
            raise Refusal(Code.NO_AWARD, "no such title of this trainee")
    raise TypeError(f"nothing is drawn for {name_of(type(command))}")
