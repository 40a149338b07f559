"""Frauds on decisions and their rules, as far as the public log shows them.

What was decided from hashed values, only who may see these can replay.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from tests.fraud.forger import BUREAU, PARTNER, Forger
from tests.fraud.frauds import Course, entry, fraud
from tests.fraud.observers import Who
from tests.verifier import loglab
from verifier import kinds

GROUP = "Decisions"


@fraud(GROUP, Who.AUDIT, "rule-broken")
def programme_edition_swapped(log: Forger) -> Course:
    """Edition 1 of a programme is published once more, with lower pass marks."""
    published = log.event(log.find(kinds.ProgrammePublished))
    assert isinstance(published, kinds.ProgrammePublished)
    easier = replace(published, total_pass=published.total_pass / 2)
    log.says(replace(easier, edition=2))
    yield
    return entry(log.says(easier), "programme BDI, edition 1, is published already")


@fraud(GROUP, Who.AUDIT, "rule-broken")
def policy_edition_swapped(log: Forger) -> Course:
    """An edition of the rules for titles is published once more under its name, with an easier route."""
    published = log.event(log.find(kinds.PolicyPublished))
    assert isinstance(published, kinds.PolicyPublished)
    easier = replace(published, policy_id=loglab.uuid("policy"), panel_min_members=1)
    log.says(replace(easier, edition="P-2025", effective_from=log.today))
    yield
    again = replace(easier, policy_id=loglab.uuid("policy again"), effective_from=log.today + timedelta(days=1))
    return entry(log.says(again), "has the name or the first day of P-2024")


@fraud(GROUP, Who.AUDIT, "rule-broken")
def policy_of_the_same_day(log: Forger) -> Course:
    """A second edition of the rules is in force from the first one's own first day."""
    published = log.event(log.find(kinds.PolicyPublished))
    assert isinstance(published, kinds.PolicyPublished)
    yield
    other = replace(published, policy_id=loglab.uuid("policy"), edition="P-2024-B", notice_working_days=0)
    return entry(log.says(other), "has the name or the first day of P-2024")


@fraud(GROUP, Who.AUDIT, "rule-broken")
def level_that_no_policy_knows(log: Forger) -> Course:
    """A title is granted of a level for which there are no rules."""
    log.says(log.new_title(), BUREAU)
    yield
    return entry(log.says(log.new_title(level="senior-engineer"), BUREAU), "knows the title 'senior-engineer'")


@fraud(GROUP, Who.AUDIT, "not-entitled")
def title_before_there_were_rules(log: Forger) -> Course:
    """A title is dated on a day on which no policy was in force yet."""
    log.says(log.new_title(), BUREAU)
    yield
    early = log.new_title(on=loglab.date(2023, 12, 29))
    return entry(log.says(early, BUREAU), "is the authority of no policy in force by 2023-12-29")


@fraud(GROUP, Who.AUDIT, "rule-broken")
def cohort_of_an_edition_never_published(log: Forger) -> Course:
    """A cohort is opened under an edition of the programme that nobody can read."""
    opened = log.event(log.find(kinds.CohortOpened))
    assert isinstance(opened, kinds.CohortOpened)
    another = replace(opened, cohort_id=loglab.uuid("cohort"), code="BDI-2024B")
    log.says(another)
    yield
    unknown = replace(another, cohort_id=loglab.uuid("other cohort"), code="BDI-2024C", programme_edition=9)
    return entry(log.says(unknown), "programme BDI, edition 9, was never published")


@fraud(GROUP, Who.AUDIT, "rule-broken")
def cohort_told_anew(log: Forger) -> Course:
    """A cohort's days are changed by opening it once more."""
    opened = log.event(log.find(kinds.CohortOpened))
    assert isinstance(opened, kinds.CohortOpened)
    yield
    longer = replace(opened, cohort_id=loglab.uuid("cohort"), ends_on=opened.ends_on + timedelta(days=60))
    return entry(log.says(longer), "is opened already")


@fraud(GROUP, Who.AUDIT, "rule-broken")
def notice_without_a_vote(log: Forger) -> Course:
    """An application's public notice is posted though no panel voted."""
    filed = log.event(log.find(kinds.ApplicationFiled, "titled"))
    assert isinstance(filed, kinds.ApplicationFiled)
    stream = loglab.uuid("application")
    log.says(replace(filed, application_id=stream))
    log.says(kinds.ApplicationFoundEligible(application_id=stream, policy="P-2024", route="A2"), BUREAU)
    yield
    index = log.says(kinds.NoticePosted(application_id=stream, posted_on=log.today), BUREAU)
    return entry(index, "notice.posted cannot follow an eligible application")


@fraud(GROUP, Who.AUDIT, "rule-broken")
def panel_that_votes_again(log: Forger) -> Course:
    """An application that the panel turned down is voted on once more, after its refusal."""
    yield
    voted = log.event(log.find(kinds.PanelVoted, "untitled"))
    assert isinstance(voted, kinds.PanelVoted)
    return entry(log.says(replace(voted, votes_for=6), BUREAU), "panel.voted cannot follow a refused application")


@fraud(GROUP, Who.AUDIT, "rule-broken")
def refused_while_an_objection_is_open(log: Forger) -> Course:
    """An application is ended though nobody answered the objection that was raised to it."""
    filed = log.event(log.find(kinds.ApplicationFiled, "titled"))
    voted = log.event(log.find(kinds.PanelVoted, "titled"))
    assert isinstance(filed, kinds.ApplicationFiled)
    assert isinstance(voted, kinds.PanelVoted)
    stream = loglab.uuid("application")
    log.says(replace(filed, application_id=stream))
    log.says(kinds.ApplicationFoundEligible(application_id=stream, policy="P-2024", route="A2"), BUREAU)
    log.says(replace(voted, application_id=stream), BUREAU)
    log.says(kinds.NoticePosted(application_id=stream, posted_on=log.today), BUREAU)
    log.says(kinds.ObjectionRaised(application_id=stream, raised_on=log.today, grounds="copied"), BUREAU)
    yield
    ended = kinds.ApplicationRefused(
        application_id=stream, reason="objection-upheld", policy="P-2024", route="A2", ended_on=log.today
    )
    return entry(log.says(ended, BUREAU), "application.refused cannot follow an application under objection")


@fraud(GROUP, Who.AUDIT, "rule-broken")
def score_of_nobody(log: Forger) -> Course:
    """A score is put into a stream in which nobody was enrolled."""
    scored = log.event(log.find(kinds.ResultRecorded, "failed"))
    assert isinstance(scored, kinds.ResultRecorded)
    log.says(replace(scored, attempt=2))
    yield
    stray = replace(scored, enrolment_id=loglab.uuid("no enrolment"))
    return entry(log.says(stray), "result.recorded cannot follow an empty stream")


@fraud(GROUP, Who.AUDIT, "rule-broken")
def notice_terms_without_a_basis(log: Forger) -> Course:
    """An authority's terms let its notices show what no rule lets them show."""
    yield
    terms = kinds.NoticeTermsSet(
        terms_id=loglab.uuid("terms"),
        authority=BUREAU,
        shows=("name", "id_number"),
        basis_zh="无",
        basis_en="none",
        reached_at="nowhere",
        kept_days=30,
    )
    return entry(log.says(terms, BUREAU), "the terms of BUREAU's notices")


@fraud(GROUP, Who.AUDIT, "rule-broken")
def programme_certified_by_a_stranger(log: Forger) -> Course:
    """A new edition of the programme is certified by an organisation that was never accredited."""
    published = log.event(log.find(kinds.ProgrammePublished))
    assert isinstance(published, kinds.ProgrammePublished)
    yield
    index = log.says(replace(published, edition=2, certified_by="NOBODY"))
    return entry(index, "NOBODY is named and was never accredited")


@fraud(GROUP, Who.AUDIT, "rule-broken")
def certificate_of_a_programme_never_published(log: Forger) -> Course:
    """A certificate names a programme of which nobody can read the rules."""
    log.says(log.new_award(), PARTNER)
    yield
    return entry(log.says(log.new_award(programme="AI"), PARTNER), "programme AI was never published")
