"""The keystore: what lies on the disk, who can read it, and what does not open."""

from __future__ import annotations

import os
import stat
from hashlib import sha256
from pathlib import Path

import pytest

from ledger.refusals import Code, Refusal
from ledger.signing import KeyFolder, Keystore, KeystoreError, derive, signer_of
from verifier import cbor, keys
from verifier.errors import BadSignature
from verifier.keyfile import write_new
from verifier.kinds import AUTHORITY_KINDS, CERTIFYING_KINDS

MASTER = sha256(b"master").digest()
SEED = sha256(b"seed").digest()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "ledger" / "keys"


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def only_file(folder: Path) -> Path:
    (file,) = folder.iterdir()
    return file


def test_a_key_signs_what_the_verifier_accepts(folder: Path) -> None:
    signer = Keystore(KeyFolder(folder), MASTER).create("PARTNER", "base", CERTIFYING_KINDS, SEED)
    signature = signer.sign(b"message")
    assert keys.verify(signer.public_key, signature, b"message") == b"message"
    assert signer.kid == keys.thumbprint(signer.public_key)
    with pytest.raises(BadSignature):
        keys.verify(signer.public_key, signature, b"another message")


def test_a_key_comes_back_from_the_disk_with_what_it_is_for(folder: Path) -> None:
    made = Keystore(KeyFolder(folder), MASTER).create("PARTNER", "base", CERTIFYING_KINDS, SEED)
    (found,) = Keystore(KeyFolder(folder), MASTER).signers()
    assert (found.kid, found.organisation, found.custody) == (made.kid, "PARTNER", "base")
    assert found.kinds == frozenset(CERTIFYING_KINDS)
    assert found.sign(b"x") == made.sign(b"x")


def test_only_the_owner_can_read(folder: Path) -> None:
    before = os.umask(0)
    try:
        Keystore(KeyFolder(folder), MASTER).create("PARTNER", "base", CERTIFYING_KINDS, SEED)
    finally:
        os.umask(before)
    assert mode(folder) == 0o700
    assert mode(only_file(folder)) == 0o600


@pytest.mark.parametrize("others", [0o604, 0o640, 0o602, 0o601, 0o666])
def test_a_key_that_others_can_read_is_refused(folder: Path, others: int) -> None:
    Keystore(KeyFolder(folder), MASTER).create("PARTNER", "base", CERTIFYING_KINDS, SEED)
    only_file(folder).chmod(others)
    with pytest.raises(KeystoreError, match=r"PARTNER-.*chmod 600"):
        Keystore(KeyFolder(folder), MASTER).signers()


def test_another_master_key_opens_nothing(folder: Path) -> None:
    Keystore(KeyFolder(folder), MASTER).create("PARTNER", "base", CERTIFYING_KINDS, SEED)
    with pytest.raises(KeystoreError, match=r"PARTNER-.*does not open"):
        Keystore(KeyFolder(folder), bytes(32)).signers()
    for short in (b"", MASTER[:-1], MASTER + b"x"):
        with pytest.raises(KeystoreError, match="master key"):
            Keystore(KeyFolder(folder), short)


def test_every_flipped_bit_is_noticed(folder: Path) -> None:
    Keystore(KeyFolder(folder), MASTER).create("PARTNER", "base", ("title.granted",), SEED)
    file = only_file(folder)
    good = file.read_bytes()
    for at in range(len(good)):
        for bit in range(8):
            file.write_bytes(good[:at] + bytes([good[at] ^ 1 << bit]) + good[at + 1 :])
            with pytest.raises(KeystoreError, match=file.name):
                Keystore(KeyFolder(folder), MASTER).signers()
    for wrong in (b"", good[:-1], good + b"\x00", cbor.encode([1, 2, 3]), cbor.encode([b"", b"", b""]), b"PEM"):
        file.write_bytes(wrong)
        with pytest.raises(KeystoreError, match=file.name):
            Keystore(KeyFolder(folder), MASTER).signers()


def test_no_private_byte_lies_in_clear(folder: Path) -> None:
    Keystore(KeyFolder(folder), MASTER).create("PARTNER", "base", CERTIFYING_KINDS, SEED)
    data = only_file(folder).read_bytes()
    for secret in (SEED, MASTER, derive(MASTER, "keystore"), sha256(SEED).digest()):
        for part in (secret[:8], secret[8:16], secret[16:24], secret[24:]):
            assert part not in data
            assert part.hex().encode() not in data


def test_the_newest_authorised_key_of_the_right_organisation_and_kind_is_taken(folder: Path) -> None:
    store = Keystore(KeyFolder(folder), MASTER)
    old = store.create("PARTNER", "base", CERTIFYING_KINDS, b"1" * 32)
    new = store.create("PARTNER", "base", CERTIFYING_KINDS, b"2" * 32)
    other = store.create("BUREAU", "base", AUTHORITY_KINDS, b"3" * 32)
    for age, key in enumerate((old, new, other)):
        (file,) = folder.glob(f"*{key.kid.hex()[:16]}*")
        os.utime(file, (1000 + age, 1000 + age))
    everything = {old.kid, new.kid, other.kid}
    again = Keystore(KeyFolder(folder), MASTER)
    assert again.signer("PARTNER", "certificate.awarded", everything).kid == new.kid
    assert again.signer("PARTNER", "certificate.awarded", {old.kid}).kid == old.kid
    assert again.signer("BUREAU", "title.granted", everything).kid == other.kid
    for organisation, kind, authorised in (
        ("PARTNER", "title.granted", everything),
        ("NOBODY", "certificate.awarded", everything),
        ("PARTNER", "certificate.awarded", set[bytes]()),
    ):
        with pytest.raises(Refusal) as caught:
            again.signer(organisation, kind, authorised)
        assert caught.value.code == Code.NO_KEY


def test_an_empty_keystore_has_no_keys(folder: Path) -> None:
    assert Keystore(KeyFolder(folder), MASTER).signers() == []


def test_a_private_file_is_never_overwritten(tmp_path: Path) -> None:
    write_new(tmp_path / "key", b"first")
    with pytest.raises(FileExistsError):
        write_new(tmp_path / "key", b"second")
    assert (tmp_path / "key").read_bytes() == b"first"


def test_keys_are_derived_apart() -> None:
    found = {
        derive(master, purpose) for master in (MASTER, bytes(32)) for purpose in ("keystore", "claims", "data-keys")
    }
    assert len(found) == 6
    assert derive(MASTER, "claims") == derive(MASTER, "claims")


def test_two_stores_of_one_seed_share_no_file_bytes(tmp_path: Path) -> None:
    for name in ("one", "other"):
        Keystore(KeyFolder(tmp_path / name), MASTER).create("PARTNER", "base", ("title.granted",), SEED)
    one, other = (only_file(tmp_path / name).read_bytes() for name in ("one", "other"))
    assert one != other


def test_a_signer_of_a_seed_is_that_of_rfc_8032() -> None:
    """RFC 8032 §7.1, test 1."""
    seed = bytes.fromhex("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60")
    signer = signer_of(seed, "PARTNER", "base", ())
    assert signer.public_key.hex() == "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"
    assert signer.sign(b"").hex() == (
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46b"
        "d25bf5f0595bbe24655141438e7a100b"
    )
