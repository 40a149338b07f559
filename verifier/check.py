"""From a thing that somebody holds (a PDF, a picture, an address, a proof) to a verdict."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from verifier import (
    address,
    bundle,
    evidencefile,
    fetch,
    kinds,
    objection,
    recheck,
    scan,
    seal,
    statuslist,
    verification_receipt,
)
from verifier.address import LinkAddress, ProofAddress
from verifier.current import Change, Current, check_standing
from verifier.errors import (
    BadSignature,
    CouldNotCheck,
    Inconsistent,
    Malformed,
    Mismatch,
    NotAsIssued,
    NotEntitled,
    NotIncluded,
    UnknownKey,
    VerificationError,
)
from verifier.fetch import PublishedLog
from verifier.recheck import Recheck, VerifiedLog, stands_today
from verifier.standing import Standing
from verifier.trust import Trust
from verifier.verdict import CheckThen, State, ToldThen, Verdict, printed_fields
from verifier.verify import Proved, verify_change, verify_proof

COMPARE: Final = "compare these fields with the paper: whatever differs there was not signed"
_ANSWER_LIMIT: Final = 1024 * 1024
_PROOF_START: Final = b"\xd2"
_PDF_START: Final = b"%PDF-"
_FOLDER_SCAN, _NETWORK_SCAN = 256, 4
"""Entry bundles that are searched for the day and reason of a change: what is cheap."""

_STATE_OF: Final[tuple[tuple[type[VerificationError], State], ...]] = (
    (Malformed, State.NOT_A_PROOF),
    (UnknownKey, State.UNKNOWN_KEY),
    (NotEntitled, State.NOT_ENTITLED),
    (Inconsistent, State.INCONSISTENT),
    (NotAsIssued, State.NOT_AS_ISSUED),
    (BadSignature, State.TAMPERED),
    (Mismatch, State.TAMPERED),
    (NotIncluded, State.TAMPERED),
)
_SENTENCES: Final = {
    State.VALID: "authentic, and it stands",
    State.NOT_YET_VALID: "authentic, but not valid before the day of its award",
    State.EXPIRED: "authentic, but its last day of validity has passed",
    State.SUSPENDED: "authentic, but suspended by the organisation that awarded it",
    State.REVOKED: "authentic, but revoked",
    State.SUPERSEDED: "authentic, but superseded by a correction",
    State.REVOKED_OR_SUPERSEDED: "authentic, but revoked or superseded (the published list says so)",
    State.STANDING_NOT_CHECKED: "authentic, standing not checked",
    State.NOT_AS_ISSUED: "this file is not, byte for byte, one that the ledger issued",
    State.TAMPERED: "this is not what was signed",
    State.UNKNOWN_KEY: "signed by a key that the trust file does not know",
    State.NOT_ENTITLED: "signed by a key that was not entitled to it",
    State.NOT_A_PROOF: "this is no certificate of a ledger",
    State.INCONSISTENT: "the log contradicts itself: keep all files and tell the base and its auditors",
    State.COULD_NOT_CHECK: "could not be checked: this says nothing for it and nothing against it",
    State.VERIFICATION_RECEIPT: "a genuine receipt of a check: what it says was so then, and it says nothing of today",
}
_OBJECTION: Final = "this is no certificate but the receipt of an objection: `certverify objection FILE` checks it"
_FOREIGN: Final = "this is a code of another site and none of the base's: do not open it, and type nothing there"
_BY_ITS_WORD: Final = "for items without evidence there is the base's word alone"


@dataclass(frozen=True, slots=True)
class Checker:
    """Checks things against one trust file. Without a log and offline, no socket is ever opened."""

    trust: Trust
    now: datetime
    log: PublishedLog | None = None
    """The copy of the published log to use; None for the one at the trust file's address."""
    offline: bool = False
    drawn: bool = True
    """Whether what is drawn on a PDF's pages is read too where its file seal is good: slow, and the seal covers it."""

    def check_text(self, thing: str) -> Verdict:
        """The verdict about an address."""
        try:
            return self._address(thing, address.parse_address(thing))
        except (VerificationError, CouldNotCheck) as error:
            return self._refused(thing, error)

    def check_bytes(self, thing: str, data: bytes) -> Verdict:
        """The verdict about a file's content: a proof, an address as text, a PDF or a picture."""
        try:
            if verification_receipt.claims_to_be(data):
                return self._receipt(thing, data)
            if data.startswith(_PROOF_START):
                return self._proof(thing, data, [COMPARE])
            if data.startswith(evidencefile.START):
                return self._evidence(thing, data)
            if (text := _address_in(data)) is not None:
                return self._address(thing, address.parse_address(text))
            if _PDF_START in data[:1024]:
                return self._pdf(thing, data)
            return self._picture(thing, data)
        except (VerificationError, CouldNotCheck) as error:
            return self._refused(thing, error)

    # --- the things -------------------------------------------------------------------------------------------------

    def _address(self, thing: str, parsed: LinkAddress | ProofAddress) -> Verdict:
        if isinstance(parsed, LinkAddress):
            return self._link(thing, parsed)
        return self._proof(thing, parsed.proof, [*self._foreign_host(parsed), COMPARE])

    def _foreign_host(self, parsed: ProofAddress) -> list[str]:
        if parsed.host in self.trust.hosts:
            return []
        return [f"the code leads to {parsed.host}, which is not the base's {self._host}: do not open it"]

    @property
    def _host(self) -> str:
        return self.trust.hosts[0]

    def _picture(self, thing: str, data: bytes) -> Verdict:
        """A picture is one of paper: its codes must agree with one another, the rest is for the eye."""
        codes = scan.read(data).codes
        if not codes:
            raise CouldNotCheck("no QR code could be read in the picture: take a sharper one, or check the other code")
        links, proofs = _parsed_codes(codes)
        if len({proof.proof for proof in proofs}) > 1 or (not proofs and len(set(links)) > 1):
            raise Malformed("the picture shows the codes of several certificates: check one at a time")
        if proofs:
            proved = verify_proof(proofs[0].proof, self.trust)
            self._check_links(links, proved)
            verdict = self._standing(thing, proved, [*self._foreign_host(proofs[0]), COMPARE])
            return replace(verdict, proof=proofs[0].proof)
        if links:
            return self._link(thing, links[0])
        raise Malformed("the QR code in the picture is none of a certificate")

    def _pdf(self, thing: str, data: bytes) -> Verdict:
        """A PDF must be as issued to the last byte; if not, what was signed is shown beside the refusal."""
        refusal = seal_refusal(data, self.trust)
        if refusal is None and not self.drawn and (proof := scan.attached_proof(data)) is not None:
            return self._proof(thing, proof, [])
        try:
            receipt = scan.attached(data, verification_receipt.FILE_NAME, verification_receipt.MAX_SIZE)
            if receipt is not None:
                return self._receipt_pdf(thing, data, receipt, refusal)
            found = scan.read(data)
        except (Malformed, CouldNotCheck) as error:
            if refusal is None:
                raise
            return self._not_as_issued(thing, refusal, (), error.message)
        links, proofs = _parsed_codes(found.codes)
        attached = [] if found.proof is None else [found.proof]
        shown = list(dict.fromkeys([*attached, *(proof.proof for proof in proofs)]))
        if refusal is None and len(shown) != 1:
            refusal = NotAsIssued(
                "file: the attached proof and the proof code on the page are not the same"
                if shown
                else "file: it carries no proof"
            )
        if refusal is not None:
            return self._not_as_issued(thing, refusal, shown)
        proved = verify_proof(shown[0], self.trust)
        self._check_links(links, proved, sealed=True)
        return replace(self._standing(thing, proved, []), proof=shown[0])

    def _receipt_pdf(self, thing: str, data: bytes, receipt: bytes, refusal: NotAsIssued | None) -> Verdict:
        """A verification receipt's PDF must be as issued as well; if not, what the receipt in it says is shown."""
        if scan.attached(data, scan.ATTACHMENT, address.PROOF_LIMIT) is not None:
            raise Malformed("file: it carries both a proof and a verification receipt, which the ledger never issues")
        verdict = self._receipt(thing, receipt)
        if refusal is None:
            return verdict
        notes = ("the items are those of the signed receipt in it; its pages may show something else",)
        refused = self._refused(thing, refusal)
        if verdict.then is None:
            return replace(refused, notes=(f"the receipt in it is not good either: {verdict.message}",))
        return replace(refused, then=verdict.then, as_of=verdict.as_of, notes=notes)

    def _receipt(self, thing: str, data: bytes) -> Verdict:
        """A verification receipt: its evidence says what was so then, the published log what became of it since."""
        try:
            found = recheck.verify(data, self.trust, self.now)
        except (VerificationError, CouldNotCheck) as error:
            return self._refused(thing, error)
        then = self._then(found)
        notes = [] if all(item.proved for item in then.items) else [_BY_ITS_WORD]
        state = State.VERIFICATION_RECEIPT
        verdict = Verdict(
            thing,
            state,
            _SENTENCES[state],
            checked_at=self.now,
            as_of=then.size,
            offline=self.offline,
            then=then,
            notes=tuple(notes),
        )
        if self.log is None and self.offline:
            return verdict
        try:
            published = self.log or fetch.open_log(self.trust.log_address)
            log = VerifiedLog(published, self.trust)
            log.cosigned.check_quorum()
            recheck.check_same_log(found, log)
            today = ["" if item.stood is None else stands_today(item.stood, log, self.now) for item in found.items]
        except Inconsistent as error:
            return replace(self._refused(thing, error), then=then, as_of=then.size)
        except (VerificationError, CouldNotCheck) as error:
            return replace(verdict, notes=(*notes, f"what became of it since could not be checked: {error.message}"))
        items = tuple(replace(item, today=word) for item, word in zip(then.items, today, strict=True))
        return replace(verdict, then=replace(then, items=items))

    def _then(self, found: Recheck) -> CheckThen:
        items = []
        for item in found.items:
            told = ToldThen(item.item.presented, item.item.state, item.item.code)
            if item.stood is not None:
                fields = printed_fields(item.stood.proved, self.trust)
                told = replace(told, proved=item.stood.proved, fields=fields)
            items.append(told)
        head = found.checkpoint
        turned_away = found.receipt.turned_away
        return CheckThen(found.checked_at, head.origin, head.size, head.root, tuple(items), turned_away)

    def _link(self, thing: str, link: LinkAddress) -> Verdict:
        """The server behind the base's own host is asked for the proof, and believed in nothing."""
        if link.host not in self.trust.hosts:
            message = f"the link leads to {link.host}, not to the base's {self._host}: nothing was fetched"
            return replace(could_not_check(thing, message, self.now), sentence=_FOREIGN)
        if self.offline:
            message = "a link address can only be checked over the network, and --offline was given"
            return replace(could_not_check(thing, message, self.now), link=link)
        answer = fetch.get(f"{self.trust.address.rstrip('/')}/c/{link.link_id}.json", _ANSWER_LIMIT)
        proof, changes = _read_answer(answer)
        proved = verify_proof(proof, self.trust)
        self._check_links([link], proved)
        notes: list[str] = []
        known: list[Change] = []
        for change in changes:
            try:
                known.append(verify_change(change, self.trust, proved))
            except (VerificationError, CouldNotCheck) as error:
                notes.append(f"a change of standing that the server gave does not verify: {error.message}")
        return self._standing(thing, proved, [*notes, COMPARE], known)

    def _proof(self, thing: str, data: bytes, notes: Sequence[str]) -> Verdict:
        try:
            proved = verify_proof(data, self.trust)
        except Malformed as error:
            if not objection.claims_to_be(data):
                raise
            return replace(self._refused(thing, error), sentence=_OBJECTION)
        return replace(self._standing(thing, proved, notes), proof=data)

    def _evidence(self, thing: str, data: bytes) -> Verdict:
        """An evidence file: all in it must be good. What its list said is told, and is not today's standing."""
        files = evidencefile.read(data)
        found = evidencefile.verify(files, self.trust)
        unread: tuple[str, ...] = ()
        for name, paper in files.items():
            if name.endswith(".pdf") and (refusal := seal_refusal(paper, self.trust)) is not None:
                return self._not_as_issued(thing, refusal, [files[evidencefile.PROOF]])
            if name.endswith(".pdf"):
                unread += () if _check_paper(name, paper, files[evidencefile.STATEMENT]) else (name,)
        size = found.head.size
        everything = "everything else" if unread else "everything"
        notes = [
            f"{everything} in the file is good, as of the log's first {size} entries; {evidencefile.README} and "
            f"{evidencefile.PAGE} are words and a program that nobody signed, and were not looked at"
        ]
        if unread:  # it might be the paper of another award
            told = "is as the base issued it, but PDF files cannot be read here: not compared with the award"
            notes.append(f"{unread[0]} {told}")
        verdict = replace(self._standing(thing, found.proved, [*notes, COMPARE]), proof=files[evidencefile.PROOF])
        then = found.standing
        if then is None or verdict.state is not State.STANDING_NOT_CHECKED:
            return verdict
        state = State.REVOKED_OR_SUPERSEDED if then.standing is None else State(then.standing.value)
        if then.listed == statuslist.INVALID:  # nothing undoes that
            return replace(verdict, state=state, sentence=_SENTENCES[state], as_of=size)
        said = f"on {then.day} the status list in the file said: {state.value}; what came after is not in it"
        return replace(verdict, notes=(said, *verdict.notes))

    # --- what is checked of them ------------------------------------------------------------------------------------

    def _check_links(self, links: Iterable[LinkAddress], proved: Proved, *, sealed: bool = False) -> None:
        """Raises Mismatch for a link that is not this award's own, at a host of the base's.

        A file whose seal is good the base itself made: where its proof is newer than the trust file, the base has
        moved, and that is CouldNotCheck. Anything else may be a thief's, with a proof that is genuine.
        """
        for link in links:
            if link.host not in self.trust.hosts:
                if sealed and proved.logged.included.size > self.trust.as_of:
                    raise CouldNotCheck(
                        f"the link code leads to {link.host}, and the trust file (as of entry {self.trust.as_of}) knows"
                        f" {self._host}: the base may have moved, get a newer trust file"
                    )
                raise Mismatch(f"the link code leads to {link.host}, not to the base's {self._host}")
            if address.link_digest(link.link_id) != proved.event.link_hash:
                raise Mismatch("the link is that of another certificate than the proof")

    def _standing(self, thing: str, proved: Proved, notes: Sequence[str], changes: Sequence[Change] = ()) -> Verdict:
        """The verdict about an authentic award."""
        verdict = Verdict(
            thing,
            State.STANDING_NOT_CHECKED,
            _SENTENCES[State.STANDING_NOT_CHECKED],
            proved=proved,
            fields=printed_fields(proved, self.trust),
            checked_at=self.now,
            as_of=proved.logged.included.size,
            notes=(*notes, *self._trust_notes(proved)),
            offline=self.offline,
        )
        if self.log is None and self.offline:
            return verdict
        try:
            log = self.log or fetch.open_log(self.trust.log_address)
            scanned = _FOLDER_SCAN if isinstance(log, fetch.FolderLog) else _NETWORK_SCAN
            current = check_standing(proved, log, self.trust, self.now, changes, scanned)
        except Inconsistent as error:
            return replace(
                verdict,
                state=State.INCONSISTENT,
                sentence=_SENTENCES[State.INCONSISTENT],
                code=error.code,
                message=error.message,
            )
        except (VerificationError, CouldNotCheck) as error:
            return replace(verdict, code=error.code, message=error.message, offline=False)
        state = State.REVOKED_OR_SUPERSEDED if current.standing is None else State(current.standing.value)
        return replace(
            verdict,
            state=state,
            sentence=_SENTENCES[state],
            as_of=current.list.size,
            notes=(*_standing_notes(current), *verdict.notes),
        )

    def _trust_notes(self, proved: Proved) -> list[str]:
        if proved.index < self.trust.as_of:
            return []
        return [
            f"the trust file is as of {self.trust.as_of} entries, the award is entry {proved.index}: "
            "a key reported compromised since would not be known"
        ]

    def _not_as_issued(self, thing: str, error: NotAsIssued, shown: Sequence[bytes], unread: str = "") -> Verdict:
        """The refusal of a file, with what was signed where the file still holds it."""
        verdict = self._refused(thing, error)
        if not shown:
            return replace(verdict, notes=(unread,) if unread else ())
        try:
            proved = verify_proof(shown[0], self.trust)
        except (VerificationError, CouldNotCheck) as other:
            return replace(verdict, notes=(f"its proof is not good either: {other.message}",))
        fields = printed_fields(proved, self.trust)
        notes = (
            "the fields are what was signed; the file may show something else",
            f"where it does is drawn at {self.trust.address.rstrip('/')}/compare",
            COMPARE,
        )
        verdict = replace(verdict, proved=proved, proof=shown[0], fields=fields, notes=notes)
        return replace(verdict, as_of=proved.logged.included.size)

    def _refused(self, thing: str, error: VerificationError | CouldNotCheck) -> Verdict:
        state = state_of(error)
        return Verdict(thing, state, _SENTENCES[state], error.code, error.message, checked_at=self.now)


def seal_refusal(data: bytes, trust: Trust) -> NotAsIssued | None:
    """Why a file is not as issued; None where it is. Raises CouldNotCheck where no key for seals can be relied on."""
    keys = [key for key in trust.keys.values() if kinds.DOCUMENT_KIND in key.kinds]
    if not keys:
        raise CouldNotCheck("the trust file names no key for file seals: get a newer one")
    refusal: NotAsIssued | None = None
    for key in keys:
        try:
            seal.check(data, key.public_key)
        except NotAsIssued as error:
            refusal = error
            continue
        if key.compromised_from is not None:
            raise CouldNotCheck("the file is sealed with a key that was reported compromised: check its codes")
        return None
    return refusal


def state_of(error: VerificationError | CouldNotCheck) -> State:
    """The word for what a check raised."""
    if isinstance(error, CouldNotCheck):
        return State.COULD_NOT_CHECK
    return next((state for kind, state in _STATE_OF if isinstance(error, kind)), State.TAMPERED)


def could_not_check(thing: str, message: str, now: datetime) -> Verdict:
    """The verdict where not even the means of a check were at hand."""
    state = State.COULD_NOT_CHECK
    return Verdict(thing, state, _SENTENCES[state], CouldNotCheck.code, message, checked_at=now)


def _standing_notes(current: Current) -> list[str]:
    award, witnessed = current.award, current.cosigned
    notes = [f"the log's checkpoint is {witnessed.sentence}"] if witnessed and witnessed.policy.witnesses else []
    if current.standing is Standing.REVOKED:
        return [f"revoked on {award.revoked_on}, reason: {award.revoked_for}", *notes]
    if current.standing is Standing.SUPERSEDED:
        return [f"superseded on {award.superseded_on}", *notes]
    if current.standing is Standing.SUSPENDED and award.suspensions:
        return [f"suspended on {award.suspensions[-1][0]}", *notes]
    return notes


def _check_paper(name: str, paper: bytes, entry: bytes) -> bool:
    """Raises Mismatch for a sealed PDF of another award; False where PDF files cannot be read here."""
    try:
        proof = scan.attached_proof(paper)
    except CouldNotCheck:
        return False
    if proof is None or bundle.parse(proof).statement.raw != entry:
        raise Mismatch(f"{name} is the paper of another award than the one in {evidencefile.PROOF}")
    return True


def _address_in(data: bytes) -> str | None:
    """The address that a text file holds; None for anything else."""
    if data[:8].lower().startswith((b"http://", b"https://")):
        try:
            return data.decode("ascii").strip()
        except UnicodeDecodeError:
            raise Malformed("address: not plain characters") from None
    return None


def _parsed_codes(codes: Iterable[str]) -> tuple[list[LinkAddress], list[ProofAddress]]:
    """The codes that are ours. Raises Malformed for one that looks like ours and is spoilt."""
    links: list[LinkAddress] = []
    proofs: list[ProofAddress] = []
    for code in codes:
        try:
            parsed = address.parse_address(code)
        except Malformed:
            if "/p#" in code:
                raise
            continue
        if isinstance(parsed, LinkAddress):
            links.append(parsed)
        else:
            proofs.append(parsed)
    return links, proofs


def _read_answer(data: bytes) -> tuple[bytes, list[bytes]]:
    """Proof and changes out of the link's JSON twin. Raises CouldNotCheck for an answer in another form."""
    try:
        answer: Any = json.loads(data)
        proof = _base64url(answer["proof"])
        changes = [_base64url(change) for change in answer.get("changes", [])]
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise CouldNotCheck("the server's answer to the link is not in the form that it should have") from None
    return proof, changes


def _base64url(text: str) -> bytes:
    try:
        data = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except binascii.Error as error:
        raise ValueError(str(error)) from None
    return data
