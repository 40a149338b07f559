"""C2SP signed-note: what is signed, what is malformed, and what may change without harm."""

from __future__ import annotations

from base64 import b64encode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.sample_log import CHECKPOINTS, LOG_KEY, ORIGIN, Signer, checkpoint
from verifier import note
from verifier.errors import BadSignature, Malformed, UnknownKey, VerificationError
from verifier.note import COSIGNATURE_TYPE, Note, Signature, VerifierKey

ROOT = bytes(range(32))
SIGNED = checkpoint(20, ROOT)
TEXT = note.parse(SIGNED).text
WITNESS = Signer("witness")
WITNESS_KEY = VerifierKey("witness.example.org/w", WITNESS.public, COSIGNATURE_TYPE)


def cosignature(time: int, signer: Signer = WITNESS) -> Signature:
    data = time.to_bytes(8, "big") + signer.sign(note.cosigned_message(TEXT, time))
    return Signature(WITNESS_KEY.name, WITNESS_KEY.id, data)


# The example in the documentation of golang.org/x/mod/sumdb/note (BSD-3-Clause).
PETER = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
PETERS_NOTE = (
    "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n\n"
    "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
)


def test_the_example_of_go() -> None:
    key = VerifierKey.parse(PETER)
    assert (str(key), key.name, key.id.hex()) == (PETER, "PeterNeumann", "c74f20a3")
    read = note.parse(PETERS_NOTE.encode())
    assert [signed[0] for signed in note.signed_by(read, [key])] == [key]
    assert str(read) == PETERS_NOTE


def test_a_note_reads_back_as_it_was_written() -> None:
    read = note.parse(SIGNED)
    assert str(read).encode() == SIGNED
    assert note.signed_by(read, [LOG_KEY]) == ((LOG_KEY, read.signatures[0]),)


@given(st.text(st.characters(exclude_categories=["C"]) | st.just("\n"), min_size=1))
def test_any_text_can_be_signed(text: str) -> None:
    text += "\n"
    line = Signature(ORIGIN, LOG_KEY.id, CHECKPOINTS.sign(text.encode()))
    read = note.parse(str(Note(text, (line,))).encode())
    assert (read.text, len(note.signed_by(read, [LOG_KEY]))) == (text, 1)


def test_every_bit_of_a_note() -> None:
    for bit in range(len(SIGNED) * 8):
        flipped = bytearray(SIGNED)
        flipped[bit // 8] ^= 1 << bit % 8
        with pytest.raises(VerificationError):
            note.signed_by(note.parse(bytes(flipped)), [LOG_KEY])


def test_a_signature_line_by_an_unknown_key_is_harmless() -> None:
    stranger = Signer("stranger")
    key = VerifierKey("stranger.example.org", stranger.public)
    good = str(Signature(key.name, key.id, stranger.sign(TEXT.encode())))
    bad = str(Signature(key.name, key.id, bytes(64)))
    unheard_of = str(Signature("new.example.org", b"\1\2\3\4", b"some later kind of signature"))
    same_name = str(Signature(ORIGIN, b"\1\2\3\4", bytes(64)))
    lines = SIGNED.decode().removeprefix(TEXT + "\n")
    for other in (good, bad, unheard_of, same_name):
        for together in (lines + other, other + lines, other + lines + other):
            read = note.parse(f"{TEXT}\n{together}".encode())
            assert [signed[0] for signed in note.signed_by(read, [LOG_KEY])] == [LOG_KEY]


def test_a_bad_line_by_a_known_key_spoils_the_note_even_beside_a_good_one() -> None:
    spoilt = Note(TEXT, (*note.parse(SIGNED).signatures, cosignature(1, Signer("stranger"))))
    with pytest.raises(BadSignature, match="witness"):
        note.signed_by(spoilt, [LOG_KEY, WITNESS_KEY])
    assert len(note.signed_by(spoilt, [LOG_KEY])) == 1


def test_two_lines_by_one_known_key() -> None:
    line = note.parse(SIGNED).signatures[0]
    with pytest.raises(Malformed, match="signed twice"):
        note.signed_by(Note(TEXT, (line, line)), [LOG_KEY])


def test_nobody_known_signed() -> None:
    read = note.parse(SIGNED)
    for known in ([], [WITNESS_KEY], [VerifierKey("other.example.org", CHECKPOINTS.public)]):
        with pytest.raises(UnknownKey):
            note.signed_by(read, known)


def test_a_witness_signs_the_time_and_the_text() -> None:
    both = Note(TEXT, (*note.parse(SIGNED).signatures, cosignature(1_767_225_600)))
    assert {key.name for key, _ in note.signed_by(both, [LOG_KEY, WITNESS_KEY])} == {ORIGIN, WITNESS_KEY.name}
    good = cosignature(1_767_225_600)
    for data in (good.data[:7] + b"\x01" + good.data[8:], good.data[8:], good.data + b"\0", b""):
        with pytest.raises(BadSignature):
            note.signed_by(Note(TEXT, (Signature(good.name, good.key_id, data),)), [WITNESS_KEY])
    with pytest.raises(BadSignature):  # a log's key does not sign as a witness
        note.signed_by(Note(TEXT, (Signature(ORIGIN, LOG_KEY.id, good.data),)), [LOG_KEY])


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\n",
        b"text\n",
        b"text\n\n",
        SIGNED[:-1],
        SIGNED + b"\n",
        SIGNED.replace(b"\n\n", b"\n"),
        SIGNED.replace(b"\n", b"\r\n"),
        SIGNED.replace(b"20", b"20\t"),
        SIGNED.replace(b"20", b"20\0"),
        b"\xff" + SIGNED,
        SIGNED.replace("—".encode(), b"-"),
        SIGNED.replace("— ".encode(), "—".encode()),
        SIGNED.replace("— ".encode(), "—  ".encode()),
        SIGNED.replace(b"log.example.org/certledger ", b"log.example.org+certledger "),
        SIGNED[:-1] + b" \n",
        SIGNED[:-1] + b"=\n",
        SIGNED[:-1] + b"\n\n",
        f"{TEXT}\n— {ORIGIN} {b64encode(b'1234').decode()}\n".encode(),
        f"{TEXT}\n— {ORIGIN} !!!!\n".encode(),
        f"{TEXT}\n— {ORIGIN}\n".encode(),
        f"{TEXT}\n".encode() + SIGNED.removeprefix(f"{TEXT}\n".encode()) * 101,
        b"x" * 1_000_001,
    ],
)
def test_malformed_notes(data: bytes) -> None:
    with pytest.raises(Malformed):
        note.parse(data)


KEY = str(LOG_KEY)


@pytest.mark.parametrize(
    "text",
    [
        "",
        ORIGIN,
        KEY.rpartition("+")[0],
        KEY[:-4],
        KEY + "=",
        KEY + "\n",
        KEY.replace(ORIGIN, ""),
        KEY.replace(ORIGIN, "a b"),
        KEY.replace(ORIGIN, "other.example.org"),
        KEY.replace(LOG_KEY.id.hex(), LOG_KEY.id.hex().upper() + "0"),
        KEY.replace(LOG_KEY.id.hex(), "00000000"),
        str(VerifierKey(ORIGIN, CHECKPOINTS.public, 0x02)),
        str(VerifierKey(ORIGIN, CHECKPOINTS.public + b"\0")),
        str(VerifierKey(ORIGIN, CHECKPOINTS.public[:-1])),
    ],
)
def test_malformed_verifier_keys(text: str) -> None:
    with pytest.raises(Malformed):
        VerifierKey.parse(text)


def test_a_verifier_key_is_a_good_key() -> None:
    with pytest.raises(BadSignature):
        VerifierKey.parse(str(VerifierKey(ORIGIN, b"\x01" + bytes(31))))


@pytest.mark.parametrize("type_", [1, COSIGNATURE_TYPE])
def test_a_verifier_key_reads_back(type_: int) -> None:
    key = VerifierKey(ORIGIN, CHECKPOINTS.public, type_)
    assert VerifierKey.parse(str(key)) == key
    assert key.id != VerifierKey(ORIGIN, CHECKPOINTS.public, 5 - type_).id
