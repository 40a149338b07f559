"""Who is signed in: sessions that lie on the server, so that one can be ended from anywhere.

A browser holds a random secret in a cookie, the cabinet its hash. A session ends when it was not used for a while, when
it is old, and when it is revoked. What weighs most asks for a fresh sign of who is there (`freshen`).
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass, replace
from typing import Any, Final
from uuid import UUID

from ledger.cabinet import Cabinet
from ledger.cabinet_key import CabinetKey, secret_hash
from ledger.handle import Clock
from ledger.projector import Tables

IDLE_SECONDS: Final = 3600
LONGEST_SECONDS: Final = 12 * 3600
FRESH_SECONDS: Final = 300
"""For how long a password or passkey counts as fresh."""
_TOUCH_SECONDS: Final = 60
"""How often it is written down that a session is used."""
_AGENT_LIMIT: Final = 200


@dataclass(frozen=True, slots=True)
class Session:
    """Somebody signed in at one browser; times in milliseconds since 1970 UTC."""

    id: bytes
    """Names the session and opens nothing: the hash of its secret."""
    account: UUID
    created_at: int
    used_at: int
    fresh_at: int
    agent: str

    def is_fresh(self, now: int) -> bool:
        """Whether who it is was shown a short while ago."""
        return now - self.fresh_at <= FRESH_SECONDS * 1000


class Sessions:
    """Opens, finds and ends sessions. Shared freely by threads."""

    def __init__(self, cabinet: Cabinet, key: CabinetKey, clock: Clock) -> None:
        self._cabinet, self._key, self._clock = cabinet, key, clock

    def open(self, account: UUID, agent: str, replaces: str = "", fresh_at: int | None = None) -> str:
        """A new session's secret. `replaces`: the secret that the browser had before, which is void from now on.

        `fresh_at`: when who it is was shown, where that was not now; 0 where nobody knows.
        """
        secret, now = secrets.token_urlsafe(32), self._clock()
        id_ = secret_hash(secret)
        sealed = self._key.seal("sessions", id_, agent[:_AGENT_LIMIT])
        row = (
            id_,
            account.bytes,
            now,
            now,
            now + LONGEST_SECONDS * 1000,
            now if fresh_at is None else fresh_at,
            sealed,
        )

        def enter(tables: Tables) -> None:
            tables.execute("DELETE FROM sessions WHERE secret = ?", (secret_hash(replaces),))
            tables.execute("DELETE FROM sessions WHERE expires_at < ? OR used_at < ?", (now, now - IDLE_SECONDS * 1000))
            tables.execute("INSERT INTO sessions VALUES (?, ?, ?, ?, ?, ?, ?)", row)

        self._cabinet.write(enter)
        return secret

    def find(self, secret: str) -> Session | None:
        """The session of a secret, which counts as used now; None where there is none any more. Raises StoreError."""
        id_, now = secret_hash(secret), self._clock()
        sql = "SELECT * FROM sessions WHERE secret = ? AND expires_at > ? AND used_at > ?"
        rows = self._cabinet.select(sql, (id_, now, now - IDLE_SECONDS * 1000))
        if not rows:
            return None
        session = self._session(rows[0])
        if now - session.used_at > _TOUCH_SECONDS * 1000:
            self._set("used_at", now, id_)
        return session

    def freshened(self, session: Session) -> Session:
        """The session of somebody who has shown just now who it is."""
        now = self._clock()
        self._set("fresh_at", now, session.id)
        return replace(session, fresh_at=now)

    def of(self, account: UUID) -> list[Session]:
        """The open sessions of an account, newest first."""
        now = self._clock()
        sql = "SELECT * FROM sessions WHERE account = ? AND expires_at > ? AND used_at > ? ORDER BY created_at DESC"
        rows = self._cabinet.select(sql, (account.bytes, now, now - IDLE_SECONDS * 1000))
        return [self._session(row) for row in rows]

    def end(self, account: UUID, id_: bytes) -> None:
        """Ends a session of an account; nothing where it is over or another's."""
        self._cabinet.write(
            lambda tables: tables.execute("DELETE FROM sessions WHERE secret = ? AND account = ?", (id_, account.bytes))
        )

    def end_others(self, account: UUID, but: bytes = b"") -> None:
        """Ends all sessions of an account but one."""
        self._cabinet.write(
            lambda tables: tables.execute(
                "DELETE FROM sessions WHERE account = ? AND secret <> ?", (account.bytes, but)
            )
        )

    def _session(self, row: Any) -> Session:
        id_ = bytes(row["secret"])
        agent = self._key.open("sessions", id_, bytes(row["agent"]))
        times = (row["created_at"], row["used_at"], row["fresh_at"])
        return Session(id_, UUID(bytes=bytes(row["account"])), *times, agent)

    def _set(self, column: str, value: int, id_: bytes) -> None:
        self._cabinet.write(
            lambda tables: tables.execute(f"UPDATE sessions SET {column} = ? WHERE secret = ?", (value, id_))
        )
