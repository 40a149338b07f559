"""statements, receipts, trust, status: what is cut from the small log, and how each can be wrong."""

from __future__ import annotations

import zlib
from typing import Any

from tests.vectors.generate import log
from tests.vectors.generate.files import Files
from verifier import cbor, cosignatures, merkle, statement, statuslist
from verifier.keys import thumbprint
from verifier.note import VerifierKey

MADE = "made by generate/papers.py from verifier's own writers"
SHOWN_TYPES = ("certificate", "title", "suspended", "reinstated", "revoked", "superseded")


def write(out: Files) -> None:
    """Every format but the proof itself."""
    made, at = log.small_log()
    _statements(out, made, at)
    _receipts(out, made, at["certificate"])
    _trust(out, made.trust())
    _status(out, made)


# --- statements -----------------------------------------------------------------------------------------------------


def _statements(out: Files, made: log.Log, at: dict[str, int]) -> None:
    for name in (*SHOWN_TYPES, "title revoked", "title superseded"):
        raw = made.entries[at[name]].raw
        given = {"statement": raw.hex(), "public_key": _signer(raw).hex()}
        out.good("statements", name.replace(" ", "-"), given, _statement_value(raw), MADE)
    raw = made.entries[at["certificate"]].raw
    partner = log.public_of("partner").hex()
    for case, altered in _bad_statements(raw).items():
        out.fail("statements", case, {"statement": altered.hex(), "public_key": partner}, "malformed", MADE)
    other = {"statement": raw.hex(), "public_key": log.public_of("base").hex()}
    out.fail("statements", "signed-by-another-key", other, "bad-signature", MADE)
    flipped = raw[:-1] + bytes([raw[-1] ^ 0x01])
    out.fail(
        "statements", "signature-flipped", {"statement": flipped.hex(), "public_key": partner}, "bad-signature", MADE
    )


def _signer(raw: bytes) -> bytes:
    kid = statement.parse(raw).kid
    return next(key for name in ("partner", "bureau") if thumbprint(key := log.public_of(name)) == kid)


def _statement_value(raw: bytes) -> dict[str, Any]:
    read = statement.parse(raw)
    record, envelope = read.record, read.record.envelope
    payload = cbor.decode(read.payload)
    return {
        "type": read.type,
        "stream": str(read.stream_id),
        "version": envelope.version,
        "recorded_at": envelope.recorded_at,
        "command": envelope.command.hex(),
        "actors": list(envelope.actors),
        "kid": read.kid.hex(),
        "issuer": read.issuer,
        "leaf": read.leaf.hex(),
        "fields": {field.name: plain(payload[field.name]) for field in record.type.public},
        "commitments": [item.hex() for item in record.commitments],
    }


def plain(value: Any) -> Any:
    """A CBOR value as it stands in expected.json: bytes in hex."""
    return value.hex() if type(value) is bytes else value


def resigned(raw: bytes, payload: dict[Any, Any] | None = None, header: dict[Any, Any] | None = None) -> bytes:
    """The statement with these members of payload or header changed (None: left out), signed again."""
    protected, _, body, _ = statement.cose_sign1_parts(raw)
    changed = [
        cbor.encode({k: v for k, v in {**cbor.decode(part), **(change or {})}.items() if v is not ...})
        for part, change in ((protected, header), (body, payload))
    ]
    signature = log.sign_as("partner")(statement.to_be_signed(*changed))
    return statement.assemble(changed[0], changed[1], signature)


def _bad_statements(raw: bytes) -> dict[str, bytes]:
    protected, _, payload, signature = statement.cose_sign1_parts(raw)
    value, header = cbor.decode(payload), cbor.decode(protected)
    hashes = value[cbor.REDACTED]
    payloads: dict[str, dict[Any, Any]] = {
        "type-unknown": {1: "certificate.awarded/9"},
        "type-not-text": {1: 1},
        "type-missing": {1: ...},
        "stream-missing": {2: ...},
        "version-missing": {3: ...},
        "stream-of-15-bytes": {2: value[2][:15]},
        "stream-other-than-subject": {2: log.stream_of("other").bytes},
        "version-zero": {3: 0},
        "version-true": {3: True},
        "version-negative": {3: -1},
        "time-negative": {4: -1},
        "time-too-large": {4: 2**53},
        "time-text": {4: "now"},
        "command-of-17-bytes": {5: value[5] + b"\x00"},
        "actors-none": {6: []},
        "actors-three": {6: ["p-1", "p-2", "p-3"]},
        "actor-empty": {6: ["p-1", ""]},
        "pack-of-15-bytes": {7: value[2][:15]},
        "unknown-number": {8: 0},
        "unknown-field": {"total": "87.5"},
        "commitments-missing": {cbor.REDACTED: ...},
        "commitments-three": {cbor.REDACTED: [*hashes, bytes(32)]},
        "commitments-one": {cbor.REDACTED: hashes[:1]},
        "commitments-equal": {cbor.REDACTED: [hashes[0], hashes[0]]},
        "commitment-of-31-bytes": {cbor.REDACTED: [hashes[0], hashes[1][:31]]},
        "field-missing": {"programme": ...},
        "number-hash-text": {"number_hash": "a"},
        "status-index-true": {"status_index": True},
        "day-not-in-calendar": {"awarded_on": "2026-02-29"},
        "day-in-other-form": {"awarded_on": "20260302"},
        "day-with-time": {"awarded_on": "2026-03-02T00:00:00"},
        "day-of-year-0": {"awarded_on": "0000-01-01"},
        "day-null": {"awarded_on": None},
    }
    headers: dict[str, dict[Any, Any]] = {
        "algorithm-es256": {1: -7},
        "algorithm-missing": {1: ...},
        "kid-of-31-bytes": {4: header[4][:31]},
        "header-further-label": {3: "text/plain"},
        "typ-other": {16: "application/cose"},
        "issuer-not-text": {15: {1: 1, 2: header[15][2]}},
        "claims-further": {15: {**header[15], 3: "aud"}},
        "subject-capitals": {15: {1: header[15][1], 2: header[15][2].upper()}},
        "subject-other": {15: {1: header[15][1], 2: statement.subject_of(log.stream_of("other"))}},
    }
    parts = [protected, {}, payload, signature]
    return {
        **{f"payload-{case}": resigned(raw, payload=change) for case, change in payloads.items()},
        **{f"protected-{case}": resigned(raw, header=change) for case, change in headers.items()},
        "empty": b"",
        "untagged": raw[1:],
        "tag-17": b"\xd1" + raw[1:],
        "tag-in-two-bytes": b"\xd8\x12" + raw[1:],
        "trailing-byte": raw + b"\x00",
        "cut": raw[:-1],
        "unprotected-not-empty": b"\xd2" + cbor.encode([protected, {17: []}, payload, signature]),
        "payload-nil": b"\xd2" + cbor.encode([protected, {}, None, signature]),
        "three-parts": b"\xd2" + cbor.encode(parts[:3]),
        "five-parts": b"\xd2" + cbor.encode([*parts, b""]),
        "signature-of-63-bytes": b"\xd2" + cbor.encode([*parts[:3], signature[:63]]),
        "protected-empty": b"\xd2" + cbor.encode([b"", *parts[1:]]),
        "payload-not-deterministic": statement.assemble(
            protected, b"\xb9" + bytes([0, payload[0] & 31]) + payload[1:], signature
        ),
    }


# --- receipts -------------------------------------------------------------------------------------------------------


def _receipts(out: Files, made: log.Log, index: int) -> None:
    raw, good = made.entries[index].raw, made.receipt(index)
    leaf, root = merkle.leaf_hash(raw), merkle.root_of(made.leaves())
    subject = statement.subject_of(statement.parse(raw).stream_id)
    given = {
        "receipt": good.hex(),
        "leaf": leaf.hex(),
        "subject": subject,
        "public_key": log.public_of("receipt").hex(),
    }
    value = {"index": str(index), "size": str(len(made.entries)), "root": root.hex(), "issuer": f"https://{log.ORIGIN}"}
    out.good("receipts", "good", given, value, MADE)
    size = len(made.entries)
    for case, change in {
        "other-leaf": {"leaf": merkle.leaf_hash(b"other").hex()},
        "other-subject": {"subject": statement.subject_of(log.stream_of("other"))},
        "other-key": {"public_key": log.public_of("checkpoint").hex()},
        "index-of-neighbour": {"receipt": _proof_changed(good, [size, index + 1]).hex()},
        "path-short": {"receipt": _proof_changed(good, [size, index], slice(0, -1)).hex()},
    }.items():
        out.fail("receipts", case, {**given, **change}, "not-included", "RFC 9942 §5.2")
    protected, unprotected, _, signature = statement.cose_sign1_parts(good)
    header = cbor.decode(protected)
    for case, altered in {
        "size-not-the-signed-one": _proof_changed(good, [size + 1, index]),
        "size-one": _proof_changed(good, [1, 0]),
        "index-outside": _proof_changed(good, [size, size]),
        "index-negative": _proof_changed(good, [size, -1]),
        "vds-true": _sign1([cbor.encode({**header, 395: True}), unprotected, None, signature]),
        "payload-attached": _sign1([protected, unprotected, root, signature]),
        "no-proof": _sign1([protected, {}, None, signature]),
        "two-proofs": _sign1([protected, {396: {-1: unprotected[396][-1] * 2}}, None, signature]),
        "consistency-proof": _sign1([protected, {396: {-2: unprotected[396][-1]}}, None, signature]),
        "unprotected-further": _sign1([protected, {**unprotected, 4: b""}, None, signature]),
        "vds-other": _sign1([cbor.encode({**header, 395: 2}), unprotected, None, signature]),
        "size-not-signed": _sign1(
            [cbor.encode({k: v for k, v in header.items() if k != -65537}), unprotected, None, signature]
        ),
        "algorithm-other": _sign1([cbor.encode({**header, 1: -7}), unprotected, None, signature]),
        "trailing-byte": good + b"\x00",
    }.items():
        out.fail("receipts", case, {**given, "receipt": altered.hex()}, "malformed", "RFC 9942 §5.2")


def _sign1(parts: list[Any]) -> bytes:
    return b"\xd2" + cbor.encode(parts)


def _proof_changed(good: bytes, numbers: list[int], path: slice = slice(None)) -> bytes:
    protected, unprotected, _, signature = statement.cose_sign1_parts(good)
    old = cbor.decode(unprotected[396][-1][0])
    proof = cbor.encode([*numbers, old[2][path]])
    return _sign1([protected, {396: {-1: [proof]}}, None, signature])


# --- trust file -----------------------------------------------------------------------------------------------------


def _trust(out: Files, good: str) -> None:
    out.good("trust", "good", good, _trust_value(good), "verifier/trust.py")
    commented = "# a comment\n\n" + good.replace("\n", "\r\n")
    out.good("trust", "comments-and-crlf", commented, _trust_value(good), "verifier/trust.py")
    lines = good.splitlines()
    moved = good + "moved 3 https://new.example.org:8443\nmoved 7 http://127.0.0.1:8000\n"
    out.good("trust", "moved-twice", moved, _trust_value(moved), "verifier/trust.py")
    for word in ("log", "quorum", "genesis", "asof", "base", "organisation", "key"):
        without = "\n".join(line for line in lines if not line.startswith(word + " ")) + "\n"
        out.fail("trust", f"without-{word}", without, "malformed", "verifier/trust.py")
    for word in ("log", "quorum", "genesis", "asof", "base", "key"):
        twice = good + next(line for line in lines if line.startswith(word + " ")) + "\n"
        out.fail("trust", f"{word}-twice", twice, "malformed", "verifier/trust.py")
    key = next(line for line in lines if line.startswith("key "))
    words = key.split(" ")
    witnessed = with_policy(good, NESTED)
    named = {
        "witnesses": [[name, vkey_of(name), WITNESSES[name] or "-"] for name in WITNESSES],
        "groups": [["two", 2, ["w1", "w2", "w3"]], ["四", 1, ["w4"]], ["both", 2, ["two", "四"]]],
        "quorum": "both",
    }
    out.good("trust", "witnesses", witnessed, {**_trust_value(good), **named}, POLICY_ORIGIN)
    for case, (old, new) in {
        "witness-key-of-a-log": (vkey_of("w1"), str(VerifierKey("w1.example.org", log.public_of("w1")))),
        "witness-key-twice": (vkey_of("w2"), str(cosignatures.key_of("w2.example.org", log.public_of("w1")))),
        "witness-named-none": ("witness w4 ", "witness none "),
        "witness-name-twice": ("witness w2 ", "witness w1 "),
        "witness-name-quoted": ("witness w4 ", 'witness "w\\"4" '),
        "witness-address-other": ("https://w3.example.org/witness", "ftp://w3.example.org/witness"),
        "group-of-nobody": ("group 四 all w4", "group 四 all"),
        "group-of-a-stranger": ("group 四 all w4", "group 四 all w5"),
        "group-member-twice": ("group 四 all w4", "group 四 all w3"),
        "group-member-repeated": ("2 w1 w2 w3", "2 w1 w2 w2"),
        "group-of-a-word": ("2 w1 w2 w3", "constructor w1 w2 w3"),
        "group-too-many": ("2 w1 w2 w3", "4 w1 w2 w3"),
        "group-of-0": ("2 w1 w2 w3", "0 w1 w2 w3"),
        "group-leading-zero": ("2 w1 w2 w3", "02 w1 w2 w3"),
        "group-before-its-members": (
            "group 四 all w4\ngroup both all two 四",
            "group both all two 四\ngroup 四 all w4",
        ),
        "quorum-of-a-stranger": ("quorum both", "quorum neither"),
        "quorum-before-its-group": ("group both all two 四\nquorum both", "quorum both\ngroup both all two 四"),
    }.items():
        if old not in witnessed:
            raise ValueError(case)
        out.fail("trust", case, witnessed.replace(old, new), "malformed", POLICY_ORIGIN)
    for case, altered in {
        "moved-without-url": good + "moved 3\n",
        "moved-to-no-address": good + "moved 3 https://new.example.org/path\n",
        "moved-to-another-scheme": good + "moved 3 ftp://new.example.org\n",
        "moved-at-no-index": good + "moved 03 https://new.example.org\n",
        "moved-twice-at-once": good + "moved 3 https://a.example.org\nmoved 3 https://b.example.org\n",
        "moved-backwards": good + "moved 3 https://a.example.org\nmoved 2 https://b.example.org\n",
        "unknown-word": good + "witness a\n",
        "quorum-of-witnesses": good.replace("quorum none", "quorum any"),
        "two-blanks": good.replace("quorum none", "quorum  none"),
        "genesis-short": _line(good, "genesis", "genesis 00"),
        "asof-not-a-number": _line(good, "asof", "asof many"),
        "key-id-of-another-key": good.replace(words[1], words[1][::-1]),
        "key-of-small-order": good.replace(key, " ".join([words[0], words[1], "01" + "00" * 31, *words[3:]])),
        "key-in-nobodys-custody": good.replace(key, " ".join([*words[:4], "nobody", *words[5:]])),
        "key-since-not-a-number": good.replace(key, " ".join([*words[:5], "x", *words[6:]])),
        "key-without-kinds": good.replace(key, " ".join(words[:8])),
        "key-of-unknown-organisation": good.replace(key, " ".join([*words[:3], "NOBODY", *words[4:]])),
        "verifier-key-id": _line(good, "log", good_log(lines).replace("+", "+00000000", 1)),
        "name-not-json": good.replace('"示例企业"', '"示例\\企业"'),
        "name-not-closed": good.replace('"示例企业"', '"示例企业'),
    }.items():
        out.fail("trust", case, altered, "malformed", "verifier/trust.py")


POLICY_ORIGIN = "C2SP tlog-policy"
WITNESSES = {"w1": "https://w1.example.org", "w2": None, "w3": "https://w3.example.org/witness", "w4": None}
"""Names of witnesses with their addresses."""


def vkey_of(witness: str) -> str:
    """The verifier key of a witness."""
    return str(cosignatures.key_of(f"{witness}.example.org", log.public_of(witness)))


NESTED = "".join(
    [
        *(f"witness {name} {vkey_of(name)}{f' {url}' if url else ''}\n" for name, url in WITNESSES.items()),
        "group two 2 w1 w2 w3\ngroup 四 all w4\ngroup both all two 四\nquorum both\n",
    ]
)
"""Two of three, and the fourth in any case."""


def with_policy(trust_file: str, policy: str) -> str:
    """The trust file of a log whose witnesses are these."""
    return trust_file.replace("quorum none\n", policy)


def good_log(lines: list[str]) -> str:
    """The log line."""
    return next(line for line in lines if line.startswith("log "))


def _line(good: str, word: str, replacement: str) -> str:
    return "\n".join(replacement if line.startswith(word + " ") else line for line in good.splitlines()) + "\n"


def _trust_value(text: str) -> dict[str, Any]:
    words = [line.split(" ") for line in text.splitlines()]
    one = {line[0]: line[1] for line in words}
    addresses = [log.URL, *(line[2] for line in words if line[0] == "moved")]
    return {
        "origin": log.ORIGIN,
        "url": log.URL,
        "genesis": one["genesis"],
        "as_of": one["asof"],
        "base": log.BASE,
        "hosts": list(dict.fromkeys(address.split("/")[2] for address in reversed(addresses))),
        "organisations": {code: [log.URIS[code], *names] for code, names in log.NAMES.items()},
        "keys": {
            line[1]: [line[3], line[4], *line[5:8], sorted(line[8].split(","))] for line in words if line[0] == "key"
        },
        "programmes": {
            item.code: [item.name_zh, item.name_en, item.certified_by, item.taught_by] for item in log.PROGRAMMES
        },
        "witnesses": [],
        "groups": [],
        "quorum": "none",
    }


# --- status list ----------------------------------------------------------------------------------------------------


def _status(out: Files, made: log.Log) -> None:
    bits = bytearray(statuslist.LIST_LENGTH // 4)
    bits[0], bits[1], bits[-1] = 0b10_00_01_00, 0b00_00_00_01, 0b10_00_00_00
    root, size = merkle.root_of(made.leaves()), len(made.entries)
    uri, kid = f"{log.URL}/log/status/0", thumbprint(log.public_of("status"))
    sign = log.sign_as("status")
    token = statuslist.make(uri, log.START // 1000, size, root, bytes(bits), kid, sign)
    key = log.public_of("status").hex()
    statuses = {"0": 0, "1": 1, "2": 0, "3": 2, "4": 1, "5": 0, str(statuslist.LIST_LENGTH - 1): 2}
    value = {
        "uri": uri,
        "issued_at": log.START // 1000,
        "ttl": statuslist.TTL_SECONDS,
        "size": str(size),
        "root": root.hex(),
    }
    given = {"token": token.hex(), "public_key": key, "indices": list(statuses)}
    out.good("status", "good", given, {**value, "statuses": statuses}, "Token Status List §5.2, §7.1")
    flipped = token[:-1] + bytes([token[-1] ^ 0x01])
    for case, change in {
        "signature-flipped": {"token": flipped.hex()},
        "other-key": {"public_key": log.public_of("root").hex()},
    }.items():
        out.fail("status", case, {**given, **change}, "bad-signature", "Token Status List §5.2")
    for case, data in _bad_tokens(token, bytes(bits)).items():
        out.fail("status", case, {**given, "token": data.hex()}, "malformed", "Token Status List §5.2")


def _bad_tokens(token: bytes, bits: bytes) -> dict[str, bytes]:
    protected, _, payload, signature = statement.cose_sign1_parts(token)
    header, claims = cbor.decode(protected), cbor.decode(payload)

    def signed(change: dict[Any, Any], headers: dict[Any, Any] | None = None) -> bytes:
        body = cbor.encode({k: v for k, v in {**claims, **change}.items() if v is not ...})
        head = cbor.encode(headers or header)
        return _sign1([head, {}, body, log.sign_as("status")(statement.to_be_signed(head, body))])

    listed = claims[65533]
    return {
        "typ-other": signed({}, {**header, 16: "application/cwt"}),
        "claim-missing": signed({65534: ...}),
        "claim-further": signed({1: "issuer"}),
        "size-text": signed({-65538: "1"}),
        "root-of-31-bytes": signed({-65539: claims[-65539][:31]}),
        "bits-one": signed({65533: {**listed, "bits": 1}}),
        "list-short": signed({65533: {**listed, "lst": zlib.compress(bits[:-1], 9)}}),
        "list-long": signed({65533: {**listed, "lst": zlib.compress(bits + b"\x00", 9)}}),
        "list-not-zlib": signed({65533: {**listed, "lst": b"\x00\x01"}}),
        "list-cut": signed({65533: {**listed, "lst": listed["lst"][:-4]}}),
        "unprotected-not-empty": _sign1([protected, {4: b""}, payload, signature]),
        "payload-nil": _sign1([protected, {}, None, signature]),
    }
