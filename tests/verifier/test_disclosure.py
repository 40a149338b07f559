"""The disclosure file: what was written is read, part by part; what was altered, cut short or is another's is not."""

from __future__ import annotations

import hmac
import io
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given, settings
from hypothesis import strategies as st

from verifier import cbor
from verifier.auditor_key import AuditorKey, new_auditor_key, read_auditor_key, read_recipient
from verifier.disclosure import MAGIC, DisclosureFile, Item, Scope, digest_of, parts, write
from verifier.errors import CouldNotCheck, Malformed, Mismatch

KEY = AuditorKey(X25519PrivateKey.from_private_bytes(bytes(range(32))))
OTHER = AuditorKey(X25519PrivateKey.from_private_bytes(bytes(range(1, 33))))
SCOPE = Scope("log.example.org", 100_000, bytes(32), "all")


def written(items: list[Item], scope: Scope = SCOPE) -> bytes:
    """A file of these items for the one auditor."""
    out = io.BytesIO()
    digest = write(out, KEY.recipient, parts(scope, items), bytes(32))
    assert digest == digest_of(parts(scope, items))
    return out.getvalue()


def read(data: bytes, key: AuditorKey = KEY) -> DisclosureFile:
    return DisclosureFile(io.BytesIO(data), key)


def test_what_was_written_is_read_in_the_order_of_the_log() -> None:
    items: list[Item] = [(n, None if n % 7 == 0 else [bytes((n % 256,)) * 400, b"x"]) for n in range(3, 2000, 3)]
    file = read(written(items))
    assert file.scope == SCOPE
    known = dict(items)
    for index in range(2100):
        assert list(file.of(index)) == list(known.get(index) or ())
        assert file.is_erased(index) == (index in known and known[index] is None)
    assert file.digest() == digest_of(parts(SCOPE, items))
    assert (file.disclosed + file.erased, file.erased) == (len(items), sum(item is None for item in known.values()))


def test_no_more_than_one_part_is_held() -> None:
    items: list[Item] = [(n, [bytes(1000)]) for n in range(5000)]
    file = read(written(items))
    file.of(4000)
    assert len(file._items) < 100


def test_the_digest_is_that_of_the_whole_file_though_nothing_was_asked_for() -> None:
    items: list[Item] = [(n, [bytes(1000)]) for n in range(500)]
    assert read(written(items)).digest() == digest_of(parts(SCOPE, items))
    assert digest_of(parts(SCOPE, items)) != digest_of(parts(SCOPE, items[:-1]))


def test_a_file_for_another_auditor_does_not_open() -> None:
    with pytest.raises(Mismatch, match="another auditor"):
        read(written([(0, [b"x"])]), OTHER)


def test_the_same_content_is_encrypted_anew_each_time() -> None:
    assert written([(0, [b"x"])]) != written([(0, [b"x"])])  # the same content key, another HPKE encapsulation


SMALL = written([(0, [b"abc"]), (5, None)])


@given(at=st.integers(0, len(SMALL) - 1), bit=st.integers(0, 7))
@settings(max_examples=200)
def test_no_bit_can_be_flipped(at: int, bit: int) -> None:
    spoilt = bytearray(SMALL)
    spoilt[at] ^= 1 << bit
    with pytest.raises((Malformed, Mismatch)):
        read(bytes(spoilt)).digest()


@pytest.mark.parametrize("end", range(0, len(SMALL), 7))
def test_a_file_that_is_cut_short_does_not_open(end: int) -> None:
    with pytest.raises((Malformed, Mismatch)):
        read(SMALL[:end]).digest()


def test_parts_cannot_be_left_out_at_the_end() -> None:
    data = written([(n, [bytes(1000)]) for n in range(500)])
    lengths, at = [], data.index(b"\n") + 1
    while at < len(data):
        lengths.append(4 + int.from_bytes(data[at : at + 4], "big"))
        at += lengths[-1]
    assert len(lengths) > 5
    with pytest.raises(Mismatch, match="cut short"):
        read(data[: -lengths[-1]]).digest()


def test_entries_out_of_order_are_malformed() -> None:
    with pytest.raises(Malformed, match="order"):
        read(written([(5, [b"x"]), (4, [b"x"])])).digest()


def expand(secret: bytes, info: bytes, length: int) -> bytes:
    return HKDFExpand(SHA256(), length, info).derive(secret)


def extract(salt: bytes, material: bytes) -> bytes:
    return hmac.digest(salt or bytes(32), material, "sha256")


def test_the_content_key_is_encrypted_as_rfc_9180_says() -> None:
    """Opened by hand: DHKEM(X25519, HKDF-SHA256), base mode, ChaCha20Poly1305 (RFC 9180 §4.1, §5.1)."""
    head = cbor.decode(SMALL[len(MAGIC) + 4 :][: int.from_bytes(SMALL[len(MAGIC) :][:4], "big")])
    encapsulated, sealed = head["key"][:32], head["key"][32:]
    suite = b"KEM\x00\x20"
    shared = KEY.private.exchange(X25519PublicKey.from_public_bytes(encapsulated))
    own = KEY.recipient.public.public_bytes(Encoding.Raw, PublicFormat.Raw)
    pseudorandom = extract(b"", b"HPKE-v1" + suite + b"eae_prk" + shared)
    secret = expand(pseudorandom, b"\x00\x20HPKE-v1" + suite + b"shared_secret" + encapsulated + own, 32)
    suite = b"HPKE\x00\x20\x00\x01\x00\x03"
    context = b"\x00" + extract(b"", b"HPKE-v1" + suite + b"psk_id_hash")
    context += extract(b"", b"HPKE-v1" + suite + b"info_hash" + MAGIC)
    pseudorandom = extract(secret, b"HPKE-v1" + suite + b"secret")
    key = expand(pseudorandom, b"\x00\x20HPKE-v1" + suite + b"key" + context, 32)
    nonce = expand(pseudorandom, b"\x00\x0cHPKE-v1" + suite + b"base_nonce" + context, 12)
    assert ChaCha20Poly1305(key).decrypt(nonce, sealed, b"") == bytes(32)


def test_a_key_is_kept_by_its_owner_and_told_by_its_public_half(tmp_path: Path) -> None:
    made = new_auditor_key(tmp_path / "auditor", b"secret")
    assert (tmp_path / "auditor").stat().st_mode & 0o077 == 0
    again = read_auditor_key((tmp_path / "auditor").read_bytes(), b"secret")
    public = read_recipient((tmp_path / "auditor.pub").read_bytes())
    assert made.recipient.thumbprint == again.recipient.thumbprint == public.thumbprint
    with pytest.raises(CouldNotCheck):
        read_auditor_key((tmp_path / "auditor").read_bytes(), b"guess")
    with pytest.raises(CouldNotCheck):
        read_recipient((tmp_path / "auditor").read_bytes())
    with pytest.raises(FileExistsError):
        new_auditor_key(tmp_path / "auditor", None)
