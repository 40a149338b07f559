"""What goes into an evidence file, all as of one published checkpoint. The same checkpoint gives the same bytes."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from ledger.awards import Awards, IssuedAward, Snapshot
from ledger.certificate import pdf
from ledger.evidence_file.page import Assets, verify_page
from ledger.evidence_file.readme import readme
from ledger.issue import page_of
from ledger.refusals import Code, Refusal
from ledger.store import Recorded
from verifier import bundle, evidencefile, kinds, merkle, statuslist, tlogproof
from verifier.awards import disowned
from verifier.events import event_type
from verifier.evidencefile import (
    CHANGES,
    CHECKPOINT,
    DISCLOSURE,
    KEYS,
    PAGE,
    PROOF,
    README,
    RULES,
    STATEMENT,
    TLOG_PROOF,
    TRUST,
    rule_text,
)
from verifier.statement import parse
from verifier.verify import Proved, verify_proof

_DATE: Final = (1980, 1, 1, 0, 0, 0)
"""Of every file: the first that a ZIP can say, so that it says nothing."""
_KEY_TYPES: Final = frozenset(
    event_type(cls).name
    for cls in (
        kinds.LogStarted,
        kinds.OrganisationAccredited,
        kinds.KeyAuthorised,
        kinds.KeyRetired,
        kinds.KeyCompromised,
    )
)


def make(awards: Awards, issued: IssuedAward, assets: Assets) -> bytes:
    """The evidence file of an award, checked like a stranger would. To be called when all is published.

    An award that has ended gets no paper in it, and all the rest. Raises Refusal `erased`; NotYetSigned, CannotPrint,
    StoreError; VerificationError, CouldNotCheck where what is published does not bear the award out.
    """
    if issued.erased or not isinstance(issued.event.link, str):
        raise Refusal(Code.ERASED, "the holder's data are erased: there is nothing left to give evidence of")
    now = awards.snapshot()
    proof = awards.proof(issued, now)
    proved = verify_proof(proof, now.trust)
    files = {
        PROOF: proof,
        STATEMENT: issued.statement.raw,
        DISCLOSURE: b"".join(bundle.parse(proof).disclosures),
        CHECKPOINT: now.head.note.encode(),
        TLOG_PROOF: awards.tlog_proof(issued, now).encode(),
        TRUST: now.trust_text.encode(),
        **_list_of(awards, issued),
        **_changes(issued, now),
        **_with_proofs(KEYS, _key_entries(awards, now), now),
        **_rules(awards, proved, now),
    }
    if not issued.award.ended and not issued.disowned:
        files[f"{issued.event.number}.pdf"] = _paper(awards, issued, proved, proof, now)
    files[PAGE] = verify_page(files, str(issued.event.number), assets)
    files[README] = readme(str(issued.event.number), now.trust, now.head.size, sorted(files)).encode()
    whole = zipped(files)
    evidencefile.verify(evidencefile.read(whole), now.trust)
    return whole


def zipped(files: Mapping[str, bytes]) -> bytes:
    """The files as a ZIP whose bytes follow from theirs alone: in order, not packed, without dates."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
        for name in sorted(files, key=lambda name: (name != README, name != PAGE, name)):
            item = zipfile.ZipInfo(name, _DATE)
            item.create_system, item.external_attr = 3, 0o100644 << 16
            archive.writestr(item, files[name])
    return out.getvalue()


def _list_of(awards: Awards, issued: IssuedAward) -> dict[str, bytes]:
    path = statuslist.list_path(statuslist.list_number(issued.event.status_index))
    return {path: awards.published(path)}


def _changes(issued: IssuedAward, now: Snapshot) -> dict[str, bytes]:
    return {
        f"{CHANGES}/{index}.cbor": now.verified.transparent(index, statement, ())
        for index, statement in issued.changes
        if index < now.head.size and not disowned(index, statement, now.authority)
    }


def _key_entries(awards: Awards, now: Snapshot) -> Iterator[Recorded]:
    """Every entry that says which keys there are and whose."""
    for entry in awards.ledger.store.dossier(awards.ledger.log_id):
        if entry.topic in _KEY_TYPES and entry.index < now.head.size:
            yield entry


def _rules(awards: Awards, proved: Proved, now: Snapshot) -> dict[str, bytes]:
    """The editions of the programme, or the policies, that were published before the award, with their text."""
    entries = []
    for entry in awards.ledger.store.dossier(awards.ledger.log_id):
        event = parse(entry.statement).record.event
        if entry.index < proved.index and _is_rule(event, proved):
            entries.append(entry)
    texts = {f"{RULES}/{one.index}.txt": rule_text(one.index, parse(one.statement)) for one in entries}
    return {**_with_proofs(RULES, entries, now), **texts}


def _is_rule(event: object, proved: Proved) -> bool:
    if isinstance(proved.event, kinds.CertificateAwarded):
        return isinstance(event, kinds.ProgrammePublished) and event.code == proved.event.programme
    return isinstance(event, kinds.PolicyPublished) and event.effective_from <= proved.event.granted_on


def _with_proofs(folder: str, entries: Iterable[Recorded], now: Snapshot) -> dict[str, bytes]:
    files: dict[str, bytes] = {}
    for entry in entries:
        path = now.tree.inclusion_path(entry.index)
        merkle.verify_inclusion(merkle.leaf_hash(entry.statement), entry.index, now.head.size, path, now.head.root)
        files[f"{folder}/{entry.index}.cose"] = entry.statement
        files[f"{folder}/{entry.index}.tlog-proof"] = tlogproof.make(entry.index, path, now.head.note).encode()
    return files


def _paper(awards: Awards, issued: IssuedAward, proved: Proved, proof: bytes, now: Snapshot) -> bytes:
    page = page_of(proved, now.trust, str(issued.event.link))
    evidence = pdf.Evidence(awards.tlog_proof(issued, now), now.trust_text)
    return pdf.issue(page, proof, evidence, awards.ledger.log_signers().document.sign)
