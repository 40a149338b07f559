"""The second award: application → eligibility → panel → public notice → decision (DOMAIN.md, Titles)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from uuid import UUID

from ledger import commands as c
from ledger.deciders.masking import mask_id_number
from ledger.deciders.person import check_employer, check_value, registered
from ledger.refusals import Code, Refusal
from verifier import kinds, rules
from verifier.address import link_digest, number_digest
from verifier.authority import Organisation
from verifier.catalogue import Catalogue
from verifier.dossier import Application, Dossier, Title, shown
from verifier.events import Event
from verifier.rules import AWARD_LEVELS, OBJECTIONS, REVOCATION_REASONS, TITLES, NoCalendar, Policy
from verifier.statement import subject_of


def apply(
    command: c.ApplyForTitle, dossier: Dossier, catalogue: Catalogue, organisations: dict[str, Organisation]
) -> list[Event]:
    """An application is filed; it is turned away, refused on its own day, or found eligible under a route."""
    check_employer(command.recommended_by, organisations)
    registered(dossier, command.on)
    check_value("level", command.level, AWARD_LEVELS)
    filed = kinds.ApplicationFiled(
        application_id=command.application,
        trainee=command.trainee,
        application_no=command.application_no,
        level=command.level,
        speciality=command.speciality,
        applied_on=command.on,
        recommended_by=command.recommended_by,
        source=command.source,
    )
    outcome = rules.application(
        dossier.applicant(), command.level, command.recommended_by is not None, catalogue.policies, command.on
    )
    match outcome:
        case rules.TurnedAway():
            return [filed, _refused(command.application, outcome.reason, None, None, command.on)]
        case rules.Refused():
            edition = None if outcome.policy is None else outcome.policy.edition
            return [filed, _refused(command.application, outcome.reason, edition, None, command.on)]
    eligible = kinds.ApplicationFoundEligible(
        application_id=command.application, policy=outcome.policy.edition, route=outcome.route.id
    )
    return [filed, eligible]


def record_panel(command: c.RecordPanel, dossier: Dossier, catalogue: Catalogue) -> list[Event]:
    """The panel's vote; without quorum or majority the application ends that day."""
    application, policy = _open(dossier, catalogue, command.application)
    if application.voted_on is not None:
        raise Refusal(Code.WRONG_STEP, "the panel has voted already")
    if not rules.panel_is_well_formed(command.size, command.present, command.votes_for, policy.panel_min_members):
        raise Refusal(
            Code.BAD_PANEL,
            f"a panel of {command.size} with {command.present} present and {command.votes_for} votes cannot be: "
            f"odd, at least {policy.panel_min_members}",
        )
    _not_before(command.on, application.applied_on, "panel", "application")
    voted = kinds.PanelVoted(
        application_id=application.id,
        size=command.size,
        present=command.present,
        votes_for=command.votes_for,
        voted_on=command.on,
    )
    reason = rules.panel(policy, command.size, command.present, command.votes_for)
    if reason is None:
        return [voted]
    return [voted, _refused(application.id, reason, application.policy, application.route, command.on)]


def post_notice(command: c.PostNotice, dossier: Dossier, catalogue: Catalogue) -> list[Event]:
    """The public notice, after the panel."""
    application, _ = _open(dossier, catalogue, command.application)
    if application.voted_on is None or application.posted_on is not None:
        raise Refusal(Code.WRONG_STEP, "a notice is posted once, after the panel's vote")
    _not_before(command.on, application.voted_on, "notice", "panel")
    return [kinds.NoticePosted(application_id=application.id, posted_on=command.on)]


def raise_objection(command: c.RaiseObjection, dossier: Dossier, catalogue: Catalogue) -> list[Event]:
    """An objection during the notice."""
    application, _, posted_on = posted_application(dossier, catalogue, command.application)
    _not_before(command.on, posted_on, "objection", "notice")
    return [
        kinds.ObjectionRaised(application_id=application.id, raised_on=command.on, grounds=command.grounds),
    ]


def resolve_objection(
    command: c.ResolveObjection, dossier: Dossier, catalogue: Catalogue, lodged: Sequence[kinds.ObjectionLodged] = ()
) -> list[Event]:
    """An objection dismissed or upheld. One that was `lodged` by the form is taken up with its answer."""
    application, _, posted_on = posted_application(dossier, catalogue, command.application)
    check_value("objection", command.outcome, [item for item in OBJECTIONS if item != "none"])
    _not_before(command.on, posted_on, "objection", "notice")
    resolved = kinds.ObjectionResolved(application_id=application.id, outcome=command.outcome, resolved_on=command.on)
    if command.lodged is None:
        return [resolved]
    for item in pending(application, lodged):
        if item.objection_id == command.lodged:
            _not_before(command.on, shown(item.lodged_on), "answer", "objection")
            grounds = subject_of(item.objection_id)
            raised = kinds.ObjectionRaised(application_id=application.id, raised_on=item.lodged_on, grounds=grounds)
            return [raised, resolved]
    raise Refusal(Code.UNKNOWN_VALUE, "no such objection waits for an answer")


def decide(
    command: c.DecideApplication, dossier: Dossier, catalogue: Catalogue, lodged: Sequence[kinds.ObjectionLodged] = ()
) -> list[Event]:
    """The decision after the notice: the title, or the reason why not. Too early, the application stays open.

    `lodged`: the objections that came by the public form.
    """
    application, policy = _open(dossier, catalogue, command.application)
    if application.posted_on is None:
        raise Refusal(Code.WRONG_STEP, "a decision comes after the public notice")
    _not_before(command.on, application.posted_on, "decision", "notice")
    if application.unresolved or pending(application, lodged):
        raise Refusal(Code.WRONG_STEP, "an objection is not resolved yet")
    try:
        reason = rules.decision(policy, application.posted_on, command.on, application.objection, catalogue.calendars)
    except NoCalendar as error:
        return [kinds.DecisionRefused(application_id=application.id, reason=error.code, asked_on=command.on)]
    if reason == "notice-too-short":
        return [kinds.DecisionRefused(application_id=application.id, reason=reason, asked_on=command.on)]
    if reason is not None:
        return [_refused(application.id, reason, application.policy, application.route, command.on)]
    return [_grant(command, dossier, application)]


def revoke(command: c.RevokeTitle, dossier: Dossier) -> list[Event]:
    """Revocation of the title of a level that was granted here and is in force."""
    registered(dossier, command.on)
    check_value("level", command.level, TITLES)
    check_value("reason", command.reason, REVOCATION_REASONS)
    for title in dossier.titles.values():
        if title.event.level == command.level and not title.award.ended and title.award.awarded_on <= command.on:
            return [kinds.TitleRevoked(title_id=title.id, revoked_on=command.on, reason=command.reason)]
    raise Refusal(Code.NO_AWARD, f"no title of {command.level} granted here is in force on {command.on}")


def correct(command: c.CorrectTitle, dossier: Dossier) -> list[Event]:
    """A title's paper superseded by its correction: same title, the person's data as they are now."""
    trainee = registered(dossier, command.on)
    old = _title_in_force(dossier, command.title, command.on)
    return [
        kinds.TitleSuperseded(title_id=old.id, superseded_on=command.on, successor=command.drawn.award),
        replace(
            old.event,
            title_id=command.drawn.award,
            number_hash=number_digest(command.drawn.number),
            link_hash=link_digest(command.drawn.link),
            status_index=command.drawn.status_index,
            number=command.drawn.number,
            name=trainee.name,
            id_type=trainee.id_type,
            id_number_masked=mask_id_number(trainee.id_type, trainee.id_number),
            link=command.drawn.link,
            corrects=old.id,
            source=None,
        ),
    ]


def posted_application(
    dossier: Dossier, catalogue: Catalogue, application_id: UUID
) -> tuple[Application, Policy, date]:
    """An open application whose notice was posted, the policy that it is under, and the day of posting."""
    application, policy = _open(dossier, catalogue, application_id)
    if application.posted_on is None:
        raise Refusal(Code.WRONG_STEP, "an objection comes during the public notice")
    return application, policy, application.posted_on


def pending(application: Application, lodged: Sequence[kinds.ObjectionLodged]) -> list[kinds.ObjectionLodged]:
    """The objections among those lodged that still wait for an answer."""
    return [item for item in lodged if application.answer_to(item.objection_id) is None]


def _grant(command: c.DecideApplication, dossier: Dossier, application: Application) -> kinds.TitleGranted:
    trainee = registered(dossier, command.on)
    assert application.policy is not None
    assert application.route is not None
    return kinds.TitleGranted(
        title_id=command.drawn.award,
        number_hash=number_digest(command.drawn.number),
        link_hash=link_digest(command.drawn.link),
        level=application.level,
        granted_on=command.on,
        status_index=command.drawn.status_index,
        number=command.drawn.number,
        name=trainee.name,
        id_type=trainee.id_type,
        id_number_masked=mask_id_number(trainee.id_type, trainee.id_number),
        speciality=shown(application.filed.speciality),
        trainee=command.trainee,
        application=application.id,
        policy=application.policy,
        route=application.route,
        link=command.drawn.link,
        corrects=None,
        source=shown(application.filed.source),
    )


def _open(dossier: Dossier, catalogue: Catalogue, application_id: UUID) -> tuple[Application, Policy]:
    if dossier.erased:
        raise Refusal(Code.ERASED, "this trainee's data are erased")
    application = dossier.applications.get(application_id)
    if application is None:
        raise Refusal(Code.UNKNOWN_VALUE, "no such application of this trainee")
    if application.ended_on is not None or application.policy is None:
        raise Refusal(Code.APPLICATION_CLOSED, "the application has ended")
    return application, catalogue.policy(application.policy)


def _title_in_force(dossier: Dossier, title_id: UUID, on: date) -> Title:
    title = dossier.titles.get(title_id)
    if title is None or title.award.awarded_on > on:
        raise Refusal(Code.NO_AWARD, f"no such title on {on}")
    if title.award.revoked_on is not None:
        raise Refusal(Code.ALREADY_REVOKED, f"the title was revoked on {title.award.revoked_on}")
    if title.award.superseded_on is not None:
        raise Refusal(Code.ALREADY_SUPERSEDED, "the title's paper was superseded by its correction")
    return title


def _refused(application: UUID, reason: str, policy: str | None, route: str | None, on: date) -> Event:
    return kinds.ApplicationRefused(application_id=application, reason=reason, policy=policy, route=route, ended_on=on)


def _not_before(on: date, earlier: date, what: str, than: str) -> None:
    if on < earlier:
        raise Refusal(Code.BAD_ORDER, f"a {what} before the {than}")
