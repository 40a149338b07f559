"""The evidence of one certificate in a ZIP file: made the same twice, complete, and checked by a stranger."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from ledger.__main__ import main
from ledger.awards import open_awards
from ledger.evidence_file.making import zipped
from tests.api.whole_ledger import WholeLedger, by
from verifier import evidencefile
from verifier.__main__ import certverify
from verifier.errors import Malformed
from verifier.kinds import KeyAuthorised
from verifier.statement import parse

pytestmark = pytest.mark.engine("sqlite")


@pytest.fixture(scope="module")
def made(original: WholeLedger, tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """Evidence files by the state of their award."""
    folder = tmp_path_factory.mktemp("evidence")
    whole = original.copy(folder)
    found = {}
    for state in ("valid", "revoked", "suspended"):
        with whole.opened() as ledger, open_awards(ledger) as awards:
            number = str(by(awards, whole.links[state]).event.number)
        for name in (state, f"{state} again"):
            file = folder / f"{name}.zip"
            run = CliRunner().invoke(main, ["evidence", number, "--ledger", whole.address, "-o", str(file)])
            assert run.exit_code == 0, run.output
            found[name] = file.read_bytes()
    return found


def checked(data: bytes, folder: Path, *options: str, trusted: bytes | None = None) -> dict[str, Any]:
    (folder / "given.zip").write_bytes(data)
    (folder / "trust.txt").write_bytes(trusted or read(data)["trust.txt"])
    given = ["check", "--json", "--offline", "--trust", str(folder / "trust.txt"), *options, str(folder / "given.zip")]
    result = CliRunner().invoke(certverify, given, prog_name="certverify")
    told: dict[str, Any] = json.loads(result.stdout)
    assert told["exit"] == result.exit_code
    return told


def read(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def spoilt(data: bytes, name: str, change: Callable[[bytes], bytes]) -> bytes:
    files = read(data)
    return zipped({**files, name: change(files[name])})


def flipped(data: bytes) -> bytes:
    return data[:-1] + bytes([data[-1] ^ 1])


def test_the_same_checkpoint_gives_the_same_bytes(made: dict[str, bytes]) -> None:
    assert made["valid"] == made["valid again"]


def test_all_of_it_is_there(made: dict[str, bytes]) -> None:
    files = read(made["valid"])
    single = {"README.txt", "verify.html", "proof.cbor", "statement.cose", "disclosure.cbor"}
    assert single | {"checkpoint", "inclusion.tlog-proof", "trust.txt", "status/0"} <= files.keys()
    assert [name for name in files if name.endswith(".pdf")]
    assert "keys/0.cose" in files
    rules = [json.loads(files[name]) for name in files if name.startswith("rules/") and name.endswith(".txt")]
    assert rules[0]["type"] == "programme.published/1"
    assert rules[0]["valid_years"] > 0
    words = files["README.txt"].decode()
    assert all(word in words for word in ("手工核验", "How to check it by hand", "손으로 확인하는 방법"))


def test_a_stranger_checks_it_offline(made: dict[str, bytes], tmp_path: Path) -> None:
    told = checked(made["valid"], tmp_path)
    assert (told["exit"], told["state"]) == (0, "authentic-standing-not-checked")
    # By the machine's clock, at which it may have expired by now.
    assert any("said: valid" in note or "said: expired" in note for note in told["notes"])
    assert any("everything in the file is good" in note for note in told["notes"])


def test_one_of_a_revoked_certificate_says_so_and_has_no_paper(made: dict[str, bytes], tmp_path: Path) -> None:
    assert not [name for name in read(made["revoked"]) if name.endswith(".pdf")]
    assert [name for name in read(made["revoked"]) if name.startswith("changes/")]
    told = checked(made["revoked"], tmp_path)
    assert (told["exit"], told["state"]) == (1, "revoked")


def test_every_file_of_it_counts(made: dict[str, bytes], tmp_path: Path) -> None:
    trusted = read(made["valid"])["trust.txt"]
    for name in read(made["valid"]):
        if name in ("README.txt", "verify.html", "trust.txt"):
            continue  # words for people, a program, and what has a test of its own
        told = checked(spoilt(made["valid"], name, flipped), tmp_path, trusted=trusted)
        assert told["exit"] == 1, name


def test_the_text_of_a_rule_stands_beside_its_statement(made: dict[str, bytes], tmp_path: Path) -> None:
    files = read(made["valid"])
    (name,) = (name for name in files if name.startswith("rules/") and name.endswith(".txt"))
    trusted = files["trust.txt"]
    changed = zipped({**files, name: files[name].replace(b'"total_pass": "', b'"total_pass": "1')})
    assert changed != made["valid"]
    assert checked(changed, tmp_path, trusted=trusted)["state"] == "tampered"
    alone = zipped({file: data for file, data in files.items() if not file.startswith("rules/") or file == name})
    assert checked(alone, tmp_path, trusted=trusted)["state"] == "not-a-proof"
    without = zipped({file: data for file, data in files.items() if file != name})
    assert checked(without, tmp_path, trusted=trusted)["exit"] == 0


def test_a_paper_of_another_certificate_is_found(made: dict[str, bytes], tmp_path: Path) -> None:
    files, others = read(made["valid"]), read(made["suspended"])
    (name,) = (name for name in files if name.endswith(".pdf"))
    (other,) = (name for name in others if name.endswith(".pdf"))
    trusted = files["trust.txt"]
    for changed in ({name: others[other]}, {other: others[other]}):
        assert checked(zipped({**files, **changed}), tmp_path, trusted=trusted)["state"] == "tampered"


def test_nothing_lies_in_it_that_nothing_looked_at(made: dict[str, bytes], tmp_path: Path) -> None:
    files = read(made["revoked"])
    (change,) = (name for name in files if name.startswith("changes/"))
    moved = {"changes/999.cbor" if name == change else name: data for name, data in files.items()}
    strays = [{**files, name: b"x"} for name in ("status/7", "keys/999.tlog-proof")]
    for changed in (moved, *strays):
        assert checked(zipped(changed), tmp_path, trusted=files["trust.txt"])["state"] == "tampered"
    alone = zipped({**files, "rules/999.txt": b"x"})  # the text of a rule that is not there
    assert checked(alone, tmp_path, trusted=files["trust.txt"])["state"] == "not-a-proof"


def test_a_key_that_is_left_out_is_found(made: dict[str, bytes], tmp_path: Path) -> None:
    """Its statement and its line kept back alike: the reader's own trust file knows it."""
    files = read(made["valid"])
    last = max(int(name[5:-5]) for name in files if name.startswith("keys/") and name.endswith(".cose"))
    kept = {name: data for name, data in files.items() if not name.startswith(f"keys/{last}.")}
    public = parse(files[f"keys/{last}.cose"]).record.event
    assert isinstance(public, KeyAuthorised)
    lines = files["trust.txt"].decode().splitlines(keepends=True)
    kept["trust.txt"] = "".join(line for line in lines if public.public_key.hex() not in line).encode()
    assert checked(zipped(kept), tmp_path, trusted=files["trust.txt"])["state"] == "inconsistent"


def test_a_trust_file_of_another_log_turns_it_away(made: dict[str, bytes], tmp_path: Path) -> None:
    trusted = read(made["valid"])["trust.txt"].decode()
    genesis = next(line for line in trusted.splitlines() if line.startswith("genesis "))
    other = trusted.replace(genesis, "genesis " + "0" * 64).encode()
    assert checked(made["valid"], tmp_path, trusted=other)["state"] == "inconsistent"


def test_a_key_that_the_statements_do_not_grant_is_found(made: dict[str, bytes], tmp_path: Path) -> None:
    """The trust file in it with a date moved, as somebody would who wants a retired key to be good."""
    files = read(made["valid"])
    key = next(line for line in files["trust.txt"].decode().splitlines() if line.startswith("key "))
    words = key.split(" ")
    words[5] = str(int(words[5]) + 1)
    forged = files["trust.txt"].decode().replace(key, " ".join(words)).encode()
    data = zipped({**files, "trust.txt": forged})
    assert checked(data, tmp_path, trusted=files["trust.txt"])["state"] == "tampered"


HOSTILE: dict[str, Callable[[zipfile.ZipFile], object]] = {
    "a path that leads out": lambda archive: archive.writestr("../trust.txt", b"x"),
    "an absolute path": lambda archive: archive.writestr("/etc/passwd", b"x"),
    "a name twice": lambda archive: archive.writestr("proof.cbor", b"x"),
    "a stranger": lambda archive: archive.writestr("setup.exe", b"x"),
    "a bomb": lambda archive: archive.writestr("status/1", bytes(evidencefile.MOST_BYTES), zipfile.ZIP_DEFLATED),
    "another packing": lambda archive: archive.writestr("status/1", b"x" * 999, zipfile.ZIP_BZIP2),
}


@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_hostile_archive_is_turned_away(made: dict[str, bytes], name: str) -> None:
    out = io.BytesIO(made["valid"])
    with zipfile.ZipFile(out, "a") as archive:
        HOSTILE[name](archive)
    with pytest.raises(Malformed):
        evidencefile.read(out.getvalue())


@pytest.mark.parametrize("missing", ["proof.cbor", "statement.cose", "checkpoint", "trust.txt", "keys/0.tlog-proof"])
def test_one_with_something_missing_is_none(made: dict[str, bytes], tmp_path: Path, missing: str) -> None:
    files = read(made["valid"])
    data = zipped({name: content for name, content in files.items() if name != missing})
    assert checked(data, tmp_path, trusted=files["trust.txt"])["state"] == "not-a-proof"


@pytest.mark.parametrize("data", [b"PK\x03\x04", b"PK\x03\x04" + bytes(100)])
def test_what_only_begins_like_one_is_none(data: bytes) -> None:
    with pytest.raises(Malformed):
        evidencefile.read(data)


def test_the_page_lets_nothing_run_but_its_own_program(made: dict[str, bytes]) -> None:
    page = read(made["valid"])["verify.html"].decode()
    assert "default-src 'none'; script-src 'sha256-" in page
    assert page.count("<script") == page.count("</script>") == 2
    assert "unsafe" not in page.split("<style>")[0]


def test_there_is_none_for_a_number_that_is_none(original: WholeLedger, tmp_path: Path) -> None:
    whole = original.copy(tmp_path / "ledger")
    asked = ["evidence", "BDI-2026-0000000000000-0", "--ledger", whole.address, "-o", str(tmp_path / "x.zip")]
    assert CliRunner().invoke(main, asked).exit_code == 1


def test_a_file_that_cannot_be_written_is_said(original: WholeLedger, tmp_path: Path) -> None:
    whole = original.copy(tmp_path / "ledger")
    with whole.opened() as ledger, open_awards(ledger) as awards:
        number = str(by(awards, whole.links["valid"]).event.number)
    for command in ("evidence", "certificate"):
        asked = [command, number, "--ledger", whole.address, "-o", str(tmp_path / "nowhere" / "x")]
        told = CliRunner().invoke(main, asked)
        assert (told.exit_code, told.output) == (3, f"certledger: {tmp_path}/nowhere/x: No such file or directory\n")
