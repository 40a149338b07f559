"""Two trust files against each other, and the command that tells of one and compares it with another."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from tests.verifier.loglab import CLERK, PARTNER, ROOT, THIEF, Lab, authorised, compromised, uuid
from verifier import kinds, trust
from verifier.__main__ import certverify
from verifier.comparison import compare
from verifier.errors import Inconsistent
from verifier.trust import Trust


def grown() -> tuple[Lab, Trust, Trust]:
    """A log in which, after its trust file was taken, one key was added, one retired, one reported compromised."""
    lab = Lab.founded()
    before = lab.trust()
    lab.record(authorised(THIEF, "CQUPT", (kinds.CHECKPOINT_KIND,)), ROOT, CLERK)
    lab.record(kinds.KeyRetired(organisation_id=uuid("organisation HUAWEI"), kid=PARTNER.kid), ROOT, CLERK)
    authority = next(key for key in before.keys.values() if key.organisation == "CQHRSS")
    event = kinds.KeyCompromised(organisation_id=uuid("organisation CQHRSS"), kid=authority.kid, as_of=7)
    lab.record(event, ROOT, CLERK)
    return lab, before, lab.trust()


@pytest.mark.parametrize("turned", [False, True])
def test_what_came_between_is_told_in_either_order(turned: bool) -> None:
    _, before, after = grown()
    found = compare(after, before) if turned else compare(before, after)
    assert (found.older, found.newer) == (before, after)
    assert [key.kid for key in found.added] == [THIEF.kid]
    assert [key.kid for key in found.retired] == [PARTNER.kid]
    assert [key.organisation for key in found.compromised] == ["CQHRSS"]


def test_a_trust_file_agrees_with_itself() -> None:
    _, _, after = grown()
    found = compare(after, after)
    assert (found.added, found.retired, found.compromised) == ((), (), ())


def with_key(trusted: Trust, kid: bytes, **changes: object) -> Trust:
    return replace(trusted, keys={**trusted.keys, kid: replace(trusted.keys[kid], **changes)})  # type: ignore[arg-type]


def without_key(trusted: Trust, kid: bytes) -> Trust:
    return replace(trusted, keys={known: key for known, key in trusted.keys.items() if known != kid})


def test_what_contradicts_is_no_trust_file_of_the_same_history() -> None:
    lab, before, after = grown()
    later = replace(after, as_of=after.as_of + 5)
    holder = next(key for key in after.keys.values() if key.organisation == "CQHRSS")
    for other, reason in (
        (replace(after, genesis=bytes(32)), "not the same log"),
        (replace(after, url="https://elsewhere.example.org"), "not the same log"),
        (
            with_key(
                after, PARTNER.kid, custody="base" if after.key(PARTNER.kid).custody != "base" else "organisation"
            ),
            "do not say",
        ),
        (without_key(later, PARTNER.kid), "is gone"),
        (with_key(later, PARTNER.kid, since=1), "granted otherwise"),
        (with_key(later, PARTNER.kid, until=None), "not retired any more"),
        (with_key(later, holder.kid, compromised_from=None), "not compromised any more"),
        (with_key(later, holder.kid, compromised_from=8), "from a later entry on"),
        (with_key(later, ROOT.kid, until=after.as_of), "knew without that"),
        (replace(later, organisations={}), "is gone"),
    ):
        for pair in ((after, other), (other, after)):
            with pytest.raises(Inconsistent, match=reason):
                compare(*pair)
    backdated = with_key(after, THIEF.kid, since=before.as_of - 1)
    with pytest.raises(Inconsistent, match="which the older file knew without it"):
        compare(before, backdated)
    assert compared_earlier(after, holder.kid)
    assert lab.size == after.as_of


def compared_earlier(after: Trust, kid: bytes) -> bool:
    """A compromise may turn out to be an earlier one than was known."""
    later = with_key(replace(after, as_of=after.as_of + 5), kid, compromised_from=3)
    return [key.kid for key in compare(after, later).compromised] == [kid]


# --- the command ------------------------------------------------------------------------------------------------------


def run(*arguments: str) -> Result:
    result = CliRunner().invoke(certverify, ["trust", *arguments], prog_name="certverify")
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


@contextmanager
def partner(body: bytes, status: int = 200) -> Iterator[str]:
    """A partner's site that shows a file."""

    class Site(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Site)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/trust.txt"
    finally:
        server.shutdown()
        server.server_close()


@pytest.fixture
def files(tmp_path: Path) -> tuple[str, str]:
    """The trust file of a log, and the one that it had before."""
    lab = Lab.founded()
    (tmp_path / "before.txt").write_text(lab.trust_text(), "utf-8")
    lab.record(compromised(PARTNER, "HUAWEI", 7), ROOT, CLERK)
    (tmp_path / "now.txt").write_text(lab.trust_text(), "utf-8")
    return str(tmp_path / "now.txt"), str(tmp_path / "before.txt")


def test_it_tells_fingerprint_keys_and_custody(files: tuple[str, str]) -> None:
    trusted = trust.parse(Path(files[0]).read_text("utf-8"))
    told = run(files[0])
    assert told.exit_code == 0
    assert told.output.startswith(f"{trusted.origin}\n  fingerprint: {trust.fingerprint(trusted)}\n")
    assert told.output.count("  key: ") == len(trusted.keys)
    assert "COMPROMISED as of entry 7" in told.output
    assert "witnesses: none" in told.output
    answer = json.loads(run(files[0], "--json").output)
    assert (answer["exit"], answer["genesis"], answer["between"]) == (0, trusted.genesis.hex(), None)
    assert [key["kid"] for key in answer["keys"]] == [kid.hex() for kid in trusted.keys]


def test_a_partners_copy_is_compared(files: tuple[str, str]) -> None:
    now, before = files
    with partner(Path(before).read_bytes()) as url:
        told, answer = run(now, "--against", url), json.loads(run(now, "--against", url, "--json").output)
    assert told.exit_code == 0
    assert "the same log" in told.output
    assert "compromised since" in told.output
    assert answer["between"]["compromised"] == [PARTNER.kid.hex()]
    assert answer["between"]["newer"] == answer["between"]["older"] + 1


def test_another_log_is_no_match(files: tuple[str, str], tmp_path: Path) -> None:
    other = tmp_path / "other.txt"
    genesis = trust.parse(Path(files[0]).read_text("utf-8")).genesis.hex()
    other.write_text(Path(files[0]).read_text("utf-8").replace(genesis, genesis[::-1]), "utf-8")
    told = run(files[0], "--against", str(other))
    assert (told.exit_code, "NOT-GOOD  not the same log" in told.output) == (1, True)
    answer = json.loads(run(files[0], "--against", str(other), "--json").output)
    assert (answer["exit"], answer["problem"][:16], answer["between"]) == (1, "not the same log", None)


@pytest.mark.parametrize(("body", "status"), [(b"", 404), (b"<html>", 200), (b"\xff", 200)])
def test_what_cannot_be_had_is_neither_good_nor_bad(files: tuple[str, str], body: bytes, status: int) -> None:
    with partner(body, status) as url:
        assert run(files[0], "--against", url).exit_code == 3
        assert json.loads(run(files[0], "--against", url, "--json").output)["exit"] == 3


def test_without_a_trust_file_there_is_nothing_to_tell(tmp_path: Path) -> None:
    assert run(str(tmp_path / "none.txt")).exit_code == 3
    assert run("http://elsewhere.example.org/trust.txt").exit_code == 3
