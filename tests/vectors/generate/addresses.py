"""addresses: what codes on paper say, and certificate numbers as people type them."""

from __future__ import annotations

from hashlib import sha256

from tests.vectors.generate.files import Files
from verifier import address

LINK_ID = address.new_link_id(bytes(range(15)))
NUMBER = address.new_number("BDIC", 2026, bytes(range(9)))
PROOF = sha256(b"certledger vectors: a proof").digest() * 24
FORM = "verifier/address.py, FORMATS §5"


def write(out: Files) -> None:
    """Both addresses and the number, accepted and refused."""
    digits = str(int.from_bytes(b"\x01" + PROOF[:40], "big"))
    link = {"scheme": "https", "host": "verify.example.org", "link_id": LINK_ID}
    proof = {"scheme": "https", "host": "verify.example.org", "proof": PROOF[:40].hex()}
    local = {"scheme": "http", "host": "127.0.0.1:8000", "link_id": LINK_ID}
    long = {**proof, "proof": PROOF.hex()}
    for case, (text, value) in {
        "link": (address.link_address("https://verify.example.org", LINK_ID), link),
        "link-lower-case": (f"https://verify.example.org/c/{LINK_ID.lower()}", link),
        "link-all-capitals": (f"HTTPS://VERIFY.EXAMPLE.ORG/C/{LINK_ID}", link),
        "link-loopback": (f"http://127.0.0.1:8000/c/{LINK_ID}", local),
        "link-loopback-v6": (f"http://[::1]:8000/C/{LINK_ID}", {**local, "host": "[::1]:8000"}),
        "link-port": (f"https://verify.example.org:8443/C/{LINK_ID}", {**link, "host": "verify.example.org:8443"}),
        "proof": (f"https://verify.example.org/p#{digits}", proof),
        "proof-one-byte": ("https://verify.example.org/p#256", {**proof, "proof": "00"}),
        "proof-long": (address.proof_address("https://verify.example.org", PROOF), long),
    }.items():
        out.good("addresses", case, {"check": "address", "text": text}, value, FORM)
    for case, text in {
        "empty": "",
        "no-scheme": f"verify.example.org/C/{LINK_ID}",
        "http-elsewhere": f"http://verify.example.org/C/{LINK_ID}",
        "ftp": f"ftp://verify.example.org/C/{LINK_ID}",
        "user": f"https://a@verify.example.org/C/{LINK_ID}",
        "port-zero": f"https://verify.example.org:0/C/{LINK_ID}",
        "port-too-large": f"https://verify.example.org:65536/C/{LINK_ID}",
        "host-begins-with-hyphen": f"https://-verify.example.org/C/{LINK_ID}",
        "host-not-ascii": f"https://verify.examplé.org/C/{LINK_ID}",
        "other-path": f"https://verify.example.org/D/{LINK_ID}",
        "path-capital-p": f"https://verify.example.org/P#{digits}",
        "link-with-query": f"https://verify.example.org/C/{LINK_ID}?a",
        "link-short": f"https://verify.example.org/C/{LINK_ID[:-1]}",
        "link-long": f"https://verify.example.org/C/{LINK_ID}0",
        "link-letter-u": f"https://verify.example.org/C/{LINK_ID[:-1]}U",
        "link-letter-i": f"https://verify.example.org/C/{LINK_ID[:-1]}I",
        "link-line-end": f"https://verify.example.org/C/{LINK_ID}\n",
        "proof-no-digits": "https://verify.example.org/p#",
        "proof-leading-zero": f"https://verify.example.org/p#0{digits}",
        "proof-blank": f"https://verify.example.org/p# {digits}",
        "proof-line-end": f"https://verify.example.org/p#{digits}\n",
        "proof-minus": f"https://verify.example.org/p#-{digits}",
        "proof-hex": "https://verify.example.org/p#0x0101",
        "proof-full-width-digits": "https://verify.example.org/p#２５６",
        "proof-exponent": "https://verify.example.org/p#1e9",
        "proof-wrong-mark": f"https://verify.example.org/p#{int.from_bytes(bytes([2]) + PROOF[:40], 'big')}",
        "proof-mark-alone": "https://verify.example.org/p#1",
        "proof-too-long": f"https://verify.example.org/p#{'1' * 157_900}",
    }.items():
        out.fail("addresses", case, {"check": "address", "text": text}, "malformed", FORM)
    _numbers(out)


def _numbers(out: Files) -> None:
    digest = sha256(NUMBER.replace("-", "").encode()).hexdigest()
    value = {"number": NUMBER, "digest": digest}
    wide = "".join(chr(ord(c) + 0xFEE0) for c in NUMBER)
    for case, text in {
        "number": NUMBER,
        "number-lower-case": NUMBER.lower(),
        "number-without-hyphens": NUMBER.replace("-", ""),
        "number-blanks": f"  {NUMBER.replace('-', ' ')}\u3000\n",
        "number-full-width": wide,
        "number-en-dash": NUMBER.replace("-", "–"),
        "number-lookalikes": NUMBER[:10] + NUMBER[10:].replace("0", "O").replace("1", "I"),
    }.items():
        out.good("addresses", case, {"check": "number", "text": text}, value, FORM)
    for case, text in {
        "number-empty": "",
        "number-check-character": NUMBER[:-1] + ("0" if NUMBER[-1] != "0" else "1"),
        "number-character-changed": NUMBER[:12] + ("3" if NUMBER[12] != "3" else "4") + NUMBER[13:],
        "number-short": NUMBER[:-1],
        "number-long": NUMBER + "0",
        "number-no-prefix": NUMBER[4:],
        "number-letter-u": NUMBER[:12] + "U" + NUMBER[13:],
        "number-year-not-digits": NUMBER.replace("2026", "20A6"),
        "number-slash": NUMBER.replace("-", "/"),
        "number-byte-order-mark": "\ufeff" + NUMBER,
        "number-129-characters": NUMBER + " " * 129,
    }.items():
        out.fail("addresses", case, {"check": "number", "text": text}, "malformed", FORM)
