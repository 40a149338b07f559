"""Passkeys of staff (W3C Web Authentication Level 2), for signing in, for a fresh sign of who is there, for approvals.

The ceremonies are checked by the library `webauthn`. Each begins with a ticket: a secret for the browser to send back
with the answer, under which the challenge lies here. It serves once, for its purpose and its account.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Container, Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlsplit
from uuid import UUID

import webauthn
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url, options_to_json
from webauthn.helpers.cose import COSEAlgorithmIdentifier
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from ledger.cabinet import Cabinet
from ledger.cabinet_key import CabinetKey, secret_hash
from ledger.handle import Clock
from ledger.office.staff import CannotSignIn, Member
from ledger.projector import Tables
from ledger.refusals import Code, Refusal
from verifier.errors import VerificationError
from verifier.passkey import parse

REGISTER, SIGN_IN, FRESH, APPROVE, CONSENT = "register", "sign-in", "fresh", "approve", "consent"
"""What a ticket is for."""
TICKET_SECONDS: Final = 300
ALGORITHMS: Final = (COSEAlgorithmIdentifier.ECDSA_SHA_256, COSEAlgorithmIdentifier.EDDSA)
_NAME_LIMIT: Final = 80


@dataclass(frozen=True, slots=True)
class Passkey:
    """A passkey as its owner sees it; times in milliseconds since 1970 UTC."""

    credential: bytes
    account: UUID
    public_key: bytes
    """COSE_Key (RFC 9052)."""
    name: str
    created_at: int
    used_at: int | None

    @property
    def thumbprint(self) -> bytes:
        """Of the key (RFC 9679), by which the log names it; empty for one of a kind that signs no approvals."""
        try:
            return parse(self.public_key).thumbprint
        except VerificationError:
            return b""


@dataclass(frozen=True, slots=True)
class Begun:
    """The beginning of a ceremony."""

    ticket: str
    options: dict[str, Any]
    """What the browser's `navigator.credentials` takes, binary values in base64url."""


@dataclass(frozen=True, slots=True)
class Assertion:
    """A passkey's signature over a challenge, verified, and what was signed."""

    passkey: Passkey
    authenticator_data: bytes
    client_data: bytes
    """The bytes of clientDataJSON."""
    signature: bytes


class BadPasskey(Refusal):
    """The answer of the browser or its authenticator does not hold."""

    def __init__(self, why: str) -> None:
        super().__init__(Code.BAD_PASSKEY, f"the passkey's answer does not hold: {why}")


class Passkeys:
    """Registers and checks passkeys. Shared freely by threads."""

    def __init__(self, cabinet: Cabinet, key: CabinetKey, clock: Clock, url: str, name: str) -> None:
        """`url`: the public address of the pages, whose host the passkeys are bound to. `name`: the base's."""
        self._cabinet, self._key, self._clock, self._name = cabinet, key, clock, name
        parts = urlsplit(url)
        self.rp_id = parts.hostname or ""
        self._origin = f"{parts.scheme}://{parts.netloc}"

    # --- registering --------------------------------------------------------------------------------------------------

    def begin_registration(self, member: Member) -> Begun:
        """For a further passkey of a member of staff."""
        options = webauthn.generate_registration_options(
            rp_id=self.rp_id,
            rp_name=self._name,
            user_id=member.account.bytes,
            user_name=member.login,
            user_display_name=member.name,
            exclude_credentials=[PublicKeyCredentialDescriptor(item.credential) for item in self.of(member.account)],
            authenticator_selection=AuthenticatorSelectionCriteria(
                resident_key=ResidentKeyRequirement.REQUIRED, user_verification=UserVerificationRequirement.REQUIRED
            ),
            supported_pub_key_algs=list(ALGORITHMS),
        )
        return self._begun(REGISTER, member.account, options.challenge, options_to_json(options))

    def finish_registration(
        self, account: UUID, ticket: str, answer: Mapping[str, Any], name: str, also: Callable[[Tables], None]
    ) -> Passkey:
        """Keeps the passkey that the browser made; `also` is done in the same transaction. Raises BadPasskey, Refusal.

        Raises CannotSignIn where the ticket is over or another's.
        """
        if not name.strip() or len(name) > _NAME_LIMIT or not name.isprintable():
            raise Refusal(Code.BAD_TEXT, f"a passkey has a name of 1 to {_NAME_LIMIT} printable characters")
        challenge = self._use(ticket, REGISTER, account)
        try:
            made = webauthn.verify_registration_response(
                credential=dict(answer),
                expected_challenge=challenge,
                expected_rp_id=self.rp_id,
                expected_origin=self._origin,
                require_user_verification=True,
                supported_pub_key_algs=list(ALGORITHMS),
            )
        except (WebAuthnException, ValueError, LookupError, TypeError) as error:
            raise BadPasskey(str(error)) from None
        passkey = Passkey(made.credential_id, account, made.credential_public_key, name.strip(), self._clock(), None)
        sealed = self._key.seal("passkeys", passkey.credential, passkey.name)
        row = (passkey.credential, account.bytes, passkey.public_key, made.sign_count, sealed, passkey.created_at, None)

        def enter(tables: Tables) -> None:
            if tables.select("SELECT 1 FROM passkeys WHERE credential = ?", (passkey.credential,)):
                raise BadPasskey("it is registered already")
            tables.execute("INSERT INTO passkeys VALUES (?, ?, ?, ?, ?, ?, ?)", row)
            also(tables)

        self._cabinet.write(enter)
        return passkey

    def of(self, account: UUID) -> list[Passkey]:
        """The passkeys of an account, oldest first."""
        sql = "SELECT * FROM passkeys WHERE account = ? ORDER BY created_at, credential"
        return [self._passkey(row) for row in self._cabinet.select(sql, (account.bytes,))]

    def remove(self, account: UUID, credential: bytes, also: Callable[[Tables], None] = lambda tables: None) -> None:
        """Takes a passkey of an account away; nothing where it is another's. `also` is in the same transaction."""

        def leave(tables: Tables) -> None:
            sql = "DELETE FROM passkeys WHERE credential = ? AND account = ?"
            tables.execute(sql, (credential, account.bytes))
            also(tables)

        self._cabinet.write(leave)

    # --- asserting ----------------------------------------------------------------------------------------------------

    def begin(
        self,
        purpose: str,
        account: UUID | None = None,
        challenge: bytes | None = None,
        among: Container[bytes] | None = None,
    ) -> Begun:
        """For signing in (no account is named, so nobody learns who has one), or for a fresh sign or an approval.

        `among`: thumbprints of the passkeys that will do.
        """
        known = [] if account is None else self.of(account)
        known = [item for item in known if among is None or item.thumbprint in among]
        options = webauthn.generate_authentication_options(
            rp_id=self.rp_id,
            challenge=challenge,
            allow_credentials=[PublicKeyCredentialDescriptor(item.credential) for item in known] or None,
            user_verification=UserVerificationRequirement.REQUIRED,
        )
        return self._begun(purpose, account, options.challenge, options_to_json(options))

    def finish(self, purpose: str, ticket: str, answer: Mapping[str, Any], account: UUID | None = None) -> Assertion:
        """The verified assertion. Raises CannotSignIn for a ticket that is over or another's; BadPasskey."""
        challenge = self._use(ticket, purpose, account)
        try:
            credential = base64url_to_bytes(answer["rawId"])
            response = answer["response"]
            names = ("authenticatorData", "clientDataJSON", "signature")
            data, client, signature = (base64url_to_bytes(response[name]) for name in names)
        except (ValueError, KeyError, TypeError) as error:
            raise BadPasskey(f"it has no {error}") from None
        rows = self._cabinet.select("SELECT * FROM passkeys WHERE credential = ?", (credential,))
        if not rows or (account is not None and bytes(rows[0]["account"]) != account.bytes):
            raise BadPasskey("it is not registered here")
        try:
            verified = webauthn.verify_authentication_response(
                credential=dict(answer),
                expected_challenge=challenge,
                expected_rp_id=self.rp_id,
                expected_origin=self._origin,
                credential_public_key=bytes(rows[0]["public_key"]),
                credential_current_sign_count=rows[0]["signs"],
                require_user_verification=True,
            )
        except (WebAuthnException, ValueError, KeyError, TypeError) as error:
            raise BadPasskey(str(error)) from None
        sql = "UPDATE passkeys SET signs = ?, used_at = ? WHERE credential = ?"
        changed = (verified.new_sign_count, self._clock(), credential)
        self._cabinet.write(lambda tables: tables.execute(sql, changed))
        return Assertion(self._passkey(rows[0]), data, client, signature)

    # --- inside -------------------------------------------------------------------------------------------------------

    def _begun(self, purpose: str, account: UUID | None, challenge: bytes, options: str) -> Begun:
        ticket, now = secrets.token_urlsafe(24), self._clock()
        owner = None if account is None else account.bytes
        row = (secret_hash(ticket), purpose, owner, challenge, now + TICKET_SECONDS * 1000)

        def enter(tables: Tables) -> None:
            tables.execute("DELETE FROM challenges WHERE expires_at < ?", (now,))
            tables.execute("INSERT INTO challenges VALUES (?, ?, ?, ?, ?)", row)

        self._cabinet.write(enter)
        return Begun(ticket, json.loads(options))

    def _use(self, ticket: str, purpose: str, account: UUID | None) -> bytes:
        """The challenge of a ticket, which is used up, whatever comes of it."""
        by, now = secret_hash(ticket), self._clock()

        def use(tables: Tables) -> Any:
            rows = tables.select("SELECT * FROM challenges WHERE secret = ?", (by,))
            tables.execute("DELETE FROM challenges WHERE secret = ?", (by,))
            return rows[0] if rows else None

        row = self._cabinet.write(use)
        owner = None if account is None else account.bytes
        if row is None or row["expires_at"] < now or row["purpose"] != purpose:
            raise CannotSignIn
        if (None if row["account"] is None else bytes(row["account"])) != owner:
            raise CannotSignIn
        return bytes(row["challenge"])

    def _passkey(self, row: Any) -> Passkey:
        credential = bytes(row["credential"])
        return Passkey(
            credential,
            UUID(bytes=bytes(row["account"])),
            bytes(row["public_key"]),
            self._key.open("passkeys", credential, bytes(row["name"])),
            row["created_at"],
            row["used_at"],
        )


def told(credential: bytes) -> str:
    """A credential's id as browsers and pages name it."""
    return bytes_to_base64url(credential)
