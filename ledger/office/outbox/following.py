"""Messages are made of what happened, in its order: messages and the place up to which they were made go in together.

So a crash neither loses nor doubles one, and of two processes that follow at once one finds the place moved and makes
nothing. At the very first start following begins at the end: nobody is told what happened before anybody could be.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final
from uuid import UUID

from ledger.office.opening import Office
from ledger.office.outbox.messages import Draft, Kind
from ledger.office.outbox.webhooks import Webhook
from ledger.office.proposals import OPEN, Proposal
from ledger.office.reading import reading_desk
from ledger.office.seeing import sees_proposal
from ledger.office.staff import Member
from ledger.projector import Tables
from ledger.refusals import Code
from ledger.store import Recorded

LOG: Final = "log"
PROPOSALS: Final = "proposals"
BATCH: Final = 500
"""Entries of the log that are looked at together."""
FEW: Final = 20
"""Proposals that are: each is tried out for every organisation that has approvers."""

_ABOUT_PEOPLE: Final[dict[str, Kind]] = {
    "notice.posted": "notice-posted",
    "title.granted": "decision-made",
    "application.refused": "decision-made",
    "certificate.awarded": "certificate-ready",
}
"""Events that the person they are about is told of."""
_OBJECTION: Final = "objection.lodged"


class Follower:
    """Makes messages of the log and of proposals. For one thread."""

    def __init__(self, office: Office) -> None:
        self._office = office
        settings = office.ledger.settings
        self._mails = settings.mail is not None
        self._mails_trainees = settings.mail is not None and settings.mail.trainees

    def begin(self) -> None:
        """Begins at the end of everything, where nothing was followed before. Raises StoreError."""
        if None not in (self._place(LOG), self._place(PROPOSALS)):
            return
        signed = self._office.ledger.store.signed_head()

        def enter(tables: Tables) -> None:
            rows = tables.select("SELECT COALESCE(MAX(number), 0) AS last FROM proposals")
            for name, place in ((LOG, 0 if signed is None else signed.size), (PROPOSALS, int(rows[0]["last"]))):
                tables.execute("INSERT INTO followed VALUES (?, ?) ON CONFLICT (name) DO NOTHING", (name, place))

        self._office.cabinet.write(enter)

    def follow_log(self) -> bool:
        """Makes messages of what was signed meanwhile; whether there was anything. Raises StoreError."""
        place, signed = self._place(LOG), self._office.ledger.store.signed_head()
        if place is None or signed is None or signed.size <= place:
            return False
        entries = self._office.ledger.store.entries(place, min(BATCH, signed.size - place))
        webhooks = [webhook for webhook in self._office.webhooks.all() if webhook.enabled]
        drafts = [draft for entry in entries for draft in self._of_entry(entry, webhooks)]
        self._enter(LOG, place, place + len(entries), drafts)
        return bool(entries)

    def follow_proposals(self) -> bool:
        """Makes messages of what was proposed meanwhile; whether there was anything. Raises StoreError."""
        place = self._place(PROPOSALS)
        if place is None:
            return False
        # Numbers are given within the transaction that enters a proposal, one writer at a time: none comes in below.
        sql = "SELECT id, number FROM proposals WHERE number > ? ORDER BY number LIMIT ?"
        rows = self._office.cabinet.select(sql, (place, FEW))
        if not rows:
            return False
        found = [self._office.proposals.get(UUID(bytes=bytes(row["id"]))) for row in rows]
        webhooks = [webhook for webhook in self._office.webhooks.all() if webhook.enabled]
        drafts = [draft for item in found if item.state == OPEN for draft in self._of_proposal(item, webhooks)]
        self._enter(PROPOSALS, place, int(rows[-1]["number"]), drafts)
        return True

    # --- inside -------------------------------------------------------------------------------------------------------

    def _place(self, name: str) -> int | None:
        rows = self._office.cabinet.select("SELECT place FROM followed WHERE name = ?", (name,))
        return int(rows[0]["place"]) if rows else None

    def _enter(self, name: str, seen: int, reached: int, drafts: Sequence[Draft]) -> None:
        def enter(tables: Tables) -> None:
            if tables.select("SELECT place FROM followed WHERE name = ?", (name,))[0]["place"] != seen:
                return  # another process was quicker
            self._office.outbox.enter(tables, drafts)
            tables.execute("UPDATE followed SET place = ? WHERE name = ?", (reached, name))

        self._office.cabinet.write(enter)

    def _of_entry(self, entry: Recorded, webhooks: Iterable[Webhook]) -> list[Draft]:
        topic = entry.topic.partition("/")[0]
        if topic == _OBJECTION:
            base = self._office.executor.base().code
            staff = [member for member in self._written_to("registrar") if member.organisation == base]
            hooks = [webhook for webhook in webhooks if webhook.organisation == base]
            return self._to_many("objection-waits", entry.stream_id, entry.index, staff, hooks)
        kind = _ABOUT_PEOPLE.get(topic)
        if kind is None:
            return []
        drafts = self._to_many(kind, entry.stream_id, entry.index, [], webhooks)
        if self._mails_trainees and entry.subject is not None:
            drafts.append(Draft(kind, entry.stream_id, entry.index, "trainee", b""))
        return drafts

    def _of_proposal(self, proposal: Proposal, webhooks: Iterable[Webhook]) -> list[Draft]:
        of = (self._office.executor.base().code, proposal.organisation)
        hooks = [webhook for webhook in webhooks if webhook.organisation in of]
        return self._to_many("proposal-waits", proposal.id, None, self._may_decide(proposal), hooks)

    def _may_decide(self, proposal: Proposal) -> list[Member]:
        """Who may approve a proposal: sees it, did not make it, and is of an organisation that may."""
        desk, commands = reading_desk(self._office), self._office.proposals.commands(proposal.id)
        judged: dict[str, bool] = {}
        found = []
        for member in self._written_to("approver"):
            if member.pseudonym == proposal.proposer:
                continue
            if not sees_proposal(member, proposal, commands, desk.dossier, desk.base):
                continue
            code = member.organisation
            if code not in judged:
                judged[code] = self._is_of_the_right_organisation(proposal, member)
            if judged[code]:
                found.append(member)
        return found

    def _is_of_the_right_organisation(self, proposal: Proposal, member: Member) -> bool:
        foreseen = self._office.proposals.foresee(proposal.id, member.pseudonym)
        return all(item.refusal is None or item.refusal.code is not Code.OTHER_ORGANISATION for item in foreseen)

    def _written_to(self, role: str) -> list[Member]:
        """Members of staff with a role whom mail reaches."""
        if not self._mails:
            return []
        return [member for member in self._office.staff.all() if role in member.roles and member.email]

    def _to_many(
        self, kind: Kind, stream: UUID, place: int | None, staff: Iterable[Member], webhooks: Iterable[Webhook]
    ) -> list[Draft]:
        declined = self._office.wishes.declined
        return [
            *(
                Draft(kind, stream, place, "account", member.account.bytes)
                for member in staff
                if kind not in declined(member.account)
            ),
            *(Draft(kind, stream, place, "webhook", webhook.id.bytes) for webhook in webhooks if kind in webhook.kinds),
        ]
