"""What stands on paper for a person or a camera to pass on: certificate numbers, link ids, and the two addresses.

A link address `https://HOST/C/<LINK ID>` opens the page of one award; a proof address `https://host/p#<digits>` carries
the whole proof behind the `#`, where no server sees it (FORMATS §5). Nothing here looks anything up.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

from verifier.errors import Malformed

ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's base32: no I, L, O (taken for 1, 1, 0) and no U."""

LINK_ID_BYTES: Final = 15
LINK_ID_LENGTH: Final = 24
NUMBER_RANDOM_BYTES: Final = 9
PROOF_LIMIT: Final = 65_536
"""Bytes of the longest proof that an address may carry."""

_RANDOM_LENGTH: Final = 13
_RANDOM_BITS: Final = 65
_ISO_7064: Final = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_LOOKALIKES: Final = str.maketrans("ILO", "110")
_DASHES: Final = frozenset("-\u2010\u2011\u2012\u2013\u2014\u2015\u2212\u30fc\u00ad")
_TYPED_LIMIT: Final = 128
_PREFIX: Final = re.compile(r"[A-Z0-9]{1,16}")
_CANONICAL: Final = re.compile(r"([A-Z0-9]{1,16})([0-9]{4})([0-9A-Z]{13})([0-9A-Z])")
_LINK_ID: Final = re.compile(rf"[{ALPHABET}]{{{LINK_ID_LENGTH}}}")

# Python refuses to convert longer runs of digits at once; 640 is the lowest limit that can be set for a process.
_DIGITS_AT_ONCE: Final = 600
_BITS_AT_ONCE: Final = 1_900
_MARK: Final = 0x01
# 8 bits of mark and the proof, as decimal digits: 0.302 digits a bit, rounded up.
_DIGITS_LIMIT: Final = (PROOF_LIMIT * 8 + 1) * 30_103 // 100_000 + 2
_HOST_LIMIT: Final = 253

_LABEL: Final = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_ORIGIN: Final = re.compile(rf"(https?)://((?:{_LABEL})(?:\.{_LABEL})*|\[::1\])(?::([1-9][0-9]{{0,4}}))?", re.I | re.A)
_LOOPBACK: Final = re.compile(r"localhost|\[::1\]|127(?:\.(?:0|[1-9][0-9]{0,2})){3}")


@dataclass(frozen=True, slots=True)
class LinkAddress:
    """A link code's address. `host` is in lower case, with its port where it has one; `link_id` is canonical."""

    host: str
    link_id: str
    scheme: str = "https"


@dataclass(frozen=True, slots=True)
class ProofAddress:
    """A proof code's address. `proof` is the transparent statement that it carries, not yet looked at."""

    host: str
    proof: bytes
    scheme: str = "https"


def new_link_id(random: bytes) -> str:
    """24 characters of Crockford base32 for 120 random bits, most significant first (FORMATS §5)."""
    if len(random) != LINK_ID_BYTES:
        raise ValueError(f"a link id takes {LINK_ID_BYTES} random bytes, not {len(random)}")
    return _base32(int.from_bytes(random, "big"), LINK_ID_LENGTH)


def check_link_id(text: str) -> str:
    """The link id in its canonical form, capitals; either case is accepted, nothing else. Raises Malformed."""
    link_id = text.upper() if text.isascii() else text
    if not _LINK_ID.fullmatch(link_id):
        raise Malformed(f"link id: not {LINK_ID_LENGTH} characters of Crockford base32")
    return link_id


def link_digest(text: str) -> bytes:
    """SHA-256 of the canonical link id: the only trace of it in the public log. Raises Malformed."""
    return sha256(check_link_id(text).encode("ascii")).digest()


def number_prefix(programme: str) -> str:
    """The prefix of a programme's certificate numbers: the letters and digits of its code, `CERT` if it has none."""
    code = unicodedata.normalize("NFKC", programme)
    return "".join(c for c in code if c.isascii() and c.isalnum()).upper()[:16] or "CERT"


def new_number(prefix: str, year: int, random: bytes) -> str:
    """A certificate number `PREFIX-YEAR-<13 base32>-<check>` from 9 random bytes, 65 bits of which are used.

    A check character may be any letter (ISO 7064), but I, L and O would be read as 1, 1 and 0: the next number whose
    check character is one of Crockford's is taken instead.
    """
    if len(random) != NUMBER_RANDOM_BYTES:
        raise ValueError(f"a number takes {NUMBER_RANDOM_BYTES} random bytes, not {len(random)}")
    if not _PREFIX.fullmatch(prefix):
        raise ValueError(f"a number's prefix is 1 to 16 capitals and digits, not {prefix!r}")
    if not 1000 <= year <= 9999:
        raise ValueError(f"a number's year has four digits, not {year}")
    value = int.from_bytes(random, "big")
    while True:
        middle = _base32(value % (1 << _RANDOM_BITS), _RANDOM_LENGTH)
        check = check_character(f"{prefix}{year}{middle}")
        if check in ALPHABET:
            return f"{prefix}-{year}-{middle}-{check}"
        value += 1


def check_character(text: str) -> str:
    """The check character of `text`, capitals and digits: ISO/IEC 7064 MOD 37,36 (hybrid system)."""
    product = 36
    for character in text:
        product = (product + _ISO_7064.index(character)) % 36 or 36
        product = product * 2 % 37
    return _ISO_7064[(37 - product) % 36]


def check_number(text: str) -> str:
    """The certificate number as it is printed, from what a person typed. Raises Malformed with the reason.

    Blanks, hyphens, full-width forms and lower case are accepted anywhere; I, L and O are read as 1, 1 and 0 behind the
    prefix, where no such letter is ever issued. A slip in any one character is found here, before any look-up.
    """
    if len(text) > _TYPED_LIMIT:
        raise Malformed(f"certificate number: longer than {_TYPED_LIMIT} characters")
    folded = unicodedata.normalize("NFKC", text)
    kept = "".join(c for c in folded if not c.isspace() and c not in _DASHES)
    if odd := next((c for c in kept if not (c.isascii() and c.isalnum())), None):
        raise Malformed(f"certificate number: {odd!r} is neither a letter A to Z nor a digit")
    kept = kept.upper()
    prefix, rest = kept[:-18], kept[-18:].translate(_LOOKALIKES)
    found = _CANONICAL.fullmatch(prefix + rest)
    if not found:
        raise Malformed("certificate number: not of the form PREFIX-YEAR-13 characters-check character")
    prefix, year, middle, check = found.groups()
    if odd := next((c for c in middle if c not in ALPHABET), None):
        raise Malformed(f"certificate number: {odd!r} never occurs behind the year")
    if check != check_character(prefix + year + middle):
        raise Malformed("certificate number: the check character does not fit, so some character is mistyped")
    return f"{prefix}-{year}-{middle}-{check}"


def number_digest(text: str) -> bytes:
    """SHA-256 of the canonical number (capitals and digits alone): its only trace in the log. Raises Malformed."""
    return sha256(check_number(text).replace("-", "").encode("ascii")).digest()


def host_of(base_url: str) -> str:
    """The host, with its port where it has one, of an address that codes may lead to. Raises Malformed."""
    return _check_origin(base_url)[1]


def link_address(base_url: str, link_id: str) -> str:
    """The text of the link code. Raises Malformed.

    Host, path and id stand in capitals, which QR codes pack tightly; the scheme does not, since some scanners do not
    know `HTTPS://`.
    """
    scheme, host = _check_origin(base_url)
    return f"{scheme}://{host.upper()}/C/{check_link_id(link_id)}"


def proof_address(base_url: str, proof: bytes) -> str:
    """The text of the proof code: the digits are the integer 0x01 ‖ `proof`, big-endian. Raises Malformed."""
    scheme, host = _check_origin(base_url)
    if not 0 < len(proof) <= PROOF_LIMIT:
        raise Malformed(f"proof: {len(proof)} bytes; an address carries 1 to {PROOF_LIMIT}")
    return f"{scheme}://{host}/p#{_decimal(int.from_bytes(bytes([_MARK]) + proof, 'big'))}"


def parse_address(text: str) -> LinkAddress | ProofAddress:
    """What a code on paper says. Exactly one of the two forms; host and link id in either case. Raises Malformed."""
    if len(text) > _DIGITS_LIMIT + _HOST_LIMIT + 32:
        raise Malformed("address: too long")
    found = _ORIGIN.match(text)
    if not found:
        raise Malformed("address: begins neither with https:// and a host nor with http:// and a loopback host")
    scheme, host = _check_origin(found.group())
    path = text[found.end() :]
    if path.startswith("/p#"):
        return ProofAddress(host, _proof_of(path[3:]), scheme)
    if path[:3] in ("/C/", "/c/"):
        return LinkAddress(host, check_link_id(path[3:]), scheme)
    raise Malformed("address: the path is neither /C/ and a link id nor /p# and digits")


def _check_origin(url: str) -> tuple[str, str]:
    """Scheme and host (with port) in lower case. Only loopback hosts may go without TLS. Raises Malformed."""
    found = _ORIGIN.fullmatch(url)
    if not found:
        raise Malformed("address: not a scheme and a host alone, as in https://certificates.example.org")
    scheme, name, port = found.group(1).lower(), found.group(2).lower(), found.group(3)
    if len(name) > _HOST_LIMIT:
        raise Malformed(f"address: host longer than {_HOST_LIMIT} characters")
    if port and int(port) > 65_535:
        raise Malformed(f"address: there is no port {port}")
    if scheme == "http" and not _LOOPBACK.fullmatch(name):
        raise Malformed("address: http is accepted for loopback hosts alone")
    return scheme, f"{name}:{port}" if port else name


def _proof_of(digits: str) -> bytes:
    if not (digits.isascii() and digits.isdigit()) or digits[0] == "0":
        raise Malformed("address: behind the # stand decimal digits alone, without leading zeros")
    if len(digits) > _DIGITS_LIMIT:
        raise Malformed(f"address: a proof has at most {PROOF_LIMIT} bytes")
    value = _integer(digits)
    data = value.to_bytes((value.bit_length() + 7) // 8, "big")
    if data[0] != _MARK or not 0 < len(data) - 1 <= PROOF_LIMIT:
        raise Malformed(f"address: the digits are not those of 0x01 and a proof of 1 to {PROOF_LIMIT} bytes")
    return data[1:]


def _base32(value: int, length: int) -> str:
    return "".join(ALPHABET[value >> shift & 31] for shift in range(5 * (length - 1), -1, -5))


def _decimal(value: int) -> str:
    """`str(value)` without the limit on its length: halved until each part is short enough."""
    if value.bit_length() <= _BITS_AT_ONCE:
        return str(value)
    width = value.bit_length() * 30_103 // 200_000
    high, low = divmod(value, 10**width)
    return _decimal(high) + _decimal(low).zfill(width)


def _integer(digits: str) -> int:
    """`int(digits)` without the limit on its length."""
    if len(digits) <= _DIGITS_AT_ONCE:
        return int(digits)
    width = len(digits) // 2
    scale: int = 10**width
    return _integer(digits[:-width]) * scale + _integer(digits[-width:])
