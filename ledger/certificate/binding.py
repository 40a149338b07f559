"""One print file out of many certificates: their pages, one after the other, written as they come.

What is bound are PDFs as Typst writes them here (`pdf.render`): plain objects under a plain cross-reference table.
Pages and what they draw with are taken over; attachments, metadata with the place of the seal, outlines, links and the
structure for screen readers are not. Objects that are the same in many certificates are written once. The page tree
and the cross-reference table come last: what breaks off before is no PDF. In memory are one certificate, and of all
that was written the places and hashes.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import Final

HEADER: Final = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"
_CATALOG, _PAGES = 1, 2
_LEFT_OUT: Final = (b"/Parent", b"/StructParents", b"/Tabs", b"/Annots")
_NOTE_LINES: Final = 46
_NOTE_PAGE: Final = (
    b"<</Type/Page/Parent %d 0 R/MediaBox[0 0 595.28 841.89]/Contents %d 0 R"
    b"/Resources<</Font<</F1<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>>>>>>>"
)
_WANTED: Final = (b"/MediaBox", b"/Resources", b"/Contents")
_ENTRY: Final = re.compile(rb"(\d{10}) \d{5} n")
_LINE_END: Final = re.compile(rb"stream\r?\n")
_TOKEN: Final = re.compile(rb"<<|>>|[\[\]]|/[^\s<>\[\]()/%]*|<[0-9A-Fa-f\s]*>|\(|[^\s<>\[\]()/%]+")


class CannotBind(Exception):
    """A PDF is not of the form that is bound."""


class Binder:
    """Gives the bytes of a print file, piece by piece. One file each."""

    def __init__(self) -> None:
        self._offsets: dict[int, int] = {}
        self._numbers = _PAGES
        self._at = 0
        self._nodes: list[tuple[int, int]] = []
        """The page-tree node of each certificate, and how many pages it has."""
        self._known: dict[bytes, int] = {}
        """Objects with a stream, by their hash: fonts and drawings that come again."""

    @property
    def pages(self) -> int:
        """How many pages were bound so far."""
        return sum(count for _, count in self._nodes)

    def begin(self) -> bytes:
        """The header."""
        return self._counted(HEADER)

    def add(self, paper: bytes) -> bytes:
        """The pages of a certificate. Raises CannotBind."""
        held = _Held(paper)
        written: list[bytes] = []
        taken: dict[int, int] = {}
        node = self._new_number()
        self._node(node, [self._page(held, page, node, taken, written) for page in held.pages()], written)
        return b"".join(written)

    def note(self, lines: Sequence[str]) -> bytes:
        """Pages of plain lines, such as what is not in the file. Characters beyond ASCII become question marks."""
        written: list[bytes] = []
        node, kids = self._new_number(), list[int]()
        for start in range(0, len(lines), _NOTE_LINES):
            shown = (line.encode("ascii", "replace") for line in lines[start : start + _NOTE_LINES])
            escaped = (re.sub(rb"[\\()]", rb"\\\g<0>", line) for line in shown)
            drawn = b"BT /F1 11 Tf 15 TL 60 780 Td %s ET" % b" ".join(b"(%s) Tj T*" % line for line in escaped)
            content, page = self._new_number(), self._new_number()
            self._write(content, b"<</Length %d>>" % len(drawn), b"\nstream\n%s\nendstream" % drawn, written)
            self._write(page, _NOTE_PAGE % (node, content), b"", written)
            kids.append(page)
        self._node(node, kids, written)
        return b"".join(written)

    def end(self, title: str) -> bytes:
        """What makes it a PDF. `title`: as a viewer's window shows it."""
        written: list[bytes] = []
        listed = b" ".join(b"%d 0 R" % node for node, _ in self._nodes)
        self._write(_PAGES, b"<</Type/Pages/Count %d/Kids[%s]>>" % (self.pages, listed), b"", written)
        self._write(_CATALOG, b"<</Type/Catalog/Pages %d 0 R>>" % _PAGES, b"", written)
        info = self._new_number()
        told = ("\ufeff" + title).encode("utf-16-be").hex().upper().encode()
        self._write(info, b"<</Title<%s>>>" % told, b"", written)
        start = self._at
        rows = b"".join(b"%010d 00000 n \n" % self._offsets[number] for number in range(1, self._numbers + 1))
        table = b"xref\n0 %d\n0000000000 65535 f \n%s" % (self._numbers + 1, rows)
        trailer = b"trailer\n<</Size %d/Root %d 0 R/Info %d 0 R>>\nstartxref\n%d\n%%%%EOF\n"
        return b"".join([*written, table, trailer % (self._numbers + 1, _CATALOG, info, start)])

    def _counted(self, data: bytes) -> bytes:
        self._at += len(data)
        return data

    def _node(self, node: int, kids: list[int], written: list[bytes]) -> None:
        listed = b" ".join(b"%d 0 R" % kid for kid in kids)
        body = b"<</Type/Pages/Parent %d 0 R/Count %d/Kids[%s]>>" % (_PAGES, len(kids), listed)
        self._write(node, body, b"", written)
        self._nodes.append((node, len(kids)))

    def _page(self, held: _Held, page: int, node: int, taken: dict[int, int], written: list[bytes]) -> int:
        tokens, _ = held.object(page)
        entries = _dictionary(tokens)
        if any(name not in entries for name in _WANTED):
            raise CannotBind("a page lacks what it is drawn from")
        kept = {name: value for name, value in entries.items() if name not in _LEFT_OUT}
        body = [token for name, value in kept.items() for token in (name, *value)]
        filled = [b"<<", *self._renumbered(held, body, taken, written), b"/Parent", b"%d 0 R" % node, b">>"]
        number = self._new_number()
        self._write(number, b" ".join(filled), b"", written)
        return number

    def _renumbered(self, held: _Held, tokens: list[bytes], taken: dict[int, int], written: list[bytes]) -> list[bytes]:
        """The tokens with each reference to an object of the paper led to where that is written now."""
        made, at = list[bytes](), 0
        while at < len(tokens):
            if tokens[at + 2 : at + 3] == [b"R"] and tokens[at].isdigit():
                made += [b"%d 0 R" % self._take(held, int(tokens[at]), taken, written)]
                at += 3
            else:
                made.append(tokens[at])
                at += 1
        return made

    def _take(self, held: _Held, number: int, taken: dict[int, int], written: list[bytes]) -> int:
        """The number of an object in the print file; it and all that it needs are written first."""
        if number in taken:
            return taken[number]
        taken[number] = 0  # a circle would lead to object 0, which is none
        tokens, stream = held.object(number)
        body = b" ".join(self._renumbered(held, tokens, taken, written))
        digest = sha256(body + stream).digest() if stream else b""
        if digest in self._known:
            taken[number] = self._known[digest]
            return taken[number]
        taken[number] = self._new_number()
        self._write(taken[number], body, stream, written)
        if stream:
            self._known[digest] = taken[number]
        return taken[number]

    def _new_number(self) -> int:
        self._numbers += 1
        return self._numbers

    def _write(self, number: int, body: bytes, stream: bytes, written: list[bytes]) -> None:
        self._offsets[number] = self._at
        written.append(self._counted(b"%d 0 obj\n%s%s\nendobj\n" % (number, body, stream)))


class _Held:
    """A PDF of the form that is bound, by its objects."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        try:
            start = int(data[data.rindex(b"startxref") + 9 :].split()[0])
            table, _, trailer = data[start:].partition(b"trailer")
            first = int(table.split(maxsplit=3)[1])
        except (ValueError, IndexError):
            raise CannotBind("no cross-reference table") from None
        if not table.startswith(b"xref") or first != 0:
            raise CannotBind("no plain cross-reference table")
        offsets = [int(found[1]) for found in _ENTRY.finditer(table)]
        ends = dict(zip(sorted(offsets), [*sorted(offsets)[1:], start], strict=True))
        self._places = {number: (offset, ends[offset]) for number, offset in enumerate(offsets, start=1)}
        self._trailer = _dictionary(_tokens(trailer.partition(b"startxref")[0]))

    def object(self, number: int) -> tuple[list[bytes], bytes]:
        """What an object says, and its stream from the key word on; empty for none. Raises CannotBind."""
        if number not in self._places:
            raise CannotBind(f"object {number} is missing")
        offset, end = self._places[number]
        head, found, body = self._data[offset:end].partition(b" obj")
        body = body[: body.rindex(b"endobj")] if b"endobj" in body else b""
        if not found or head != b"%d 0" % number or not body:
            raise CannotBind(f"object {number} is not where it should be")
        begins = _stream_start(body)
        if begins is None:
            return _tokens(body), b""
        return _tokens(body[:begins]), b"\n" + body[begins:].rstrip(b"\r\n")

    def pages(self) -> list[int]:
        """The objects of its pages, in order. Raises CannotBind."""
        catalog = _dictionary(self.object(_one(self._trailer, b"/Root"))[0])
        tree = _dictionary(self.object(_one(catalog, b"/Pages"))[0])
        kids = tree.get(b"/Kids", [])[1:-1]
        found = [int(kids[n]) for n in range(0, len(kids), 3)]
        if not found or tree.get(b"/Count") != [b"%d" % len(found)]:
            raise CannotBind("its pages are not in one list")
        return found


def _stream_start(body: bytes) -> int | None:
    """Where the stream of an object begins; its dictionary holds no such word, for texts are in brackets."""
    found = _LINE_END.search(body)
    return None if found is None or not body[: found.start()].rstrip().endswith(b">>") else found.start()


def _tokens(data: bytes) -> list[bytes]:
    found, at = list[bytes](), 0
    while (match := _TOKEN.search(data, at)) is not None:
        if data[at : match.start()].strip(b"\0\t\n\f\r "):
            raise CannotBind("something that is no part of a PDF's objects")
        at = match.end() if match[0] != b"(" else _text_end(data, match.start())
        found.append(data[match.start() : at])
    return found


def _text_end(data: bytes, start: int) -> int:
    """The place after the bracket that closes a text; brackets may stand within, by pairs or behind a backslash."""
    depth, at = 0, start
    while at < len(data):
        byte = data[at : at + 1]
        depth += {b"(": 1, b")": -1}.get(byte, 0)
        at += 2 if byte == b"\\" else 1
        if depth == 0:
            return at
    raise CannotBind("a text that does not end")


def _dictionary(tokens: list[bytes]) -> Mapping[bytes, list[bytes]]:
    """The entries of a dictionary: name → the tokens of its value. Raises CannotBind."""
    if tokens[:1] != [b"<<"] or tokens[-1:] != [b">>"]:
        raise CannotBind("no dictionary")
    found: dict[bytes, list[bytes]] = {}
    name, depth = b"", 0
    for token in tokens[1:-1]:
        if depth == 0 and token.startswith(b"/") and (not name or found[name]):
            name = token
            found[name] = []
            continue
        depth += {b"<<": 1, b"[": 1, b">>": -1, b"]": -1}.get(token, 0)
        if not name:
            raise CannotBind("a value without a name")
        found[name].append(token)
    return found


def _one(entries: Mapping[bytes, list[bytes]], name: bytes) -> int:
    value = entries.get(name, [])
    if len(value) != 3 or value[2] != b"R" or not value[0].isdigit():
        raise CannotBind(f"{name.decode()} leads nowhere")
    return int(value[0])
