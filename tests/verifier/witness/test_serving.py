"""The witness as a process: over HTTP, ended by a signal, killed in between, two at once on one file."""

from __future__ import annotations

import http.client
import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from click.testing import CliRunner

from tests.verifier.loglab import ORIGIN, Lab
from tests.verifier.witness.test_cosigning import grown, proof
from verifier.__main__ import certverify
from verifier.cosignatures import judge
from verifier.signing import new_key
from verifier.witness import request
from verifier.witnesses import parse as parse_policy

NAME = "witness.example.org"


@contextmanager
def running(folder: Path, *options: str) -> Iterator[tuple[subprocess.Popen[str], int]]:
    """The command, with the port that it listens at."""
    if not (folder / "own.key").exists():
        new_key(folder / "own.key", None)
        (folder / "trust.txt").write_text(Lab.founded().trust_text())
    wanted = [
        "--key",
        f"{folder}/own.key",
        "--name",
        NAME,
        "--state",
        f"{folder}/state",
        "--log",
        f"{folder}/trust.txt",
    ]
    command = [sys.executable, "-m", "verifier", "witness", *wanted, "--listen", "127.0.0.1:0", *options]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    try:
        assert process.stderr
        started = re.search(r"listens at http://127.0.0.1:(\d+)", process.stderr.readline())
        assert started
        yield process, int(started[1])
    finally:
        process.kill()
        process.communicate()


def post(port: int, body: bytes, path: str = "/add-checkpoint") -> tuple[int, str, str]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    try:
        connection.request("POST", path, body)
        answer = connection.getresponse()
        return answer.status, answer.headers["Content-Type"], answer.read().decode()
    finally:
        connection.close()


def vkey(folder: Path) -> str:
    shown = CliRunner().invoke(certverify, ["witness", "--key", f"{folder}/own.key", "--name", NAME, "--show-key"])
    assert shown.exit_code == 0, shown.output
    return shown.output.strip()


def test_over_http_until_a_signal_ends_it(tmp_path: Path) -> None:
    lab = Lab.founded()
    with running(tmp_path) as (process, port):
        status, kind, line = post(port, request.make(0, [], lab.checkpoint().decode()))
        assert (status, kind) == (200, "text/plain; charset=utf-8")
        policy = parse_policy(f"witness w {vkey(tmp_path)}\nquorum w\n")
        assert judge(lab.checkpoint() + line.encode(), policy).quorum
        assert post(port, request.make(3, [], lab.checkpoint().decode())) == (
            409,
            "text/x.tlog.size",
            f"{lab.size}\n",
        )
        assert post(port, b"x")[0] == 400
        assert post(port, b"x", "/elsewhere")[0] == 404
        process.send_signal(signal.SIGTERM)
        _, told = process.communicate(timeout=60)
        assert process.returncode == 0
        assert told.endswith("the witness has ended\n")


def test_several_requests_over_one_connection(tmp_path: Path) -> None:
    lab = Lab.founded()
    with running(tmp_path) as (process, port):
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        for old, wanted in ((0, 200), (0, 409), (lab.size, 200)):
            connection.request("POST", "/add-checkpoint", request.make(old, [], lab.checkpoint().decode()))
            answer = connection.getresponse()
            assert (answer.status, bool(answer.read())) == (wanted, True)
        process.send_signal(signal.SIGTERM)  # while the connection waits for more
        assert process.wait(timeout=60) == 0
        connection.close()


def test_what_a_stranger_may_send_is_bounded(tmp_path: Path) -> None:
    with running(tmp_path) as (_, port):
        for head, wanted in (
            ("POST /add-checkpoint HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n", b"411"),
            ("POST /add-checkpoint HTTP/1.1\r\nContent-Length: -1\r\n\r\n", b"411"),
            ("GET /add-checkpoint HTTP/1.1\r\n\r\n", b"501"),
            (f"POST /add-checkpoint HTTP/1.1\r\nContent-Length: {request.MAX_SIZE + 1}\r\n\r\n", b"413"),
        ):
            with socket.create_connection(("127.0.0.1", port), timeout=60) as plain:
                plain.sendall(head.encode())
                answer = b""
                while chunk := plain.recv(4096):
                    answer += chunk
                assert wanted in answer.partition(b"\r\n")[0]
        with socket.create_connection(("127.0.0.1", port), timeout=60) as plain:
            plain.sendall(b"nonsense\r\n\r\n")
            assert plain.recv(4096) == b"this witness answers POST /add-checkpoint alone\n"
        with socket.create_connection(("127.0.0.1", port), timeout=60) as plain:
            plain.sendall(b"POST /add-checkpoint HTTP/1.1\r\nContent-Length: 100\r\n\r\nold 0")
        assert post(port, b"x")[0] == 400


def test_killed_it_knows_what_it_answered(tmp_path: Path) -> None:
    lab = Lab.founded()
    with running(tmp_path) as (process, port):
        assert post(port, request.make(0, [], lab.checkpoint().decode()))[0] == 200
        os.kill(process.pid, signal.SIGKILL)
    with running(tmp_path) as (_, port):
        assert post(port, request.make(0, [], lab.checkpoint().decode()))[::2] == (409, f"{lab.size}\n")


def test_two_at_once_on_one_memory(tmp_path: Path) -> None:
    lab = Lab.founded()
    with running(tmp_path) as (_, one), running(tmp_path) as (_, other):
        assert post(one, request.make(0, [], lab.checkpoint().decode()))[0] == 200
        size = lab.size
        grown(lab)
        assert post(other, request.make(0, [], lab.checkpoint().decode()))[::2] == (409, f"{size}\n")
        assert post(other, request.make(size, proof(lab, size), lab.checkpoint().decode()))[0] == 200
        assert post(one, request.make(size, proof(lab, size), lab.checkpoint().decode()))[::2] == (409, f"{lab.size}\n")


@pytest.mark.parametrize(
    ("options", "code"),
    [
        ([], 2),
        (["--name", "a b", "--show-key"], 2),
        (["--state", "state"], 2),
        (["--state", "state", "--log", "trust.txt", "--listen", "nowhere"], 2),
        (["--state", "state", "--log", "missing.txt"], 3),
        (["--state", "state", "--log", "own.key"], 3),
        (["--state", "state", "--log", f"{ORIGIN}+00000000+AAAA"], 3),
    ],
)
def test_what_the_command_needs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, options: list[str], code: int) -> None:
    monkeypatch.chdir(tmp_path)
    new_key(tmp_path / "own.key", None)
    (tmp_path / "trust.txt").write_text(Lab.founded().trust_text())
    result = CliRunner().invoke(certverify, ["witness", "--key", "own.key", "--name", NAME, *options])
    assert result.exit_code == code, result.output


def test_a_witness_under_another_name_may_not_use_the_memory(tmp_path: Path) -> None:
    with running(tmp_path):
        pass
    wanted = ["--key", f"{tmp_path}/own.key", "--state", f"{tmp_path}/state", "--log", f"{tmp_path}/trust.txt"]
    result = CliRunner().invoke(certverify, ["witness", *wanted, "--name", "other.example.org"])
    assert (result.exit_code, "no other may sign by it" in result.output) == (3, True)
