"""What is published beside the log or kept by its readers, folded from the log again and compared."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from verifier import kinds, statuslist, trust
from verifier.audit.judging import Judge
from verifier.audit.report import Finding
from verifier.audit.tree import Tree, check_root
from verifier.checkpoint import Checkpoint
from verifier.current import kept_back, status_uri
from verifier.errors import CouldNotCheck, Inconsistent, Malformed, Mismatch
from verifier.fetch import PublishedLog
from verifier.statuslist import LIST_LENGTH
from verifier.tile import TreeReader
from verifier.trust import Trust

TRUST_FILE: Final = "trust.txt"


def published_trust(log: PublishedLog, head: Checkpoint) -> tuple[str, Trust]:
    """The log's own trust file, with its bytes as text. Raises VerificationError, CouldNotCheck."""
    try:
        text = log.get(TRUST_FILE).decode()
    except UnicodeDecodeError:
        raise Malformed("trust.txt is not UTF-8") from None
    read = trust.parse(text)
    if read.as_of > head.size:
        raise CouldNotCheck(f"trust.txt is as of {read.as_of} entries, this copy of the log has {head.size}")
    return text, read


def folded_trust(judge: Judge, size: int) -> str:
    """The trust file of the log so far, which has `size` entries."""
    return trust.from_log(judge.authority, judge.catalogue.named_programmes(), size)


def check_published_trust(judge: Judge, published: str, size: int) -> None:
    """Raises Mismatch unless the published trust file is, byte for byte, the one that the log gives."""
    right = folded_trust(judge, size)
    if published != right:
        lines = zip(published.splitlines(), right.splitlines(), strict=False)
        number = next((at for at, (one, other) in enumerate(lines, 1) if one != other), None)
        place = f"line {number}" if number else "its end"
        raise Mismatch(f"trust.txt is not what the log's first {size} entries give: they differ at {place}")


def check_given_trust(judge: Judge, given: Trust) -> None:
    """Raises Inconsistent unless the auditor's trust file says what the log said when it had that size."""
    right = trust.parse(folded_trust(judge, given.as_of))
    for name in ("genesis", "log", "url", "base", "moves", "organisations", "keys", "programmes", "witnesses"):
        if getattr(given, name) != getattr(right, name):
            raise Inconsistent(
                f"the trust file given and the log do not agree on {name}, as of the trust file's {given.as_of} entries"
            )


def check_list(judge: Judge, tree: Tree, head: Checkpoint, log: PublishedLog, number: int) -> Iterator[Finding]:
    """Folds a status list again from the entries and compares it with the published one, bit for bit.

    A list that leaves out what was recorded long before it was made is a finding. Raises VerificationError,
    CouldNotCheck.
    """
    trusted_url = judge.authority.url
    token = log.get(statuslist.list_path(number))
    # (1) Signed by a key of this log for lists, (2) by its own name, (3) over entries of this log.
    key = judge.authority.key(statuslist.signer(token))
    listed = statuslist.verify(token, key.public_key)
    if listed.size > tree.size:
        raise CouldNotCheck(f"the list is as of {listed.size} entries, this copy of the log has {tree.size}")
    key.entitled(kinds.STATUS_KIND, listed.size - 1)
    if listed.uri != status_uri(trusted_url, number):
        raise Malformed(f"the list calls itself {listed.uri}, not {status_uri(trusted_url, number)}")
    check_root(tree, listed.size, listed.root, "the status list")
    yield from late(log, head, listed.size, listed.issued_at, "the status list")
    # (4) The same bits.
    right = judge.awards.list_bits(number, listed.size, judge.authority_as_of(listed.size))
    if listed.bits != right:
        byte = next(at for at, (one, other) in enumerate(zip(listed.bits, right, strict=True)) if one != other)
        pair = next(at for at in range(4) if (listed.bits[byte] ^ right[byte]) >> 2 * at & 3)
        position = byte * 4 + pair
        raise Mismatch(
            f"the list says {listed.at(position)} of status index {number * LIST_LENGTH + position}, "
            f"the log's first {listed.size} entries say {right[byte] >> 2 * pair & 3}"
        )


def late(log: PublishedLog, head: Checkpoint, size: int, issued_at: int, what: str) -> Iterator[Finding]:
    """Says so where a fold is dated today and is of the log of before: it may hide what came since."""
    if (message := kept_back(TreeReader(head.size, log.get), head, size, issued_at, what)) is not None:
        yield Finding(size, message)
