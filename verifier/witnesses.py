"""Which witnesses count, and how many of them are enough: the lines of a C2SP tlog-policy but for its `log` lines.

    witness <name> <verifier key> [<url>]
    group <name> any|all|<k> <member>…
    quorum <name>|none

A witness is named for these lines alone; its verifier key says under which name it signs. A member of a group is a
witness or a group of a line before.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Final

from verifier.errors import Malformed, VerificationError
from verifier.note import COSIGNATURE_TYPE, VerifierKey, is_key_name

NONE: Final = "none"
"""The quorum that asks for nobody; no witness or group can bear this name."""
WORDS: Final = ("witness", "group", "quorum")
"""The first words of the lines that are read here."""
MAX_NAMED: Final = 32
"""Witnesses, and groups: C2SP tlog-policy wants at least so many to be taken, and a note has room for their lines."""

_URL: Final = re.compile(r"https?://[!#-~]{1,500}", re.ASCII)
_THRESHOLD: Final = re.compile("[1-9][0-9]?")


@dataclass(frozen=True, slots=True)
class Witness:
    """One who cosigns."""

    name: str
    key: VerifierKey
    url: str | None = None
    """Prefix below which it takes checkpoints (C2SP tlog-witness); None where only its signatures are judged."""

    @property
    def line(self) -> str:
        """Its line."""
        return " ".join(filter(None, ("witness", self.name, str(self.key), self.url)))


@dataclass(frozen=True, slots=True)
class Group:
    """So many of these are enough for the group to have witnessed a checkpoint."""

    name: str
    threshold: int
    members: tuple[str, ...]

    @property
    def line(self) -> str:
        """Its line, the threshold in the one form that is written: `all`, else `any`, else the number."""
        word = {len(self.members): "all"}.get(self.threshold, "any" if self.threshold == 1 else str(self.threshold))
        return " ".join(("group", self.name, word, *self.members))


@dataclass(frozen=True, slots=True)
class Witnesses:
    """The witnesses of a log and the quorum. Without any, nobody independent is asked for."""

    witnesses: tuple[Witness, ...] = ()
    groups: tuple[Group, ...] = ()
    quorum: str | None = None
    """Name of the witness or group that must have cosigned; None where nobody must."""

    def met(self, cosigned: Collection[str]) -> bool:
        """Whether the quorum is there, where the witnesses of these names cosigned."""
        reached = set(cosigned)
        for group in self.groups:  # a group's members stand before it
            if sum(member in reached for member in group.members) >= group.threshold:
                reached.add(group.name)
        return self.quorum is None or self.quorum in reached

    @property
    def lines(self) -> list[str]:
        """The lines in the one form that the log and the trust file hold."""
        return [
            *(witness.line for witness in self.witnesses),
            *(group.line for group in self.groups),
            f"quorum {self.quorum or NONE}",
        ]

    @property
    def text(self) -> str:
        """The lines as one text."""
        return "".join(line + "\n" for line in self.lines)


NOBODY: Final = Witnesses()
"""`quorum none`, and no witness named."""


@dataclass(slots=True)
class Reader:
    """Takes the lines one by one, as words."""

    witnesses: dict[str, Witness] = field(default_factory=dict)
    groups: dict[str, Group] = field(default_factory=dict)
    quorum: str = ""

    def take(self, words: list[str]) -> None:
        """Takes one line. Raises VerificationError for what is no line of a policy, or none at this place."""
        match words:
            case ["witness", name, vkey, *rest] if len(rest) <= 1:
                self._witness(name, vkey, rest[0] if rest else None)
            case ["group", name, threshold, *members] if members:
                self._group(name, threshold, tuple(members))
            case ["quorum", name]:
                if self.quorum:
                    raise Malformed("quorum stands twice")
                if name != NONE:
                    self._check_defined(name)
                self.quorum = name
            case _:
                raise Malformed(f"not a line of a policy: {' '.join(words)[:80]}")

    def result(self) -> Witnesses:
        """What the lines say. Raises Malformed where none is the quorum."""
        if not self.quorum:
            raise Malformed("no line quorum")
        quorum = None if self.quorum == NONE else self.quorum
        return Witnesses(tuple(self.witnesses.values()), tuple(self.groups.values()), quorum)

    def _witness(self, name: str, vkey: str, url: str | None) -> None:
        self._check_new(name, self.witnesses)
        key = VerifierKey.parse(vkey)
        if key.type != COSIGNATURE_TYPE:
            raise Malformed(f"the key of witness {name} is none for cosignatures (type 0x04)")
        if any(known.key.public_key == key.public_key for known in self.witnesses.values()):
            raise Malformed(f"the key of witness {name} stands twice: one signer would count for two")
        if url is not None and not _URL.fullmatch(url):
            raise Malformed(f"the address of witness {name} is none")
        self.witnesses[name] = Witness(name, key, url)

    def _group(self, name: str, threshold: str, members: tuple[str, ...]) -> None:
        self._check_new(name, self.groups)
        for member in members:
            self._check_defined(member)
            if members.count(member) > 1 or any(member in group.members for group in self.groups.values()):
                raise Malformed(f"{member} is a member twice: it would count twice")
        known = {"any": 1, "all": len(members)}
        count = known.get(threshold) or (int(threshold) if _THRESHOLD.fullmatch(threshold) else 0)
        if not 1 <= count <= len(members):
            raise Malformed(f"group {name}: {threshold} is neither any, nor all, nor from 1 to {len(members)}")
        self.groups[name] = Group(name, count, members)

    def _check_new(self, name: str, among: Collection[str]) -> None:
        hidden = any(unicodedata.category(ch)[0] == "C" for ch in name)
        if name == NONE or not is_key_name(name) or '"' in name or name.startswith("#") or hidden:
            raise Malformed(f"{name!r} cannot be the name of a witness or a group")
        if name in self.witnesses or name in self.groups:
            raise Malformed(f"{name} stands twice")
        if len(among) == MAX_NAMED:
            raise Malformed(f"more than {MAX_NAMED} are named")

    def _check_defined(self, name: str) -> None:
        if name not in self.witnesses and name not in self.groups:
            raise Malformed(f"{name} is neither a witness nor a group of a line before")


def parse(text: str) -> Witnesses:
    """Reads the lines as somebody writes them: blanks, tabs and comments as C2SP tlog-policy has them.

    Raises Malformed, naming the line.
    """
    reader = Reader()
    for number, line in enumerate(text.split("\n"), 1):
        words = re.split("[ \t]+", line.strip(" \t"))
        if words == [""] or words[0].startswith("#"):
            continue
        try:
            if any(ord(ch) < 0x20 or ch == "\x7f" for word in words for ch in word):
                raise Malformed("it has a control character")
            reader.take(words)
        except VerificationError as error:
            raise Malformed(f"policy, line {number}: {error.message}") from None
    try:
        return reader.result()
    except Malformed as error:
        raise Malformed(f"policy: {error.message}") from None


def parse_logged(text: str) -> Witnesses:
    """Reads the lines in the one form that the log holds. Raises Malformed for any other."""
    read = parse(text)
    if read.text != text:
        raise Malformed("the policy is not in the one form in which it is logged")
    return read
