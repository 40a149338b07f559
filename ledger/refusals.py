"""Every domain "no" of the ledger, with its stable code.

A refusal is not an error: somebody asked for what DOMAIN.md's rules do not give. Nothing is recorded for it, unless
the rules themselves record it (a refused certification, a refused application).
"""

from __future__ import annotations

from enum import StrEnum


class Code(StrEnum):
    """Why a command was refused. The values are DOMAIN.md's codes where it has one."""

    # Rows of a pack, and the same faults in a command (DOMAIN.md, "Rows that are turned away").
    UNKNOWN_COHORT = "unknown-cohort"
    UNKNOWN_ORGANISATION = "unknown-organisation"
    UNKNOWN_TRAINEE = "unknown-trainee"
    NOT_ENROLLED = "not-enrolled"
    UNKNOWN_VALUE = "unknown-value"
    DUPLICATE_TRAINEE = "duplicate-trainee"
    ALREADY_ENROLLED = "already-enrolled"
    ENROLLED_AFTER_END = "enrolled-after-end"
    COHORT_FULL = "cohort-full"
    TOO_MANY_ATTEMPTS = "too-many-attempts"
    DUPLICATE_RESULT = "duplicate-result"
    NO_RESULT = "no-result"
    NO_AWARD = "no-award"
    BAD_SCORE = "bad-score"
    BAD_HOURS = "bad-hours"
    BAD_NUMBER = "bad-number"
    BAD_PANEL = "bad-panel"
    BAD_ORDER = "bad-order"
    BAD_FORM = "bad-form"
    # Commands that the present state does not allow.
    ALREADY_REVOKED = "already-revoked"
    ALREADY_SUPERSEDED = "already-superseded"
    ALREADY_SUSPENDED = "already-suspended"
    NOT_SUSPENDED = "not-suspended"
    APPLICATION_CLOSED = "application-closed"
    WRONG_STEP = "wrong-step"
    NOTICE_OVER = "notice-over"
    NO_TERMS = "no-terms"
    TOO_MANY_OBJECTIONS = "too-many-objections"
    BAD_TEXT = "bad-text"
    KEPT_YET = "kept-yet"
    ERASED = "erased"
    DUPLICATE_ORGANISATION = "duplicate-organisation"
    DUPLICATE_COHORT = "duplicate-cohort"
    DUPLICATE_POLICY = "duplicate-policy"
    UNKNOWN_PROGRAMME = "unknown-programme"
    UNKNOWN_KEY = "unknown-key"
    NO_POLICY = "no-policy"
    # Control (DOMAIN.md).
    SAME_PERSON = "same-person"
    NO_APPROVER = "no-approver"
    MISSING_ROLE = "missing-role"
    OTHER_ORGANISATION = "other-organisation"
    UNKNOWN_ACCOUNT = "unknown-account"
    DUPLICATE_ACCOUNT = "duplicate-account"
    ALREADY_DECIDED = "already-decided"
    UNKNOWN_PROPOSAL = "unknown-proposal"
    WIDER_TOKEN = "wider-token"
    WEAK_PASSWORD = "weak-password"
    BAD_PASSKEY = "bad-passkey"
    PRECONDITION_FAILED = "precondition-failed"
    IDEMPOTENCY_MISMATCH = "idempotency-mismatch"
    NO_KEY = "no-key"
    BAD_APPROVAL = "bad-approval"
    NOT_SIGNED = "not-signed"
    # Statements that an organisation signs with a key of its own.
    SIGNS_ITSELF = "signs-itself"
    UNKNOWN_PREPARATION = "unknown-preparation"
    BAD_STATEMENT = "bad-statement"
    NOT_PREPARED = "not-prepared"
    BAD_SIGNATURE = "bad-signature"
    STALE = "stale"
    NOT_WAITING = "not-waiting"
    ALREADY_SIGNED = "already-signed"
    IDENTITY_TAKEN = "identity-taken"
    LAST_WAY_IN = "last-way-in"


class Refusal(Exception):
    """The command was refused; the message names the place and the rule, and repeats no personal value."""

    def __init__(self, code: Code, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
