"""Commands tell people what to do: help for each, a sentence instead of a traceback, and the documented exit code."""

from __future__ import annotations

import ctypes
import os
import resource
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.acceptance import recent
from tests.acceptance.conftest import Taken
from tests.acceptance.terminal import COULD_NOT, GOOD, MISUSE, NOT_GOOD, PACKS, Answer, Terminal
from tests.engines import BOTH, Engine

# Most of these spoil files of a ledger in a folder.
pytestmark = pytest.mark.engine("sqlite")

WORDS = {
    "init": [],
    "intake": [PACKS / "dirty"],
    "export": ["titles"],
    "certificate": ["BDI-2023-0000000000000-0", "-o", "certificate.pdf"],
    "certificates": ["--cohort", "BDI-2023A", "-o", "papers"],
    "publish": ["published"],
    "rebuild": [],
    "fsck": [],
    "serve": [],
}
"""Every command with a ledger, and what else it must be given."""
READING = [name for name in WORDS if name != "init"]


@pytest.fixture(autouse=True)
def somewhere_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def ledger(small: Taken, tmp_path: Path) -> Path:
    """A copy that a test may spoil."""
    return Path(small.copy(tmp_path / "ledger"))


# --- help -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", [*WORDS, "demo"])
def test_every_command_of_the_ledger_has_help(person: Terminal, name: str) -> None:
    answer = person.certledger(name, "--help").expect(GOOD, f"Usage: certledger {name}".replace("certledger", "main"))
    assert len(answer.out.splitlines()) > 5
    if name != "demo":
        answer.expect(GOOD, "--ledger")


@pytest.mark.parametrize("name", ["check", "audit"])
def test_every_command_of_the_verifier_has_help(person: Terminal, name: str) -> None:
    person.certverify(name, "--help").expect(GOOD, "--trust", "--json")


def test_the_whole_help_names_every_command(person: Terminal) -> None:
    shown = {line.split()[0] for line in person.run("--help").expect(GOOD).out.splitlines() if line.startswith("  ")}
    assert {*WORDS, "demo"} <= shown


@pytest.mark.parametrize("words", [["nonsense"], ["export", "nonsense", "--ledger", "L"], ["intake"], ["init", "--x"]])
def test_what_is_no_command_is_misuse(person: Terminal, words: list[str]) -> None:
    person.certledger(*words).expect(MISUSE, "Usage:")


# --- the ledger -----------------------------------------------------------------------------------------------------


def on(person: Terminal, name: str, ledger: object) -> Answer:
    return person.certledger(name, *WORDS[name], "--ledger", ledger)


@pytest.mark.parametrize("name", READING)
def test_a_folder_that_is_no_ledger_is_misuse(person: Terminal, tmp_path: Path, name: str) -> None:
    on(person, name, tmp_path / "none").expect(MISUSE, "none is no ledger")
    on(person, name, tmp_path).expect(MISUSE, "is no ledger")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", READING)
def test_a_file_in_the_place_of_a_ledger_is_misuse(person: Terminal, tmp_path: Path, name: str) -> None:
    (tmp_path / "file").write_text("x", encoding="ascii")
    on(person, name, tmp_path / "file").expect(MISUSE, str(tmp_path / "file"))


@pytest.mark.parametrize("name", WORDS)
def test_an_address_that_this_version_cannot_open_is_misuse(person: Terminal, tmp_path: Path, name: str) -> None:
    on(person, name, "mysql://host/ledger").expect(MISUSE, "mysql")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", WORDS)
def test_without_a_ledger_the_command_says_what_is_missing(person: Terminal, name: str) -> None:
    person.certledger(name, *WORDS[name]).expect(MISUSE, "Missing option '--ledger'")


def test_the_ledger_can_come_from_the_environment(person: Terminal, small: Taken) -> None:
    env = {"CERTLEDGER_LEDGER": str(small.ledger)}
    assert person.certledger("export", "titles", env=env).expect(GOOD).out == small.export("titles")


def test_a_ledger_is_made_only_where_nothing_is(person: Terminal, ledger: Path, tmp_path: Path) -> None:
    person.certledger("init", "--ledger", ledger).expect(MISUSE, "is a ledger already")
    full = tmp_path / "full"
    full.mkdir()
    (full / "letter.txt").write_text("x", encoding="ascii")
    person.certledger("init", "--ledger", full).expect(MISUSE, "is not empty")
    person.certledger("init", "--ledger", full / "letter.txt").expect(MISUSE, "letter.txt")
    assert [path.name for path in full.iterdir()] == ["letter.txt"]


@pytest.mark.parametrize(
    "options",
    [
        ["--url", "nonsense"],
        ["--url", "ftp://host"],
        ["--url", "https://"],
        ["--url", "https://host:port"],
        ["--url", "http://host.example.org"],
        ["--url", "https://host/with/path?and=query"],
        ["--url", "https://somebody@host"],
        ["--origin", "two words"],
        ["--origin", "plus+sign"],
        ["--name", ""],
        ["--name", "two\nlines"],
    ],
    ids=" ".join,
)
def test_a_ledger_with_a_name_or_address_that_is_none_is_not_made(
    person: Terminal, tmp_path: Path, options: list[str]
) -> None:
    answer = person.certledger("init", "--ledger", tmp_path / "ledger", *options).expect(MISUSE)
    assert answer.err.strip()
    assert not (tmp_path / "ledger").exists()


def test_settings_that_cannot_be_read_are_named(person: Terminal, ledger: Path) -> None:
    (ledger / "ledger.toml").write_text("[log\n", encoding="ascii")
    on(person, "export", ledger).expect(MISUSE, "ledger.toml cannot be used")
    (ledger / "ledger.toml").write_bytes(b"\xff\xfe\x00")
    on(person, "export", ledger).expect(MISUSE, "ledger.toml cannot be used")
    (ledger / "ledger.toml").write_text("[log]\nid = 5\n", encoding="ascii")
    on(person, "export", ledger).expect(MISUSE, "ledger.toml cannot be used")


@pytest.mark.parametrize("name", [name for name in READING if name != "serve"])
def test_a_database_that_is_gone_is_not_made_anew(person: Terminal, ledger: Path, name: str) -> None:
    for database in ("ledger.sqlite", "data-keys.sqlite"):
        (ledger / database).rename(ledger / "away")
        on(person, name, ledger).expect(COULD_NOT, database)
        assert not (ledger / database).exists()
        (ledger / "away").rename(ledger / database)


# --- keys -----------------------------------------------------------------------------------------------------------


@pytest.fixture
def master(person: Terminal, ledger: Path, tmp_path: Path) -> Iterator[Path]:
    """The ledger's master key, named by the environment; a copy that a test may spoil."""
    with person.opened(str(ledger)) as opened:
        log_id = opened.log_id
    key = tmp_path / "master-key"
    shutil.copy2(person.config / "certledger" / f"{log_id}.master-key", key)
    return key


def with_key(person: Terminal, name: str, ledger: Path, key: Path) -> Answer:
    words = WORDS[name]
    return person.certledger(name, *words, "--ledger", ledger, env={"CERTLEDGER_MASTER_KEY_FILE": str(key)})


def test_a_master_key_is_never_world_readable(person: Terminal, ledger: Path, master: Path) -> None:
    assert master.stat().st_mode & 0o077 == 0
    assert (person.config / "certledger").stat().st_mode & 0o077 == 0
    with_key(person, "export", ledger, master).expect(GOOD)
    master.chmod(0o644)
    with_key(person, "export", ledger, master).expect(COULD_NOT, "can be read by others", "chmod 600")


def test_a_master_key_that_is_gone_or_none_is_named(person: Terminal, ledger: Path, master: Path) -> None:
    missing = master.with_name("none")
    with_key(person, "export", ledger, missing).expect(COULD_NOT, str(missing), "CERTLEDGER_MASTER_KEY_FILE")
    for content in (b"", b"not hex", b"00" * 31, b"\xff" * 64, b"00" * 33):
        master.write_bytes(content)
        answer = with_key(person, "export", ledger, master).expect(COULD_NOT, str(master))
        assert content.hex()[:20] not in answer.said or not content
    with_key(person, "export", ledger, master.parent).expect(COULD_NOT, str(master.parent))


@pytest.mark.parametrize("name", ["intake", "certificates", "publish", "export", "fsck"])
def test_a_wrong_master_key_opens_nothing(person: Terminal, ledger: Path, master: Path, name: str) -> None:
    master.write_text("ab" * 32, encoding="ascii")
    answer = with_key(person, name, ledger, master)
    assert answer.code in (COULD_NOT, NOT_GOOD), answer.said
    answer.expect(answer.code)
    assert answer.err.strip() or answer.out.strip()


def test_key_files_are_private_and_a_missing_one_is_named(person: Terminal, ledger: Path) -> None:
    keys = sorted((ledger / "keys").iterdir())
    assert all(key.stat().st_mode & 0o077 == 0 for key in [*keys, ledger / "keys", ledger])
    keys[0].chmod(0o644)
    on(person, "publish", ledger).expect(COULD_NOT, keys[0].name, "can be read by others")
    keys[0].chmod(0o600)
    shutil.move(ledger / "keys", ledger / "away")
    on(person, "publish", ledger).expect(NOT_GOOD, "no-key")
    shutil.move(ledger / "away", ledger / "keys")
    on(person, "publish", ledger).expect(GOOD)


# --- packs ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def fresh(person: Terminal, engine: Engine, tmp_path: Path) -> str:
    return person.found(engine.new(tmp_path / "fresh"))


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    return recent.write_pack(tmp_path / "pack")


def test_what_is_no_pack_is_turned_away(person: Terminal, fresh: str, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "file").write_text("x", encoding="ascii")
    person.certledger("intake", tmp_path / "none", "--ledger", fresh).expect(NOT_GOOD, "none", "is not a folder")
    person.certledger("intake", tmp_path / "file", "--ledger", fresh).expect(NOT_GOOD, "is not a folder")
    person.certledger("intake", tmp_path / "empty", "--ledger", fresh).expect(NOT_GOOD, "holds no file of a pack")


@BOTH
def test_a_pack_without_rows_is_taken_in(person: Terminal, fresh: str, pack: Path) -> None:
    for file in pack.glob("*.csv"):
        if file.stem not in ("organisations", "cohorts"):
            file.write_text(file.read_text("utf-8").splitlines()[0] + "\n", encoding="utf-8")
    person.taken_in(fresh, pack)
    for what, header in (("certificates", "trainee_no,"), ("titles", "application_no,")):
        text = person.exported(fresh, what)
        assert text.startswith(header)
        assert text.count("\n") == 1


SPOILT = {
    "a NUL byte in a name": ("roster.csv", lambda data: data.replace("林知远".encode(), "林\0知远".encode(), 1)),
    "nothing but NUL bytes": ("attendance.csv", lambda data: b"\0" * 100),
    "an empty file": ("roster.csv", lambda data: b""),
    "no header": ("roster.csv", lambda data: data.split(b"\n", 1)[1]),
    "an unknown column": ("roster.csv", lambda data: data.replace(b"email", b"e-post", 1)),
    "an open quote": ("withdrawals.csv", lambda data: data + b'"S2200001,BDI'),
    "a lone byte": ("roster.csv", lambda data: data + b"\xff\n"),
    "UTF-16": ("roster.csv", lambda data: data.decode().encode("utf-16")),
    "no workbook": ("roster.xlsx", lambda data: b"PK\x03\x04 and nothing more"),
    "no TOML": ("programmes.toml", lambda data: data + b"\n[["),
    "a definition without a field": ("programmes.toml", lambda data: data.replace(b"total_pass", b"x", 1)),
    "a bad cohort": ("cohorts.csv", lambda data: data + b"X,BDI,2026-02-30,2026-05-01,10\n"),
    "an endless line": ("roster.csv", lambda data: data + b"x" * 300_000 + b"\n"),
}


@pytest.mark.parametrize("how", SPOILT)
@BOTH
def test_a_spoilt_file_is_named_and_nothing_is_recorded_of_it(
    person: Terminal, fresh: str, pack: Path, how: str
) -> None:
    name, spoil = SPOILT[how]
    file = pack / name
    file.write_bytes(spoil(file.read_bytes() if file.exists() else b""))
    answer = person.certledger("intake", pack, "--ledger", fresh)
    if answer.code == GOOD:  # a bad row is turned away alone
        assert f"turned away  {name} line" in answer.err, answer.said
    else:
        answer.expect(NOT_GOOD, name)
        assert person.exported(fresh, "certificates").count("\n") == 1
    answer.expect(answer.code)
    person.certledger("fsck", "--ledger", fresh).expect(GOOD)


@BOTH
def test_a_pack_that_nobody_may_take_in_records_nothing(person: Terminal, fresh: str, pack: Path) -> None:
    for words in (
        ["--as", "approver", "--approved-by", "operator"],
        ["--as", "operator", "--approved-by", "operator"],
        ["--as", "approver", "--approved-by", "approver"],
    ):
        answer = person.certledger("intake", pack, "--ledger", fresh, *words)
        assert answer.code in (NOT_GOOD, MISUSE), answer.said
        answer.expect(answer.code)
        assert person.exported(fresh, "certificates").count("\n") == 1
    answer = person.certledger("intake", pack, "--ledger", fresh, "--as", "nobody")
    answer.expect(MISUSE, "no account 'nobody'", "operator")


# --- papers and exports ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("cohort", ["NONE", "../../x", "", "BDI-NOW/..", "a\nb", "*"])
def test_a_cohort_that_is_none_is_refused(person: Terminal, ledger: Path, tmp_path: Path, cohort: str) -> None:
    answer = person.certledger("certificates", "--cohort", cohort, "--ledger", ledger, "-o", tmp_path / "papers")
    answer.expect(NOT_GOOD, "no cohort")
    assert not (tmp_path / "papers").exists()


@pytest.mark.parametrize("number", ["nonsense", "", "../../x", "BDI-2023-0000000000000-0", "BDI-2023-0000000000000-1"])
def test_a_number_that_is_none_is_refused(person: Terminal, ledger: Path, tmp_path: Path, number: str) -> None:
    answer = person.certledger("certificate", number, "--ledger", ledger, "-o", tmp_path / "one.pdf")
    answer.expect(NOT_GOOD)
    assert answer.err.strip()
    assert not (tmp_path / "one.pdf").exists()


def test_an_output_that_cannot_be_written_is_named(person: Terminal, ledger: Path, pack: Path, tmp_path: Path) -> None:
    missing = tmp_path / "missing" / "file"
    person.certledger("export", "titles", "--ledger", ledger, "-o", missing).expect(COULD_NOT, str(missing))
    person.certledger("export", "titles", "--ledger", ledger, "-o", tmp_path).expect(COULD_NOT, str(tmp_path))
    before = person.certledger("fsck", "--ledger", ledger, "--json").json["entries"]
    answer = person.certledger("intake", PACKS / "dirty", "--ledger", ledger, "--rejects", missing)
    answer.expect(COULD_NOT, str(missing))
    assert person.certledger("fsck", "--ledger", ledger, "--json").json["entries"] == before
    (tmp_path / "file").write_text("x", encoding="ascii")
    words = ["--cohort", recent.COHORT, "--ledger", ledger, "-o", tmp_path / "file"]
    answer = person.certledger("certificates", *words)
    assert answer.code in (MISUSE, COULD_NOT)
    answer.expect(answer.code, "file")
    answer = person.certledger("publish", tmp_path / "file", "--ledger", ledger)
    assert answer.code in (MISUSE, COULD_NOT)
    answer.expect(answer.code, "file")
    person.certledger("certificates", *words[:-1], tmp_path / "deep" / "er").expect(GOOD, "4 certificates")
    number = next((tmp_path / "deep" / "er").iterdir()).stem
    person.certledger("certificate", number, "--ledger", ledger, "-o", missing).expect(COULD_NOT, str(missing.parent))
    pdf = person.certledger("certificate", number.lower(), "--ledger", ledger, "-o", "-").expect(GOOD).raw
    assert pdf.startswith(b"%PDF-")


@BOTH
def test_a_name_that_no_font_has_stops_the_print_with_a_sentence(
    person: Terminal, fresh: str, pack: Path, tmp_path: Path
) -> None:
    roster = pack / "roster.csv"
    roster.write_text(
        roster.read_text("utf-8").replace("林知远,resident-id,5000001990", "林\ue123远,resident-id,5000001990"),
        encoding="utf-8",
    )
    person.taken_in(fresh, pack)
    answer = person.certledger("certificates", "--cohort", recent.COHORT, "--ledger", fresh, "-o", tmp_path / "papers")
    answer.expect(NOT_GOOD, "BDI-", "certledger: ")


def test_a_published_tree_of_another_log_stops_every_print(
    person: Terminal, ledger: Path, dirty: Taken, tmp_path: Path
) -> None:
    shutil.rmtree(ledger / "public")
    shutil.copytree(dirty.published, ledger / "public")
    words = ["--cohort", recent.COHORT, "--ledger", ledger, "-o", tmp_path / "papers"]
    person.certledger("certificates", *words).expect(COULD_NOT, "nothing more was published", "checkpoint")


def test_publishing_into_anothers_tree_is_refused(person: Terminal, ledger: Path, dirty: Taken, tmp_path: Path) -> None:
    published = tmp_path / "published"
    shutil.copytree(dirty.published, published)
    answer = person.certledger("publish", published, "--ledger", ledger)
    answer.expect(COULD_NOT, "nothing more was published", "checkpoint")
    assert (published / "checkpoint").read_bytes() == (dirty.published / "checkpoint").read_bytes()


def test_views_are_made_anew(person: Terminal, ledger: Path, tmp_path: Path) -> None:
    size = person.certledger("rebuild", "--ledger", ledger, "--json").expect(GOOD).json["size"]
    person.certledger("rebuild", "--ledger", ledger).expect(GOOD, f"rebuilt out of {size} entries")
    (ledger / "views.sqlite").write_bytes(b"no database at all" * 1000)
    words = ["--cohort", recent.COHORT, "--ledger", ledger, "-o", tmp_path / "papers"]
    answer = person.certledger("certificates", *words)
    assert answer.code in (GOOD, NOT_GOOD, COULD_NOT)
    answer.expect(answer.code)
    for file in ledger.glob("views.sqlite*"):
        file.unlink()
    person.certledger("certificates", *words).expect(GOOD, "4 certificates")


# --- the verifier ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("thing", "code"),
    [
        (b"", NOT_GOOD),
        (b"\0", NOT_GOOD),
        (b"%PDF-1.7 and nothing more", NOT_GOOD),
        (b"\xd2\x84", NOT_GOOD),
        (b"https://example.org/somewhere", NOT_GOOD),
        (b"https://example.org/p#12345678901234567890", NOT_GOOD),
        (b"\x89PNG\r\n\x1a\n", NOT_GOOD),
        ("中文".encode(), NOT_GOOD),
        (b"\xff" * 1000, NOT_GOOD),
    ],
)
def test_nonsense_is_no_certificate(person: Terminal, small: Taken, thing: bytes, code: int) -> None:
    answer = person.certverify("check", "-", "--trust", small.trust, "--offline", stdin=thing).expect(code)
    assert "VALID" not in answer.out.split()[0]


def test_what_cannot_be_read_is_not_bad(person: Terminal, small: Taken, tmp_path: Path) -> None:
    for thing in (tmp_path / "none.pdf", tmp_path, "/dev/null/x", "a\0b"):
        person.certverify("check", thing, "--trust", small.trust, "--offline").expect(COULD_NOT, "could not be checked")
    person.certverify("check", "-", "--trust", tmp_path / "none").expect(COULD_NOT, "there is no trust file")
    person.certverify("check", "-", "-", "--trust", small.trust).expect(MISUSE)
    person.certverify("check").expect(MISUSE)
    words = ["--trust", small.trust, "--offline", "--log", "https://example.org/log"]
    person.certverify("check", "-", *words).expect(MISUSE)


def test_a_log_that_cannot_be_had_is_not_bad(person: Terminal, small: Taken, tmp_path: Path) -> None:
    for place in (tmp_path / "none", tmp_path, small.trust, "ftp://example.org/log", "http://example.org/log"):
        person.certverify("audit", place, "--trust", small.trust).expect(COULD_NOT)
    person.certverify("audit", small.published, "--trust", small.published / "checkpoint").expect(COULD_NOT)
    spoilt = tmp_path / "trust.txt"
    spoilt.write_text(small.trust.read_text("utf-8") + "nonsense\n", encoding="utf-8")
    person.certverify("audit", small.published, "--trust", spoilt).expect(COULD_NOT, "trust.txt")
    person.certverify("audit", small.published, "--trust", small.trust, "--since", tmp_path).expect(COULD_NOT)


# --- the machine ----------------------------------------------------------------------------------------------------

PR_CAPBSET_DROP = 24
"""prctl(2)."""
OVERRIDING = range(4)
"""Capabilities with which root passes over owner and permissions (capabilities(7), CAP_CHOWN to CAP_FOWNER)."""


def obeying_permissions() -> None:
    """For a process that may do only what permissions say, though root should run it."""
    if os.geteuid() == 0:
        libc = ctypes.CDLL(None)
        for capability in OVERRIDING:
            libc.prctl(PR_CAPBSET_DROP, capability, 0, 0, 0)


@pytest.mark.parametrize("name", ["intake", "publish", "certificates", "rebuild"])
def test_a_folder_that_may_not_be_written_is_named(person: Terminal, ledger: Path, name: str) -> None:
    inside = [path for path in (ledger, *ledger.rglob("*")) if path.name != "keys" and path.parent.name != "keys"]
    for path in inside:
        path.chmod(0o500 if path.is_dir() else 0o400)
    answer = person.run(name, *WORDS[name], "--ledger", ledger, preexec_fn=obeying_permissions)
    for path in inside:
        path.chmod(0o700 if path.is_dir() else 0o600)
    answer.expect(COULD_NOT, "certledger: ")
    assert str(ledger) in answer.err or "readonly database" in answer.err, answer.said


def limited(size: int) -> Any:
    """For a process that can write no file larger than so many bytes, as on a full disk."""

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))

    return limit


@pytest.mark.parametrize("size", [50_000, 400_000, 1_200_000])
def test_a_full_disk_is_said_and_the_intake_goes_on_afterwards(
    person: Terminal, fresh: str, dirty: Taken, size: int
) -> None:
    answer = person.run("intake", PACKS / "dirty", "--ledger", fresh, preexec_fn=limited(size))
    answer.expect(COULD_NOT, "certledger: ")
    assert len(answer.err.strip().splitlines()[-1]) > 20
    person.taken_in(fresh, PACKS / "dirty")
    assert person.exported(fresh, "titles") == dirty.export("titles")
    person.certledger("fsck", "--ledger", fresh).expect(GOOD)


@BOTH
def test_a_full_disk_while_publishing_is_said(person: Terminal, dirty: Taken, tmp_path: Path) -> None:
    ledger, published = dirty.copy(tmp_path / "ledger"), tmp_path / "published"
    shutil.rmtree(person.public(ledger))
    answer = person.run("publish", published, "--ledger", ledger, preexec_fn=limited(60_000))
    answer.expect(COULD_NOT, "certledger: ")
    assert not (published / "checkpoint").exists()
    person.certledger("publish", published, "--ledger", ledger).expect(GOOD)
    person.certverify("audit", published, "--trust", published / "trust.txt").expect(GOOD)


@BOTH
def test_a_pipe_that_is_closed_is_no_traceback(person: Terminal, small: Taken) -> None:
    command = f"{sys.executable} -m ledger export certificates --ledger {small.ledger} | head -n 1"
    answer = person.run_shell(command)
    assert answer.out.startswith("trainee_no,")
    answer.expect(GOOD)
