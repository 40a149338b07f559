"""A certificate's sealed PDF out of the ledger, one or a whole cohort's.

Only what verifies is printed: the page is made from the verified proof that the paper will carry.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from ledger.awards import Awards, IssuedAward
from ledger.certificate import pdf
from ledger.certificate.page import Bilingual, CertificatePage, LogMark
from ledger.refusals import Code, Refusal
from verifier.authority import Organisation
from verifier.keys import thumbprint
from verifier.kinds import CertificateAwarded
from verifier.trust import Trust, fingerprint, grouped
from verifier.verify import Proved, verify_proof

TITLE_NAMES: Final = {
    "technician": Bilingual("技术员", "Technician"),
    "assistant-engineer": Bilingual("助理工程师", "Assistant Engineer"),
    "engineer": Bilingual("工程师", "Engineer"),
}
"""Names of the levels of titles (DOMAIN.md, Titles)."""
_A_WORKER: Final = 100
"""Papers for which one more process is worth its start, which takes seconds (60 papers: two were slower than one)."""

Progress = Callable[[int, int], None]
"""Called after each paper with how many are done and how many there are."""


@dataclass(frozen=True, slots=True)
class IssuedFiles:
    """What came of a cohort."""

    files: tuple[Path, ...]
    passed_over: tuple[str, ...]
    """Numbers of certificates that are no longer in force: no new paper is made for them."""


def issue(awards: Awards, issued: IssuedAward) -> bytes:
    """The award's sealed PDF. The same award issued later carries a newer receipt and verifies as well.

    Raises Refusal `erased`; NotYetSigned for an award that is not published yet; CannotPrint for a value without a
    glyph; VerificationError where the log does not hold what it should.
    """
    return pdf.issue(*job(awards, issued), awards.ledger.log_signers().document.sign)


def issue_cohort(
    awards: Awards, cohort: str, folder: Path, progress: Progress = lambda done, total: None, workers: int = 0
) -> IssuedFiles:
    """The PDFs of a cohort's certificates in force, `<number>.pdf` each, in several processes where there are many.

    `workers` 0 chooses by itself. Raises Refusal `unknown-cohort`, OSError, and what `issue` raises.
    """
    if cohort not in awards.ledger.desk().base.catalogue.cohorts:
        raise Refusal(Code.UNKNOWN_COHORT, f"no cohort {cohort!r}")
    found = list(awards.of_cohort(cohort))
    wanted = [issued for issued in found if not issued.award.ended and not issued.disowned]
    folder.mkdir(parents=True, exist_ok=True)
    count = workers or workers_for(len(wanted))
    sign = awards.ledger.log_signers().document.sign
    files: list[Path] = []
    papers = pdf.render_many(_jobs(awards, wanted), count)
    for issued, paper in zip(wanted, papers, strict=True):
        file = folder / f"{issued.event.number}.pdf"
        write_whole(file, pdf.sealed(paper, sign))
        files.append(file)
        progress(len(files), len(wanted))
    ended = [str(issued.event.number) for issued in found if issued.award.ended or issued.disowned]
    return IssuedFiles(tuple(files), tuple(ended))


def workers_for(papers: int) -> int:
    """How many processes are worth their start for so many papers."""
    return min(os.cpu_count() or 1, papers // _A_WORKER)


def write_whole(file: Path, data: bytes) -> None:
    """Writes a file whole or not at all. Raises OSError, which names the file."""
    temporary = file.with_name(f".{file.name}.tmp")
    try:
        temporary.write_bytes(data)
        temporary.replace(file)
    except OSError as error:
        raise OSError(error.errno, error.strerror, str(file)) from error


def _jobs(awards: Awards, wanted: Iterable[IssuedAward]) -> Iterator[pdf.Job]:
    return (job(awards, issued) for issued in wanted)


def job(awards: Awards, issued: IssuedAward) -> pdf.Job:
    """What the award's paper is made from, all of one published tree. Raises as `issue`."""
    if issued.erased or not isinstance(issued.event.link, str):
        raise Refusal(Code.ERASED, "the holder's data are erased: there is nothing left to print")
    now = awards.snapshot()
    proof = awards.proof(issued, now)
    page = page_of(verify_proof(proof, now.trust), now.trust, issued.event.link)
    return page, proof, pdf.Evidence(awards.tlog_proof(issued, now), now.trust_text)


def page_of(proved: Proved, trust: Trust, link_id: str) -> CertificatePage:
    """What the paper of a verified award shows. `link_id` is the one thing that its proof does not disclose.

    Names and the checkpoint key are those of `trust`: to draw a paper again as it was issued, give the trust file as of
    the size of the proof's receipt (`Awards.trust_at`).
    """
    event, logged = proved.event, proved.logged
    certificate = isinstance(event, CertificateAwarded)
    return CertificatePage(
        kind="certificate" if certificate else "title",
        base=_names(trust.organisations[trust.base]),
        organisation=_names(logged.organisation),
        custody="base" if logged.key.custody == "base" else "organisation",
        award=award_names(proved, trust),
        name=str(event.name),
        id_type=str(event.id_type),
        id_number_masked=str(event.id_number_masked),
        awarded_on=event.awarded_on if isinstance(event, CertificateAwarded) else event.granted_on,
        number=str(event.number),
        link_id=link_id,
        base_url=trust.address,
        recorded_at=logged.statement.record.envelope.recorded_at,
        log=_mark(proved, trust),
        total=str(event.total) if isinstance(event, CertificateAwarded) else None,
        expires_on=event.expires_on if isinstance(event, CertificateAwarded) else None,
        speciality=None if isinstance(event, CertificateAwarded) else str(event.speciality),
    )


def _mark(proved: Proved, trust: Trust) -> LogMark:
    included = proved.logged.included
    return LogMark(
        origin=trust.origin,
        fingerprint=fingerprint(trust),
        checkpoint_key=str(trust.log),
        checkpoint_key_id=grouped(thumbprint(trust.log.public_key)),
        index=included.index,
        size=included.size,
    )


def award_names(proved: Proved, trust: Trust) -> Bilingual:
    """The names of a certificate's programme or of a title's level; the code itself where there are none."""
    event = proved.event
    if not isinstance(event, CertificateAwarded):
        return TITLE_NAMES.get(event.level, Bilingual(event.level, event.level))
    named = trust.programmes.get(event.programme)
    return Bilingual(named.name_zh, named.name_en) if named else Bilingual(event.programme, event.programme)


def _names(organisation: Organisation) -> Bilingual:
    return Bilingual(organisation.name_zh, organisation.name_en)
