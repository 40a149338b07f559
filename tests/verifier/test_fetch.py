"""Published files from folders and from servers of this machine; nothing else is ever opened."""

from __future__ import annotations

import os
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from verifier import fetch
from verifier.errors import CouldNotCheck
from verifier.fetch import FolderLog, UrlLog

PUBLISHED = [
    "checkpoint",
    "trust.txt",
    "status/0",
    "numbers/head",
    f"numbers/ab/{'0' * 62}",
    "tile/0/000",
    "tile/entries/000.p/3",
    "tile/0/x001/234",
]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A published tree beside a file that is nobody's business."""
    public = tmp_path / "public"
    for path in PUBLISHED:
        (public / path).parent.mkdir(parents=True, exist_ok=True)
        (public / path).write_bytes(path.encode())
    (tmp_path / "secret").write_bytes(b"secret")
    return public


@pytest.mark.parametrize("path", PUBLISHED)
def test_what_is_published_is_read(folder: Path, path: str) -> None:
    assert FolderLog(folder).get(path) == path.encode()


BAD_PATHS = [
    "",
    "/checkpoint",
    "../secret",
    "status/../../secret",
    "status/00",
    "numbers",
    "numbers/HEAD",
    "numbers/ab/../../secret",
    f"numbers/ab/{'0' * 61}",
    f"numbers/AB/{'0' * 62}",
    "status/-1",
    "status/0/",
    "tile/0/../../../secret",
    "tile/0/000.p/0",
    "tile/0/1",
    "tile/64/000",
    "tile\\0\\000",
    "checkpoint\n",
    "CHECKPOINT",
    "/etc/passwd",
    "status/\0",
]


@pytest.mark.parametrize("path", BAD_PATHS)
def test_no_other_path_is_asked_for(folder: Path, path: str) -> None:
    with pytest.raises(CouldNotCheck):
        FolderLog(folder).get(path)
    with pytest.raises(CouldNotCheck, match="is not the path of a tile"):
        UrlLog("http://127.0.0.1:1/log").get(path)


def test_what_is_missing_is_named(folder: Path) -> None:
    with pytest.raises(CouldNotCheck, match=r"status/1 cannot be read: No such file"):
        FolderLog(folder).get("status/1")


def test_links_out_of_the_folder_are_refused_and_others_followed(folder: Path) -> None:
    (folder / "status/1").symlink_to(folder.parent / "secret")
    (folder / "status/2").symlink_to(folder / "checkpoint")
    (folder / "status/3").symlink_to(folder / "status/3")
    (folder / "tile/1").symlink_to(folder.parent)
    (folder.parent / "000").write_bytes(b"secret")
    log = FolderLog(folder)
    for path in ("status/1", "tile/1/000"):
        with pytest.raises(CouldNotCheck, match="leads out of the folder"):
            log.get(path)
    assert log.get("status/2") == b"checkpoint"
    with pytest.raises(CouldNotCheck):
        log.get("status/3")


def test_only_files_of_a_bearable_size_are_read(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    os.mkfifo(folder / "status/4")
    (folder / "status/5").mkdir()
    for path in ("status/4", "status/5"):
        with pytest.raises(CouldNotCheck):
            FolderLog(folder).get(path)
    monkeypatch.setattr(fetch, "SIZE_LIMIT", 5)
    with pytest.raises(CouldNotCheck, match="larger than 5 bytes"):
        FolderLog(folder).get("checkpoint")


def test_a_place_is_a_folder_or_an_address(folder: Path) -> None:
    assert isinstance(fetch.open_log(str(folder)), FolderLog)
    assert isinstance(fetch.open_log("https://example.org/log"), UrlLog)
    with pytest.raises(CouldNotCheck, match="neither a folder nor an https address"):
        fetch.open_log(str(folder / "checkpoint"))


@pytest.mark.parametrize(
    "url",
    [
        "http://example.org/log",
        "ftp://example.org/log",
        "file:///etc/passwd",
        "https:///log",
        "https://user:pass@example.org/log",
        "https://user@example.org/",
        "https://example.org/log?x=1",
        "https://example.org/#x",
        "https://example.org:99999/",
        "https://[::1",
        "https://example.org/a b",
        "https://example.org/\r\nHost: x",
        "https://例.example.org/",
        "http://127.0.0.1.example.org/",
        "http://localhost.example.org/",
        "http://10.0.0.1/",
        "nonsense",
        "",
    ],
)
def test_only_https_and_this_machine_are_fetched(url: str) -> None:
    with pytest.raises(CouldNotCheck):
        fetch.get(url)


# --- servers --------------------------------------------------------------------------------------------------------


class Answers(BaseHTTPRequestHandler):
    """Answers by path, well and badly."""

    def do_GET(self) -> None:
        port = self.server.server_port  # type: ignore[attr-defined]
        other = getattr(self.server, "other", port)
        match self.path:
            case "/log/checkpoint":
                self._send(200, b"a checkpoint")
            case "/log/trust.txt":
                self._send(302, b"", location=f"http://127.0.0.1:{port}/log/checkpoint")
            case "/log/status/1":
                self._send(302, b"", location=f"http://127.0.0.1:{other}/log/checkpoint")
            case "/log/status/2":
                self._send(302, b"", location="file:///etc/passwd")
            case "/log/status/3":
                self._send(302, b"", location=f"http://127.0.0.1:{port}/log/status/3")
            case "/log/status/4":
                self._send(200, b"short", length=100)
            case "/log/status/5":
                self._send(200, bytes(1000))
            case "/log/status/6":
                self._send(206, b"part")
            case "/log/status/7":
                self.wfile.write(b"not HTTP at all\r\n\r\n")
            case "/log/status/8":
                self._send(302, b"", location="http://[")
            case _:
                self._send(404, b"no")

    def _send(self, status: int, body: bytes, length: int | None = None, location: str | None = None) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(body) if length is None else length))
        if location:
            self.send_header("Location", location)
        self.end_headers()
        self.wfile.write(body)
        self.close_connection = True

    def log_message(self, format: str, *args: object) -> None:
        """Says nothing."""


@contextmanager
def serving() -> Iterator[ThreadingHTTPServer]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Answers) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()


@pytest.fixture
def served() -> Iterator[UrlLog]:
    with serving() as server, serving() as other:
        server.other = other.server_port  # type: ignore[attr-defined]
        yield UrlLog(f"http://127.0.0.1:{server.server_port}/log/")


def test_a_server_is_asked(served: UrlLog) -> None:
    assert served.get("checkpoint") == b"a checkpoint"


def test_loopback_is_never_asked_for_by_a_proxy(served: UrlLog, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    monkeypatch.delenv("no_proxy", raising=False)
    assert served.get("checkpoint") == b"a checkpoint"


def test_redirects_stay_with_their_host(served: UrlLog) -> None:
    assert served.get("trust.txt") == b"a checkpoint"
    with pytest.raises(CouldNotCheck, match="redirects to another host"):
        served.get("status/1")


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("status/2", "the answer is 302|cannot be fetched"),
        ("status/3", "cannot be fetched|the answer is 302"),
        ("status/4", "broke off after 5 of 100 bytes"),
        ("status/6", "the answer is 206"),
        ("status/7", "cannot be fetched"),
        ("status/8", "not an address|cannot be fetched"),
        ("status/9", "the answer is 404"),
    ],
)
def test_anything_but_a_whole_answer_is_none(served: UrlLog, path: str, words: str) -> None:
    with pytest.raises(CouldNotCheck, match=words):
        served.get(path)


def test_an_answer_larger_than_its_limit_is_none(served: UrlLog) -> None:
    with pytest.raises(CouldNotCheck, match="larger than 999 bytes"):
        fetch.get(f"{served.place}/status/5", 999)
    assert len(fetch.get(f"{served.place}/status/5", 1000)) == 1000


def test_nobody_there_is_no_answer() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with pytest.raises(CouldNotCheck, match="cannot be fetched"):
        fetch.get(f"http://127.0.0.1:{port}/log/checkpoint")


@contextmanager
def dripping() -> Iterator[int]:
    """A server that sends a byte now and then and never ends."""
    ended = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def drip() -> None:
            connection, _ = listener.accept()
            with connection:
                connection.recv(4096)
                connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
                while not ended.wait(0.02):
                    try:
                        connection.sendall(b"x")
                    except OSError:
                        return

        thread = threading.Thread(target=drip)
        thread.start()
        try:
            yield listener.getsockname()[1]
        finally:
            ended.set()
            thread.join()


def test_an_answer_that_drips_is_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetch, "DEADLINE_SECONDS", 0.2)
    with dripping() as port, pytest.raises(CouldNotCheck, match="took more than"):
        fetch.get(f"http://127.0.0.1:{port}/log/checkpoint")


def test_a_server_that_says_nothing_is_waited_for_no_longer_than_the_timeout(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetch, "TIMEOUT_SECONDS", 0.1)
    with socket.create_server(("127.0.0.1", 0)) as listener, pytest.raises(CouldNotCheck, match="timed out"):
        fetch.get(f"http://127.0.0.1:{listener.getsockname()[1]}/log/checkpoint")
