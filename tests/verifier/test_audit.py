"""The audit finds every spoilt file and every entry that may not stand where it does, and names it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from multiprocessing import active_children
from typing import Any
from uuid import UUID

import pytest

from tests.verifier import loglab
from tests.verifier.event_samples import distinct, sample
from tests.verifier.loglab import (
    AUTHORITY,
    BASE,
    CHECKPOINTS,
    CLERK,
    PARTNER,
    ROOT,
    STATUS,
    THIEF,
    Lab,
    MemoryLog,
    uuid,
)
from verifier import kinds, trust
from verifier.audit import NO_EARLIER_CHECKPOINT, Report, audit
from verifier.audit.histories import DISOWNED, NEW, Histories, after
from verifier.errors import RuleBroken
from verifier.events import EVENTS, Event
from verifier.tile import WIDTH, join_entries

DAY = date(2026, 3, 2)
ONE = uuid("certificate one")


@pytest.fixture
def lab() -> Lab:
    """An honest log: founded, a certificate at index 13, a title at 14."""
    lab = Lab.founded()
    assert lab.record(loglab.certificate()) == 13
    assert lab.record(loglab.title(), AUTHORITY) == 14
    return lab


def audited(lab: Lab, spoil: Callable[[dict[str, bytes]], None] = lambda files: None, **more: Any) -> Report:
    """The audit of the log as published, by its own trust file unless another is given."""
    files = lab.files()
    spoil(files)
    return audit(MemoryLog(files), more.pop("trusted", None) or lab.trust(), **{"processes": 0, **more})


def first_wrong(report: Report) -> tuple[int | None, str]:
    assert report.exit_code == 1
    problem = report.ordered_problems()[0]
    return problem.index, problem.message


def test_an_honest_log_is_good(lab: Lab) -> None:
    report = audited(lab)
    assert report.as_json() == {
        "exit": 0,
        "origin": loglab.ORIGIN,
        "size": 15,
        "root": lab.root().hex(),
        "judged": 15,
        "problems": [],
        "findings": [],
        "unchecked": [],
        "disowned": [],
        "notes": [NO_EARLIER_CHECKPOINT],
    }


def test_an_honest_log_of_many_bundles_is_good_in_one_process_and_in_several() -> None:
    lab = Lab.founded()
    for n in range(150):
        lab.record(loglab.enrolled(f"{n}"), BASE, CLERK)
        lab.record(loglab.attended(f"{n}"), BASE, CLERK)
        lab.record(loglab.certificate(f"{n}", status_index=n))
    told: list[tuple[int, int]] = []
    kept = lab.checkpoint(300)
    alone = audited(lab, since=kept, progress=lambda done, size: told.append((done, size)))
    assert alone.as_json() == audited(lab, since=kept, processes=2).as_json()
    assert (alone.exit_code, alone.judged, alone.notes) == (0, 463, [])
    assert told == [(256, 463), (463, 463)]


def test_killed_workers_cost_time_and_nothing_else() -> None:
    class Deadly(MemoryLog):
        """A log at whose fourth bundle every worker is killed."""

        def get(self, path: str) -> bytes:
            if path == "tile/entries/003":
                for worker in active_children():
                    worker.kill()
                    worker.join()
            return super().get(path)

    lab = Lab.founded()
    template = lab.record(loglab.attended(), BASE, CLERK)
    while lab.size < 13 * WIDTH:
        lab.entries.append(lab.entries[template])
    report = audit(Deadly(lab.files()), lab.trust(20), processes=1)
    # Every copy of an entry is a version too many; that they were all read is what matters here.
    assert [problem.index for problem in report.problems] == [template + 1]
    assert report.unchecked == []


# --- files ----------------------------------------------------------------------------------------------------------


def large() -> Lab:
    """Enough entries for a full tile, a partial one and a tile of the second level."""
    lab = Lab.founded()
    lab.record(loglab.certificate())
    while lab.size < WIDTH + 20:
        lab.record(loglab.attended(hours=lab.size), BASE, CLERK)
    return lab


LARGE = large()
FILES = LARGE.files()
TRUST = LARGE.trust()
PATHS = sorted(FILES)


def audited_large(spoil: Callable[[dict[str, bytes]], None]) -> Report:
    files = dict(FILES)
    spoil(files)
    return audit(MemoryLog(files), TRUST, processes=0)


def test_the_large_log_is_published_in_these_files() -> None:
    assert audited(LARGE).exit_code == 0
    assert set(PATHS) == {
        *("checkpoint", "trust.txt", "status/0", "tile/entries/000", "tile/entries/001.p/20"),
        *("tile/0/000", "tile/0/001.p/20", "tile/1/000.p/1"),
        *("numbers/head", *LARGE.number_tiles()),
    }
    assert len(LARGE.number_tiles()) == 1


@pytest.mark.parametrize("path", PATHS)
def test_a_deleted_file_is_named_and_is_no_verdict(path: str) -> None:
    def spoil(files: dict[str, bytes]) -> None:
        del files[path]

    report = audited_large(spoil)
    assert report.exit_code == 3
    assert path in report.unchecked[0].message


def test_partial_tiles_may_be_gone_once_full_ones_are_there() -> None:
    """A log that grows while it is audited."""
    lab = Lab.founded()
    checkpoint, text, token = lab.checkpoint(), lab.trust_text().encode(), lab.status_token()
    trusted, numbers = lab.trust(), lab.number_head()
    while lab.size < WIDTH:
        lab.record(loglab.attended(hours=lab.size), BASE, CLERK)
    files = {**lab.files(), "checkpoint": checkpoint, "trust.txt": text, "status/0": token, "numbers/head": numbers}
    assert "tile/0/000.p/13" not in files
    report = audit(MemoryLog(files), trusted, processes=0)
    assert (report.exit_code, report.judged) == (0, 13)


@pytest.mark.parametrize("cut", [1, 32, 100])
@pytest.mark.parametrize("path", PATHS)
def test_a_truncated_file_is_found(path: str, cut: int) -> None:
    def spoil(files: dict[str, bytes]) -> None:
        files[path] = files[path][:-cut]

    report = audited_large(spoil)
    assert report.exit_code == 1
    assert named(report, path)


@pytest.mark.parametrize("path", PATHS)
def test_a_file_with_bytes_added_is_found(path: str) -> None:
    def spoil(files: dict[str, bytes]) -> None:
        files[path] += b"\0"

    assert named(audited_large(spoil), path)


@pytest.mark.parametrize("path", PATHS)
def test_flipped_bits_of_a_file_are_found(path: str) -> None:
    length = len(FILES[path])
    for at in sorted({0, 1, length // 3, length // 2, length - 2, length - 1}):
        for bit in (0, 5, 7):

            def spoil(files: dict[str, bytes], at: int = at, bit: int = bit) -> None:
                files[path] = files[path][:at] + bytes([files[path][at] ^ 1 << bit]) + files[path][at + 1 :]

            report = audited_large(spoil)
            # A length that now reads longer than the bundle, or a size that leads to tiles that are not there.
            assert report.exit_code in (1, 3)
            assert named(report, path) or report.unchecked


@pytest.mark.parametrize("pair", [(a, b) for at, a in enumerate(PATHS) for b in PATHS[at + 1 :]])
def test_two_swapped_files_are_found(pair: tuple[str, str]) -> None:
    one, other = pair

    def spoil(files: dict[str, bytes]) -> None:
        files[one], files[other] = files[other], files[one]

    report = audited_large(spoil)
    assert report.exit_code == 1
    assert named(report, one) or named(report, other)


def named(report: Report, path: str) -> bool:
    """Whether a problem names the file, or the entries of that bundle."""
    problems = report.ordered_problems()
    if "entries" in path:
        return any(p.place.startswith(("entry", "entries")) or p.place == "checkpoint" for p in problems)
    return any(path in (p.place, *p.message.split()) for p in problems)


@pytest.mark.parametrize("bit", range(0, 8 * 400, 37))
def test_a_flipped_bit_of_an_entry_names_the_entry(lab: Lab, bit: int) -> None:
    honest = lab.files()
    spoilt = bytearray(lab.entries[12])
    spoilt[bit // 8] ^= 1 << bit % 8
    lab.entries[12] = bytes(spoilt)
    honest["tile/entries/000.p/15"] = join_entries(lab.entries)
    report = audit(MemoryLog(honest), trust.parse(honest["trust.txt"].decode()), processes=0)
    assert first_wrong(report)[0] == 12
    assert {problem.place for problem in report.problems} == {"entry 12", "tile/0/000.p/15", "checkpoint"}


def test_an_altered_name_accuses_nobody(lab: Lab) -> None:
    """Of bytes that nobody signed nothing is said but that: no rule was broken by whom they name."""
    assert b"clerk-1" in lab.entries[12]
    lab.entries[12] = lab.entries[12].replace(b"clerk-1", b"clerk-7")
    assert audited(lab).problems[0].code == "bad-signature"


def test_a_wrong_hash_in_a_tile_names_the_entry_under_it() -> None:
    def spoil(files: dict[str, bytes]) -> None:
        tile = files["tile/0/001.p/20"]
        files["tile/0/001.p/20"] = tile[: 7 * 32] + bytes(32) + tile[8 * 32 :]

    assert first_wrong(audited_large(spoil)) == (263, "hash 7 of the tile is not that of the entries")


# --- the checkpoint and what was kept -------------------------------------------------------------------------------


def test_only_the_logs_own_key_signs_checkpoints(lab: Lab) -> None:
    def spoil(files: dict[str, bytes]) -> None:
        files["checkpoint"] = lab.checkpoint(signer=THIEF)

    report = audited(lab, spoil)
    assert (report.problems[0].place, report.problems[0].code) == ("checkpoint", "unknown-key")


def test_an_earlier_checkpoint_of_the_same_history_is_good(lab: Lab) -> None:
    for size in range(1, 16):
        report = audited(lab, since=lab.checkpoint(size))
        assert (report.exit_code, report.notes) == (0, [])


def test_a_rewritten_and_signed_again_history_is_found_with_an_earlier_checkpoint_and_only_then(lab: Lab) -> None:
    kept = lab.checkpoint()
    early = lab.checkpoint(13)
    # The base itself lets a certificate disappear and signs everything anew.
    rewritten = Lab.founded()
    rewritten.record(loglab.title(), AUTHORITY)
    rewritten.record(loglab.certificate("other"))
    rewritten.record(loglab.attended(), BASE, CLERK)
    blind = audited(rewritten)
    assert (blind.exit_code, blind.notes) == (0, [NO_EARLIER_CHECKPOINT])
    seen = audited(rewritten, since=kept)
    assert seen.exit_code == 1
    assert seen.problems[0].code == "inconsistent"
    assert seen.problems[0].message == "the first 15 entries are not those that the earlier checkpoint was signed for"
    # The checkpoint of a part that both histories share shows nothing.
    assert audited(rewritten, since=early).exit_code == 0


def test_a_log_cut_back_is_found_with_an_earlier_checkpoint(lab: Lab) -> None:
    kept = lab.checkpoint()
    lab.entries.pop()
    assert audited(lab).exit_code == 0
    assert "the log has only 14" in first_wrong(audited(lab, since=kept))[1]


@pytest.mark.parametrize("signed", [True, False])
def test_a_kept_checkpoint_that_is_none_of_this_log_says_nothing_of_the_log(lab: Lab, signed: bool) -> None:
    report = audited(lab, since=lab.checkpoint(signer=THIEF) if signed else b"nonsense")
    assert (report.exit_code, report.problems) == (3, [])
    assert [item.place for item in report.unchecked] == ["the earlier checkpoint"]
    assert "none of this log's" in report.unchecked[0].message


# --- trust files ----------------------------------------------------------------------------------------------------


def test_older_trust_files_of_the_same_log_are_good(lab: Lab) -> None:
    lab.record(loglab.authorised(THIEF, "HUAWEI", kinds.CERTIFYING_KINDS), ROOT, CLERK)
    for size in range(9, 17):
        assert audited(lab, trusted=lab.trust(size)).exit_code == 0


@pytest.mark.parametrize(
    ("line", "instead", "name"),
    [
        ("genesis ", f"genesis {'0' * 64}", "genesis"),
        ("base ", "base HUAWEI", "base"),
        ("organisation HUAWEI", 'organisation HUAWEI enterprise https://huawei.example.org "华" "H"', "organisations"),
        ("programme ", 'programme BDI "大" "B" CQUPT CQUPT', "programmes"),
    ],
)
def test_a_trust_file_of_another_log_is_found(lab: Lab, line: str, instead: str, name: str) -> None:
    lines = lab.trust_text().splitlines()
    lines = [instead if one.startswith(line) else one for one in lines]
    report = audited(lab, trusted=trust.parse("\n".join(lines)))
    assert report.problems[0].place == "the trust file given"
    assert f"do not agree on {name}" in report.problems[0].message


def test_a_log_smaller_than_the_trust_file_knows_was_cut_back(lab: Lab) -> None:
    known = lab.trust()
    lab.entries.pop()
    report = audited(lab, trusted=known)
    assert report.exit_code == 1
    assert "as of 15 entries and the log has only 14" in report.problems[0].message


def test_a_trust_file_as_of_no_entry_is_not_passed_over(lab: Lab) -> None:
    report = audited(lab, trusted=replace(lab.trust(), as_of=0))
    assert (report.exit_code, report.unchecked[0].place) == (3, "the trust file given")


def test_the_published_trust_file_may_be_older_but_not_another(lab: Lab) -> None:
    older, other = lab.trust_text(11).encode(), lab.trust_text().replace(" base 4 ", " organisation 4 ").encode()
    assert audited(lab, lambda files: files.update({"trust.txt": older})).exit_code == 0
    report = audited(lab, lambda files: files.update({"trust.txt": other}))
    assert "differ at line 16" in first_wrong(report)[1]


# --- the status list ------------------------------------------------------------------------------------------------


def revoked(day: date = date(2026, 3, 2), reason: str = "fraud", stream: UUID = ONE) -> kinds.CertificateRevoked:
    return kinds.CertificateRevoked(certificate_id=stream, revoked_on=day, reason=reason)


def suspended(day: date = DAY) -> kinds.CertificateSuspended:
    return kinds.CertificateSuspended(certificate_id=ONE, suspended_on=day, reason="under review")


def reinstated(day: date = DAY) -> kinds.CertificateReinstated:
    return kinds.CertificateReinstated(certificate_id=ONE, reinstated_on=day)


def test_a_list_that_hides_a_revocation_is_found(lab: Lab) -> None:
    lab.record(revoked())
    index = loglab.certificate().status_index
    lying = lab.status_token(bits=bytes(1 << 18))
    report = audited(lab, lambda files: files.update({"status/0": lying}))
    expected = f"the list says 0 of status index {index}, the log's first 16 entries say 1"
    assert first_wrong(report) == (None, expected)


def test_a_list_folded_earlier_is_compared_with_that_part_of_the_log(lab: Lab) -> None:
    older = lab.status_token(size=15)
    lab.record(revoked())
    assert audited(lab, lambda files: files.update({"status/0": older})).exit_code == 0


@pytest.mark.parametrize(
    "changes",
    [
        {"signer": PARTNER},
        {"signer": THIEF},
        {"uri": "https://certificates.example.org/log/status/1"},
        {"root": bytes(32)},
    ],
)
def test_a_list_must_be_the_logs_own(lab: Lab, changes: dict[str, Any]) -> None:
    spoilt = lab.status_token(**changes)
    report = audited(lab, lambda files: files.update({"status/0": spoilt}))
    assert (report.exit_code, report.problems[0].place) == (1, "status/0")


# --- entries that may not stand where they do -----------------------------------------------------------------------


def application(kind: str) -> tuple[Event, Any]:
    stream, day = uuid("application one"), DAY
    events: dict[str, tuple[Event, Any]] = {
        "filed": (
            kinds.ApplicationFiled(
                application_id=stream,
                trainee=uuid("trainee one"),
                application_no="A1",
                level="engineer",
                speciality="大数据",
                applied_on=day,
                recommended_by=None,
                source=None,
            ),
            BASE,
        ),
        "eligible": (kinds.ApplicationFoundEligible(application_id=stream, policy="CQ-2026", route="E1"), AUTHORITY),
        "voted": (kinds.PanelVoted(application_id=stream, size=5, present=5, votes_for=4, voted_on=day), AUTHORITY),
        "posted": (kinds.NoticePosted(application_id=stream, posted_on=day), AUTHORITY),
        "raised": (kinds.ObjectionRaised(application_id=stream, raised_on=day, grounds="x"), AUTHORITY),
        "resolved": (kinds.ObjectionResolved(application_id=stream, outcome="dismissed", resolved_on=day), AUTHORITY),
        "early": (kinds.DecisionRefused(application_id=stream, reason="notice-too-short", asked_on=day), AUTHORITY),
        "refused": (
            kinds.ApplicationRefused(application_id=stream, reason="no-quorum", policy=None, route=None, ended_on=day),
            AUTHORITY,
        ),
    }
    return events[kind]


@pytest.mark.parametrize(
    "order",
    [
        "filed refused",
        "filed eligible voted refused",
        "filed eligible voted posted raised resolved early refused",
        "filed eligible voted posted early",
    ],
)
def test_an_application_takes_its_course(lab: Lab, order: str) -> None:
    for word in order.split():
        event, signer = application(word)
        lab.record(event, signer, CLERK)
    assert audited(lab).exit_code == 0


@pytest.mark.parametrize(
    "order",
    [
        "refused",
        "filed voted",
        "filed eligible posted",
        "filed eligible refused",
        "filed eligible voted early",
        "filed refused eligible",
        "filed filed",
        "filed eligible voted posted raised refused",
    ],
)
def test_an_application_out_of_course_is_found(lab: Lab, order: str) -> None:
    words = order.split()
    for word in words:
        event, signer = application(word)
        lab.record(event, signer, CLERK)
    index, message = first_wrong(audited(lab))
    assert index == lab.size - 1
    assert "cannot follow" in message


Fraud = tuple[Event, Any, tuple[str, ...], dict[str, Any], str]


def fraud(event: Event, words: str, by: Any = PARTNER, actors: tuple[str, ...] = loglab.ACTORS, **around: Any) -> Fraud:
    return event, by, actors, around, words


def two(**changes: Any) -> kinds.CertificateAwarded:
    return loglab.certificate("two", **changes)


FIRST = loglab.certificate()
FRAUDS: dict[str, Fraud] = {
    "award by an unknown key": fraud(two(), "never authorised", THIEF),
    "award by a key for other kinds": fraud(two(), "not entitled", AUTHORITY),
    "award in another's name": fraud(two(), "is not HUAWEI", replace(PARTNER, issuer="https://cqupt.example.org")),
    "award by one person": fraud(two(), "names one person", actors=CLERK),
    "award approved by its proposer": fraud(two(), "both proposed and approved", actors=("clerk-1", "clerk-1")),
    "award approved by an approver who proposes it": fraud(
        two(), "head-2 proposed certificate.awarded without the role of registrar", actors=("head-2", "clerk-1")
    ),
    "a score by an approver": fraud(
        loglab.attended(), "head-2 proposed attendance.recorded without the role of registrar", BASE, ("head-2",)
    ),
    "an account opened by an approver": fraud(
        loglab.opened("head-3", "approver"), "without the role of administrator", ROOT, ("head-2",)
    ),
    "the number of an earlier award": fraud(two(number_hash=FIRST.number_hash), "number hash is that of an earlier"),
    "the link of an earlier award": fraud(two(link_hash=FIRST.link_hash), "link hash is that of an earlier"),
    "the place of an earlier award": fraud(two(status_index=FIRST.status_index), "status index is that of an earlier"),
    "a hash that is none": fraud(two(number_hash=b"short"), "not 32 bytes"),
    "a status index below 0": fraud(two(status_index=-1), "below 0"),
    "a programme never published": fraud(two(programme="ICT"), "ICT was never published"),
    "valid too long": fraud(two(expires_on=date(2036, 3, 2)), "not 3 years later"),
    "a title by no authority of a policy": fraud(
        loglab.title("two", on=date(2025, 12, 31)), "authority of no policy in force", AUTHORITY
    ),
    "a title that no policy knows": fraud(loglab.title("two", level="professor"), "knows the title", AUTHORITY),
    "awarded twice": fraud(loglab.certificate(number_hash=bytes(32), link_hash=bytes(32)), "cannot follow"),
    "a version left out": fraud(suspended(), "version 3 of its stream", version=3),
    "a version twice": fraud(suspended(), "version 1 of its stream", version=1),
    "reinstated without suspension": fraud(reinstated(), "cannot follow a certificate in force"),
    "revoked before it was awarded": fraud(revoked(date(2026, 3, 1)), "before what it changes"),
    "revoked without a good reason": fraud(revoked(reason="none"), "no reason of a revocation"),
    "revoked what was never awarded": fraud(revoked(stream=uuid("certificate none")), "cannot follow an empty stream"),
    "a title's end in a certificate's stream": fraud(
        kinds.TitleRevoked(title_id=ONE, revoked_on=DAY, reason="fraud"), "cannot follow", AUTHORITY
    ),
    "recorded before the entry before it": fraud(
        suspended(), "before the entry before it", at=loglab.START + timedelta(seconds=10)
    ),
    "an intake that was none": fraud(two(), "stands nowhere before it", pack=uuid("pack")),
    "a second genesis": fraud(replace(loglab.genesis(), log_id=uuid("log 2")), "genesis", ROOT, CLERK),
    "an edition published twice": fraud(loglab.programme(), "published already", BASE, CLERK),
    "a programme certified by nobody": fraud(loglab.programme(2, certified_by="X"), "never accredited", BASE, CLERK),
    "a policy from the same day": fraud(loglab.policy("CQ-2"), "name or the first day", BASE, CLERK),
    "a cohort opened twice": fraud(replace(loglab.cohort(), cohort_id=uuid("cohort x")), "opened already", BASE, CLERK),
    "a cohort without an edition": fraud(loglab.cohort("C2", 9), "edition 9, was never published", BASE, CLERK),
    "a cohort that ends before it starts": fraud(
        replace(loglab.cohort("C2"), ends_on=date(2020, 1, 1)), "ends before", BASE, CLERK
    ),
    "a second stream of an organisation": fraud(
        replace(loglab.accredited("HUAWEI", "enterprise"), organisation_id=uuid("x")),
        "a stream of its own",
        ROOT,
        CLERK,
    ),
    "a second stream of an account": fraud(
        replace(loglab.opened("head-2"), account_id=uuid("x")), "a stream of its own", ROOT, CLERK
    ),
    "an amendment of no result": fraud(
        kinds.ResultAmended(
            enrolment_id=uuid("enrolment one"),
            assessment="EXAM",
            attempt=1,
            score=Decimal(90),
            reason="x",
            amended_on=DAY,
        ),
        "cannot follow an enrolment without results",
        BASE,
        CLERK,
    ),
    "a key granted by who may not": fraud(
        loglab.authorised(THIEF, "HUAWEI", ("trainee.erased",)), "not entitled", BASE
    ),
    "a trainee erased by one person": fraud(
        kinds.TraineeErased(trainee_id=uuid("trainee one")), "names one person", BASE, CLERK
    ),
    "a plain event approved by its proposer": fraud(
        loglab.attended(), "both proposed and approved", BASE, ("clerk-1", "clerk-1")
    ),
    "a plain event in another's name": fraud(
        loglab.attended(), "is not CQUPT", replace(BASE, issuer="https://huawei.example.org"), CLERK
    ),
    "a plain event by a key for other kinds": fraud(loglab.attended(), "not entitled", PARTNER, CLERK),
    "a recorded time beyond the calendar": fraud(
        suspended(), "beyond the calendar", at=datetime(9000, 1, 1, tzinfo=UTC)
    ),
}


@pytest.mark.parametrize("name", FRAUDS)
def test_an_entry_that_may_not_stand_there_is_named(lab: Lab, name: str) -> None:
    event, by, actors, around, words = FRAUDS[name]
    index = lab.record(event, by, actors, **around)
    lab.record(loglab.attended("two"), BASE, CLERK)
    report = audited(lab)
    found, message = first_wrong(report)
    assert found == index
    assert words in message
    assert report.judged == index


@pytest.mark.parametrize("kind", ["certificate.awarded", "attendance.recorded", "title.granted"])
def test_each_kind_is_recorded_by_whose_office_it_is(lab: Lab, kind: str) -> None:
    events: dict[str, Event] = {
        "certificate.awarded": two(),
        "attendance.recorded": loglab.attended(),
        "title.granted": loglab.title("two"),
    }
    lab.record(loglab.accredited("SCHOOL", "school"), ROOT, CLERK)
    lab.record(loglab.authorised(THIEF, "SCHOOL", (kind,)), ROOT, CLERK)
    actors = CLERK if kind == "attendance.recorded" else loglab.ACTORS
    index = lab.record(events[kind], replace(THIEF, issuer=loglab.uri("SCHOOL")), actors)
    found, message = first_wrong(audited(lab))
    assert found == index
    assert f"SCHOOL records {kind}" in message


@pytest.mark.parametrize("after_it", [suspended(), reinstated(), revoked()])
@pytest.mark.parametrize(
    "end", [revoked(), kinds.CertificateSuperseded(certificate_id=ONE, superseded_on=DAY, successor=ONE)]
)
def test_nothing_but_evidence_follows_an_end(lab: Lab, end: Event, after_it: Event) -> None:
    lab.record(end)
    lab.record(
        kinds.EvidenceAttached(stream=ONE, description="minutes", digest=bytes(32), attached_on=DAY), BASE, CLERK
    )
    assert audited(lab).exit_code == 0
    index = lab.record(after_it)
    assert first_wrong(audited(lab))[0] == index


def test_nothing_at_all_follows_an_erasure(lab: Lab) -> None:
    person = uuid("trainee one")
    lab.record(
        kinds.TraineeRegistered(
            trainee_id=person,
            trainee_no="T1",
            name="测试",
            id_type="passport",
            id_number="X1",
            education="doctor",
            graduated_on=None,
            practice_from=DAY,
            title_held=None,
            title_since=None,
            employer=None,
            email=None,
            phone=None,
            registered_on=DAY,
        ),
        BASE,
        CLERK,
    )
    lab.record(kinds.TraineeErased(trainee_id=person), BASE)
    assert audited(lab).exit_code == 0
    index = lab.record(
        kinds.EvidenceAttached(stream=person, description="x", digest=bytes(32), attached_on=DAY), BASE, CLERK
    )
    assert first_wrong(audited(lab)) == (index, "evidence.attached cannot follow an erased trainee")


def test_a_certificate_may_be_of_any_edition_published(lab: Lab) -> None:
    lab.record(loglab.programme(2, valid_years=5), BASE, CLERK)
    lab.record(two())
    lab.record(loglab.certificate("three", expires_on=date(2031, 3, 2)))
    assert audited(lab).exit_code == 0
    index = lab.record(loglab.certificate("four", expires_on=date(2030, 3, 2)))
    assert first_wrong(audited(lab))[0] == index


@pytest.mark.parametrize("kind", sorted({declared.kind for declared in EVENTS.values()}))
def test_every_kind_of_event_has_its_place(kind: str) -> None:
    """Some sequence of kinds leads to each: none is forgotten in the table."""
    kinds_known = {declared.kind for declared in EVENTS.values()}
    seen, reached = {NEW}, [NEW]
    leads: set[str] = set()
    while reached:
        state = reached.pop()
        for one in kinds_known:
            try:
                found = after(state, one)
            except RuleBroken:
                continue
            leads.add(one)
            if found not in seen:
                seen.add(found)
                reached.append(found)
    assert kind in leads


# --- entries taken out, put in, changed in order --------------------------------------------------------------------


def retold(lab: Lab, entries: list[bytes]) -> Report:
    """The audit of a log whose keeper published other entries with a right tree, and no checkpoint was kept."""
    return audited(replace(lab, entries=entries), trusted=lab.trust(13))


def test_what_versions_and_times_show_of_a_retold_log(lab: Lab) -> None:
    lab.record(suspended())
    lab.record(reinstated())
    lab.record(loglab.attended(), BASE, CLERK)
    entries = lab.entries
    assert retold(lab, entries).exit_code == 0
    # Taken out of the middle of a stream: the next version is one too many.
    assert first_wrong(retold(lab, entries[:15] + entries[16:]))[0] == 15
    assert first_wrong(retold(lab, entries[:13] + entries[14:]))[0] == 14
    # Changed in order: time runs backwards.
    assert first_wrong(retold(lab, [*entries[:16], entries[17], entries[16]]))[0] == 17
    # Put in twice.
    assert first_wrong(retold(lab, [*entries, entries[17]]))[0] == 18
    # The last of a stream taken out, or a stream whole: only a checkpoint or a receipt that somebody kept shows it.
    assert retold(lab, entries[:14] + entries[15:]).exit_code == 0
    for size in range(14, 19):
        cut = replace(lab, entries=entries[:14] + entries[15:])
        assert audited(cut, trusted=lab.trust(13), since=lab.checkpoint(size)).exit_code == (0 if size == 14 else 1)


# --- findings -------------------------------------------------------------------------------------------------------


def test_a_date_before_its_recording_is_a_finding_outside_an_intake_only(lab: Lab) -> None:
    index = lab.record(two(awarded_on=date(2026, 3, 1), expires_on=date(2029, 3, 1)))
    report = audited(lab)
    assert (report.exit_code, report.problems) == (1, [])
    assert [finding.index for finding in report.findings] == [index]
    assert "dated 2026-03-01, recorded on 2026-03-02" in report.findings[0].message

    honest = Lab.founded()
    pack = kinds.PackTakenIn(
        pack_id=uuid("pack"), files={"roster.csv": bytes(32)}, custody={}, actors_defaulted=False, salt=bytes(16)
    )
    honest.record(pack, BASE)
    honest.record(two(awarded_on=date(2026, 3, 1), expires_on=date(2029, 3, 1)), pack=uuid("pack"))
    assert audited(honest).exit_code == 0


def test_the_recording_day_is_that_of_chongqing() -> None:
    lab = Lab.founded()
    lab.now = datetime(2026, 3, 2, 15, 59, 50, tzinfo=UTC)
    lab.record(loglab.certificate())
    assert audited(lab).findings == []
    lab.now += timedelta(seconds=20)
    index = lab.record(two())
    assert [finding.index for finding in audited(lab).findings] == [index]


# --- compromised keys -----------------------------------------------------------------------------------------------


@pytest.fixture
def robbed(lab: Lab) -> Lab:
    """A thief got a second key of HUAWEI (15), revoked one's certificate (16) and awarded another (17)."""
    lab.record(loglab.authorised(THIEF, "HUAWEI", kinds.CERTIFYING_KINDS), ROOT, CLERK)
    lab.record(revoked(), THIEF)
    lab.record(two(), THIEF)
    lab.record(loglab.compromised(THIEF, "HUAWEI", 16), ROOT, CLERK)
    return lab


def with_list(lab: Lab, bits: bytes) -> Report:
    token = lab.status_token(bits=bits)
    return audited(lab, lambda files: files.update({"status/0": token}))


def test_disowned_entries_stay_and_count_for_nothing(robbed: Lab) -> None:
    report = with_list(robbed, robbed.fold_bits())
    assert (report.exit_code, report.disowned) == (0, [16, 17])
    assert with_list(robbed, bytes([0xFF]) * (1 << 18)).exit_code == 1


def test_what_was_disowned_does_not_bind_those_who_go_on(robbed: Lab) -> None:
    robbed.record(suspended())
    robbed.record(revoked(stream=uuid("certificate two")))
    report = with_list(robbed, robbed.fold_bits())
    assert (report.problems, report.disowned) == ([], [16, 17])


def test_a_key_signs_nothing_after_its_compromise_was_reported(robbed: Lab) -> None:
    index = robbed.record(loglab.certificate("three"), THIEF)
    report = audited(robbed)
    assert first_wrong(report)[0] == index
    assert report.ordered_problems()[0].code == "key-compromised"


def test_a_list_folded_before_the_report_is_compared_with_what_was_known_then(lab: Lab) -> None:
    lab.record(loglab.authorised(THIEF, "HUAWEI", kinds.CERTIFYING_KINDS), ROOT, CLERK)
    lab.record(revoked(), THIEF)
    older = lab.status_token()
    lab.record(loglab.compromised(THIEF, "HUAWEI", 16), ROOT, CLERK)
    report = audited(lab, lambda files: files.update({"status/0": older}))
    assert (report.exit_code, report.disowned) == (0, [16])


def test_a_key_that_a_thief_authorised_is_pointed_out(lab: Lab) -> None:
    spare = loglab.Signer("spare root", loglab.uri("CQUPT"))
    lab.record(loglab.authorised(spare, "CQUPT", kinds.ROOT_KINDS), ROOT, CLERK)
    index = lab.record(loglab.authorised(THIEF, "HUAWEI", kinds.CERTIFYING_KINDS), ROOT, CLERK)
    lab.record(loglab.compromised(ROOT, "CQUPT", index), spare, CLERK)
    report = audited(lab)
    assert (report.disowned, [finding.index for finding in report.findings]) == ([index], [index])
    assert THIEF.kid.hex()[:16] in report.findings[0].message


def test_a_compromised_checkpoint_key_signs_no_checkpoint(lab: Lab) -> None:
    lab.record(loglab.compromised(CHECKPOINTS, "CQUPT", 15), ROOT, CLERK)
    assert audited(lab).problems[0].place == "checkpoint"
    lab.record(loglab.compromised(STATUS, "CQUPT", 15), ROOT, CLERK)


def test_a_corrected_history_passes_over_what_lost_its_ground() -> None:
    histories = Histories()
    histories.take(b"s", 1, "certificate.awarded")
    histories.take(b"s", 2, "certificate.suspended")
    histories.take(b"s", 3, "certificate.reinstated")
    histories.correct(b"s", ["certificate.awarded", "certificate.reinstated"])
    with pytest.raises(RuleBroken, match="version 3"):
        histories.take(b"s", 3, "certificate.suspended")
    histories.take(b"s", 4, "certificate.suspended")
    histories.correct(b"s", [])
    assert after(DISOWNED, "certificate.revoked") == DISOWNED
    histories.take(b"s", 5, "certificate.revoked")


# --- public notices and objections ----------------------------------------------------------------------------------

TERMS = kinds.NoticeTermsSet(
    terms_id=uuid("terms"),
    authority="CQHRSS",
    shows=("masked-name",),
    basis_zh="依据",
    basis_en="A law.",
    reached_at="office@example.org",
    kept_days=180,
)
ERASED = kinds.ObjectionErased(objection_id=uuid("objection"))


def lodged() -> Event:
    return replace(sample(EVENTS["objection.lodged/1"], distinct), objection_id=uuid("objection"))  # type: ignore[call-arg]


def test_terms_and_objections_have_their_place(lab: Lab) -> None:
    lab.record(TERMS, AUTHORITY)
    lab.record(lodged(), BASE, CLERK)
    lab.record(ERASED, BASE)
    assert audited(lab).exit_code == 0


@pytest.mark.parametrize(
    ("terms", "told"),
    [
        (replace(TERMS, shows=("id_number",)), "nothing that a notice can show"),
        (replace(TERMS, basis_en=""), "English legal basis"),
        (replace(TERMS, kept_days=-1), "kept for 0 to"),
        (replace(TERMS, authority="NOBODY"), "never accredited"),
    ],
)
def test_terms_that_cannot_be_are_found(lab: Lab, terms: kinds.NoticeTermsSet, told: str) -> None:
    index = lab.record(terms, AUTHORITY)
    at, message = first_wrong(audited(lab))
    assert (at, told in message) == (index, True)


def test_terms_by_another_or_by_one_person_are_found(lab: Lab) -> None:
    index = lab.record(TERMS, AUTHORITY, CLERK)
    assert first_wrong(audited(lab)) == (
        index,
        "notice.terms-set needs a proposer and an approver, and names one person",
    )


@pytest.mark.parametrize("before", [(), ("lodged", "erased"), ("lodged", "lodged")])
def test_an_objection_is_lodged_once_and_erased_once_after_it(lab: Lab, before: tuple[str, ...]) -> None:
    index = lab.size
    for word in before:
        index = lab.record(lodged(), BASE, CLERK) if word == "lodged" else lab.record(ERASED, BASE)
    if before != ("lodged", "lodged"):
        index = lab.record(ERASED, BASE)
    at, message = first_wrong(audited(lab))
    assert (at, "cannot follow" in message) == (index, True)


def test_an_objector_erased_by_one_person_is_found(lab: Lab) -> None:
    lab.record(lodged(), BASE, CLERK)
    index = lab.record(ERASED, BASE, CLERK)
    assert first_wrong(audited(lab))[0] == index
