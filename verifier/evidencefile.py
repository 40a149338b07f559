"""The evidence of one certificate in one ZIP file, made to be checked when nobody is left to ask.

What lies in it: the award's statement, disclosure, proof, checkpoint, the statements that made every key of the log
good, the rules of its day, its changes, the status list. None of it vouches for itself: it is checked under a trust
file that its reader has, and the trust file in it must say no more than the statements in it bear out.
"""

from __future__ import annotations

import io
import json
import re
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, fields, is_dataclass
from typing import Any, Final

from verifier import bundle, checkpoint, current, merkle, statement, statuslist, tlogproof, trust
from verifier.authority import Authority
from verifier.catalogue import Catalogue
from verifier.checkpoint import Checkpoint
from verifier.current import Current
from verifier.errors import CouldNotCheck, Inconsistent, Malformed, Mismatch
from verifier.moments import moment_of
from verifier.statement import Statement
from verifier.trust import Trust
from verifier.verify import Proved, verify_change, verify_proof

START: Final = b"PK\x03\x04"
"""How a ZIP file begins."""
README, PROOF, STATEMENT, DISCLOSURE = "README.txt", "proof.cbor", "statement.cose", "disclosure.cbor"
CHECKPOINT, TLOG_PROOF, TRUST, PAGE = "checkpoint", "inclusion.tlog-proof", "trust.txt", "verify.html"
KEYS, RULES, CHANGES = "keys", "rules", "changes"
"""Folders: `<index>.cose` and `<index>.tlog-proof` each, of changes `<index>.cbor`."""

MOST_FILES: Final = 20_000
MOST_BYTES: Final = 32 * 1024 * 1024
"""Of all files together."""

_NAME: Final = re.compile(
    r"README\.txt|proof\.cbor|statement\.cose|disclosure\.cbor|checkpoint|inclusion\.tlog-proof|trust\.txt|verify\.html"
    r"|[A-Z0-9-]{1,60}\.pdf|status/(?:0|[1-9][0-9]{0,8})"
    r"|keys/(?:0|[1-9][0-9]{0,18})\.(?:cose|tlog-proof)|rules/(?:0|[1-9][0-9]{0,18})\.(?:cose|tlog-proof|txt)"
    r"|changes/(?:0|[1-9][0-9]{0,18})\.cbor"
)
_NEEDED: Final = (PROOF, STATEMENT, DISCLOSURE, CHECKPOINT, TLOG_PROOF, TRUST)


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a file holds, everything of it checked under a reader's trust file."""

    proved: Proved
    head: Checkpoint
    standing: Current | None
    """What the list in the file said when it was signed; None where there is none."""
    own: Trust
    """The trust file in it."""


def read(data: bytes) -> dict[str, bytes]:
    """The files of a ZIP by name, with nothing taken that such a file never holds. Raises Malformed."""
    found: dict[str, bytes] = {}
    left = MOST_BYTES
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            items = archive.infolist()
            if len(items) > MOST_FILES:
                raise Malformed(f"evidence: more than {MOST_FILES} files")
            for item in items:
                if not _NAME.fullmatch(item.filename) or item.filename in found:
                    raise Malformed(f"evidence: no file of that name is ever in there: {item.filename[:80]!r}")
                if item.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED) or item.flag_bits & 1:
                    raise Malformed(f"evidence: {item.filename} is encrypted or packed in another way")
                with archive.open(item) as file:
                    content = file.read(left + 1)
                left -= len(content)
                if left < 0:
                    raise Malformed(f"evidence: more than {MOST_BYTES} bytes altogether")
                found[item.filename] = content
    except (zipfile.BadZipFile, zipfile.LargeZipFile, EOFError, OSError, RuntimeError, NotImplementedError) as error:
        raise Malformed(f"evidence: not a whole ZIP file ({error})") from None
    except (ValueError, OverflowError, UnicodeError) as error:
        raise Malformed(f"evidence: not a ZIP file that can be read ({error})") from None
    if missing := [name for name in _NEEDED if name not in found]:
        raise Malformed(f"evidence: {missing[0]} is missing, so this is not the evidence of a certificate")
    return found


def verify(files: Mapping[str, bytes], trusted: Trust) -> Evidence:
    """Everything in an evidence file, under the reader's own trust file. Raises VerificationError, CouldNotCheck."""
    # (1) The proof stands by itself, (2) and statement and disclosure are those in it.
    proved = verify_proof(files[PROOF], trusted)
    shown = bundle.parse(files[PROOF])
    if files[STATEMENT] != shown.statement.raw or files[DISCLOSURE] != b"".join(shown.disclosures):
        raise Mismatch(f"{STATEMENT} or {DISCLOSURE} is not what {PROOF} holds")
    # (3) The checkpoint is the log's, and (4) holds the statement, also by the proof for the long term.
    head = checkpoint.verify(files[CHECKPOINT], trusted.checkpoint_keys(), trusted.origin)
    _check_entry(files, TLOG_PROOF, files[STATEMENT], proved.index, head)
    included = proved.logged.included
    if included.size == head.size and included.root != head.root:
        raise Inconsistent(f"{CHECKPOINT} and the receipt in {PROOF} show two histories of {head.size} entries")
    # (5) The statements that made keys good bear the trust file in it out, and that one agrees with the reader's.
    own = _check_keys(files, head, trusted)
    if papers := [name for name in files if name.endswith(".pdf") and name != f"{proved.event.number}.pdf"]:
        raise Mismatch(f"{papers[0]} is not named by the number of the award")
    # (6) The rules of the day, and (7) the changes of standing, are of this log.
    _check_rules(files, head, own)
    _check_strays(files, proved)
    # (8) The list speaks of no other history. What it says is as of its own day.
    return Evidence(proved, head, _standing(files, proved, head, trusted), own)


def indices(files: Mapping[str, bytes], folder: str, ending: str) -> list[int]:
    """The log indices that a folder names, in order."""
    names = (name.partition("/")[2] for name in files if name.startswith(f"{folder}/") and name.endswith(ending))
    return sorted(int(name.partition(".")[0]) for name in names)


def _check_entry(files: Mapping[str, bytes], name: str, entry: bytes, index: int, head: Checkpoint) -> None:
    """Checks that an entry stands at its index under the one checkpoint of the file."""
    if name not in files:
        raise Malformed(f"evidence: {name} is missing")
    proof = tlogproof.parse(files[name])
    if proof.checkpoint != files[CHECKPOINT] or proof.index != index:
        raise Mismatch(f"{name} is of another entry or checkpoint than {CHECKPOINT}")
    merkle.verify_inclusion(merkle.leaf_hash(entry), index, head.size, proof.path, head.root)


def _statements(files: Mapping[str, bytes], folder: str, head: Checkpoint) -> list[tuple[int, Statement]]:
    found = []
    for index in indices(files, folder, ".cose"):
        entry = files[f"{folder}/{index}.cose"]
        _check_entry(files, f"{folder}/{index}.tlog-proof", entry, index, head)
        found.append((index, statement.parse(entry)))
    return found


def _check_keys(files: Mapping[str, bytes], head: Checkpoint, trusted: Trust) -> Trust:
    authority, catalogue = Authority(), Catalogue()
    for index, read in _statements(files, KEYS, head):
        authority.admit(index, read)
        catalogue.evolve(read.record.event)
    try:
        own = trust.parse(files[TRUST].decode())
    except UnicodeDecodeError:
        raise Malformed(f"{TRUST} is not UTF-8") from None
    if (own.genesis, own.origin) != (authority.genesis, authority.origin) or own.genesis != trusted.genesis:
        raise Inconsistent(f"{TRUST}, {KEYS}/0.cose and the trust file given are not of one log")
    if own.as_of != head.size or own.keys != authority.keys or own.organisations != authority.organisations:
        raise Mismatch(f"{TRUST} is not what the statements in {KEYS}/ give as of {head.size} entries")
    if hidden := [key for kid, key in trusted.keys.items() if key.since < own.as_of and kid not in own.keys]:
        raise Inconsistent(f"{KEYS}/ leaves out key {hidden[0].kid.hex()[:16]}, which the trust file given knows")
    for kid, key in own.keys.items():
        known = trusted.keys.get(kid)
        same = known is None or (key.public_key, key.organisation, key.kinds, key.since) == (
            known.public_key,
            known.organisation,
            known.kinds,
            known.since,
        )
        if not same or (known is None and key.since < trusted.as_of):
            raise Inconsistent(f"{TRUST} and the trust file given do not agree on key {kid.hex()[:16]}")
    return own


def _check_rules(files: Mapping[str, bytes], head: Checkpoint, own: Trust) -> None:
    texts = set(indices(files, RULES, ".txt"))
    for index, read in _statements(files, RULES, head):
        key = own.key(read.kid).entitled(read.record.type.kind, index)
        statement.verify_signature(read, key.public_key)
        name = f"{RULES}/{index}.txt"
        if index in texts and files[name] != rule_text(index, read):
            raise Mismatch(f"{name} does not say what {RULES}/{index}.cose says")
        texts.discard(index)
    if texts:
        raise Malformed(f"evidence: {RULES}/{min(texts)}.cose is missing, and its text alone proves nothing")


def rule_text(index: int, read: Statement) -> bytes:
    """The public fields of an entry, to be read without any program: JSON in UTF-8 with two blanks a level."""
    shown = {"entry": index, "type": read.record.type.name, **_plain(read.record.event)}
    return (json.dumps(shown, ensure_ascii=False, indent=2) + "\n").encode()


def _plain(value: Any) -> Any:
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: _plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, tuple | list | frozenset | set):
        return [_plain(item) for item in value]
    if isinstance(value, bytes):
        return value.hex()
    return value if isinstance(value, int | bool | None) else str(value)


def _check_strays(files: Mapping[str, bytes], proved: Proved) -> None:
    """Refuses what nothing above looked at: else anything could lie there, and the file be called good."""
    statements = {(folder, index) for folder in (KEYS, RULES) for index in indices(files, folder, ".cose")}
    own = statuslist.list_path(statuslist.list_number(proved.event.status_index))
    for name in files:
        folder, _, rest = name.partition("/")
        stray = folder == "status" and name != own
        if stray or (folder in (KEYS, RULES) and (folder, int(rest.partition(".")[0])) not in statements):
            raise Mismatch(f"evidence: {name} belongs to nothing in the file")


def _standing(files: Mapping[str, bytes], proved: Proved, head: Checkpoint, trusted: Trust) -> Current | None:
    changes = []
    for index in indices(files, CHANGES, ".cbor"):
        changes.append(verify_change(files[f"{CHANGES}/{index}.cbor"], trusted, proved))
        if changes[-1][0] != index:
            raise Mismatch(f"{CHANGES}/{index}.cbor is entry {changes[-1][0]}")
    number = statuslist.list_number(proved.event.status_index)
    token = files.get(statuslist.list_path(number))
    if token is None:
        return None
    listed = current.signed_list(token, number, trusted)
    if listed.size == head.size and listed.root != head.root:
        raise Inconsistent("the status list and the checkpoint show two histories of one size")
    if listed.size != head.size:
        raise CouldNotCheck(f"the status list is as of {listed.size} entries, the checkpoint of {head.size}")
    then = moment_of(listed.issued_at)
    return current.standing_by(proved, head, listed, then, changes)
