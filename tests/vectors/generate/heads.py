"""checkpoints, cosignatures: signed tree heads in C2SP notes, and what witnesses signed of them."""

from __future__ import annotations

from base64 import b64encode
from dataclasses import replace

from tests.vectors.generate import log
from tests.vectors.generate.files import Files
from tests.vectors.generate.papers import NESTED, with_policy
from verifier import cosignatures, merkle, note
from verifier.checkpoint import Checkpoint
from verifier.note import VerifierKey

ORIGIN = "C2SP tlog-checkpoint, signed-note"


def signed(text: str, *names: str, origin: str = log.ORIGIN) -> str:
    """A note with a signature line by each of these keys, in the name of the origin."""
    lines = (
        note.Signature(origin, VerifierKey(origin, log.public_of(name)).id, log.sign_as(name)(text.encode()))
        for name in names
    )
    return str(note.Note(text, tuple(lines)))


def write(out: Files) -> None:
    """A checkpoint of the small log, and notes that are none."""
    made, _ = log.small_log()
    trust, head = made.trust(), Checkpoint(log.ORIGIN, len(made.entries), merkle.root_of(made.leaves()))
    text = head.text()
    good = signed(text, "checkpoint")
    value = {"origin": head.origin, "size": str(head.size), "root": head.root.hex()}
    key_line = next(line for line in trust.splitlines() if f" {log.public_of('checkpoint').hex()} " in line)
    words = key_line.split(" ")
    compromised = trust.replace(key_line, " ".join([*words[:7], "3", words[8]]))
    stranger = "\u2014 witness.example.org " + b64encode(bytes(76)).decode() + "\n"
    for case, checkpoint in {"good": good, "cosigned-by-a-stranger": good + stranger}.items():
        out.good("checkpoints", case, {"checkpoint": checkpoint, "trust": trust}, value, ORIGIN)
    given = {"checkpoint": good, "trust": compromised}
    out.fail("checkpoints", "key-compromised", given, "unknown-key", ORIGIN)
    for case, (checkpoint, code) in _refused(text, good, head).items():
        out.fail("checkpoints", case, {"checkpoint": checkpoint, "trust": trust}, code, ORIGIN)
    _cosigned(out, text, good, with_policy(trust, NESTED), trust)


COSIGNED = "C2SP tlog-cosignature v1, tlog-policy"
TIMES = {"w1": 1_780_000_001, "w2": 1_780_000_002, "w3": 1_780_000_003, "w4": 2**63 - 1}


def cosigned(text: str, witness: str, timestamp: int, signer: str = "") -> note.Signature:
    """The line of a witness, by its own key or another's."""
    key = cosignatures.key_of(f"{witness}.example.org", log.public_of(witness))
    signature = log.sign_as(signer or witness)(note.cosigned_message(text, timestamp))
    return note.Signature(key.name, key.id, timestamp.to_bytes(8, "big") + signature)


def _cosigned(out: Files, text: str, good: str, witnessed: str, bare: str) -> None:
    lines = {name: str(cosigned(text, name, at)) for name, at in TIMES.items()}
    for case, names, quorum in (
        ("by-nobody", (), False),
        ("by-all", ("w1", "w2", "w3", "w4"), True),
        ("in-another-order", ("w4", "w3", "w1"), True),
        ("one-too-few", ("w1", "w4"), False),
        ("without-the-fourth", ("w1", "w2", "w3"), False),
    ):
        value = {"cosignatures": [[name, str(TIMES[name])] for name in TIMES if name in names], "quorum": quorum}
        given = {"checkpoint": good + "".join(lines[name] for name in names), "trust": witnessed}
        out.good("cosignatures", case, given, value, COSIGNED)
    nobody = {"cosignatures": [], "quorum": True}
    out.good("cosignatures", "nobody-asked", {"checkpoint": good + lines["w1"], "trust": bare}, nobody, COSIGNED)
    plain = cosigned(text, "w1", TIMES["w1"])
    for case, (line, code) in {
        "of-another-time": (str(replace(plain, data=bytes(7) + b"\x01" + plain.data[8:])), "bad-signature"),
        "by-another-key": (str(cosigned(text, "w1", TIMES["w1"], "w2")), "bad-signature"),
        "of-another-text": (str(cosigned(text.replace("1", "2"), "w1", TIMES["w1"])), "bad-signature"),
        "without-a-time": (str(replace(plain, data=plain.data[8:])), "bad-signature"),
        "twice": (lines["w1"] * 2, "malformed"),
        "time-2-63": (str(cosigned(text, "w1", 2**63)), "malformed"),
    }.items():
        out.fail("cosignatures", case, {"checkpoint": good + line, "trust": witnessed}, code, COSIGNED)


def _refused(text: str, good: str, head: Checkpoint) -> dict[str, tuple[str, str]]:
    other_text = Checkpoint("other.example.org/log", head.size, head.root).text()
    size_line = f"\n{head.size}\n"
    return {
        "signature-flipped": (good[:-12] + ("A" if good[-12] != "A" else "B") + good[-11:], "bad-signature"),
        "size-changed": (good.replace(size_line, f"\n{head.size + 1}\n"), "bad-signature"),
        "signed-by-another": (signed(text, "receipt"), "unknown-key"),
        "signed-in-another-name": (signed(text, "checkpoint", origin="other.example.org/log"), "unknown-key"),
        "signed-twice": (good + good.splitlines()[-1] + "\n", "malformed"),
        "of-another-log": (signed(other_text, "checkpoint"), "malformed"),
        "extension-line": (signed(text + "extension\n", "checkpoint"), "malformed"),
        "leading-zero": (signed(text.replace(size_line, f"\n0{head.size}\n"), "checkpoint"), "malformed"),
        "size-2-63": (signed(text.replace(size_line, f"\n{2**63}\n"), "checkpoint"), "malformed"),
        "size-negative": (signed(text.replace(size_line, "\n-1\n"), "checkpoint"), "malformed"),
        "root-of-31-bytes": (
            signed(text.replace(b64encode(head.root).decode(), b64encode(head.root[:31]).decode()), "checkpoint"),
            "malformed",
        ),
        "no-blank-line": (good.replace("\n\n", "\n"), "malformed"),
        "no-last-line-end": (good[:-1], "malformed"),
        "carriage-return": (good.replace("\n", "\r\n"), "malformed"),
        "hyphen-for-dash": (good.replace("\u2014", "-"), "malformed"),
        "not-base64": (good[:-2] + "\n", "malformed"),
        "signature-short": (f"{text}\n\u2014 {log.ORIGIN} AAAA\n", "malformed"),
        "empty": ("", "malformed"),
    }
