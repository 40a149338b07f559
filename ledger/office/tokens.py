"""Tokens for programs: what somebody lets a program do in their name, for how long.

A token that is good for it makes others: none that may do more than it or is good for longer, and none that outlives
its own revocation. So whoever got hold of one loses all that came of it together with it.
"""

from __future__ import annotations

import secrets
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from ledger.cabinet import Cabinet
from ledger.cabinet_key import CabinetKey, secret_hash
from ledger.handle import Clock
from ledger.projector import Tables
from ledger.refusals import Code, Refusal

SCOPES: Final = ("read", "record", "propose", "tokens")
"""What a token may be good for: to read, to record what needs one person, to propose what needs two, to make and revoke
tokens. None approves: an approval takes a person.
"""
LONGEST_DAYS: Final = 366
PREFIX: Final = "clt_"
"""Of every token, so that one that got into a file or a message is recognised."""
_NAME_LIMIT: Final = 80
_TOUCH_MILLISECONDS: Final = 60_000


@dataclass(frozen=True, slots=True)
class Token:
    """A token as its owner sees it; times in milliseconds since 1970 UTC."""

    id: UUID
    account: UUID
    name: str
    scopes: frozenset[str]
    created_at: int
    expires_at: int
    used_at: int | None
    made_by: UUID | None = None
    """The token that it was made with; None where a person made it."""


class Tokens:
    """Makes, finds and revokes tokens. Shared freely by threads."""

    def __init__(self, cabinet: Cabinet, key: CabinetKey, clock: Clock) -> None:
        self._cabinet, self._key, self._clock = cabinet, key, clock

    def make(
        self, account: UUID, name: str, scopes: Collection[str], days: int, by: Token | None = None
    ) -> tuple[Token, str]:
        """A new token, and its secret, which is shown once and kept nowhere. Raises Refusal; StoreError.

        `by`: the token of the same account that it is made with, which it ends with at the latest.
        """
        if not name.strip() or len(name) > _NAME_LIMIT or not name.isprintable():
            raise Refusal(Code.BAD_TEXT, f"a token has a name of 1 to {_NAME_LIMIT} printable characters")
        if not scopes or set(scopes) - set(SCOPES):
            raise Refusal(Code.UNKNOWN_VALUE, f"a token has scopes, of {', '.join(SCOPES)}")
        if not 1 <= days <= LONGEST_DAYS:
            raise Refusal(Code.BAD_NUMBER, f"a token is good for 1 to {LONGEST_DAYS} days")
        if by is not None and set(scopes) - by.scopes:
            raise Refusal(Code.WIDER_TOKEN, "a token makes none that may do more than itself")
        secret, now = PREFIX + secrets.token_urlsafe(32), self._clock()
        until = now + days * 86_400_000
        token = Token(
            UUID(bytes=secrets.token_bytes(16), version=4),
            account,
            name.strip(),
            frozenset(scopes),
            now,
            until if by is None else min(until, by.expires_at),
            None,
            None if by is None else by.id,
        )
        sealed = self._key.seal("tokens", token.id.bytes, token.name)
        told = " ".join(sorted(token.scopes))
        maker = None if by is None else by.id.bytes
        row = (secret_hash(secret), token.id.bytes, account.bytes, sealed, told, now, token.expires_at, None, maker)

        def enter(tables: Tables) -> bool:
            there = "SELECT 1 FROM tokens WHERE id = ? AND account = ? AND expires_at > ?"
            if maker is not None and not tables.select(there, (maker, account.bytes, now)):
                return False  # revoked a moment ago
            tables.execute("INSERT INTO tokens VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", row)
            return True

        if not self._cabinet.write(enter):
            raise Refusal(Code.WIDER_TOKEN, "the token that this is made with is void")
        return token, secret

    def find(self, secret: str) -> Token | None:
        """The token of a secret; None where it is void or over. Raises StoreError."""
        by, now = secret_hash(secret), self._clock()
        rows = self._cabinet.select("SELECT * FROM tokens WHERE secret = ? AND expires_at > ?", (by, now))
        if not rows:
            return None
        token = self._token(rows[0])
        if now - (token.used_at or 0) > _TOUCH_MILLISECONDS:
            self._cabinet.write(
                lambda tables: tables.execute("UPDATE tokens SET used_at = ? WHERE secret = ?", (now, by))
            )
        return token

    def of(self, account: UUID) -> list[Token]:
        """The tokens of an account, newest first, those that are over too."""
        rows = self._cabinet.select(
            "SELECT * FROM tokens WHERE account = ? ORDER BY created_at DESC, id", (account.bytes,)
        )
        return [self._token(row) for row in rows]

    def revoke(self, account: UUID, token: UUID) -> None:
        """Makes a token of an account void, with all that were made with it; nothing where it is another's."""

        def revoke(tables: Tables) -> None:
            void = {token.bytes}
            makers = tables.select("SELECT id, made_by FROM tokens WHERE account = ?", (account.bytes,))
            made = [(bytes(row["id"]), bytes(row["made_by"])) for row in makers if row["made_by"] is not None]
            while more := {id_ for id_, maker in made if maker in void} - void:
                void |= more
            for id_ in void:
                tables.execute("DELETE FROM tokens WHERE id = ? AND account = ?", (id_, account.bytes))

        self._cabinet.write(revoke)

    def made_with(self, token: Token) -> list[Token]:
        """The token itself and those that were made with it, however many hands between, newest first."""
        known, ids = self.of(token.account), {token.id}
        while more := {item.id for item in known if item.made_by in ids} - ids:
            ids |= more
        return [item for item in known if item.id in ids]

    def _token(self, row: Any) -> Token:
        id_ = bytes(row["id"])
        return Token(
            UUID(bytes=id_),
            UUID(bytes=bytes(row["account"])),
            self._key.open("tokens", id_, bytes(row["name"])),
            frozenset(str(row["scopes"]).split()),
            row["created_at"],
            row["expires_at"],
            row["used_at"],
            None if row["made_by"] is None else UUID(bytes=bytes(row["made_by"])),
        )
