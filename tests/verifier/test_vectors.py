"""Every vector of tests/vectors, the same ones that the JavaScript twin reads."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from verifier import (
    address,
    cbor,
    checkpoint,
    cosignatures,
    keys,
    merkle,
    receipt,
    seal,
    standing,
    statement,
    statuslist,
    trust,
    verify,
)
from verifier.errors import CouldNotCheck, VerificationError
from verifier.events import WITHHELD, event_type

VECTORS = Path(__file__).resolve().parents[1] / "vectors"
CASES = sorted(path.parent for path in VECTORS.glob("*/*/expected.json"))


def plain(value: Any) -> Any:
    """A value as it stands in expected.json."""
    if isinstance(value, bytes):
        return value.hex()
    return value if value is None or isinstance(value, int | str) else str(value)


def check_addresses(given: dict[str, str]) -> Any:
    if given["check"] == "number":
        number = address.check_number(given["text"])
        return {"number": number, "digest": address.number_digest(given["text"]).hex()}
    read = address.parse_address(given["text"])
    said = {"proof": read.proof.hex()} if isinstance(read, address.ProofAddress) else {"link_id": read.link_id}
    return {"scheme": read.scheme, "host": read.host, **said}


def check_bundles(given: dict[str, str]) -> Any:
    proved = verify.verify_proof(bytes.fromhex(given["proof"]), trust.parse(given["trust"]))
    logged, event = proved.logged, proved.event
    record = logged.statement.record
    personal = {field.name: getattr(event, field.name) for field in (*record.type.printed, *record.type.personal)}
    return {
        "type": record.type.name,
        "stream": str(record.stream),
        "organisation": logged.organisation.code,
        "custody": logged.key.custody,
        "index": str(proved.index),
        "size": str(logged.included.size),
        "recorded_at": record.envelope.recorded_at,
        "fields": {field.name: plain(getattr(event, field.name)) for field in record.type.public},
        "disclosed": {name: plain(value) for name, value in personal.items() if value is not WITHHELD},
    }


def check_cbor(given: dict[str, str]) -> Any:
    data = bytes.fromhex(given["data"])
    value = cbor.decode(data)
    assert cbor.encode(value) == data
    return diagnostic(value)


def diagnostic(value: Any) -> Any:
    match value:
        case None:
            return ["null"]
        case bool():
            return ["bool", value]
        case int():
            return ["int", str(value)]
        case bytes():
            return ["bytes", value.hex()]
        case str():
            return ["text", value]
        case list():
            return ["list", [diagnostic(item) for item in value]]
        case dict():
            return ["map", [[diagnostic(key), diagnostic(item)] for key, item in value.items()]]
        case _:
            return ["simple", value.value]


def check_changes(given: dict[str, str]) -> Any:
    known = trust.parse(given["trust"])
    award = verify.verify_proof(bytes.fromhex(given["proof"]), known)
    index, event = verify.verify_change(bytes.fromhex(given["change"]), known, award)
    return {"type": event_type(event).name, "index": str(index)}


def check_checkpoints(given: dict[str, str]) -> Any:
    known = trust.parse(given["trust"])
    head = checkpoint.verify(given["checkpoint"].encode(), known.checkpoint_keys(), known.origin)
    return {"origin": head.origin, "size": str(head.size), "root": head.root.hex()}


def check_cosignatures(given: dict[str, str]) -> Any:
    found = cosignatures.judge(given["checkpoint"].encode(), trust.parse(given["trust"]).witnesses)
    return {
        "cosignatures": [[item.witness, str(item.timestamp)] for item in found.cosignatures],
        "quorum": found.quorum,
    }


def check_ed25519(given: dict[str, str]) -> Any:
    return keys.verify(*(bytes.fromhex(given[name]) for name in ("public", "signature", "message"))).hex()


def check_merkle(given: dict[str, Any]) -> Any:
    if given["check"] == "root":
        leaves = [merkle.leaf_hash(bytes.fromhex(entry)) for entry in given["entries"]]
        assert merkle.Frontier().extend(leaves).root == merkle.root_of(leaves)
        return merkle.root_of(leaves).hex()
    root, path = bytes.fromhex(given["root"]), [bytes.fromhex(node) for node in given["path"]]
    if given["check"] == "inclusion":
        merkle.verify_inclusion(bytes.fromhex(given["leaf"]), int(given["index"]), int(given["size"]), path, root)
    else:
        merkle.verify_consistency(int(given["old"]), int(given["size"]), path, bytes.fromhex(given["old_root"]), root)
    return root.hex()


def check_receipts(given: dict[str, str]) -> Any:
    read = receipt.parse(bytes.fromhex(given["receipt"]))
    leaf, public_key = bytes.fromhex(given["leaf"]), bytes.fromhex(given["public_key"])
    included = receipt.verify(read, leaf, given["subject"], public_key)
    return {
        "index": str(included.index),
        "size": str(included.size),
        "root": included.root.hex(),
        "issuer": read.issuer,
    }


def check_seals(given: dict[str, str]) -> Any:
    return seal.check(bytes.fromhex(given["pdf"]), bytes.fromhex(given["public_key"])).hex()


def check_standing(given: dict[str, list[str]]) -> Any:
    award = standing.fold(statement.parse(bytes.fromhex(raw)).record.event for raw in given["statements"])
    return {day: award.on(date.fromisoformat(day)).value for day in given["days"]}


def check_statements(given: dict[str, str]) -> Any:
    read = statement.parse(bytes.fromhex(given["statement"]))
    statement.verify_signature(read, bytes.fromhex(given["public_key"]))
    record, envelope = read.record, read.record.envelope
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
        "fields": {field.name: plain(getattr(record.event, field.name)) for field in record.type.public},
        "commitments": [item.hex() for item in record.commitments],
    }


def check_status(given: dict[str, Any]) -> Any:
    read = statuslist.verify(bytes.fromhex(given["token"]), bytes.fromhex(given["public_key"]))
    return {
        "uri": read.uri,
        "issued_at": read.issued_at,
        "ttl": read.ttl,
        "size": str(read.size),
        "root": read.root.hex(),
        "statuses": {index: read.at(int(index)) for index in given["indices"]},
    }


def check_trust(text: str) -> Any:
    read = trust.parse(text)

    def index(value: int | None) -> str:
        return "-" if value is None else str(value)

    return {
        "origin": read.origin,
        "url": read.url,
        "genesis": read.genesis.hex(),
        "as_of": str(read.as_of),
        "base": read.base,
        "hosts": list(read.hosts),
        "organisations": {code: [o.uri, o.name_zh, o.name_en] for code, o in read.organisations.items()},
        "keys": {
            kid.hex(): [
                key.organisation,
                key.custody,
                *map(index, (key.since, key.until, key.compromised_from)),
                sorted(key.kinds),
            ]
            for kid, key in read.keys.items()
        },
        "programmes": {
            code: [p.name_zh, p.name_en, list(p.certified_by), p.taught_by] for code, p in read.programmes.items()
        },
        "witnesses": [[one.name, str(one.key), one.url or "-"] for one in read.witnesses.witnesses],
        "groups": [[one.name, one.threshold, list(one.members)] for one in read.witnesses.groups],
        "quorum": read.witnesses.quorum or "none",
    }


CHECKS: dict[str, Callable[[Any], Any]] = {
    "addresses": check_addresses,
    "bundles": check_bundles,
    "cbor": check_cbor,
    "changes": check_changes,
    "checkpoints": check_checkpoints,
    "cosignatures": check_cosignatures,
    "ed25519": check_ed25519,
    "merkle": check_merkle,
    "receipts": check_receipts,
    "seals": check_seals,
    "standing": check_standing,
    "statements": check_statements,
    "status": check_status,
    "trust": check_trust,
}


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.parent.name}/{case.name}")
def test_vector(case: Path) -> None:
    """What is accepted gives the expected value, what is not gives the expected code and a sentence."""
    expected = json.loads((case / "expected.json").read_text("utf-8"))
    (source,) = case.glob("input.*")
    text = source.read_bytes().decode()
    given = json.loads(text) if source.suffix == ".json" else text
    check = CHECKS[case.parent.name]
    if not case.name.endswith("_fail"):
        assert check(given) == expected["value"]
        return
    with pytest.raises((VerificationError, CouldNotCheck)) as refused:
        check(given)
    assert refused.value.code == expected["code"]
    assert len(refused.value.message) > 5
    assert expected.get("says", "") in refused.value.message


def test_vectors_are_as_generated() -> None:
    """The committed vectors, and the field lists of the JavaScript twin, are what the generator makes of the code."""
    run = subprocess.run(
        [sys.executable, str(VECTORS / "make.py"), "--check"], capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stdout + run.stderr
