"""A personal approval: a passkey's assertion (W3C Web Authentication Level 2 §7.2) over what is approved.

The challenge is not random but says what is approved, so that an assertion is good for these events and no others, and
whoever has the log can check it without asking the server that it was given to.
"""

from __future__ import annotations

import json
import re
from base64 import urlsafe_b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Final

from verifier.errors import BadSignature, Malformed, NotApproved
from verifier.passkey import Passkey

DOMAIN: Final = b"certledger/approval/1"
MOST_DIGESTS: Final = 1000
"""An entry is at most 65,535 bytes long."""
DIGEST_SIZE: Final = 32

USER_PRESENT: Final = 0x01
USER_VERIFIED: Final = 0x04
AUTHENTICATOR_DATA_SIZE: Final = 37
"""Hash of the rp id, flags, counter: an assertion for which no extension was asked has nothing else (§6.1)."""
LONGEST_CLIENT_DATA: Final = 4096

_DOMAIN_NAME: Final = re.compile(r"(?!-)[a-z0-9-]{1,63}(?<!-)(\.(?!-)[a-z0-9-]{1,63}(?<!-))*", re.ASCII)
_ORIGIN: Final = re.compile(r"(https?)://([a-z0-9.-]{1,253})(?::[1-9][0-9]{0,4})?", re.ASCII)
_ADDRESS: Final = re.compile(r"[0-9.]+", re.ASCII)


@dataclass(frozen=True, slots=True)
class Assertion:
    """What an authenticator and a browser gave, as they gave it."""

    authenticator_data: bytes
    client_data: bytes
    """The bytes of `clientDataJSON`."""
    signature: bytes


@dataclass(frozen=True, slots=True)
class Approval:
    """An assertion that was checked: this passkey's owner was there, was verified, and signed these digests."""

    passkey: Passkey
    digests: tuple[bytes, ...]
    origin: str
    """Of the page that asked."""


def challenge(digests: Sequence[bytes]) -> bytes:
    """What a passkey signs to approve the events of these digests, in this order: 32 bytes.

    Raises Malformed unless there are 1 to 1,000 different digests of 32 bytes.
    """
    if not 1 <= len(digests) <= MOST_DIGESTS:
        raise Malformed(f"an approval is of 1 to {MOST_DIGESTS} events, not of {len(digests)}")
    if any(len(digest) != DIGEST_SIZE for digest in digests):
        raise Malformed("an approved digest is not 32 bytes")
    if len(set(digests)) != len(digests):
        raise Malformed("an approval names the same digest twice")
    return sha256(DOMAIN + b"".join(digests)).digest()


def verify(passkey: Passkey, rp_id: str, digests: Sequence[bytes], assertion: Assertion) -> Approval:
    """The approval that an assertion is. Raises Malformed, NotApproved or BadSignature."""
    origin = verify_assertion(passkey, rp_id, challenge(digests), assertion)
    return Approval(passkey, tuple(digests), origin)


def verify_assertion(passkey: Passkey, rp_id: str, expected: bytes, assertion: Assertion) -> str:
    """The origin of the page for which `passkey` signed the challenge. Raises Malformed, NotApproved or BadSignature.

    The steps that W3C WebAuthn Level 2 §7.2 numbers 11 to 20; 1 to 10 belong to who asked, and choose the passkey.
    """
    check_rp_id(rp_id)
    client = _client_data(assertion.client_data)
    # (11) An assertion, and no registration.
    if client.get("type") != "webauthn.get":
        raise NotApproved("the client data are of no assertion")
    # (12) Of this challenge, in base64url without padding.
    if client.get("challenge") != urlsafe_b64encode(expected).rstrip(b"=").decode():
        raise NotApproved("the passkey signed another challenge: something else was approved")
    # (13) On a page of this rp id, and not in a frame of another site's.
    origin = _check_origin(client.get("origin"), rp_id)
    if client.get("crossOrigin", False) is not False or "topOrigin" in client:
        raise NotApproved("the passkey was asked in a frame of another site")
    # (14) Token binding is nothing that could be checked later.
    if "tokenBinding" in client and client["tokenBinding"] != {"status": "supported"}:
        raise NotApproved("the client data speak of a token binding")
    data = assertion.authenticator_data
    if len(data) != AUTHENTICATOR_DATA_SIZE:
        raise Malformed(f"authenticator data are {len(data)} bytes long, not {AUTHENTICATOR_DATA_SIZE}")
    # (15) For this rp id. (16), (17) Somebody was there, and was verified.
    if data[:32] != sha256(rp_id.encode()).digest():
        raise NotApproved(f"the authenticator signed for another rp id than {rp_id}")
    if not data[32] & USER_PRESENT:
        raise NotApproved("the authenticator did not find anybody present")
    if not data[32] & USER_VERIFIED:
        raise NotApproved("the authenticator did not verify who it was")
    # (18) No extension was asked for: none has an answer, by the length above. (19), (20) The signature.
    try:
        passkey.verify(assertion.signature, data + sha256(assertion.client_data).digest())
    except BadSignature as error:
        raise BadSignature(f"the approval: {error.message}") from None
    return origin


def check_rp_id(rp_id: str) -> str:
    """The same rp id, if it is a domain in the form in which it is hashed. Raises Malformed."""
    if len(rp_id) > 253 or not _DOMAIN_NAME.fullmatch(rp_id) or _ADDRESS.fullmatch(rp_id):
        raise Malformed(f"rp id {rp_id[:60]!r} is no domain name in lower case")
    return rp_id


def _check_origin(origin: Any, rp_id: str) -> str:
    """The rp id is the origin's domain or one above it (WebAuthn Level 2 §4); plain http is this machine's alone."""
    found = _ORIGIN.fullmatch(origin) if type(origin) is str else None
    if found is None:
        raise Malformed("the origin in the client data is none of a page")
    scheme, host = found.groups()
    if host != rp_id and not host.endswith("." + rp_id):
        raise NotApproved(f"the passkey was asked by {host}, which is not under {rp_id}")
    if scheme != "https" and host != "localhost":
        raise NotApproved(f"the passkey was asked by {host} over plain http")
    return found.group()


def _client_data(data: bytes) -> dict[str, Any]:
    """Browsers may add members of their own (WebAuthn Level 2 §5.8.1); they are signed, and mean nothing here."""
    if len(data) > LONGEST_CLIENT_DATA:
        raise Malformed(f"client data are longer than {LONGEST_CLIENT_DATA} bytes")
    try:
        value = json.loads(data.decode("utf-8"), object_pairs_hook=_members, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        raise Malformed("client data are not JSON in UTF-8 with each member once") from None
    if type(value) is not dict:
        raise Malformed("client data are no JSON object")
    return value


def _members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ValueError("a member stands twice")
    return members


def _no_constant(word: str) -> Any:
    raise ValueError(f"{word} is no JSON")
