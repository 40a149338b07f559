"""Where published files come from: a folder, or an https address. The one module that opens a socket.

What comes from here is not trusted; whatever cannot be had raises CouldNotCheck.
"""

from __future__ import annotations

import http.client
import ipaddress
import os
import re
import stat
import time
import urllib.error
import urllib.parse
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Final, Protocol
from urllib.parse import SplitResult

from verifier import tile
from verifier.errors import CouldNotCheck, Malformed

SIZE_LIMIT: Final = 32 * 1024 * 1024
"""Bytes of the largest published file: a full bundle of the largest entries has half as many."""
TIMEOUT_SECONDS: Final = 10.0
"""How long one answer may keep us waiting for its next bytes."""
DEADLINE_SECONDS: Final = 60.0
"""How long one answer may take altogether."""

_OTHER_PATHS: Final = re.compile(
    r"checkpoint|trust\.txt|status/(?:0|[1-9][0-9]{0,8})|numbers/head|numbers/[0-9a-f]{2}/[0-9a-f]{62}"
)
_CHUNK: Final = 64 * 1024
_MAX_REDIRECTS: Final = 3


class PublishedLog(Protocol):
    """The published tree of a log."""

    @property
    def place(self) -> str:
        """Where it is, for messages."""
        ...

    def get(self, path: str) -> bytes:
        """A published file by its path below the prefix. Raises CouldNotCheck where it cannot be had."""
        ...


class FolderLog:
    """A published tree in a folder. Nothing outside the folder is ever read, through links neither."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder.resolve()
        self.place = str(folder)

    def get(self, path: str) -> bytes:
        """A published file. Raises CouldNotCheck."""
        _check_path(path)
        where = f"{self.place}/{path}"
        try:
            file = (self._folder / path).resolve(strict=True)
            if not file.is_relative_to(self._folder):
                raise CouldNotCheck(f"{where} leads out of the folder")
            return _read_file(file, where)
        except (OSError, RuntimeError) as error:
            raise CouldNotCheck(f"{where} cannot be read: {getattr(error, 'strerror', None) or error}") from None


class UrlLog:
    """A published tree behind an address: https, or http to this machine itself."""

    def __init__(self, prefix: str) -> None:
        check_url(prefix)
        self.place = prefix.rstrip("/")

    def get(self, path: str) -> bytes:
        """A published file. Raises CouldNotCheck."""
        _check_path(path)
        return get(f"{self.place}/{path}")


def open_log(place: str) -> PublishedLog:
    """The log at an address or in a folder. Raises CouldNotCheck for an address that may not be used or no folder."""
    if "://" in place:
        return UrlLog(place)
    folder = Path(place)
    if not folder.is_dir():
        raise CouldNotCheck(f"{place} is neither a folder nor an https address")
    return FolderLog(folder)


def get(url: str, limit: int = SIZE_LIMIT) -> bytes:
    """What an address answers, `limit` bytes at most. Raises CouldNotCheck for anything but a whole 200."""
    parts = check_url(url)
    request = urllib.request.Request(url, headers={"User-Agent": "certverify", "Accept-Encoding": "identity"})
    try:
        with _opener(parts).open(request, timeout=TIMEOUT_SECONDS) as answer:
            if answer.status != 200:
                raise CouldNotCheck(f"{url}: the answer is {answer.status}")
            return read_answer(answer, limit, DEADLINE_SECONDS, url)
    except urllib.error.HTTPError as error:
        with error:
            raise CouldNotCheck(f"{url}: the answer is {error.code}") from None
    except (OSError, http.client.HTTPException, ValueError) as error:
        reason = getattr(error, "reason", None) or error
        raise CouldNotCheck(f"{url} cannot be fetched: {reason}") from None


@dataclass(frozen=True, slots=True)
class Answer:
    """What was answered to something that was sent."""

    status: int
    type: str
    body: bytes


def post(url: str, body: bytes, content_type: str, seconds: float, limit: int) -> Answer:
    """Sends bytes and gives the answer, whatever its status; no redirect is followed. Raises CouldNotCheck for none.

    It takes `seconds` at most for each wait and for the answer altogether, which has `limit` bytes at most.
    """
    parts = check_url(url)
    headers = {"User-Agent": "certverify", "Accept-Encoding": "identity", "Content-Type": content_type}
    request = urllib.request.Request(url, body, headers, method="POST")
    try:
        with _opener(parts, answers_alone=True).open(request, timeout=seconds) as answer:
            data = read_answer(answer, limit, seconds, url)
            return Answer(answer.status, answer.headers.get("Content-Type", ""), data)
    except (OSError, http.client.HTTPException, ValueError) as error:
        reason = getattr(error, "reason", None) or error
        raise CouldNotCheck(f"{url} cannot be reached: {reason}") from None


def check_url(url: str) -> SplitResult:
    """The parts of an address that may be fetched: https, http for loopback hosts alone. Raises CouldNotCheck."""
    try:
        parts = urllib.parse.urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError as error:
        raise CouldNotCheck(f"{url}: not an address ({error})") from None
    if any(ord(character) <= 0x20 or ord(character) >= 0x7F for character in url):
        raise CouldNotCheck(f"{url!r}: not an address of plain characters")
    if not host or parts.username is not None or parts.query or parts.fragment:
        raise CouldNotCheck(f"{url}: not an address of scheme, host and path alone")
    if parts.scheme != "https" and not (parts.scheme == "http" and _is_loopback(host)):
        raise CouldNotCheck(f"{url}: only https is fetched, http from this machine alone")
    return parts


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _check_path(path: str) -> None:
    """Only what a log publishes is ever asked for, so no path can lead elsewhere."""
    if not _OTHER_PATHS.fullmatch(path):
        try:
            tile.parse_path(path)
        except Malformed as error:
            raise CouldNotCheck(error.message) from None


def _read_file(file: Path, where: str) -> bytes:
    # Without O_NONBLOCK, opening a pipe would wait for somebody to write into it.
    descriptor = os.open(file, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOFOLLOW", 0))
    with os.fdopen(descriptor, "rb") as stream:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise CouldNotCheck(f"{where} is not a file")
        return _within(stream.read(SIZE_LIMIT + 1), SIZE_LIMIT, where)


def read_answer(answer: http.client.HTTPResponse, limit: int, seconds: float, where: str) -> bytes:
    """The whole body, of at most `limit` bytes, within so many seconds. Raises CouldNotCheck.

    Against the clock too: a server that sends a byte now and then must not hold a check up for hours.
    """
    deadline = time.monotonic() + seconds
    announced = answer.length
    parts: list[bytes] = []
    length = 0
    while length <= limit and (chunk := answer.read1(min(_CHUNK, limit + 1 - length))):
        parts.append(chunk)
        length += len(chunk)
        if time.monotonic() > deadline:
            raise CouldNotCheck(f"{where}: the answer took more than {seconds:.0f} seconds")
    data = _within(b"".join(parts), limit, where)
    if announced is not None and announced != length:
        raise CouldNotCheck(f"{where}: the answer broke off after {length} of {announced} bytes")
    return data


def _within(data: bytes, limit: int, where: str) -> bytes:
    if len(data) > limit:
        raise CouldNotCheck(f"{where} is larger than {limit} bytes")
    return data


class _SameHost(urllib.request.HTTPRedirectHandler):
    """Follows redirects within one host and scheme only."""

    max_redirections = _MAX_REDIRECTS

    def http_error_302(
        self, req: urllib.request.Request, fp: IO[bytes], code: int, msg: str, headers: http.client.HTTPMessage
    ) -> Any:
        """Follows, or raises with the first answer closed."""
        try:
            return super().http_error_302(req, fp, code, msg, headers)
        except urllib.error.HTTPError:
            raise  # holds the answer itself
        except Exception:
            fp.close()
            raise

    http_error_301 = http_error_303 = http_error_307 = http_error_308 = http_error_302

    def redirect_request(
        self,
        req: urllib.request.Request,
        fp: IO[bytes],
        code: int,
        msg: str,
        headers: http.client.HTTPMessage,
        newurl: str,
    ) -> urllib.request.Request | None:
        """The next request. Raises CouldNotCheck where it would go to another host."""
        old, new = urllib.parse.urlsplit(req.full_url), check_url(newurl)
        if (old.scheme, old.netloc.lower()) != (new.scheme, new.netloc.lower()):
            raise CouldNotCheck(f"{req.full_url} redirects to another host, {new.netloc}")
        return super().redirect_request(req, fp, code, msg, headers, newurl)


def _opener(parts: SplitResult, *, answers_alone: bool = False) -> urllib.request.OpenerDirector:
    """Speaks http and https alone: no files, no FTP; loopback is never asked for by a proxy.

    `answers_alone`: whatever the status, the answer is given as it is.
    """
    opener = urllib.request.OpenerDirector()
    proxies: dict[str, str] | None = {} if _is_loopback(parts.hostname or "") else None
    handlers: list[urllib.request.BaseHandler] = [
        urllib.request.ProxyHandler(proxies),
        urllib.request.HTTPHandler(),
        urllib.request.HTTPSHandler(),
    ]
    if not answers_alone:
        handlers += [_SameHost(), urllib.request.HTTPErrorProcessor(), urllib.request.HTTPDefaultErrorHandler()]
    for handler in handlers:
        opener.add_handler(handler)
    return opener
