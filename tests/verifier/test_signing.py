"""An organisation's tool: it shows all that it signs, and signs nothing that is not what it should be."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from click.testing import CliRunner, Result
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from tests.verifier.event_samples import distinct, sample
from verifier import cbor, keyfile, keys, prepared, signing, statement, trust
from verifier.__main__ import certverify
from verifier.errors import CouldNotCheck, Malformed, Mismatch, NotEntitled, RuleBroken, UnknownKey, VerificationError
from verifier.events import EVENTS
from verifier.kinds import CHECKPOINT_KIND
from verifier.note import VerifierKey
from verifier.prepared import PreparedFile
from verifier.record import Envelope, make_payload
from verifier.signing import OwnKey
from verifier.statement import Headers, to_be_signed
from verifier.trust import Trust

NOW = 1_790_000_000_000
ORIGIN, ISSUER = "base.example.org/log", "https://bureau.example.org"


@pytest.fixture
def key(tmp_path: Path) -> OwnKey:
    return signing.new_key(tmp_path / "own.pem", None)


def made(key: OwnKey, *names: str, at: int = NOW, kid: bytes | None = None) -> list[tuple[bytes, list[bytes]]]:
    """Statements of these types, as a base prepares them."""
    found = []
    for name in names:
        event = sample(EVENTS[name], distinct)
        actors = ("P1", "P2")
        payload, disclosures = make_payload(event, Envelope(3, at, bytes(16), actors), lambda: os.urandom(16))
        protected = Headers(kid or key.kid, ISSUER).of(event.stream_id)
        found.append((to_be_signed(protected, payload), disclosures))
    return found


def file_of(statements: list[tuple[bytes, list[bytes]]], origin: str = ORIGIN) -> bytes:
    return prepared.make(origin, UUID(int=7), NOW, statements)


@pytest.mark.parametrize("name", [name for name in EVENTS if name != "log.started/1"])
def test_whatever_is_prepared_is_shown_whole_and_signed(key: OwnKey, name: str) -> None:
    file = prepared.parse(file_of(made(key, name)))
    (item,) = file.statements
    lines = dict(signing.told(item))
    declared = EVENTS[name]
    assert {label for label in lines if label.startswith(("public ", "personal "))} == {
        *(f"public {field.name}" for field in declared.public),
        *(f"personal {field.name}" for field in (*declared.printed, *declared.personal)),
    }
    assert item.event == sample(declared, distinct)
    (entry,) = signing.sign(signing.check(file, key, NOW, None), key)
    read = statement.verify_signature(statement.parse(entry), key.public)
    assert (read.payload, read.issuer, read.kid) == (item.statement.payload, ISSUER, key.kid)


def changed(change: Callable[[dict[Any, Any]], None], data: bytes) -> bytes:
    value = cbor.decode(data)
    change(value)
    return cbor.encode(value)


def drops_a_disclosure(value: dict[Any, Any]) -> None:
    value[5][0][2].pop()


def discloses_something_else(value: dict[Any, Any]) -> None:
    first = value[5][0][2][0]
    value[5][0][2][0] = first[:5] + bytes([first[5] ^ 1]) + first[6:]


def is_the_same_twice(value: dict[Any, Any]) -> None:
    value[5].append(value[5][0])


def has_external_data(value: dict[Any, Any]) -> None:
    parts = cbor.decode(value[5][0][1])
    value[5][0][1] = cbor.encode([parts[0], parts[1], b"x", parts[3]])


def is_no_signature1(value: dict[Any, Any]) -> None:
    parts = cbor.decode(value[5][0][1])
    value[5][0][1] = cbor.encode(["Signature", *parts[1:]])


def is_of_no_known_kind(value: dict[Any, Any]) -> None:
    parts = cbor.decode(value[5][0][1])
    payload = cbor.encode({**cbor.decode(parts[3]), 1: "money.paid/1"})
    value[5][0][1] = cbor.encode([*parts[:3], payload])


def has_a_field_more(value: dict[Any, Any]) -> None:
    parts = cbor.decode(value[5][0][1])
    payload = cbor.encode({**cbor.decode(parts[3]), "more": 1})
    value[5][0][1] = cbor.encode([*parts[:3], payload])


def is_of_another_form(value: dict[Any, Any]) -> None:
    value[1] = "certledger.prepared/2"


def has_nothing(value: dict[Any, Any]) -> None:
    value[5] = []


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (drops_a_disclosure, Mismatch),
        (discloses_something_else, Mismatch),
        (is_the_same_twice, Malformed),
        (has_external_data, Malformed),
        (is_no_signature1, Malformed),
        (is_of_no_known_kind, Malformed),
        (has_a_field_more, Malformed),
        (is_of_another_form, Malformed),
        (has_nothing, Malformed),
    ],
)
def test_bytes_that_are_not_what_they_claim_are_not_even_read(
    key: OwnKey, change: Callable[[dict[Any, Any]], None], reason: type[VerificationError]
) -> None:
    data = file_of(made(key, "certificate.awarded/1"))
    prepared.parse(data)
    with pytest.raises(reason):
        prepared.parse(changed(change, data))


def test_every_bit_flipped_is_refused_or_is_told_otherwise(key: OwnKey) -> None:
    """Flipped bits of origin, id or time alone can leave a file that is read: nothing of those is signed."""
    data = file_of(made(key, "panel.voted/1"))
    (right,) = prepared.parse(data).statements
    taken = 0
    for bit in range(len(data) * 8):
        flipped = bytearray(data)
        flipped[bit // 8] ^= 1 << bit % 8
        try:
            file = signing.check(prepared.parse(bytes(flipped)), key, NOW, None)
        except VerificationError:
            continue
        (item,) = file.statements
        same = signing.told(item) == signing.told(right)
        assert same is (item.message == right.message), "what is signed is what is shown"
        taken += same
    assert taken > 100


def test_another_key_log_or_time_is_not_signed(key: OwnKey, tmp_path: Path) -> None:
    other = signing.new_key(tmp_path / "other.pem", None)
    file = prepared.parse(file_of(made(key, "panel.voted/1")))
    with pytest.raises(UnknownKey):
        signing.check(file, other, NOW, None)
    for off in (-signing.TOLERANCE_MS - 1, signing.TOLERANCE_MS + 1):
        with pytest.raises(RuleBroken, match="ten minutes"):
            signing.check(file, key, NOW + off, None)
    assert signing.check(file, key, NOW + signing.TOLERANCE_MS, None) == file
    mixed = prepared.parse(file_of(made(key, "panel.voted/1") + made(key, "notice.posted/1", kid=other.kid)))
    with pytest.raises(UnknownKey):
        signing.check(mixed, key, NOW, None)


def trusting(key: OwnKey, custody: str = "organisation", granted: str = "panel.voted", uri: str = ISSUER) -> Trust:
    """A trust file that knows the key."""
    line = f"key {key.kid.hex()} {key.public.hex()} BUREAU {custody} 4 - - {granted}"
    log = Ed25519PrivateKey.from_private_bytes(bytes(32)).public_key().public_bytes_raw()
    note = VerifierKey(ORIGIN, log)
    of_log = f"key {keys.thumbprint(log).hex()} {log.hex()} BASE base 0 - - {CHECKPOINT_KIND}"
    return trust.parse(
        f"log {note} https://base.example.org/log\nquorum none\ngenesis {'00' * 32}\nasof 9\nbase BASE\n"
        f'organisation BASE base https://base.example.org "基地" "Base"\n'
        f'organisation BUREAU authority {uri} "局" "Bureau"\n{of_log}\n{line}\n'
    )


def test_the_trust_file_says_which_log_and_whose_key(key: OwnKey) -> None:
    file = prepared.parse(file_of(made(key, "panel.voted/1")))
    assert signing.check(file, key, NOW, trusting(key)) == file
    with pytest.raises(Mismatch, match="for the log"):
        signing.check(replace(file, origin="other.example.org"), key, NOW, trusting(key))
    for told in (trusting(key, "base"), trusting(key, granted="notice.posted"), trusting(key, uri="https://x.org")):
        with pytest.raises(NotEntitled):
            signing.check(file, key, NOW, told)


def test_a_key_file_opens_with_its_passphrase_alone(tmp_path: Path) -> None:
    path = tmp_path / "own.pem"
    key = signing.new_key(path, b"a long passphrase")
    data = path.read_bytes()
    assert path.stat().st_mode & 0o777 == 0o600
    assert keyfile.needs_passphrase(data)
    assert signing.read_key(data, b"a long passphrase").public == keys.check_public_key(key.public)
    for wrong in (None, b"", b"another"):
        with pytest.raises(CouldNotCheck):
            signing.read_key(data, wrong)
    with pytest.raises(FileExistsError):
        signing.new_key(path, None)
    of_another_kind = ec.generate_private_key(ec.SECP256R1()).private_bytes(
        Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()
    )
    for no_key in (of_another_kind, b"", b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"):
        with pytest.raises(CouldNotCheck):
            signing.read_key(no_key, None)


# --- the commands -----------------------------------------------------------------------------------------------------


def runs(folder: Path, *arguments: str, given: str | None = None) -> Result:
    environment = {"XDG_CONFIG_HOME": str(folder / "config"), "CERTLEDGER_TRUST": None}
    return CliRunner().invoke(certverify, list(arguments), input=given, env=environment)


@pytest.fixture
def waiting(key: OwnKey, tmp_path: Path) -> Path:
    """A prepared file of this moment, with two statements."""
    now = round(time.time() * 1000)
    path = tmp_path / "prepared.cbor"
    path.write_bytes(file_of(made(key, "certificate.superseded/1", "certificate.awarded/1", at=now)))
    return path


def test_it_shows_asks_and_signs(key: OwnKey, waiting: Path, tmp_path: Path) -> None:
    asked = ("sign", str(waiting), "--key", str(tmp_path / "own.pem"), "-o", str(tmp_path / "entry.cose"))
    no = runs(tmp_path, *asked, given="n\n")
    assert (no.exit_code, "TO-BE-SIGNED" in no.output) == (3, True)
    assert not list(tmp_path.glob("*.cose"))
    yes = runs(tmp_path, *asked, given="y\n")
    assert yes.exit_code == 0, yes.output
    event: Any = sample(EVENTS["certificate.awarded/1"], distinct)
    assert f"personal name: {event.name}" in yes.output
    signed = [tmp_path / f"entry-{n}.cose" for n in (1, 2)]
    file = prepared.parse(waiting.read_bytes())
    for path, item in zip(signed, file.statements, strict=True):
        assert statement.verify_signature(statement.parse(path.read_bytes()), key.public).payload == (
            item.statement.payload
        )


def test_for_programs(key: OwnKey, waiting: Path, tmp_path: Path) -> None:
    out, own = str(tmp_path / "entry.cose"), tmp_path / "own.pem"
    done = runs(tmp_path, "sign", str(waiting), "--key", str(own), "--out", out, "--yes", "--json")
    assert json.loads(done.output)["signed"] == [str(tmp_path / "entry-1.cose"), str(tmp_path / "entry-2.cose")]
    spoilt = tmp_path / "spoilt.cbor"
    spoilt.write_bytes(waiting.read_bytes()[:-1])
    bad = runs(tmp_path, "sign", str(spoilt), "--key", str(own), "-o", out, "--yes", "--json")
    assert (bad.exit_code, json.loads(bad.output)["code"]) == (1, "malformed")
    missing = runs(tmp_path, "sign", str(waiting), "--key", str(tmp_path / "no.pem"), "-o", out, "--yes")
    assert (missing.exit_code, "NOT-SIGNED" in missing.output) == (3, True)
    own.chmod(0o644)
    open_to_all = runs(tmp_path, "sign", str(waiting), "--key", str(own), "-o", out, "--yes")
    assert (open_to_all.exit_code, "chmod 600" in open_to_all.output) == (3, True)


def test_a_key_is_made_and_its_public_half_told(tmp_path: Path) -> None:
    path = tmp_path / "made.pem"
    asked = runs(tmp_path, "new-key", str(path), "--json", given="long enough\nlong enough\n")
    told = json.loads(asked.output.splitlines()[-1])
    key = signing.read_key(path.read_bytes(), b"long enough")
    assert (told["public_key"], told["kid"]) == (key.public.hex(), key.kid.hex())
    assert runs(tmp_path, "new-key", str(path), "--no-passphrase").exit_code == 3


def test_it_opens_no_socket_and_needs_neither_ledger_nor_api(key: OwnKey, waiting: Path, tmp_path: Path) -> None:
    program = (
        "import sys, socket\n"
        "class No(socket.socket):\n"
        "    def __init__(self, *_, **__): raise SystemExit('a socket')\n"
        "socket.socket = No\n"
        "from verifier.__main__ import certverify\n"
        "try: certverify(sys.argv[1:])\n"
        "except SystemExit as end: code = end.code\n"
        "assert not {name.partition('.')[0] for name in sys.modules} & {'ledger', 'api', 'eventsourcing', 'fastapi'}\n"
        "raise SystemExit(code)\n"
    )
    arguments = ["sign", str(waiting), "--key", str(tmp_path / "own.pem"), "-o", str(tmp_path / "e.cose"), "--yes"]
    environment = {**os.environ, "XDG_CONFIG_HOME": str(tmp_path / "config")}
    done = subprocess.run(
        [sys.executable, "-c", program, *arguments], env=environment, capture_output=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert len(list(tmp_path.glob("*.cose"))) == 2


def test_a_file_is_read_within_its_limit(key: OwnKey) -> None:
    with pytest.raises(Malformed, match="at most"):
        prepared.parse(bytes(prepared.MAX_SIZE + 1))
    assert isinstance(prepared.parse(file_of(made(key, "panel.voted/1"))), PreparedFile)
