"""Witnesses and logs of another's making: aics-witness cosigns our log, ours cosigns theirs, aics-tlog judges both."""

from __future__ import annotations

import json
import os
import re
import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from tests.free_port import free_port
from tests.sample_log import LOG_KEY, SampleLog
from verifier import cosignatures, tile
from verifier.errors import CouldNotCheck
from verifier.note import VerifierKey
from verifier.signing import OwnKey
from verifier.witness.asking import ask
from verifier.witness.cosigning import Witness as OurWitness
from verifier.witness.serving import WitnessServer
from verifier.witness.store import Memory
from verifier.witnesses import Witness

THEIR_ORIGIN = "log.example.net/aics"
OWN = OwnKey(Ed25519PrivateKey.from_private_bytes(bytes(range(32))))

Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="module")
def run(aics_python: Path) -> Run:
    """Runs something of theirs: a module or a script, with its arguments."""

    def runs(*command: str, wanted: int = 0) -> subprocess.CompletedProcess[str]:
        environment = {**os.environ, "PYTHONPATH": str(aics_python.parents[1] / "src")}
        whole = [str(aics_python), *command]
        result = subprocess.run(whole, capture_output=True, text=True, timeout=120, env=environment, check=False)
        assert result.returncode == wanted, result.stdout + result.stderr
        return result

    return runs


@contextmanager
def our_witness(folder: Path, *logs: str) -> Iterator[tuple[str, VerifierKey]]:
    """Address and key of a witness of ours."""
    name = "witness.example.org"
    keys: dict[str, list[VerifierKey]] = {}
    for key in map(VerifierKey.parse, logs):
        keys.setdefault(key.name, []).append(key)
    memory = Memory(folder / "ours.sqlite", str(cosignatures.key_of(name, OWN.public)))
    server = WitnessServer("127.0.0.1", 0, OurWitness(name, OWN, memory, keys, lambda: int(time.time())))
    thread = Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}", server.witness.key
    finally:
        server.shutdown()
        server.end_all()
        thread.join()
        server.server_close()


@contextmanager
def their_witness(folder: Path, aics_python: Path, run: Run, origin: str, vkey: str) -> Iterator[Witness]:
    """A witness of theirs, as a policy names it."""
    listen = f"127.0.0.1:{free_port()}"
    config = str(folder / "witness.json")
    made = run("-m", "aics_witness", "init", "-c", config, "--name", "aics.example.org/w1", "--listen", listen)
    found = re.search(r"aics\.example\.org/w1\+[0-9a-f]{8}\+[A-Za-z0-9+/=]+", made.stdout + made.stderr)
    assert found
    run("-m", "aics_witness", "add-log", "-c", config, "--origin", origin, "--vkey", vkey)
    environment = {**os.environ, "PYTHONPATH": str(aics_python.parents[1] / "src")}
    command = [str(aics_python), "-m", "aics_witness", "serve", "-c", config]
    process = subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    try:
        for _ in range(600):
            try:
                socket.create_connection(tuple(listen.split(":")), timeout=1).close()  # type: ignore[arg-type]
                break
            except OSError:
                time.sleep(0.1)
        yield Witness("aics", VerifierKey.parse(found[0]), f"http://{listen}")
    finally:
        process.terminate()
        process.wait(timeout=60)


def reader(folder: Path, size: int) -> tile.TreeReader:
    return tile.TreeReader(size, lambda path: (folder / path).read_bytes())


def test_their_witness_cosigns_our_log(tmp_path: Path, aics_python: Path, run: Run) -> None:
    log = SampleLog.of_statements(300)
    log.publish(tmp_path / "log", sizes=(5, 256, 300))
    with their_witness(tmp_path, aics_python, run, LOG_KEY.name, str(LOG_KEY)) as witness:
        known = 0
        for size in (5, 256, 300):
            signed = log.checkpoint(size).decode()
            line = ask(witness, signed, known, reader(tmp_path / "log", size).consistency_path, 60.0)
            assert line.name == "aics.example.org/w1"
            known = size if size != 256 else 0  # the last time it has to tell what it knows
        with pytest.raises(CouldNotCheck, match="has cosigned 300 entries and the log has 5"):
            ask(witness, log.checkpoint(5).decode(), 0, lambda old: (), 60.0)
        whole = tmp_path / "log" / "checkpoint"
        whole.write_text(cosignatures.with_lines(signed, [line]))
    arguments = ["--log-key", str(LOG_KEY), "--tiles", str(tmp_path / "log"), "--quorum", "1"]
    run("-m", "aics_tlog", "verify-checkpoint", *arguments, "--witness-key", str(witness.key))


def test_our_witness_cosigns_their_log(tmp_path: Path, run: Run) -> None:
    script = str(Path(__file__).parent / "aics_log.py")
    vkey = run(script, THEIR_ORIGIN).stdout.strip()
    with our_witness(tmp_path, vkey) as (url, key):
        lines = run(script, THEIR_ORIGIN, url, str(key)).stdout.splitlines()
    checkpoints = [json.loads(line) for line in lines]
    assert [item["size"] for item in checkpoints] == [1, 2, 3, 255, 256, 257, 700]
    for item in checkpoints:
        (tmp_path / "note").write_text(item["checkpoint"])
        arguments = ["--note", str(tmp_path / "note"), "--log-key", vkey, "--quorum", "1"]
        run("-m", "aics_tlog", "verify-checkpoint", *arguments, "--witness-key", str(key))
        spoilt = item["checkpoint"].replace(f"\n{item['size']}\n", f"\n{item['size'] + 1}\n")
        (tmp_path / "note").write_text(spoilt)
        run("-m", "aics_tlog", "verify-checkpoint", *arguments, "--witness-key", str(key), wanted=1)


def test_a_cosigned_checkpoint_of_ours_is_read_by_go_and_by_aics_tlog(
    tmp_path: Path, run: Run, treecheck: Path
) -> None:
    log = SampleLog.of_statements(300)
    folder = tmp_path / "log"
    log.publish(folder, sizes=(300,))
    with our_witness(tmp_path, str(LOG_KEY)) as (url, key):
        line = ask(
            Witness("ours", key, url), log.checkpoint(300).decode(), 0, reader(folder, 300).consistency_path, 60.0
        )
    (folder / "checkpoint").write_text(cosignatures.with_lines(log.checkpoint(300).decode(), [line]))
    command = [str(treecheck), "-vkey", str(LOG_KEY), str(folder)]
    said = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert said.stdout.startswith("good:"), said.stdout + said.stderr
    arguments = ["--log-key", str(LOG_KEY), "--tiles", str(folder), "--witness-key", str(key)]
    run("-m", "aics_tlog", "verify-checkpoint", *arguments, "--quorum", "1")
    shutil.copy(folder / "checkpoint", tmp_path / "kept")
    run(
        "-m", "aics_tlog", "verify-consistency", *arguments, "--old-checkpoint", str(tmp_path / "kept"), "--quorum", "1"
    )
