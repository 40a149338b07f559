"""Whatever is wrong with a log, an audit in several processes says the same of it as one in one process; and it stays
small.
"""

from __future__ import annotations

import gc
import tracemalloc
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from tests.verifier import loglab
from tests.verifier.loglab import AUTHORITY, BASE, CLERK, PARTNER, ROOT, THIEF, Lab, MemoryLog, uuid
from verifier import kinds
from verifier.audit import Report, audit
from verifier.tile import WIDTH

Files = dict[str, bytes]


def grown() -> Lab:
    """Three bundles, the second of which begins in the middle of everything."""
    lab = Lab.founded()
    n = 0
    while lab.size < 2 * WIDTH + 40:
        lab.record(loglab.enrolled(f"{n}"), BASE, CLERK)
        lab.record(loglab.attended(f"{n}"), BASE, CLERK)
        lab.record(loglab.certificate(f"{n}", status_index=n))
        n += 1
    return lab


def bad_signature(lab: Lab) -> None:
    lab.entries[300] = lab.entries[300][:-1] + bytes((lab.entries[300][-1] ^ 1,))


def no_statement(lab: Lab) -> None:
    lab.entries[301] = b"\xd2\x84" + lab.entries[301][3:]


def two_wrong(lab: Lab) -> None:
    """The one that comes first is named."""
    lab.entries[333], lab.entries[320] = lab.entries[100], lab.entries[110]


def swapped(lab: Lab) -> None:
    lab.entries[257], lab.entries[258] = lab.entries[258], lab.entries[257]


def left_out(lab: Lab) -> None:
    del lab.entries[400]


def wrong_version(lab: Lab) -> None:
    lab.record(loglab.attended("3"), BASE, CLERK, version=7)


def earlier(lab: Lab) -> None:
    lab.record(loglab.enrolled("late"), BASE, CLERK, at=lab.now - timedelta(days=1))


def not_entitled(lab: Lab) -> None:
    lab.record(loglab.attended("4"), PARTNER, CLERK)


def one_person(lab: Lab) -> None:
    lab.record(loglab.certificate("x", status_index=5000), PARTNER, CLERK)


def not_an_approver(lab: Lab) -> None:
    lab.record(loglab.certificate("x", status_index=5000), PARTNER, ("head-2", "clerk-1"))


def same_person_twice(lab: Lab) -> None:
    lab.record(loglab.attended("4"), BASE, ("clerk-1", "clerk-1"))


def without_the_role(lab: Lab) -> None:
    lab.record(loglab.attended("4"), BASE, ("head-2",))


def of_another_organisation(lab: Lab) -> None:
    theirs = replace(loglab.opened("theirs", "assessor", "registrar"), organisation="HUAWEI")
    lab.record(theirs, ROOT, CLERK)
    lab.record(loglab.certificate("their own", status_index=5000), PARTNER, ("theirs", "head-2"))
    lab.record(loglab.attended("4"), BASE, ("theirs",))


def approved_by_another_organisation(lab: Lab) -> None:
    theirs = replace(loglab.opened("theirs", "approver"), organisation="CQHRSS")
    lab.record(theirs, ROOT, CLERK)
    lab.record(loglab.certificate("x", status_index=5000), PARTNER, ("clerk-1", "theirs"))


def by_a_key_held_elsewhere(lab: Lab) -> None:
    own = loglab.Signer("their own", PARTNER.issuer)
    lab.record(loglab.authorised(own, "HUAWEI", kinds.CERTIFYING_KINDS, "organisation"), ROOT, CLERK)
    lab.record(loglab.certificate("x", status_index=5000), own)


def an_enrolment_at_their_word(lab: Lab) -> None:
    """Whom it is about is not public: it may be one of theirs."""
    theirs = replace(loglab.opened("theirs", "registrar"), organisation="HUAWEI")
    lab.record(theirs, ROOT, CLERK)
    lab.record(loglab.enrolled("theirs"), BASE, ("theirs",))


def no_such_intake(lab: Lab) -> None:
    lab.record(loglab.attended("4"), BASE, CLERK, pack=uuid("nowhere"))


def same_number(lab: Lab) -> None:
    lab.record(loglab.certificate("y", status_index=6000, number_hash=loglab.certificate("7").number_hash))


def same_place(lab: Lab) -> None:
    lab.record(loglab.certificate("y", status_index=7))


def another_ones_award(lab: Lab) -> None:
    lab.record(loglab.authorised(THIEF, "CQUPT", kinds.CERTIFYING_KINDS), ROOT, CLERK)
    lab.record(
        kinds.CertificateRevoked(certificate_id=uuid("certificate 3"), revoked_on=lab.now.date(), reason="fraud"), THIEF
    )


def wrong_days(lab: Lab) -> None:
    lab.record(loglab.certificate("y", status_index=6000, expires_on=lab.now.date()))


def unknown_level(lab: Lab) -> None:
    lab.record(loglab.title("y", status_index=6000, level="emperor"), AUTHORITY)


def a_late_key(lab: Lab) -> None:
    """Nothing is wrong: a key that no worker knew from the trust file signs many entries."""
    lab.record(loglab.authorised(THIEF, "HUAWEI", kinds.CERTIFYING_KINDS), ROOT, CLERK)
    for n in range(2 * WIDTH):
        lab.record(loglab.certificate(f"late {n}", status_index=9000 + n), THIEF)


def a_stolen_key(lab: Lab) -> None:
    a_late_key(lab)
    lab.record(loglab.compromised(THIEF, "HUAWEI", lab.size - 10), ROOT, CLERK)
    lab.record(loglab.enrolled("after"), BASE, CLERK)


def used_when_stolen(lab: Lab) -> None:
    lab.record(loglab.compromised(PARTNER, "HUAWEI", 400), ROOT, CLERK)
    lab.record(loglab.certificate("after", status_index=7000), PARTNER)


def used_when_retired(lab: Lab) -> None:
    lab.record(kinds.KeyRetired(organisation_id=uuid("organisation HUAWEI"), kid=PARTNER.kid), ROOT, CLERK)
    lab.record(loglab.certificate("after", status_index=7000), PARTNER)


def nothing(lab: Lab) -> None:
    pass


FORGERIES = [
    nothing,
    bad_signature,
    no_statement,
    two_wrong,
    swapped,
    left_out,
    wrong_version,
    earlier,
    not_entitled,
    one_person,
    not_an_approver,
    same_person_twice,
    without_the_role,
    of_another_organisation,
    approved_by_another_organisation,
    by_a_key_held_elsewhere,
    an_enrolment_at_their_word,
    no_such_intake,
    same_number,
    same_place,
    another_ones_award,
    wrong_days,
    unknown_level,
    a_late_key,
    a_stolen_key,
    used_when_stolen,
    used_when_retired,
]
GOOD = (nothing, a_late_key, a_stolen_key, an_enrolment_at_their_word)


def said(report: Report) -> object:
    return report.as_json(), report.counts.by(0, 1, 2, 3), report.disowned_by


@pytest.mark.parametrize("forge", FORGERIES, ids=lambda forge: forge.__name__)
def test_several_processes_say_what_one_says(forge: Callable[[Lab], None]) -> None:
    lab = grown()
    trusted = lab.trust(20)
    forge(lab)
    bits = lab.fold_bits() if forge in GOOD else lab.status_bits()
    log = MemoryLog({**lab.files(), "status/0": lab.status_token(bits=bits)})
    one, several = (audit(log, trusted, processes=processes) for processes in (0, 2))
    assert said(one) == said(several)
    assert (one.exit_code == 0) == (forge in GOOD), one.problems
    assert sum(one.counts.cells.values()) == one.judged
    if forge in GOOD:
        assert one.judged == lab.size
    else:
        assert one.problems[0].index == one.judged


@pytest.mark.parametrize("path", ["tile/entries/001", "tile/0/000", "tile/0/002.p/41", "tile/1/000.p/2", "trust.txt"])
def test_spoilt_files_are_told_of_alike(path: str) -> None:
    lab = grown()
    files = lab.files()
    log = MemoryLog({**files, path: files[path][:-1] + b"!"})
    gone = MemoryLog({name: data for name, data in files.items() if name != path})
    for spoilt in (log, gone):
        one, several = (audit(spoilt, lab.trust(), processes=processes) for processes in (0, 2))
        assert said(one) == said(several)
        assert one.exit_code in (1, 3)


# --- memory -----------------------------------------------------------------------------------------------------------


def test_memory_grows_by_what_streams_take_and_no_more() -> None:
    """Of an entry nothing stays; of a stream under 250 bytes; of a bundle 32. Eight entries here are a stream."""
    lab = Lab.founded()
    n = 0
    while lab.size < 24 * WIDTH:
        lab.record(loglab.enrolled(f"{n}"), BASE, CLERK)
        for hours in range(1, 8):
            lab.record(loglab.attended(f"{n}", hours), BASE, CLERK)
        n += 1
    log = MemoryLog(lab.files())
    trusted = lab.trust()
    taken: dict[int, int] = {}

    def look(done: int, size: int) -> None:
        gc.collect()
        taken[done] = tracemalloc.get_traced_memory()[0]

    audit(log, trusted, processes=0)  # fills the caches
    tracemalloc.start()
    try:
        audit(log, trusted, processes=0, progress=look)
    finally:
        tracemalloc.stop()
    first, last = 4 * WIDTH, 24 * WIDTH
    grown_by = (taken[last] - taken[first]) / (last - first)
    assert grown_by < 250 / 8 + 1, f"{grown_by:.1f} bytes an entry"
