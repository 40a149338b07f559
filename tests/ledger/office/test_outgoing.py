"""What is asked of other servers: soon, short, without being led elsewhere, and never in clear over the network."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Thread

import pytest

from ledger.office import outgoing
from ledger.office.outgoing import SIZE_LIMIT, Answer, Unreachable, ask, check_address


@contextmanager
def answering(answer: bytes, *, hang: bool = False) -> Iterator[str]:
    """A server that gives one answer, whatever it is asked, and may leave the line open."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        kept: list[socket.socket] = []

        def serve() -> None:
            connection, _ = listener.accept()
            kept.append(connection)
            connection.recv(1 << 16)
            connection.sendall(answer)
            if not hang:
                connection.close()

        thread = Thread(target=serve)
        thread.start()
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}/x"
        finally:
            thread.join()
            for connection in kept:
                connection.close()


def response(body: bytes, status: str = "200 OK", *more: str) -> bytes:
    head = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *more, "", ""]
    return "\r\n".join(head).encode() + body


def test_an_answer_with_its_status() -> None:
    with answering(response(b'{"a": 1}', "418 Teapot")) as url:
        answer = ask(url, b"x=1")
    assert answer == Answer(418, b'{"a": 1}')
    assert answer.object() == {"a": 1}


@pytest.mark.parametrize("data", [b"", b"[]", b"{", b"\xff", b"[" * 100_000])
def test_what_is_no_object(data: bytes) -> None:
    with pytest.raises(Unreachable, match="no JSON object"):
        Answer(200, data).object()


def test_nobody_is_led_elsewhere() -> None:
    with answering(response(b"", "302 Found", "Location: http://127.0.0.1:1/")) as url:
        assert ask(url).status == 302


def test_an_answer_that_is_too_long_breaks_off_or_never_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    with answering(response(b"x" * (SIZE_LIMIT + 1))) as url, pytest.raises(Unreachable, match="larger"):
        ask(url)
    with answering(response(b"x" * 9)[:-1]) as url, pytest.raises(Unreachable, match="cannot be asked"):
        ask(url)
    with answering(b"nonsense\r\n\r\n") as url, pytest.raises(Unreachable):
        ask(url)
    with monkeypatch.context() as hasty:
        hasty.setattr(outgoing, "TIMEOUT_SECONDS", 0.2)
        with answering(response(b"x" * 9)[:-1], hang=True) as url, pytest.raises(Unreachable, match="timed out"):
            ask(url)
    monkeypatch.setattr(outgoing, "DEADLINE_SECONDS", -1.0)
    with answering(response(b"x")) as url, pytest.raises(Unreachable, match="took more"):
        ask(url)


def test_a_server_that_is_not_there_is_told_without_the_query() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        url = f"http://127.0.0.1:{listener.getsockname()[1]}/x"
    with pytest.raises(Unreachable, match=r"/x cannot be asked") as error:
        ask(f"{url}?secret")
    assert "secret" not in str(error.value)


@pytest.mark.parametrize(
    "url",
    [
        "http://a.example.org/",
        "ftp://a.example.org/",
        "file:///etc/passwd",
        "https://u:p@a.example.org/",
        "https://a.example.org/#x",
        "https://a.example.org/?a b",
        "https://a.example.org/?a\nb",
        "javascript:alert(1)",
        "",
    ],
)
def test_what_is_no_address_to_ask(url: str) -> None:
    with pytest.raises(Unreachable):
        check_address(url)
    assert check_address("https://a.example.org/x?p=1") == "https://a.example.org/x?p=1"
