"""Python and JavaScript come to one verdict on thousands of spoilt inputs that no vector lists."""

from __future__ import annotations

import json
import random
import subprocess
from collections.abc import Callable
from typing import Any

import cbor2

from tests.vectors.generate import log
from tests.web import needs
from verifier import address, cbor, keys, trust, verify
from verifier.errors import CouldNotCheck, VerificationError

ODD = "ABCIOLU0123 -‐–—ー－\u3000\u2028\ufeff\x1c\x85０Ａａäß"
SCALARS = (
    *(0, 23, 24, 59, 2**53 - 1, 2**53, 2**64 - 1, 2**64, -1, -60, -(2**53) - 1, -(2**64), -(2**64) - 1),
    *("", "你", "\ufeffa", "𠮷", b"", b"\x01", True, False, None, 1.5),
    *(cbor2.CBORSimpleValue(59), cbor2.CBORSimpleValue(60), cbor2.undefined),
)
KEYS = (1, 2, 59, -1, "a", "b", b"x", cbor2.CBORSimpleValue(59), True)
ADDRESSES = (
    f"https://verify.example.org/C/{log.LINK}",
    f"http://127.0.0.1:80/c/{log.LINK.lower()}",
    "https://a.b/p#23290467",
    "http://[::1]:9/p#511",
)


def spoilt_bytes(rng: random.Random, data: bytes) -> bytes:
    """The data with one to three places overwritten, cut out, lengthened or copied over."""
    out = bytearray(data)
    for _ in range(rng.randrange(1, 4)):
        at, other = rng.randrange(len(out) + 1), rng.randrange(len(out) + 1)
        spoil = (b"", rng.randbytes(1), rng.randbytes(2), bytes(out[other : other + 4]))
        out[at : at + rng.randrange(4)] = rng.choice(spoil)
    return bytes(out)


def spoilt_text(rng: random.Random, text: str, odd: str) -> str:
    """The text with up to two characters replaced, inserted or left out."""
    out = list(text)
    for _ in range(rng.randrange(3)):
        at = rng.randrange(len(out))
        out[at : at + rng.randrange(2)] = rng.choice((rng.choice(odd), ""))
    return "".join(out)


def any_value(rng: random.Random, depth: int = 0) -> Any:
    """A CBOR value, often of a kind that has no place in a statement."""
    shape = rng.randrange(6)
    if shape < 3 or depth > 18:
        return rng.choice(SCALARS)
    if shape == 3:
        return [any_value(rng, depth + 1) for _ in range(rng.randrange(4))]
    if shape == 4:
        return {rng.choice(KEYS): any_value(rng, depth + 1) for _ in range(rng.randrange(4))}
    return [any_value(rng, depth + 3)]


def things(made: log.Log, proof: bytes) -> list[tuple[str, str]]:
    """What both are asked about, always the same."""
    rng = random.Random(20260301)
    deep = [
        f"{'81' * depth}{leaf}" for depth in range(14, 22) for leaf in ("00", "60", "f6", "f83b", "80", "a0", "a100a0")
    ]
    values = [cbor2.dumps(any_value(rng)) for _ in range(1500)]
    return [
        *(("cbor", data) for data in deep),
        *(("cbor", data.hex()) for data in values),
        *(("cbor", spoilt_bytes(rng, data).hex()) for data in values),
        *(("proof", spoilt_bytes(rng, proof).hex()) for _ in range(800)),
        *(("number", spoilt_text(rng, log.NUMBER, ODD)) for _ in range(1500)),
        *(("address", spoilt_text(rng, rng.choice(ADDRESSES), "azAZ09-._:/#@[]?% \n\tKſ٣ü")) for _ in range(3000)),
        *(("key", rng.randbytes(32).hex()) for _ in range(300)),
    ]


def test_one_verdict_on_spoilt_inputs() -> None:
    """The same code from both, or the same yes."""
    made, at = log.small_log()
    text, proof = made.trust(), made.proof(at["certificate"])
    trusted, asked = trust.parse(text), things(made, proof)
    judges: dict[str, Callable[[str], object]] = {
        "address": address.parse_address,
        "cbor": lambda data: cbor.decode(bytes.fromhex(data)),
        "key": lambda data: keys.check_public_key(bytes.fromhex(data)),
        "number": address.check_number,
        "proof": lambda data: verify.verify_proof(bytes.fromhex(data), trusted),
    }
    run = subprocess.run(
        [needs.node(), str(needs.WEB / "test" / "verdicts.js")],
        input=json.dumps({"trust": text, "things": asked}).encode(),
        capture_output=True,
        check=True,
        timeout=120,
    )
    ours = [verdict(judges[kind], thing) for kind, thing in asked]
    theirs = json.loads(run.stdout)
    assert [pair for pair in zip(asked, ours, theirs, strict=True) if pair[1] != pair[2]] == []
    assert {"ok", "malformed", "mismatch", "bad-signature", "not-included"} <= set(ours)


def verdict(judge: Callable[[str], object], thing: str) -> str:
    try:
        judge(thing)
    except (VerificationError, CouldNotCheck) as refused:
        return refused.code
    return "ok"
