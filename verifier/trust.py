"""The trust file: what a check that asks nobody needs to know (FORMATS §1, §2).

Text, one item a line, `#` comments. The lines `log`, `witness`, `group` and `quorum` are C2SP tlog-policy; the others
are ours:

    log <verifier key> <url>
    witness <name> <verifier key> [<url>]
    group <name> any|all|<k> <member>…
    quorum <name>|none
    genesis <leaf hash of entry 0, hex>
    asof <log size that this file was folded from>
    base <code>
    moved <index> <url>
    organisation <code> <kind> <uri> "<中文>" "<English>"
    key <kid hex> <public key hex> <organisation> <custody> <from> <until|-> <compromised-from|-> <kind,kind…>
    programme <code> "<中文>" "<English>" <certified-by,certified-by…> <taught-by>
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from verifier import kinds
from verifier.authority import CUSTODIES, Authority, Key, Organisation
from verifier.errors import Malformed, UnknownKey, VerificationError
from verifier.keys import check_public_key, thumbprint
from verifier.note import VerifierKey, is_key_name
from verifier.witnesses import NOBODY, WORDS, Reader, Witnesses


@dataclass(frozen=True, slots=True)
class NamedProgramme:
    """What a check prints of a programme."""

    code: str
    name_zh: str
    name_en: str
    certified_by: tuple[str, ...]
    """Who certifies, newest edition first: what an earlier certifier awarded stays good."""
    taught_by: str


@dataclass(frozen=True, slots=True)
class Trust:
    """Keys, organisations and programmes as of a log size, obtained by a way that one trusts."""

    log: VerifierKey
    url: str
    genesis: bytes
    as_of: int
    base: str
    organisations: dict[str, Organisation]
    keys: dict[bytes, Key]
    programmes: dict[str, NamedProgramme]
    moves: tuple[tuple[int, str], ...] = ()
    """Where the base moved to, each with the index of the entry that says so."""
    witnesses: Witnesses = NOBODY
    """Who must have cosigned a checkpoint before it is relied on."""

    @property
    def address(self) -> str:
        """Where the pages are now, and below `/log` the published log. `url` is the first address, and names things."""
        return self.moves[-1][1] if self.moves else self.url

    @property
    def log_address(self) -> str:
        """Where the published log is now."""
        return f"{self.address.rstrip('/')}/log"

    @property
    def hosts(self) -> tuple[str, ...]:
        """The hosts that codes of this base lead to, the present one first: paper outlives addresses."""
        ever = (self.url, *(url for _, url in self.moves))
        return tuple(dict.fromkeys(urlsplit(url).netloc.lower() for url in reversed(ever)))

    @property
    def origin(self) -> str:
        """The log's origin, which names its key and its checkpoints."""
        return self.log.name

    def key(self, kid: bytes) -> Key:
        """The key of this thumbprint. Raises UnknownKey."""
        try:
            return self.keys[kid]
        except KeyError:
            raise UnknownKey(f"key {kid.hex()[:16]} is not in the trust file (as of entry {self.as_of})") from None

    def checkpoint_keys(self) -> list[VerifierKey]:
        """The log's checkpoint keys that are not compromised."""
        return [
            VerifierKey(self.origin, key.public_key)
            for key in self.keys.values()
            if kinds.CHECKPOINT_KIND in key.kinds and key.compromised_from is None
        ]


def fingerprint(trusted: Trust) -> str:
    """What to compare by another way, as it is printed, shown and read aloud: the hash of the log's entry 0, grouped.

    It never changes. Entry 0 names the log's origin and root keys, and every later key is granted by one before it; so
    who agrees on it agrees on which log this is. Keys added since show only in the trust file itself.
    """
    return grouped(trusted.genesis)


def grouped(data: bytes) -> str:
    """Hexadecimal in groups of four digits, to be read aloud and compared."""
    return data.hex(" ", 2)


def from_log(authority: Authority, programmes: Iterable[NamedProgramme], size: int) -> str:
    """The trust file of a log, as folded from its first `size` entries. The same log gives the same bytes."""
    ever = authority.log_keys(kinds.CHECKPOINT_KIND)
    current = authority.current_keys(kinds.CHECKPOINT_KIND) or [key for key in ever if key.until is None] or ever
    lines = [
        "# certledger trust file: compare its SHA-256 by another way before you rely on it.",
        f"log {VerifierKey(authority.origin, current[-1].public_key)} {authority.url}",
        *authority.witnesses.lines,
        f"genesis {authority.genesis.hex()}",
        f"asof {size}",
        f"base {authority.base}",
        *(f"moved {index} {url}" for index, url in authority.moves),
    ]
    for item in authority.organisations.values():
        lines.append(f"organisation {item.code} {item.kind} {item.uri} {_quote(item.name_zh)} {_quote(item.name_en)}")
    for key in authority.keys.values():
        lines.append(
            f"key {key.kid.hex()} {key.public_key.hex()} {key.organisation} {key.custody} {key.since} "
            f"{_index(key.until)} {_index(key.compromised_from)} {','.join(sorted(key.kinds))}"
        )
    for programme in programmes:
        names = f"{_quote(programme.name_zh)} {_quote(programme.name_en)}"
        lines.append(f"programme {programme.code} {names} {','.join(programme.certified_by)} {programme.taught_by}")
    return "\n".join(lines) + "\n"


def parse(text: str) -> Trust:
    """Reads a trust file. Raises Malformed, naming the line."""
    reader = _Reader()
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        try:
            reader.line(_words(line))
        except VerificationError as error:
            raise Malformed(f"trust file, line {number}: {error.message}") from None
        except (ValueError, IndexError, KeyError):
            raise Malformed(f"trust file, line {number}: not a line of a trust file: {line[:80]}") from None
    return reader.result()


class _Reader:
    """Collects the lines of a trust file."""

    def __init__(self) -> None:
        self.single: dict[str, str] = {}
        self.witnesses = Reader()
        self.log: VerifierKey | None = None
        self.organisations: dict[str, Organisation] = {}
        self.keys: dict[bytes, Key] = {}
        self.programmes: dict[str, NamedProgramme] = {}
        self.moves: list[tuple[int, str]] = []

    def line(self, words: list[str]) -> None:
        match words:
            case ["log", vkey, url]:
                self._once("log", url)
                self.log = VerifierKey.parse(vkey)
            case [word, *_] if word in WORDS:
                self.witnesses.take(words)
            case ["genesis" | "asof" | "base" as word, value]:
                self._once(word, value)
            case ["moved", index, url]:
                self._moved(_number(index), url)
            case ["organisation", code, kind, uri, name_zh, name_en]:
                self.organisations[code] = Organisation(code, kind, uri, name_zh, name_en)
            case ["key", kid, public, organisation, custody, since, until, compromised, granted]:
                self._key(kid, public, organisation, custody, (since, until, compromised), granted)
            case ["programme", code, name_zh, name_en, certified_by, taught_by]:
                self.programmes[code] = NamedProgramme(
                    code, name_zh, name_en, tuple(certified_by.split(",")), taught_by
                )
            case _:
                raise ValueError(words[0])

    def result(self) -> Trust:
        for needed in ("log", "genesis", "asof", "base"):
            if needed not in self.single:
                raise Malformed(f"trust file: no line {needed}")
        if not self.witnesses.quorum:
            raise Malformed("trust file: no line quorum")
        genesis, as_of = self.single["genesis"], self.single["asof"]
        if not _HASH.fullmatch(genesis) or not _NUMBER.fullmatch(as_of):
            raise Malformed("trust file: genesis is not a hash in hex, or asof not a log size")
        log = self.log
        if log is None or not is_key_name(log.name):
            raise Malformed("trust file: no log")
        if not any(
            key.public_key == log.public_key and kinds.CHECKPOINT_KIND in key.kinds for key in self.keys.values()
        ):
            raise Malformed("trust file: the log's key is not among the keys for checkpoints")
        for key in self.keys.values():
            if key.organisation not in self.organisations:
                raise Malformed(f"trust file: key {key.kid.hex()[:16]} is of {key.organisation}, which has no line")
        return Trust(
            log,
            self.single["log"],
            bytes.fromhex(genesis),
            int(as_of),
            self.single["base"],
            self.organisations,
            self.keys,
            self.programmes,
            tuple(self.moves),
            self.witnesses.result(),
        )

    def _once(self, word: str, value: str) -> None:
        if word in self.single:
            raise Malformed(f"{word} stands twice")
        self.single[word] = value

    def _moved(self, index: int, url: str) -> None:
        if not _ADDRESS.fullmatch(url) or (self.moves and index <= self.moves[-1][0]):
            raise Malformed(f"{url[:60]!r} is no address, or does not stand in the order of the log")
        self.moves.append((index, url))

    def _key(
        self, kid: str, public: str, organisation: str, custody: str, span: tuple[str, str, str], granted: str
    ) -> None:
        if not _HASH.fullmatch(kid) or not _HASH.fullmatch(public):
            raise Malformed("a key's id and the key are 64 hexadecimal digits each, in lower case")
        public_key = check_public_key(bytes.fromhex(public))
        if thumbprint(public_key).hex() != kid:
            raise Malformed(f"key id {kid[:16]} is not that of the key")
        if custody not in CUSTODIES or bytes.fromhex(kid) in self.keys:
            raise Malformed(f"key {kid[:16]} stands twice or in nobody's custody")
        since, until, compromised = span
        self.keys[bytes.fromhex(kid)] = Key(
            bytes.fromhex(kid),
            public_key,
            organisation,
            custody,
            frozenset(granted.split(",")),
            _number(since),
            None if until == "-" else _number(until),
            None if compromised == "-" else _number(compromised),
        )


_HASH: Final = re.compile("[0-9a-f]{64}")
_ADDRESS: Final = re.compile(r"https?://([A-Za-z0-9.-]{1,253}|\[::1\])(:[0-9]{1,5})?", re.ASCII)
_NUMBER: Final = re.compile("0|[1-9][0-9]{0,17}")
_WORD: Final = re.compile(r'"(?:[^"\\]|\\.)*"|[^\s"]+')


def _words(line: str) -> list[str]:
    words = _WORD.findall(line)
    if " ".join(words) != line:
        raise ValueError("not single words between single blanks")
    return [json.loads(word) if word.startswith('"') else word for word in words]


def _quote(text: str) -> str:
    """A JSON string on one line: the line ends that JSON leaves as they are would break the file apart."""
    return re.sub(
        "[\x7f-\x9f\u2028\u2029]", lambda found: f"\\u{ord(found[0]):04x}", json.dumps(text, ensure_ascii=False)
    )


def _number(text: str) -> int:
    if not _NUMBER.fullmatch(text):
        raise Malformed(f"{text[:20]!r} is not a log index")
    return int(text)


def _index(value: int | None) -> str:
    return "-" if value is None else str(value)
