"""Frauds on what is published and shown: lists, trust file, tiles, checkpoint, receipts, papers."""

from __future__ import annotations

from tests.acceptance.forgeries import swap_attachment
from tests.fraud.forger import PARTNER, Forger
from tests.fraud.frauds import Course, Named, entry, fraud, place
from tests.fraud.observers import Who
from tests.sample_log import proof as made_up_proof
from verifier import bundle, kinds, note, receipt
from verifier.checkpoint import Checkpoint
from verifier.note import VerifierKey
from verifier.numbertree import tile_path, tree_over
from verifier.tile import WIDTH

GROUP = "Publication"


def cleared(log: Forger, status_index: int) -> bytes:
    """The bits of the list with VALID in one place."""
    bits = bytearray(log.status_bits())
    bits[status_index // 4] &= ~(3 << 2 * (status_index % 4))
    return bytes(bits)


@fraud(GROUP, Who.AUDIT, "mismatch")
def revocation_hidden_in_the_list(log: Forger) -> Course:
    """The status list says VALID of a revoked certificate; it is signed by the log's own key."""
    yield
    index = log.award_of("revoked").status_index
    log.instead["status/0"] = log.status_token(bits=cleared(log, index))
    return place("status/0", f"the list says 0 of status index {index}")


@fraud(GROUP, Who.AUDIT, "mismatch")
def suspended_without_an_event(log: Forger) -> Course:
    """The status list suspends a certificate of which the log says nothing of the kind."""
    yield
    index = log.award_of("certified").status_index
    bits = bytearray(log.status_bits())
    bits[index // 4] |= 2 << 2 * (index % 4)
    log.instead["status/0"] = log.status_token(bits=bytes(bits))
    return place("status/0", f"the list says 2 of status index {index}")


@fraud(GROUP, Who.HOLDER, "could-not-check")
def old_list_presented(log: Forger) -> Course:
    """Who asks is given the status list of the day before the revocation."""
    log.shown = log.proof_of("certified")
    yield
    log.shown = log.proof_of("revoked", log.find(kinds.CertificateRevoked, "revoked"))
    revoked = log.find(kinds.CertificateRevoked, "revoked")
    issued = log.time_of(revoked) // 1000 - 3600
    log.instead["status/0"] = log.status_token(revoked, issued_at=issued)
    return place("authentic-standing-not-checked", "the newest status list is")


@fraud(GROUP, Who.AUDIT, "finding")
def old_list_dated_today(log: Forger) -> Course:
    """The status list of before a revocation is signed once more, with today's date."""
    yield
    revoked = log.find(kinds.CertificateRevoked, "revoked")
    log.instead["status/0"] = log.status_token(revoked)
    return entry(revoked, "not in the status list of")


@fraud(GROUP, Who.AUDIT, "could-not-check")
def list_withheld(log: Forger) -> Course:
    """The status list is not published any more."""
    yield
    log.instead["status/0"] = None
    return place("status/0", "status/0 is not there")


@fraud(GROUP, Who.AUDIT, "not-entitled")
def list_signed_with_another_key(log: Forger) -> Course:
    """The status list is signed by the log's key for receipts."""
    yield
    log.instead["status/0"] = log.status_token(signer=log.own_key(kinds.RECEIPT_KIND))
    return place("status/0", "is not entitled to log.status-list")


@fraud(GROUP, Who.AUDIT, "inconsistent")
def list_of_another_history(log: Forger) -> Course:
    """The status list names a root that the log never had."""
    yield
    log.instead["status/0"] = log.status_token(root=bytes(32))
    return place("status/0", "are not those that the status list was signed for")


@fraud(GROUP, Who.AUDIT, "malformed")
def list_of_another_name(log: Forger) -> Course:
    """Another list is passed off for this one."""
    yield
    log.instead["status/0"] = log.status_token(uri=f"{log.url}/log/status/7")
    return place("status/0", "the list calls itself")


@fraud(GROUP, Who.AUDIT, "mismatch")
def number_left_out_of_the_index(log: Forger) -> Course:
    """The index of numbers leaves one out, so that whoever types it is told that it was never issued."""
    yield
    hidden = log.award_of("certified").number_hash
    kept = ((number, index) for number, index in log.numbers_issued() if number != hidden)
    index = tree_over(kept)
    log.instead["numbers/head"] = log.number_head(count=index.count, root=index.root)
    log.instead.update({tile_path(digest): tile for digest, tile, _ in index.missing(lambda digest: False)})
    return place("numbers/head", "the number index is not that of the log's first")


@fraud(GROUP, Who.AUDIT, "finding")
def old_number_index_dated_today(log: Forger) -> Course:
    """The index of numbers of before an award is signed once more, with today's date."""
    yield
    awarded = log.find(kinds.CertificateAwarded, "certified")
    log.instead["numbers/head"] = log.number_head(awarded)
    log.instead.update(log.number_tiles(awarded))
    return entry(awarded, "not in the number index of")


@fraud(GROUP, Who.AUDIT, "mismatch")
def trust_file_without_a_compromise(log: Forger) -> Course:
    """The published trust file does not say that a key was reported compromised."""
    stolen = log.key_of(PARTNER, "certificate.awarded")
    new = log.new_key("new key of the partner", PARTNER)
    log.says(log.grant(new))
    stream = log.stream_of_organisation(PARTNER)
    log.says(kinds.KeyCompromised(organisation_id=stream, kid=stolen.kid, as_of=log.size))
    yield
    text = log.trust_text()
    hidden = [line.replace(f" - {log.size - 1} ", " - - ") for line in text.splitlines()]
    log.instead["trust.txt"] = ("\n".join(hidden) + "\n").encode()
    assert log.instead["trust.txt"] != text.encode()
    return place("trust.txt", "trust.txt")


@fraud(GROUP, Who.AUDIT, "not-included")
def tile_edited(log: Forger) -> Course:
    """One hash of a full tile is another, so that proofs made from it lead to another tree."""
    yield
    tile = bytearray(log.files()["tile/0/000"])
    tile[32 * 40] ^= 1
    log.instead["tile/0/000"] = bytes(tile)
    return Named(40, "tile/0/000", "hash 40 of the tile is not that of the entries")


@fraud(GROUP, Who.AUDIT, "not-included")
def partial_tile_lies(log: Forger) -> Course:
    """The partial tile at the log's end leaves its last entry out."""
    yield
    width = log.size % WIDTH
    path = f"tile/0/001.p/{width}"
    log.instead[path] = log.files()[path][:-32]
    return Named(log.size - 1, path, f"the tile is {32 * width - 32} bytes long")


@fraud(GROUP, Who.AUDIT, "not-included")
def bundle_edited(log: Forger) -> Course:
    """Entries are published that are not those under the checkpoint: one award bears another name."""
    yield
    honest = log.files()
    index = log.rewrite(log.find(kinds.CertificateAwarded, "certified"), name="另一个人")
    log.instead = {path: data for path, data in honest.items() if not path.startswith("tile/entries/")}
    return Named(index, "tile/0/000", f"hash {index} of the tile is not that of the entries")


@fraud(GROUP, Who.AUDIT, "could-not-check")
def entries_withheld(log: Forger) -> Course:
    """The bundle that holds an unwelcome entry cannot be had."""
    yield
    log.instead["tile/entries/000"] = None
    return place("entries from 0", "tile/entries/000 is not there")


@fraud(GROUP, Who.AUDIT, "inconsistent")
def checkpoint_of_a_tree_without_entries(log: Forger) -> Course:
    """The checkpoint is of a tree of which these entries are not the leaves."""
    yield
    log.instead["checkpoint"] = signed_head(log, log.size, bytes(32))
    return place("checkpoint", "are not those that the checkpoint was signed for")


@fraud(GROUP, Who.AUDIT, "could-not-check")
def checkpoint_of_a_larger_tree(log: Forger) -> Course:
    """The checkpoint promises more entries than are published."""
    yield
    log.instead["checkpoint"] = signed_head(log, log.size + 1, bytes(32))
    return place("entries from 256", f"tile/entries/001.p/{(log.size + 1) % WIDTH}")


@fraud(GROUP, Who.AUDIT, "malformed")
def checkpoint_of_another_log(log: Forger) -> Course:
    """A checkpoint under another name is put in the place of this log's, by the same key."""
    yield
    log.instead["checkpoint"] = signed_head(log, log.size, log.root(), "log.example.com")
    return place("checkpoint", "log.example.com")


@fraud(GROUP, Who.HOLDER, "not-included")
def receipt_for_another_size(log: Forger) -> Course:
    """A receipt is said to be of a larger tree than it was signed for."""
    index = log.find(kinds.CertificateAwarded, "certified")
    log.shown = log.proof(index)
    yield
    read = bundle.parse(log.shown).receipt
    subject, origin = read.subject, read.issuer
    root = log.root()
    good = receipt.parse(log.receipt(index, log.size - 1))
    raw = receipt.make(read.kid, origin, subject, log.size, index, good.path, root, lambda message: good.signature)
    log.shown = bundle.make(log.entries[index], log.disclosures[index][:1], [raw])
    return place("tampered", "does not prove that the entry is in the log")


@fraud(GROUP, Who.HOLDER, "not-included")
def receipt_of_another_award(log: Forger) -> Course:
    """The receipt of a logged award is put to an award that was never logged."""
    index = log.find(kinds.CertificateAwarded, "certified")
    log.shown = log.proof(index)
    yield
    raw = log.receipt(index)
    made = log.again()
    forged = made.says(made.new_award(), PARTNER)
    log.shown = bundle.make(made.entries[forged], made.disclosures[forged][:1], [raw])
    return place("tampered", "the receipt is for urn:uuid:")


@fraud(GROUP, Who.HOLDER, "not-included")
def proof_of_another_log(log: Forger) -> Course:
    """A proof is shown that is good for a log of the forger's own, whose keys are called the same."""
    log.shown = log.proof_of("certified")
    yield
    made = log.again()
    made.origin = "log.example.com"
    log.shown = made.proof_of("certified")
    return place("tampered", "the receipt is of the log https://log.example.com")


@fraud(GROUP, Who.HOLDER, "unknown-key")
def proof_by_keys_of_nobody(log: Forger) -> Course:
    """A whole log is made up, with keys of its own, and a proof from it is shown."""
    log.shown = log.proof_of("certified")
    yield
    log.shown = made_up_proof()
    return place("unknown-key", "")


@fraud(GROUP, Who.HOLDER, "not-as-issued")
def paper_edited(log: Forger) -> Course:
    """One byte of an issued PDF is another."""
    log.shown = log.paper
    yield
    at = len(log.paper) // 2
    log.shown = log.paper[:at] + bytes([log.paper[at] ^ 1]) + log.paper[at + 1 :]
    return place("not-as-issued", "not as it was sealed")


@fraud(GROUP, Who.HOLDER, "not-as-issued")
def proof_exchanged_in_a_paper(log: Forger) -> Course:
    """The proof of one certificate is put into the PDF of another."""
    log.shown = log.paper
    yield
    log.shown = swap_attachment(log.paper, log.proof_of("titled"))
    return place("not-as-issued", "file:")


def signed_head(log: Forger, size: int, root: bytes, origin: str = "") -> bytes:
    """A checkpoint of the forger's choice, by the log's own key under the log's own name."""
    signer, text = log.own_key(kinds.CHECKPOINT_KIND), Checkpoint(origin or log.origin, size, root).text()
    line = note.Signature(log.origin, VerifierKey(log.origin, signer.public).id, signer.sign(text.encode()))
    return str(note.Note(text, (line,))).encode()
