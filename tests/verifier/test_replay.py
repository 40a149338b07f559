"""Decision replay: an honest life agrees, and each fraud differs by the rule that it breaks."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest

from tests.verifier import loglab
from tests.verifier.loglab import AUTHORITY, BASE, CLERK, PARTNER, Lab, uuid
from tests.verifier.replaylab import FIRST_DECISION, POSTED_ON, Life, differences, replayed, step
from verifier import kinds
from verifier.replay import DECISIONS, RULES, Held, Replayed, Replayer, Verdict
from verifier.statement import parse


def test_an_honest_life_agrees() -> None:
    found = replayed(Life().recorded())
    assert (found.differing, found.not_replayed, found.problems, found.exit_code) == ([], {}, [], 0)
    assert found.total(Verdict.AGREES) == 8
    assert set(found.counts) <= DECISIONS


FRAUDS: dict[str, tuple[Life, tuple[str, str]]] = {
    "an exam failed": (
        Life({"assessed": {"score": Decimal(59)}}),
        ("certificate.awarded", "assessment-failed"),
    ),
    "too few hours": (Life({"attended": {"hours": Decimal(1)}}), ("certificate.awarded", "attendance")),
    "no exam": (Life(left_out=("assessed",)), ("certificate.awarded", "assessment-missing")),
    "a score swapped": (Life({"assessed": {"score": Decimal(92)}}), ("certificate.awarded", "total")),
    "below the pass": (
        Life({"assessed": {"score": Decimal("66.5")}, "awarded": {"total": Decimal("66.5")}}),
        ("certificate.awarded", "total-below-pass"),
    ),
    "a year too long": (Life({"awarded": {"expires_on": date(2030, 3, 2)}}), ("certificate.awarded", "validity")),
    "another name": (Life({"awarded": {"name": "别人"}}), ("certificate.awarded", "holder")),
    "another trainee": (Life({"awarded": {"trainee": uuid("trainee two")}}), ("certificate.awarded", "holder")),
    "another cohort": (Life({"awarded": {"cohort": "BDI-2026-2"}}), ("certificate.awarded", "programme")),
    "before the enrolment": (
        Life({"awarded": {"awarded_on": date(2026, 1, 2), "expires_on": date(2029, 1, 2)}}),
        ("certificate.awarded", "not-enrolled"),
    ),
    "awarded by the base": (Life(by={"awarded": BASE}), ("certificate.awarded", "entitlement")),
    "awarded by one person": (Life(actors={"awarded": ("head-2", "head-2")}), ("certificate.awarded", "four-eyes")),
    "approved by a clerk": (Life(actors={"granted": ("head-2", "clerk-1")}), ("title.granted", "four-eyes")),
    "approved by nobody known": (Life(actors={"granted": ("clerk-1", "head-9")}), ("title.granted", "four-eyes")),
    "approved alone": (Life(actors={"granted": CLERK}), ("title.granted", "four-eyes")),
    "a third attempt": (Life({"assessed": {"attempt": 3}}), ("result.recorded", "too-many-attempts")),
    "a result by the partner": (Life(by={"assessed": PARTNER}), ("result.recorded", "entitlement")),
    "no certificate": (Life(left_out=("awarded",)), ("application.found-eligible", "no-valid-certificate")),
    "no recommendation": (
        Life({"filed": {"recommended_by": None}}),
        ("application.found-eligible", "not-recommended"),
    ),
    "no route": (
        Life({"registered": {"education": "bachelor"}}),
        ("application.found-eligible", "not-eligible"),
    ),
    "a title held": (
        Life({"registered": {"title_held": "engineer", "title_since": date(2020, 1, 1)}}),
        ("application.found-eligible", "already-holds-title"),
    ),
    "an edition swapped": (
        Life(
            {"eligible": {"policy": "CQ-2025"}, "granted": {"policy": "CQ-2025"}},
            before={"eligible": (loglab.policy("CQ-2025", effective_from=date(2025, 1, 1)), BASE)},
        ),
        ("application.found-eligible", "policy-in-force"),
    ),
    "another route": (Life({"eligible": {"route": "E9"}}), ("application.found-eligible", "route")),
    "no quorum": (Life({"voted": {"present": 5, "votes_for": 5}}), ("title.granted", "no-quorum")),
    "no majority": (Life({"voted": {"votes_for": 3}}), ("notice.posted", "rejected-by-panel")),
    "an even panel": (Life({"voted": {"size": 8}}), ("panel.voted", "bad-panel")),
    "no panel": (Life(left_out=("voted",)), ("title.granted", "no-quorum")),
    "a notice cut short": (Life({"granted": {"granted_on": date(2026, 3, 18)}}), ("title.granted", "notice-too-short")),
    "no notice": (Life(left_out=("posted",)), ("title.granted", "notice-too-short")),
    "no calendar": (Life(left_out=("calendar",)), ("title.granted", "no-calendar")),
    "another calendar": (
        Life(
            before={
                "granted": (replace(step("calendar"), days_off=(date(2026, 3, 16),)), BASE),  # type: ignore[type-var]
            }
        ),
        ("title.granted", "notice-too-short"),
    ),
    "an objection without an answer": (
        Life(
            before={
                "granted": (
                    kinds.ObjectionRaised(
                        application_id=uuid("application one"), raised_on=POSTED_ON, grounds="copied"
                    ),
                    AUTHORITY,
                )
            }
        ),
        ("title.granted", "objection-pending"),
    ),
    "an objection upheld": (
        Life(
            before={
                "granted": (
                    kinds.ObjectionResolved(
                        application_id=uuid("application one"), outcome="upheld", resolved_on=POSTED_ON
                    ),
                    AUTHORITY,
                )
            }
        ),
        ("title.granted", "objection-upheld"),
    ),
    "barred": (
        Life(
            before={
                "filed": (
                    kinds.CertificateRevoked(
                        certificate_id=uuid("certificate one"), revoked_on=date(2026, 3, 3), reason="fraud"
                    ),
                    PARTNER,
                )
            }
        ),
        ("application.found-eligible", "barred"),
    ),
}


@pytest.mark.parametrize("fraud", FRAUDS)
def test_a_fraud_differs_by_its_rule(fraud: str) -> None:
    life, expected = FRAUDS[fraud]
    found = replayed(life.recorded())
    assert expected in differences(found)
    assert found.exit_code == 1
    assert {rule for _, rule in differences(found)} <= RULES.keys()


def test_a_fraud_is_named_by_the_entry_at_which_the_rules_are_left() -> None:
    lab = Life({"assessed": {"score": Decimal(59)}}).recorded()
    found = replayed(lab)
    (outcome,) = found.differing
    assert parse(lab.entries[outcome.index]).record.event.stream_id == step("awarded").stream_id
    assert "assessment-failed" in outcome.differences[0].told


def test_refusals_are_replayed_as_well_as_awards() -> None:
    lab = Lab.founded()
    life = Life(left_out=("awarded", "filed", "eligible", "voted", "posted", "granted")).recorded(lab)

    def refuse(reason: str, total: Decimal | None = None, on: date = date(2026, 3, 2)) -> None:
        event = kinds.CertificationRefused(
            enrolment_id=uuid("enrolment one"), requested_on=on, reason=reason, total=total, source=None
        )
        life.record(event, PARTNER, CLERK)

    refuse("attendance")  # thirty-four hours of forty are enough
    refuse("assessment-missing", on=date(2026, 2, 26))  # the day before the exam
    assert differences(replayed(lab)) == [("certification.refused", "attendance")]


def test_a_panel_without_quorum_ends_the_application_and_that_agrees() -> None:
    lab = Life({"voted": {"present": 5, "votes_for": 5}}, left_out=("posted", "granted")).recorded()
    refused = kinds.ApplicationRefused(
        application_id=uuid("application one"),
        reason="no-quorum",
        policy="CQ-2026",
        route="E1",
        ended_on=date(2026, 3, 10),
    )
    lab.record(refused, AUTHORITY, CLERK)
    assert replayed(lab).exit_code == 0
    lab = Life(left_out=("posted", "granted")).recorded()
    lab.record(refused, AUTHORITY, CLERK)
    assert differences(replayed(lab)) == [("application.refused", "no-quorum")]


def test_a_decision_that_could_be_made_is_not_refused_for_its_notice() -> None:
    for on, found in ((date(2026, 3, 18), []), (FIRST_DECISION, [("decision.refused", "notice-too-short")])):
        lab = Life(left_out=("granted",)).recorded()
        event = kinds.DecisionRefused(application_id=uuid("application one"), reason="notice-too-short", asked_on=on)
        lab.record(event, AUTHORITY, CLERK)
        assert differences(replayed(lab)) == found


CHANGES: dict[str, tuple[list[tuple[type[Any], str, dict[str, str]]], list[tuple[str, str]]]] = {
    "suspended, reinstated, revoked": (
        [
            (kinds.CertificateSuspended, "suspended_on", {"reason": "other"}),
            (kinds.CertificateReinstated, "reinstated_on", {}),
            (kinds.CertificateRevoked, "revoked_on", {"reason": "fraud"}),
        ],
        [],
    ),
    "suspended twice": (
        [(kinds.CertificateSuspended, "suspended_on", {"reason": "other"})] * 2,
        [("certificate.suspended", "already-suspended")],
    ),
    "reinstated out of nothing": (
        [(kinds.CertificateReinstated, "reinstated_on", {})],
        [("certificate.reinstated", "not-suspended")],
    ),
    "revoked twice": (
        [(kinds.CertificateRevoked, "revoked_on", {"reason": "fraud"})] * 2,
        [("certificate.revoked", "already-revoked")],
    ),
    "revoked for a whim": (
        [(kinds.CertificateRevoked, "revoked_on", {"reason": "whim"})],
        [("certificate.revoked", "unknown-value")],
    ),
}


@pytest.mark.parametrize("case", CHANGES)
@pytest.mark.parametrize("disclosed", [True, False])
def test_changes_of_standing_are_replayed_without_any_disclosure(case: str, disclosed: bool) -> None:
    events, found = CHANGES[case]
    lab = Life().recorded()
    for made, day, values in events:
        lab.record(made(certificate_id=uuid("certificate one"), **{day: date(2026, 4, 1)}, **values), PARTNER)
    assert differences(replayed(lab, disclosed=disclosed)) == found


def test_a_change_before_the_award_or_by_others_differs() -> None:
    lab = Life().recorded()
    revoked = kinds.CertificateRevoked(
        certificate_id=uuid("certificate one"), revoked_on=date(2026, 3, 1), reason="fraud"
    )
    lab.record(revoked, PARTNER)
    lab.record(
        kinds.TitleRevoked(title_id=uuid("title nobody"), revoked_on=date(2026, 4, 1), reason="fraud"), AUTHORITY
    )
    assert differences(replayed(lab)) == [("certificate.revoked", "bad-order"), ("title.revoked", "no-award")]


def superseded_by(successor: str) -> kinds.CertificateSuperseded:
    return kinds.CertificateSuperseded(
        certificate_id=uuid("certificate one"), superseded_on=date(2026, 3, 5), successor=uuid(successor)
    )


def test_nobody_is_superseded_by_an_award_that_corrects_nothing_of_theirs() -> None:
    lab = Life().recorded()
    lab.record(loglab.certificate("two", trainee=uuid("trainee two"), enrolment=uuid("enrolment two")), PARTNER)
    lab.record(superseded_by("certificate two"), PARTNER)
    assert ("certificate.superseded", "correction") in differences(replayed(lab))
    assert ("certificate.superseded", "correction") not in differences(replayed(lab, disclosed=False))


def test_a_successor_is_the_award_that_follows() -> None:
    lab = Life().recorded()
    index = lab.record(superseded_by("certificate new"), PARTNER)
    (problem,) = replayed(lab).problems
    assert (problem.index, problem.code) == (index, "rule-broken")
    assert replayed(lab, disclosed=False).problems == []
    other = loglab.certificate("other", corrects=uuid("certificate one"))
    lab.record(replace(other, trainee=uuid("trainee one"), enrolment=uuid("enrolment one")), PARTNER)
    assert ("certificate.awarded", "correction") in differences(replayed(lab))


def test_a_correction_repeats_the_award() -> None:
    for total, found in ((Decimal("86.5"), []), (Decimal("96.5"), [("certificate.awarded", "correction")])):
        lab = Life(left_out=("filed", "eligible", "voted", "posted", "granted")).recorded()
        superseded = kinds.CertificateSuperseded(
            certificate_id=uuid("certificate one"), superseded_on=date(2026, 3, 5), successor=uuid("certificate new")
        )
        lab.record(superseded, PARTNER)
        new = loglab.certificate("new", corrects=uuid("certificate one"), total=total)
        like = {"trainee": uuid("trainee one"), "enrolment": uuid("enrolment one")}
        lab.record(replace(new, **like), PARTNER)
        assert differences(replayed(lab)) == found


# --- what is withheld -----------------------------------------------------------------------------------------------


def test_without_disclosures_what_cannot_be_replayed_is_said() -> None:
    found = replayed(Life().recorded(), disclosed=False)
    assert found.exit_code == 3
    assert found.total(Verdict.WITHHELD) == 8
    inputs = dict(found.not_replayed.keys())
    assert "certificate.awarded.enrolment" in inputs["certificate.awarded"]


def test_without_disclosures_the_public_part_of_an_award_is_replayed() -> None:
    life = Life({"awarded": {"expires_on": date(2030, 3, 2)}}, actors={"granted": ("head-2", "head-2")})
    found = replayed(life.recorded(), disclosed=False)
    assert differences(found) == [("certificate.awarded", "validity"), ("title.granted", "four-eyes")]


def test_one_withheld_score_leaves_its_award_open_and_nothing_else() -> None:
    lab = Life().recorded()
    at = next(i for i, entry in enumerate(lab.entries) if parse(entry).type == "result.recorded/1")
    lab.disclosures[at] = [item for item in lab.disclosures[at] if b"score" not in item]
    found = replayed(lab)
    assert found.exit_code == 3
    assert set(found.not_replayed) == {
        ("result.recorded", ("result.recorded.score",)),
        ("certificate.awarded", ("result.recorded.score",)),
    }


def test_what_was_erased_is_said_apart() -> None:
    lab = Life().recorded()
    lab.record(kinds.TraineeErased(trainee_id=uuid("trainee one")), BASE)
    gone = [None if parse(entry).record.commitments else () for entry in lab.entries]
    replayer = Replayer(Held(gone))
    for index, entry in enumerate(lab.entries):
        replayer.take(index, parse(entry))
    found = replayer.finish()
    assert (found.total(Verdict.ERASED), found.total(Verdict.WITHHELD), found.exit_code) == (8, 0, 3)
    assert "1 people were erased" in found.notes[0]


def test_a_disclosed_value_that_the_log_does_not_commit_to_is_a_problem_that_names_it() -> None:
    lab, other = Life().recorded(), Life({"assessed": {"score": Decimal(99)}}).recorded()
    at = next(i for i, entry in enumerate(lab.entries) if parse(entry).type == "result.recorded/1")
    lab.disclosures[at] = other.disclosures[at]
    found = replayed(lab)
    (problem,) = found.problems
    assert (problem.index, problem.code) == (at, "mismatch")
    assert "score" in problem.message
    assert found.exit_code == 1


def test_an_application_agrees_as_far_as_disclosed_where_others_are_withheld() -> None:
    lab = Lab.founded()
    lab.record(loglab.certificate("two"), PARTNER)
    lab.disclosures[-1] = []
    found = replayed(Life().recorded(lab))
    assert found.counts["application.found-eligible"].agrees == 1
    assert "as far as disclosed" in found.notes[0]


def test_decisions_of_a_compromised_key_are_counted() -> None:
    lab = Life().recorded()
    at = next(i for i, entry in enumerate(lab.entries) if parse(entry).type == "certificate.awarded/1")
    lab.record(loglab.compromised(PARTNER, "HUAWEI", at), loglab.ROOT, CLERK)
    found = replayed(lab)
    assert found.exit_code == 0
    assert "1 decisions were signed by a key that was reported compromised" in found.notes[0]


def test_the_policy_is_that_of_the_day_of_application_to_the_end() -> None:
    strict = loglab.policy("CQ-2027", effective_from=date(2026, 3, 12), quorum=Fraction(1), notice_working_days=30)
    life = Life(before={"granted": (strict, BASE)})
    assert replayed(life.recorded()).exit_code == 0


def test_what_an_answer_for_programs_holds() -> None:
    found: Replayed = replayed(Life({"voted": {"present": 5, "votes_for": 5}}).recorded())
    told = found.as_json()
    assert told["exit"] == 1
    assert told["counts"]["title.granted"] == {"agrees": 0, "differs": 1, "withheld": 0, "erased": 0}
    assert [item["rule"] for item in told["differing"][-1]["differences"]] == ["no-quorum"]
