"""Copies of the published tree that are kept beside the ledger's own, and the commands for them."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from ledger.__main__ import main
from ledger.awards import open_awards
from ledger.bucket import open_bucket
from ledger.commands import OpenAccount
from ledger.destinations import Destination
from ledger.founding import APPROVER, OPERATOR, Founding, found
from ledger.mirror import copy_once, mirror_of
from ledger.open import Ledger, open_ledger
from ledger.permissions import Actors
from ledger.publisher import Publisher
from ledger.tiles import CannotPublish, DiskFolder
from ledger.upkeep import LEAD_SECONDS, Turn, Upkeep
from tests.s3_server import destination, make_public, s3_server, secret_in
from verifier.__main__ import certverify

CHANGING = ("checkpoint", "status/0", "trust.txt")


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with s3_server() as address:
        make_public(address)
        yield address


@pytest.fixture
def secret(tmp_path: Path) -> str:
    return secret_in(tmp_path)


def founded(tmp_path: Path, *destinations: Destination) -> Ledger:
    """A new ledger whose settings name these destinations, opened anew."""
    with found(tmp_path / "ledger", Founding(master_key_in="master.key")) as made:
        made.place.replace_settings(replace(made.settings, publish=destinations))
    return open_ledger(str(tmp_path / "ledger"))


def record(ledger: Ledger) -> None:
    """One more event."""
    desk = ledger.desk()
    accounts = ledger.settings.accounts
    name = f"P{ledger.store.head().size:08d}"
    desk.execute(OpenAccount(desk.new_id(), name, "BASE", ("auditor",)), Actors(accounts[OPERATOR], accounts[APPROVER]))


def changing(folder: Any) -> list[bytes | None]:
    return [folder.read(path) for path in CHANGING]


def own(ledger: Ledger) -> list[bytes]:
    return [(ledger.public / path).read_bytes() for path in CHANGING]


def test_one_destination_that_is_away_stops_no_other_and_catches_up(
    tmp_path: Path, server: str, secret: str, caplog: pytest.LogCaptureFixture
) -> None:
    there, away = destination(server, "kept", secret), Destination(str(tmp_path / "later"))
    (tmp_path / "later").write_text("in the way")
    with founded(tmp_path, away, there) as ledger, open_awards(ledger) as awards, Publisher(awards) as publisher:
        first, second = publisher.mirrors
        for _ in range(2):
            publisher.step()
            first.step()
            second.step()
            record(ledger)
        publisher.step()
        second.step()
        assert changing(open_bucket(there)) == own(ledger)
        assert (second.failure, second.size) == ("", ledger.store.head().size)
        assert (first.failure, first.size) == ("FileExistsError", 0)
        told = [item for item in caplog.records if item.levelno == logging.ERROR]
        assert len(told) == 1, "once, not at every try"
        assert str(tmp_path / "later") in told[0].getMessage()
        (tmp_path / "later").unlink()
        first.step()
        assert (first.failure, first.size) == ("", ledger.store.head().size)
        assert [(tmp_path / "later" / path).read_bytes() for path in CHANGING] == own(ledger)


def test_only_who_has_the_turn_to_sign_keeps_the_copies(tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    with founded(tmp_path, Destination(str(copy))) as ledger, open_ledger(str(tmp_path / "ledger")) as other:
        assert other.store.lead(LEAD_SECONDS)
        with open_awards(ledger) as awards, Publisher(awards) as publisher:
            Upkeep(other).sign()
            publisher.step()
            publisher.mirrors[0].step()
            assert not publisher.leads
            assert not copy.exists()


def test_a_running_publisher_keeps_its_copies(tmp_path: Path, server: str, secret: str) -> None:
    there = destination(server, "running", secret)
    with founded(tmp_path, there) as ledger, open_awards(ledger) as awards, Publisher(awards) as publisher:
        publisher.start()
        record(ledger)
        size = ledger.store.head().size
        for _ in range(1200):
            if publisher.mirrors[0].size == size:
                break
            publisher.mirrors[0].join(0.1)
        assert publisher.mirrors[0].size == size
        publisher.stop()
        assert not publisher.mirrors[0].is_alive()
        assert changing(open_bucket(there))[0] == own(ledger)[0]


def test_a_moment_without_anything_new_lists_no_number_tiles(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A publisher looks twice a second, and a country's index has many tiles."""
    listed: list[str] = []
    listing = DiskFolder.listing

    def noted(folder: DiskFolder, below: str) -> Iterator[tuple[str, float]]:
        listed.append(below)
        return listing(folder, below)

    monkeypatch.setattr(DiskFolder, "listing", noted)
    with founded(tmp_path) as ledger, open_awards(ledger):
        upkeep, mirror = Upkeep(ledger), mirror_of(ledger, Destination(str(tmp_path / "copy")))
        for _ in range(2):
            record(ledger)
            upkeep.sign()
            upkeep.publish()
            listed.clear()
            assert mirror.publish()
            assert "numbers" in listed
            listed.clear()
            assert not mirror.publish()
            assert "numbers" not in listed
        copied = [(tmp_path / "copy" / path).read_bytes() for path in CHANGING]
        assert copied == own(ledger)


def test_the_end_does_not_wait_for_a_copy_that_is_far_from_done(tmp_path: Path) -> None:
    with founded(tmp_path, Destination(str(tmp_path / "copy"))) as ledger, open_awards(ledger) as awards:
        with Publisher(awards) as publisher:
            publisher.step()
            publisher.mirrors[0].stop()
            publisher.mirrors[0].step()
            assert (publisher.mirrors[0].failure, publisher.mirrors[0].size) == ("", 0)
            assert not (tmp_path / "copy" / "checkpoint").exists()
        with Publisher(awards) as publisher:
            publisher.step()
            publisher.mirrors[0].step()
            assert publisher.mirrors[0].size == ledger.store.head().size


def test_a_bucket_that_heeds_no_conditions_is_for_who_has_the_turn(tmp_path: Path, server: str, secret: str) -> None:
    with founded(tmp_path, destination(server, "turn", secret)) as ledger:
        Upkeep(ledger).run_once()
        with open_ledger(str(tmp_path / "ledger")) as other:
            assert other.store.lead(LEAD_SECONDS)
            copied = mirror_of(ledger, ledger.settings.publish[0])
            copied.folder.conditional = False  # type: ignore[attr-defined]
            with pytest.raises(CannotPublish, match="heeds no conditions"):
                copy_once(copied, Turn(ledger.store))
            other.store.resign()
            copy_once(copied, Turn(ledger.store))
            assert copied.size == ledger.store.head().size


def test_a_stranger_audits_the_bucket_that_the_command_published_into(tmp_path: Path, server: str, secret: str) -> None:
    at = destination(server, "audited", secret)
    with founded(tmp_path, at) as ledger:
        size = ledger.store.head().size
    arguments = ["--ledger", str(tmp_path / "ledger"), "--json"]
    run = CliRunner().invoke(main, ["publish", at.to, *arguments], catch_exceptions=False)
    assert (run.exit_code, json.loads(run.stdout)["size"]) == (0, size), run.output
    trust = str(tmp_path / "ledger" / "public" / "trust.txt")
    audited = CliRunner().invoke(certverify, ["audit", f"{server}/published/audited", "--trust", trust])
    assert audited.exit_code == 0, audited.output
    pruned = CliRunner().invoke(main, ["prune", at.to, *arguments], catch_exceptions=False)
    assert (pruned.exit_code, json.loads(pruned.stdout)["removed"]) == (0, 0)
    pruned = CliRunner().invoke(main, ["prune", *arguments], catch_exceptions=False)
    assert (pruned.exit_code, json.loads(pruned.stdout)["removed"]) == (0, 0)


@pytest.mark.parametrize("to", ["gs://bucket/x", "s3://", "https://example.org"])
def test_an_address_that_is_no_destination_is_misuse(tmp_path: Path, to: str) -> None:
    founded(tmp_path).close()
    run = CliRunner().invoke(main, ["publish", to, "--ledger", str(tmp_path / "ledger")])
    assert run.exit_code == 2
    assert "neither a folder nor s3://" in run.output
    assert not (tmp_path / "ledger" / "public" / "checkpoint").exists()


def test_what_a_bucket_answers_is_said_in_a_line(tmp_path: Path, server: str, secret: str) -> None:
    founded(tmp_path, Destination("s3://nobody-made-this", server, "us-east-1", "key", secret)).close()
    run = CliRunner().invoke(main, ["publish", "s3://nobody-made-this", "--ledger", str(tmp_path / "ledger")])
    assert run.exit_code == 3
    assert "nothing more was published: s3://nobody-made-this:" in run.output
    assert len(run.output.strip().splitlines()) == 1
