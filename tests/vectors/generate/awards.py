"""bundles: whole proofs against a trust file. standing: what stands of an award on a day, folded from its stream."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from tests.vectors.generate import log
from tests.vectors.generate.files import Files
from tests.vectors.generate.papers import MADE, plain, resigned
from verifier import bundle, cbor, standing, statement
from verifier.keys import thumbprint


def write(out: Files) -> None:
    """Good proofs of both awards, what can be wrong with one, and standings."""
    made, at = log.small_log()
    for name in ("certificate", "title"):
        given = {"proof": made.proof(at[name]).hex(), "trust": made.trust()}
        out.good("bundles", name, given, _value(made, at[name]), MADE)
    whole = made.proof(at["certificate"], slice(None))
    given = {"proof": whole.hex(), "trust": made.trust()}
    out.good("bundles", "everything-disclosed", given, _value(made, at["certificate"], slice(None)), MADE)
    no_authority = made.trust().replace("organisation BUREAU authority ", "organisation BUREAU enterprise ")
    given = {"proof": made.proof(at["title"]).hex(), "trust": no_authority}
    out.fail("bundles", "title-by-no-authority", given, "not-entitled", MADE)
    _refused(out, made, at["certificate"])
    _keys(out, made, at["certificate"])
    _changes(out, made, at)
    _standing(out, made, at)


def _value(made: log.Log, index: int, shown: slice = slice(0, 1)) -> dict[str, Any]:
    entry = made.entries[index]
    read = statement.parse(entry.raw)
    code = made.authority.keys[read.kid].organisation
    disclosed: dict[str, Any] = {}
    for item in entry.disclosures[shown]:
        _, value, name = _opened(item)
        disclosed.update(value if name == "print" else {} if name == "rest" else {name: value})
    return {
        "type": read.type,
        "stream": str(read.stream_id),
        "organisation": code,
        "custody": made.authority.keys[read.kid].custody,
        "index": str(index),
        "size": str(len(made.entries)),
        "recorded_at": read.record.envelope.recorded_at,
        "fields": {field.name: plain(cbor.decode(read.payload)[field.name]) for field in read.record.type.public},
        "disclosed": {name: _readable(value) for name, value in sorted(disclosed.items())},
    }


def _readable(value: Any) -> Any:
    """A reference to another stream is a UUID; its bytes are written as one."""
    return str(UUID(bytes=value)) if type(value) is bytes else value


# --- what is wrong with the proof itself ----------------------------------------------------------------------------


def _refused(out: Files, made: log.Log, index: int) -> None:
    entry, good_receipt = made.entries[index], made.receipt(index)
    shown, rest = entry.disclosures[0], entry.disclosures[1]
    make, text = bundle.make, made.trust()
    _, salted, _ = _opened(shown)
    cases: dict[str, tuple[str, bytes]] = {}
    for field in salted:
        altered = {**salted, field: "87.6" if field == "total" else "other"}
        cases[f"printed-{field.replace('_', '-')}"] = (
            "mismatch",
            make(entry.raw, [_sealed(shown, altered)], [good_receipt]),
        )
    cases |= {
        "printed-field-left-out": (
            "mismatch",
            make(entry.raw, [_sealed(shown, {"number": salted["number"]})], [good_receipt]),
        ),
        "disclosure-of-another-award": (
            "mismatch",
            make(entry.raw, made.entries[index + 1].disclosures[:1], [good_receipt]),
        ),
        "disclosed-twice": ("mismatch", make(entry.raw, [shown, shown], [good_receipt])),
        "single-field-before-rest": ("mismatch", make(entry.raw, [entry.disclosures[2], rest], [good_receipt])),
        "disclosure-unreadable": ("mismatch", make(entry.raw, [shown.replace(b"\xf0", b"\xff")], [good_receipt])),
        "disclosure-of-another-name": (
            "mismatch",
            make(entry.raw, [shown.replace(b"eprint", b"eprinu")], [good_receipt]),
        ),
        "nothing-disclosed": ("mismatch", make(entry.raw, [], [good_receipt])),
        "rest-alone": ("mismatch", make(entry.raw, [rest], [good_receipt])),
        "no-receipt": ("malformed", make(entry.raw, [shown], [])),
        "two-receipts": ("malformed", make(entry.raw, [shown], [good_receipt, good_receipt])),
        "trailing-byte": ("malformed", make(entry.raw, [shown], [good_receipt]) + b"\x00"),
        "log-entry-alone": ("malformed", entry.raw),
        "empty": ("malformed", b""),
        "receipt-of-another-entry": ("not-included", make(entry.raw, [shown], [made.receipt(index + 1)])),
        "receipt-by-the-checkpoint-key": (
            "not-entitled",
            make(entry.raw, [shown], [made.receipt(index, "checkpoint")]),
        ),
        "receipt-by-the-issuer": ("not-entitled", make(entry.raw, [shown], [made.receipt(index, "partner")])),
        "receipt-by-an-unknown-key": ("unknown-key", make(entry.raw, [shown], [made.receipt(index, "stranger")])),
        "receipt-of-another-log": (
            "not-included",
            make(entry.raw, [shown], [made.receipt(index, issuer="https://other.example.org")]),
        ),
    }
    for field, value in {
        "awarded_on": "2026-03-03",
        "expires_on": "2030-03-02",
        "programme": "OTHER",
        "status_index": 9,
    }.items():
        other = make(_payload_changed(entry.raw, field, value), [shown], [good_receipt])
        cases[f"public-{field.replace('_', '-')}"] = ("bad-signature", other)
    again = resigned(entry.raw, payload={"expires_on": "2036-03-02"})
    cases["signed-anew-but-not-logged"] = ("not-included", make(again, [shown], [good_receipt]))
    for case, (code, proof) in cases.items():
        out.fail("bundles", case, {"proof": proof.hex(), "trust": text}, code, MADE, _which(case, code))


PRINTED = (
    "certificate.awarded/1: the printed fields (number, name, id_type, id_number_masked, total), signed as one, "
    "are not those that the statement commits to"
)
SAYS = {
    "disclosure-unreadable": "certificate.awarded/1: a disclosure was altered so that it cannot be read",
    "single-field-before-rest": "the value of trainee is not the one that the statement commits to",
    "disclosure-of-another-name": "a disclosure of no printed field is not one that the statement commits to",
}


def _which(case: str, code: str) -> str:
    """What the refusal is to name of what was altered."""
    if case.startswith("printed-"):
        return PRINTED
    if code == "bad-signature":
        return "certificate.awarded/1: the statement's bytes or its signature were altered"
    return SAYS.get(case, "")


def _opened(disclosure: bytes) -> tuple[bytes, Any, str]:
    salt, value, name = cbor.decode(cbor.decode(disclosure))
    return salt, value, name


def _sealed(disclosure: bytes, value: Any) -> bytes:
    salt, _, name = _opened(disclosure)
    return cbor.encode(cbor.encode([salt, value, name]))


def _payload_changed(raw: bytes, field: str, value: Any) -> bytes:
    protected, _, payload, signature = statement.cose_sign1_parts(raw)
    return statement.assemble(protected, cbor.encode({**cbor.decode(payload), field: value}), signature)


# --- what is wrong with the key -------------------------------------------------------------------------------------


def _keys(out: Files, made: log.Log, index: int) -> None:
    proof, text = made.proof(index), made.trust()
    kid = thumbprint(log.public_of("partner")).hex()
    log_kid = thumbprint(log.public_of("receipt")).hex()
    line = next(line for line in text.splitlines() if line.startswith(f"key {kid}"))
    log_line = next(line for line in text.splitlines() if line.startswith(f"key {log_kid}"))
    programme = next(line for line in text.splitlines() if line.startswith("programme "))
    good, size = _value(made, index), len(made.entries)
    for case, changed in {
        "key-retired-later": _span(line, "-", index + 1),
        "key-compromised-later": _span(line, "-", "-", index + 1),
    }.items():
        out.good("bundles", case, {"proof": proof.hex(), "trust": text.replace(line, changed)}, good, MADE)
    earlier = text.replace(programme, programme.replace(" PARTNER ", " BUREAU,PARTNER "))
    out.good("bundles", "programme-certified-by-another-since", {"proof": proof.hex(), "trust": earlier}, good, MADE)
    for case, (code, old, changed, *left_out) in {
        "key-unknown": ("unknown-key", line + "\n", ""),
        "key-not-for-this-kind": ("not-entitled", line, line.replace("certificate.awarded,", "")),
        "key-authorised-later": ("not-entitled", line, _span(line, index + 1)),
        "key-retired-before": ("not-entitled", line, _span(line, "-", index)),
        "key-compromised-at-this-index": ("key-compromised", line, _span(line, "-", "-", index)),
        "key-compromised-before": ("key-compromised", line, _span(line, "-", "-", 0)),
        "programme-unknown": ("not-entitled", programme + "\n", ""),
        "programme-certified-by-another": ("not-entitled", programme, programme.replace(" PARTNER ", " BUREAU ")),
        "key-newer-than-trust": ("could-not-check", f"asof {size}\n", f"asof {index}\n", line + "\n"),
        "programme-newer-than-trust": ("could-not-check", f"asof {size}\n", f"asof {index}\n", programme + "\n"),
        "key-of-another-organisation": ("not-entitled", line, line.replace(" PARTNER ", " BUREAU ")),
        "receipt-key-unknown": ("unknown-key", log_line + "\n", ""),
        "receipt-key-newer-than-trust": ("could-not-check", f"asof {size}\n", f"asof {size - 1}\n", log_line + "\n"),
        "receipt-key-and-key-unknown": ("unknown-key", f"asof {size}\n", "asof 0\n", line + "\n", log_line + "\n"),
        "receipt-key-compromised": ("could-not-check", log_line, _span(log_line, "-", "-", 0)),
        "receipt-key-compromised-later": ("could-not-check", log_line, _span(log_line, "-", "-", size)),
    }.items():
        out.fail(
            "bundles", case, {"proof": proof.hex(), "trust": without(text.replace(old, changed), left_out)}, code, MADE
        )


def without(text: str, left_out: list[str]) -> str:
    """The text without these parts of it."""
    for part in left_out:
        text = text.replace(part, "")
    return text


def _span(line: str, since: Any = "-", until: Any = "-", compromised: Any = "-") -> str:
    words = line.split(" ")
    since = words[5] if since == "-" else since
    return " ".join([*words[:5], str(since), str(until), str(compromised), *words[8:]])


# --- changes of standing --------------------------------------------------------------------------------------------


def _changes(out: Files, made: log.Log, at: dict[str, int]) -> None:
    given = {"proof": made.proof(at["certificate"]).hex(), "trust": made.trust()}
    for name in ("suspended", "reinstated", "revoked"):
        index = at[name]
        value = {"type": f"certificate.{name}/1", "index": str(index)}
        out.good("changes", name, {**given, "change": made.proof(index, slice(0, 0)).hex()}, value, MADE)
    title = {"proof": made.proof(at["title"]).hex(), "trust": made.trust()}
    change = made.proof(at["title revoked"], slice(0, 0)).hex()
    value = {"type": "title.revoked/1", "index": str(at["title revoked"])}
    out.good("changes", "title-revoked", {**title, "change": change}, value, MADE)
    out.fail("changes", "of-another-award", {**given, "change": change}, "mismatch", MADE)
    itself = {**given, "change": given["proof"]}
    out.fail("changes", "the-award-itself", itself, "mismatch", MADE)
    revoked = made.proof(at["revoked"], slice(0, 0))
    flipped = bytearray(revoked)
    flipped[-1] ^= 1
    out.fail("changes", "signature-flipped", {**given, "change": flipped.hex()}, "bad-signature", MADE)
    line = next(line for line in given["trust"].splitlines() if " certificate" in line or ",certificate" in line)
    compromised = given["trust"].replace(line, _span(line, "-", "-", at["revoked"]))
    out.fail(
        "changes", "key-compromised", {**given, "trust": compromised, "change": revoked.hex()}, "key-compromised", MADE
    )


# --- standing -------------------------------------------------------------------------------------------------------


def _standing(out: Files, made: log.Log, at: dict[str, int]) -> None:
    origin = "verifier/standing.py, DOMAIN.md"
    around = [f"{day}" for day in ("2026-03-01", "2026-03-02", "2026-06-30", "2026-07-01", "2026-07-31", "2026-08-01")]
    late = ["2026-08-31", "2026-09-01", "2026-12-31", "2027-01-01", "2029-03-02", "2029-03-03"]
    for case, names in {
        "awarded": ["certificate"],
        "suspended": ["certificate", "suspended"],
        "reinstated": ["certificate", "suspended", "reinstated"],
        "revoked": ["certificate", "revoked"],
        "superseded": ["certificate", "superseded"],
        "suspended-then-revoked": ["certificate", "suspended", "revoked"],
        "everything": ["certificate", "suspended", "reinstated", "superseded", "revoked"],
        "title": ["title"],
        "title-revoked": ["title", "title revoked"],
        "title-superseded": ["title", "title superseded"],
    }.items():
        given = {"statements": [made.entries[at[name]].raw.hex() for name in names], "days": around + late}
        out.good("standing", case, given, _standings(given), origin)
    orphan = {"statements": [made.entries[at["revoked"]].raw.hex()], "days": around}
    out.fail("standing", "never-awarded", orphan, "rule-broken", origin)
    out.fail("standing", "empty", {"statements": [], "days": around}, "rule-broken", origin)


def _standings(given: dict[str, list[str]]) -> dict[str, str]:
    award = standing.fold(statement.parse(bytes.fromhex(raw)).record.event for raw in given["statements"])
    return {day: award.on(date.fromisoformat(day)).value for day in given["days"]}
