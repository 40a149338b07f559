"""cbor: RFC 8949 §4.2.1, one case for each way to leave the one encoding."""

from __future__ import annotations

from tests.vectors.generate.files import Files

NESTED = 17

GOOD = {
    "zero": ("00", ["int", "0"]),
    "int-23": ("17", ["int", "23"]),
    "int-24": ("1818", ["int", "24"]),
    "int-255": ("18ff", ["int", "255"]),
    "int-256": ("190100", ["int", "256"]),
    "int-65535": ("19ffff", ["int", "65535"]),
    "int-65536": ("1a00010000", ["int", "65536"]),
    "int-2-32": ("1b0000000100000000", ["int", "4294967296"]),
    "int-2-53": ("1b0020000000000000", ["int", "9007199254740992"]),
    "int-largest": ("1bffffffffffffffff", ["int", "18446744073709551615"]),
    "int-minus-1": ("20", ["int", "-1"]),
    "int-minus-1000": ("3903e7", ["int", "-1000"]),
    "int-minus-2-53": ("3b001fffffffffffff", ["int", "-9007199254740992"]),
    "int-least": ("3bffffffffffffffff", ["int", "-18446744073709551616"]),
    "false": ("f4", ["bool", False]),
    "true": ("f5", ["bool", True]),
    "null": ("f6", ["null"]),
    "redacted": ("f83b", ["simple", 59]),
    "bytes-empty": ("40", ["bytes", ""]),
    "bytes": ("4401020304", ["bytes", "01020304"]),
    "text-empty": ("60", ["text", ""]),
    "text-chinese": ("66e4bda0e5a5bd", ["text", "你好"]),
    "text-beyond-bmp": ("64f0a0aeb7", ["text", "𠮷"]),
    "text-byte-order-mark": ("64efbbbf61", ["text", "\ufeffa"]),
    "text-nul": ("6100", ["text", "\u0000"]),
    "list-empty": ("80", ["list", []]),
    "list": ("83010203", ["list", [["int", "1"], ["int", "2"], ["int", "3"]]]),
    "map-empty": ("a0", ["map", []]),
    "map-bytewise-order": (
        # RFC 8949 §4.2.1: 10, 100, -1, "z", "aa"; bytewise, not length first
        "a50a011864022003617a0462616105",
        [
            "map",
            [
                [["int", "10"], ["int", "1"]],
                [["int", "100"], ["int", "2"]],
                [["int", "-1"], ["int", "3"]],
                [["text", "z"], ["int", "4"]],
                [["text", "aa"], ["int", "5"]],
            ],
        ],
    ),
    "map-redacted-key": ("a1f83b80", ["map", [[["simple", 59], ["list", []]]]]),
    "map-bytes-key": ("a1410100", ["map", [[["bytes", "01"], ["int", "0"]]]]),
    "map-number-and-its-text": (
        "a20100613102",
        ["map", [[["int", "1"], ["int", "0"]], [["text", "1"], ["int", "2"]]]],
    ),
}

FAIL = {
    "empty-input": "",
    "trailing-byte": "0000",
    "two-values": "a0a0",
    "int-23-in-two-bytes": "1817",
    "int-255-in-three-bytes": "1900ff",
    "int-65535-in-five-bytes": "1a0000ffff",
    "int-2-32-less-1-in-nine-bytes": "1b00000000ffffffff",
    "negative-not-shortest": "3800",
    "length-of-bytes-not-shortest": "580100",
    "length-of-text-not-shortest": "780161",
    "length-of-list-not-shortest": "980100",
    "length-of-map-not-shortest": "b8010000",
    "indefinite-bytes": "5f4100ff",
    "indefinite-text": "7f6161ff",
    "indefinite-list": "9f00ff",
    "indefinite-map": "bf0000ff",
    "break-alone": "ff",
    "reserved-28": "1c",
    "reserved-31-int": "1f",
    "cut-int": "19ff",
    "cut-bytes": "4301",
    "cut-text": "6261",
    "cut-list": "8200",
    "cut-map": "a100",
    "list-of-2-40-items": "9b0000010000000000",
    "bytes-of-2-63": "5b8000000000000000",
    "map-of-2-64-less-1": "bbffffffffffffffff",
    "map-key-twice": "a201000100",
    "map-text-key-twice": "a2616100616100",
    "map-out-of-order": "a202000100",
    "map-length-first-order": "a361610018640020" + "00",
    "map-59-key": "a1183b00",
    "map-59-beside-redacted-key": "a2183b00f83b00",
    "map-list-key": "a18000",
    "map-map-key": "a1a000",
    "map-true-key": "a1f500",
    "map-null-key": "a1f600",
    "float-half": "f93c00",
    "float-single": "fa3f800000",
    "float-double": "fb3ff0000000000000",
    "float-nan": "f97e00",
    "undefined": "f7",
    "simple-0": "e0",
    "simple-19": "f3",
    "simple-60": "f83c",
    "simple-255": "f8ff",
    "simple-below-32-in-two-bytes": "f814",
    "tag-0-date": "c074323032362d30312d30315430303a30303a30305a",
    "tag-1-epoch": "c100",
    "tag-2-bignum-small": "c24101",
    "tag-2-bignum-2-64": "c249010000000000000000",
    "tag-3-bignum": "c349010000000000000000",
    "tag-18": "d280",
    "tag-258-set": "d901028101",
    "tag-55799-self-described": "d9d9f700",
    "text-not-utf8": "61ff",
    "text-overlong": "62c080",
    "text-surrogate": "63eda080",
    "text-cut-character": "62e5bd",
    "nested-18": "81" * NESTED + "80",
    "int-at-depth-17": "81" * NESTED + "00",
    "map-keys-nested-without-end": "a1" * 20_000,
    "redacted-at-depth-17": "81" * NESTED + "f83b",
}


def write(out: Files) -> None:
    """Accepted encodings with their values, and malformed ones."""
    for case, (data, value) in GOOD.items():
        out.good("cbor", case, {"data": data}, value, "RFC 8949 §4.2.1 and appendix A")
    nested: list[object] = ["list", []]
    for _ in range(NESTED - 1):
        nested = ["list", [nested]]
    out.good("cbor", "nested-17", {"data": "81" * (NESTED - 1) + "80"}, nested, "the limit of verifier/cbor.py")
    for case, data in FAIL.items():
        out.fail("cbor", case, {"data": data}, "malformed", "RFC 8949 §4.2.1: not the one deterministic encoding")
