"""Members of staff: an account in the log under a pseudonym, and who that is, which only the cabinet knows.

Roles and organisation are what the log says now; an account that is closed there signs in no more, whatever the cabinet
says. Somebody new gets a link that works once, and sets a password or a passkey with it: no password is ever made up
for anybody.
"""

from __future__ import annotations

import secrets
from base64 import b32encode
from collections.abc import Callable, Collection
from dataclasses import dataclass
from threading import Lock
from typing import Any, Final
from uuid import UUID

from ledger import commands as c
from ledger.cabinet import Cabinet
from ledger.cabinet_key import CabinetKey, secret_hash
from ledger.deciders.base import Base
from ledger.executing import Executor
from ledger.handle import Clock
from ledger.mail_address import BadAddress, check_mail_address
from ledger.office import passwords
from ledger.permissions import Actors
from ledger.projector import Tables
from ledger.refusals import Code, Refusal

INVITED_SECONDS: Final = 3 * 24 * 3600
"""How long a link for somebody new, or for who has lost all ways in, is good."""
FREE_FAILURES: Final = 5
"""Wrong passwords in a row before an account waits; each further one doubles the wait."""
_FIRST_WAIT: Final = 30_000
_LONGEST_WAIT: Final = 3600_000
_LOGIN_LIMIT: Final = 80


@dataclass(frozen=True, slots=True)
class Member:
    """A member of staff."""

    account: UUID
    pseudonym: str
    login: str
    name: str
    email: str
    organisation: str
    roles: frozenset[str]
    """Of the account as it is in the log now; none where it is closed."""
    has_password: bool
    closed: bool

    @property
    def names(self) -> tuple[str, ...]:
        """What a password must not be."""
        return (self.login, self.name, self.email, self.pseudonym)


class CannotSignIn(Exception):
    """Name and password do not fit, or it is not the time to try. What exactly is wrong is not told."""

    def __init__(self, wait_seconds: int = 0) -> None:
        super().__init__("name and password do not fit")
        self.wait_seconds = wait_seconds
        """After how many seconds another try is worth it; 0 where it is now."""


def folded(login: str) -> str:
    """A login in the form in which it is looked up."""
    return " ".join(login.split()).casefold()


class Staff:
    """Keeps members of staff. Shared freely by threads."""

    def __init__(self, cabinet: Cabinet, key: CabinetKey, executor: Executor, clock: Clock) -> None:
        self._cabinet, self._key, self._executor, self._clock = cabinet, key, executor, clock
        self._adding = Lock()

    # --- who there is -------------------------------------------------------------------------------------------------

    def all(self) -> list[Member]:
        """Everybody, by login. Raises StoreError."""
        rows, base = self._cabinet.select("SELECT * FROM staff"), self._executor.base()
        return sorted((self._member(row, base) for row in rows), key=lambda member: folded(member.login))

    def page(self, after: str, limit: int) -> list[Member]:
        """At most `limit` of them by pseudonym, from behind one on; from the first on for empty. Raises StoreError."""
        sql = "SELECT * FROM staff WHERE pseudonym > ? ORDER BY pseudonym LIMIT ?"
        base = self._executor.base()
        return [self._member(row, base) for row in self._cabinet.select(sql, (after, limit))]

    def find(self, account: UUID) -> Member | None:
        """The member of staff of an account. Raises StoreError."""
        return self._found("account", account.bytes)

    def called(self, login: str) -> Member | None:
        """The member of staff of a login. Raises StoreError."""
        return self._found("login", self._key.found_by("login", folded(login)))

    def of_pseudonym(self, pseudonym: str) -> Member | None:
        """The member of staff of a pseudonym. Raises StoreError."""
        return self._found("pseudonym", pseudonym)

    def anybody(self) -> bool:
        """Whether there is anybody yet. Raises StoreError."""
        return bool(self._cabinet.select("SELECT 1 FROM staff LIMIT 1"))

    # --- coming and going ---------------------------------------------------------------------------------------------

    def add(
        self, login: str, name: str, email: str, organisation: str, roles: Collection[str], actors: Actors
    ) -> tuple[Member, str]:
        """Gives somebody an account; the member of staff, and the secret of the link that is to be handed over.

        Begun again after a crash it goes on with the same account. Raises Refusal; StoreError.
        """
        if not folded(login) or len(login) > _LOGIN_LIMIT or not login.isprintable() or not name.strip():
            raise Refusal(Code.BAD_TEXT, f"a login has 1 to {_LOGIN_LIMIT} printable characters, and a member a name")
        if not roles:
            raise Refusal(Code.UNKNOWN_VALUE, "an account has at least one role")
        kept = _checked_email(email)
        row = self._cabinet.write(lambda tables: self._enter(tables, login.strip(), name.strip(), kept))
        account, pseudonym = UUID(bytes=bytes(row["account"])), str(row["pseudonym"])
        opening = c.OpenAccount(account, pseudonym, organisation, tuple(sorted(set(roles))))
        with self._adding:
            try:
                self._executor.execute(opening, actors)
            except Refusal:
                # One that was opened just now, by the same asked twice, stays.
                if pseudonym not in self._executor.base().account_organisations:
                    sql = "DELETE FROM staff WHERE account = ?"
                    self._cabinet.write(lambda tables: tables.execute(sql, (account.bytes,)))
                raise
        member = self.find(account)
        assert member is not None
        return member, self.invite(account)

    def invite(self, account: UUID) -> str:
        """The secret of a new link that lets an account set a password or passkey; earlier links are void."""
        secret = secrets.token_urlsafe(24)
        until = self._clock() + INVITED_SECONDS * 1000

        def enter(tables: Tables) -> None:
            tables.execute("DELETE FROM invitations WHERE account = ?", (account.bytes,))
            row = (secret_hash(secret), account.bytes, until)
            tables.execute("INSERT INTO invitations VALUES (?, ?, ?)", row)

        self._cabinet.write(enter)
        return secret

    def invited(self, secret: str) -> Member | None:
        """Who a link is for; None for one that is void, over or used. Raises StoreError."""
        sql = "SELECT account FROM invitations WHERE secret = ? AND expires_at > ?"
        rows = self._cabinet.select(sql, (secret_hash(secret), self._clock()))
        member = self.find(UUID(bytes=bytes(rows[0]["account"]))) if rows else None
        return None if member is None or member.closed else member

    def accept(self, secret: str, password: str) -> Member:
        """Sets the password of who was invited; the link is used up, and every session of the account ends.

        Raises Refusal; CannotSignIn for a void link.
        """
        member = self.invited(secret)
        if member is None:
            raise CannotSignIn
        kept = passwords.hashed(passwords.check_password(password, member.names))

        def enter(tables: Tables) -> None:
            self._use_up(tables, secret)
            _set_password(tables, member.account, kept)

        self._cabinet.write(enter)
        return member

    def using_up(self, secret: str) -> Callable[[Tables], None]:
        """Takes a link as used, in the transaction that gives a way in, and ends the account's sessions.

        Raises CannotSignIn for a void one.
        """
        return lambda tables: self._use_up(tables, secret)

    def change_password(self, account: UUID, password: str) -> None:
        """Sets another password. Raises Refusal `weak-password`; StoreError."""
        member = self.find(account)
        kept = passwords.hashed(passwords.check_password(password, () if member is None else member.names))
        self._cabinet.write(lambda tables: _set_password(tables, account, kept))

    def change_email(self, account: UUID, email: str) -> None:
        """Sets where somebody is reached by mail; empty for nowhere. Raises Refusal `bad-text`; StoreError."""
        kept = _checked_email(email)

        def change(tables: Tables) -> None:
            rows = tables.select("SELECT sealed FROM staff WHERE account = ?", (account.bytes,))
            if not rows:
                raise Refusal(Code.UNKNOWN_ACCOUNT, "no such member of staff")
            login, name, _ = self._key.open("staff", account.bytes, bytes(rows[0]["sealed"]))
            sealed = self._key.seal("staff", account.bytes, [login, name, kept])
            tables.execute("UPDATE staff SET sealed = ? WHERE account = ?", (sealed, account.bytes))

        self._cabinet.write(change)

    def close(self, account: UUID, actors: Actors) -> None:
        """Closes an account: in the log, and every way in. Raises Refusal; StoreError."""
        member = self.find(account)
        if member is None:
            raise Refusal(Code.UNKNOWN_ACCOUNT, "no such member of staff")
        if not member.closed:
            self._executor.execute(c.CloseAccount(member.pseudonym), actors)
        now = self._clock()

        def leave(tables: Tables) -> None:
            for table in ("sessions", "tokens", "passkeys", "identities", "invitations"):
                tables.execute(f"DELETE FROM {table} WHERE account = ?", (account.bytes,))
            tables.execute("UPDATE staff SET password = '', closed_at = ? WHERE account = ?", (now, account.bytes))

        self._cabinet.write(leave)

    # --- signing in ---------------------------------------------------------------------------------------------------

    def sign_in(self, login: str, password: str) -> Member:
        """Who signs in with login and password. Raises CannotSignIn; StoreError.

        Wrong tries in a row make the account wait, longer each time; whoever has a passkey signs in all the same.
        """
        by = self._key.found_by("login", folded(login))
        rows = self._cabinet.select("SELECT account, password, locked_until FROM staff WHERE login = ?", (by,))
        row, now = (rows[0] if rows else None), self._clock()
        if row is not None and row["locked_until"] > now:
            raise CannotSignIn(-(-(row["locked_until"] - now) // 1000))
        fits = passwords.matches(password, "" if row is None else row["password"])
        if row is None:
            raise CannotSignIn
        account = bytes(row["account"])
        if not fits:
            self._cabinet.write(lambda tables: _count_failure(tables, account, now))
            raise CannotSignIn
        self._cabinet.write(
            lambda tables: tables.execute(
                "UPDATE staff SET failures = 0, locked_until = 0 WHERE account = ?", (account,)
            )
        )
        member = self.find(UUID(bytes=account))
        if member is None or member.closed:
            raise CannotSignIn
        return member

    # --- inside -------------------------------------------------------------------------------------------------------

    def _enter(self, tables: Tables, login: str, name: str, email: str) -> Any:
        by = self._key.found_by("login", folded(login))
        rows = tables.select("SELECT account, pseudonym FROM staff WHERE login = ?", (by,))
        if rows:
            if str(rows[0]["pseudonym"]) in self._executor.base().account_organisations:
                raise Refusal(Code.DUPLICATE_ACCOUNT, f"somebody signs in as {login} already")
            return rows[0]
        account = UUID(bytes=secrets.token_bytes(16), version=4).bytes
        pseudonym = "P" + b32encode(secrets.token_bytes(5)).decode()
        sealed = self._key.seal("staff", account, [login, name, email])
        row = (account, pseudonym, by, sealed, "", 0, 0, self._clock(), None)
        tables.execute("INSERT INTO staff VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", row)
        return {"account": account, "pseudonym": pseudonym}

    def _use_up(self, tables: Tables, secret: str) -> None:
        rows = tables.select("SELECT account FROM invitations WHERE secret = ?", (secret_hash(secret),))
        if not rows:  # another was quicker with the same link
            raise CannotSignIn
        tables.execute("DELETE FROM invitations WHERE secret = ?", (secret_hash(secret),))
        # Who lost a way in is invited anew: whoever is signed in with it is out.
        tables.execute("DELETE FROM sessions WHERE account = ?", (bytes(rows[0]["account"]),))

    def _found(self, column: str, value: object) -> Member | None:
        rows = self._cabinet.select(f"SELECT * FROM staff WHERE {column} = ?", (value,))
        return self._member(rows[0], self._executor.base()) if rows else None

    def _member(self, row: Any, base: Base) -> Member:
        account, pseudonym = bytes(row["account"]), str(row["pseudonym"])
        login, name, email = self._key.open("staff", account, bytes(row["sealed"]))
        return Member(
            UUID(bytes=account),
            pseudonym,
            login,
            name,
            email,
            base.account_organisations.get(pseudonym, ""),
            base.accounts.get(pseudonym, frozenset()),
            bool(row["password"]),
            pseudonym not in base.accounts,
        )


def _checked_email(text: str) -> str:
    try:
        return check_mail_address(text) if text.strip() else ""
    except BadAddress as error:
        raise Refusal(Code.BAD_TEXT, str(error)) from None


def _set_password(tables: Tables, account: UUID, kept: str) -> None:
    sql = "UPDATE staff SET password = ?, failures = 0, locked_until = 0 WHERE account = ?"
    tables.execute(sql, (kept, account.bytes))


def _count_failure(tables: Tables, account: bytes, now: int) -> None:
    failures: int = tables.select("SELECT failures FROM staff WHERE account = ?", (account,))[0]["failures"] + 1
    wait = 0 if failures < FREE_FAILURES else min(_FIRST_WAIT << min(failures - FREE_FAILURES, 20), _LONGEST_WAIT)
    sql = "UPDATE staff SET failures = ?, locked_until = ? WHERE account = ?"
    tables.execute(sql, (failures, now + wait if wait else 0, account))
