"""Webhooks: signed so that others can verify it, and never led to where only this machine reaches."""

from __future__ import annotations

import socket
import ssl
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Thread

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from standardwebhooks import Webhook

from ledger.office.outbox.calling import BODY_LIMIT, Caller
from ledger.office.outbox.messages import NotSent
from ledger.office.outbox.reaching import check_address, reach
from ledger.refusals import Code, Refusal
from tests.ledger.office.outbox.conftest import Receiver

ID, SECRET = bytes(range(16)), b"s" * 32


def call(url: str, caller: Caller | None = None) -> None:
    (caller or Caller(private=True)).call(url, SECRET, ID, time.time_ns() // 1_000_000, {"type": "test", "名": 1})


def failure(url: str, caller: Caller | None = None) -> tuple[str, bool]:
    with pytest.raises(NotSent) as failed:
        call(url, caller)
    return failed.value.why, failed.value.again


def test_a_receiver_verifies_what_comes_with_a_package_of_others(receiver: Receiver) -> None:
    call(receiver.url)
    ((headers, body),) = receiver.came
    webhook = Webhook(SECRET)
    assert webhook.verify(body, headers) == {"type": "test", "名": 1}
    assert headers["webhook-id"] == f"msg_{ID.hex()}"
    with pytest.raises(Exception, match="No matching signature"):
        webhook.verify(body.replace(b"1", b"2"), headers)
    with pytest.raises(Exception, match="No matching signature"):
        webhook.verify(body, {**headers, "webhook-id": "msg_other"})


@pytest.mark.parametrize(
    ("status", "told"),
    [
        *((status, (f"http-{status}", True)) for status in (408, 425, 429, 500, 503)),
        *((status, (f"http-{status}", False)) for status in (301, 307, 400, 401, 404, 410)),
    ],
)
def test_what_may_pass_is_tried_again_and_no_redirect_is_followed(
    receiver: Receiver, status: int, told: tuple[str, bool]
) -> None:
    receiver.status = status
    assert failure(receiver.url) == told
    assert len(receiver.came) == 1


@pytest.mark.parametrize(
    "url",
    [
        "http://hooks.example.org/",
        "http://127.0.0.1/",
        "https://127.0.0.1/",
        "https://10.1.2.3/",
        "https://192.168.0.1:8443/x",
        "https://169.254.169.254/latest/meta-data",
        "https://[::1]/",
        "https://[fe80::1]/",
        "https://[fd00::1]/",
        "https://[::ffff:127.0.0.1]/",
        "https://[64:ff9b::7f00:1]/",
        "https://[2002:7f00:1::]/",
        "https://0.0.0.0/",
        "https://224.0.0.1/",
        "ftp://hooks.example.org/",
        "https:///x",
        "https://user:password@hooks.example.org/",
        "https://hooks.example.org/#fragment",
        "https://hooks.example.org:99999/",
        "https://hooks.example.org/\r\nX: y",
        "https://hooks.example.org/ x",
        "https://例子.example/",
        "https://hooks.example.org/" + "x" * 500,
    ],
)
def test_where_no_webhook_may_lead(url: str) -> None:
    with pytest.raises(Refusal) as refused:
        check_address(url, private=False)
    assert refused.value.code is Code.BAD_FORM
    with pytest.raises(NotSent, match="not-allowed"):
        call(url, Caller(private=False))


@pytest.mark.parametrize("url", ["http://10.0.0.1/", "http://hooks.example.org/", "http://[::2]/"])
def test_without_tls_to_this_machine_alone(url: str) -> None:
    with pytest.raises(Refusal):
        check_address(url, private=True)


@pytest.mark.parametrize(
    "address", ["127.0.0.1", "10.0.0.1", "169.254.169.254", "::1", "fe80::1%eth0", "::ffff:10.0.0.1", "100.64.0.1"]
)
def test_a_name_that_leads_inside_is_not_called(address: str) -> None:
    target = check_address("https://hooks.example.org/", private=False)
    for found in ([address], ["93.184.215.14", address]):
        with pytest.raises(NotSent, match="not-public") as refused:
            reach(target, lambda host, port, found=found: found, private=False)  # type: ignore[misc]
        assert not refused.value.again
    assert (
        reach(target, lambda host, port: ["93.184.215.14", "2606:2800:21f:cb07::1"], private=False) == "93.184.215.14"
    )


def test_a_number_that_means_this_machine_is_not_called() -> None:
    """Resolvers take more for addresses than those of four numbers."""
    for host in ("2130706433", "127.1", "0x7f.1"):
        assert failure(f"https://{host}/", Caller(private=False))[0] in ("not-public", "unknown-host")


def test_a_name_that_nobody_knows_is_asked_for_again() -> None:
    def fails(host: str, port: int) -> list[str]:
        raise socket.gaierror(socket.EAI_NONAME, "no such name")

    assert failure("https://hooks.example.org/", Caller(private=False, resolver=fails)) == ("unknown-host", True)
    nothing = Caller(private=False, resolver=lambda host, port: [])
    assert failure("https://hooks.example.org/", nothing) == ("unknown-host", True)


def test_a_body_has_an_end(receiver: Receiver) -> None:
    with pytest.raises(NotSent, match="too-long"):
        Caller(private=True).call(receiver.url, SECRET, ID, 0, {"x": "x" * BODY_LIMIT})
    assert receiver.came == []


# --- TLS and slow servers ---------------------------------------------------------------------------------------------


@contextmanager
def answering(talk: bytes, tls: ssl.SSLContext | None = None, every: float = 0.0) -> Iterator[tuple[int, list[bytes]]]:
    """A server that answers one connection with these bytes, one at a time with a pause where there is one."""
    heard: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            try:
                plain, _ = listener.accept()
                with plain if tls is None else tls.wrap_socket(plain, server_side=True) as connection:
                    heard.append(connection.recv(65536))
                    for n in range(0, len(talk), 1 if every else len(talk)):
                        connection.sendall(talk[n : n + (1 if every else len(talk))])
                        time.sleep(every)
                    while connection.recv(65536):  # who hangs up with something unread resets the connection
                        pass
            except OSError:
                return

        thread = Thread(target=serve)
        thread.start()
        yield int(listener.getsockname()[1]), heard
        listener.shutdown(socket.SHUT_RDWR)
    thread.join()


def certificate(folder: Path, host: str) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """A server's context with a certificate for a host, and a client's that trusts it."""
    key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, host)])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number(), now, now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    file = folder / "certificate.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    public = made.public_bytes(serialization.Encoding.PEM)
    file.write_bytes(private + public)
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(file)
    return server, ssl.create_default_context(cadata=public.decode())


def test_the_connection_goes_to_the_address_and_the_certificate_is_for_the_name(tmp_path: Path) -> None:
    server, trusting = certificate(tmp_path, "hooks.example.org")
    caller = Caller(private=True, resolver=lambda host, port: ["127.0.0.1"], tls=trusting)
    with answering(b"HTTP/1.1 204 No Content\r\n\r\n", server) as (port, heard):
        call(f"https://hooks.example.org:{port}/a?b", caller)
        assert heard[0].startswith(b"POST /a?b HTTP/1.1\r\n")
        assert f"Host: hooks.example.org:{port}\r\n".encode() in heard[0]
    for name, tls in (("other.example.org", trusting), ("hooks.example.org", None)):
        with answering(b"HTTP/1.1 204 No Content\r\n\r\n", server) as (port, heard):
            strict = Caller(private=True, resolver=lambda host, port: ["127.0.0.1"], tls=tls)
            assert failure(f"https://{name}:{port}/", strict) == ("SSLCertVerificationError", True)
            assert heard == []


def test_a_server_that_never_comes_to_an_end_is_left(tmp_path: Path) -> None:
    caller = Caller(private=True)
    with answering(b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 10_000, every=0.05) as (port, _):
        cutting = Thread(target=lambda: (time.sleep(0.5), caller.line.cut()))
        cutting.start()
        began = time.monotonic()
        _, again = failure(f"http://127.0.0.1:{port}/", caller)
        cutting.join()
        assert again
        assert time.monotonic() - began < 5


def test_nobody_at_home_is_tried_again() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    assert failure(f"http://127.0.0.1:{port}/") == ("ConnectionRefusedError", True)
