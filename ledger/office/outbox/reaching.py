"""Where a webhook may lead: to https, and into no network that is not public, whatever a name resolves to.

Else who may add a webhook could have this server ask what only this server reaches (SSRF). A name is resolved once, all
its addresses are looked at, and the connection goes to one of them: a name that changes its mind gains nothing.
"""

from __future__ import annotations

import socket
from collections.abc import Callable
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from typing import Final
from urllib.parse import urlsplit

from ledger.office.outbox.messages import NotSent
from ledger.refusals import Code, Refusal

Resolve = Callable[[str, int], list[str]]
"""IP addresses of a host name. Raises OSError."""
LONGEST: Final = 500
_NAT64: Final = IPv6Network("64:ff9b::/96")
_NOT_PUBLIC: Final = tuple(map(IPv6Network, ("fec0::/10", "64:ff9b:1::/48", "::ffff:0:0:0/96", "::/96")))
"""Of networks of their own or of another meaning (RFC 3879, 8215, 2765, 4291), though Python takes them for global."""


@dataclass(frozen=True, slots=True)
class Target:
    """A webhook's address, in parts."""

    secure: bool
    host: str
    port: int
    path: str
    """With its query."""


def resolve(host: str, port: int) -> list[str]:
    """As this machine resolves names."""
    return [str(found[4][0]) for found in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]


def check_address(url: str, *, private: bool) -> Target:
    """The parts of an address that a webhook may have. Raises Refusal `bad-form`.

    `private`: whether it may lead into networks that are not public, and by plain http to this machine. What is a name
    is resolved only when something is sent.
    """
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise _refused("it is no address") from None
    plain = url.isascii() and url.isprintable() and " " not in url and len(url) <= LONGEST
    if not plain or parts.scheme not in ("https", "http") or not parts.hostname:
        raise _refused(f"an address is https://host/…, of at most {LONGEST} characters of ASCII")
    if parts.username is not None or parts.password is not None or parts.fragment:
        raise _refused("an address has neither user nor password nor fragment")
    target = Target(
        parts.scheme == "https",
        parts.hostname,
        port or (443 if parts.scheme == "https" else 80),
        (parts.path or "/") + (f"?{parts.query}" if parts.query else ""),
    )
    literal = _literal(target.host)
    if not target.secure and not (private and (target.host == "localhost" or (literal and literal.is_loopback))):
        raise _refused("http without TLS is not allowed")
    if literal is not None and not _allowed(literal, target, private=private):
        raise _refused("it leads into a network that is not public")
    return target


def reach(target: Target, resolve: Resolve, *, private: bool) -> str:
    """The IP address to connect to. Raises NotSent where the name has none, or one that is not allowed."""
    literal = _literal(target.host)
    try:
        named = [str(literal)] if literal is not None else resolve(target.host, target.port)
        found = [ip_address(address.partition("%")[0]) for address in named]
    except (OSError, UnicodeError, ValueError):
        raise NotSent("unknown-host", shut=True) from None
    if not found:
        raise NotSent("unknown-host", shut=True)
    if not all(_allowed(address, target, private=private) for address in found):
        raise NotSent("not-public", again=False)
    return str(found[0])


def _literal(host: str) -> IPv4Address | IPv6Address | None:
    try:
        return ip_address(host)
    except ValueError:
        return None


def _allowed(address: IPv4Address | IPv6Address, target: Target, *, private: bool) -> bool:
    inner = _inner(address)
    if not target.secure:
        return private and inner.is_loopback
    reserved = inner.is_multicast or any(inner in network for network in _NOT_PUBLIC)
    return private or (inner.is_global and not reserved)


def _inner(address: IPv4Address | IPv6Address) -> IPv4Address | IPv6Address:
    """The IPv4 address that one of IPv6 stands for, by RFC 4291 §2.5.5.2, RFC 3056 and RFC 6052."""
    if isinstance(address, IPv4Address):
        return address
    if address in _NAT64:
        return IPv4Address(address.packed[-4:])
    return address.ipv4_mapped or address.sixtofour or address


def _refused(why: str) -> Refusal:
    return Refusal(Code.BAD_FORM, f"not the address of a webhook: {why}")
