"""Organisations and their keys: who belongs to the base, who holds which key, and what administrators change of it."""

from __future__ import annotations

import binascii
from base64 import b64decode
from typing import Final
from uuid import uuid4

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from api.office import organisation_words, refusal_words
from api.office.console import Console, NotThere, Sent, see_other
from api.office.forms import Field, Filled, blank, filled, whole_of
from api.office.gate import Acting
from api.office.recording import Fault, record
from ledger import commands as c
from ledger.office.history import history_of_base
from ledger.office.keys import KeyLine, keys_of
from ledger.office.seeing import check_administrator
from ledger.refusals import Code, Refusal
from verifier.authority import Organisation
from verifier.keys import PUBLIC_KEY_SIZE
from verifier.kinds import AUTHORITY_KINDS, CERTIFYING_KINDS, TEACHING_KINDS
from verifier.rules import ORGANISATION_KINDS

_GROUPS: Final = {"teaching": TEACHING_KINDS, "certifying": CERTIFYING_KINDS, "authority": AUTHORITY_KINDS}
_PARTICULARS: Final = (
    Field("code", organisation_words.CODE, hint=organisation_words.BAD_CODE),
    Field(
        "kind",
        organisation_words.KIND,
        "choice",
        choices=[(kind, organisation_words.KINDS[kind]) for kind in ORGANISATION_KINDS],
    ),
    Field("name_zh", organisation_words.NAME_ZH),
    Field("name_en", organisation_words.NAME_EN),
    Field("uri", organisation_words.URI),
)
_AUTHORISING: Final = (
    Field("public_key", organisation_words.PUBLIC_KEY, hint=organisation_words.PUBLIC_KEY_HOW),
    Field("groups", organisation_words.MAY_SIGN, "many", choices=list(organisation_words.GROUPS.items())),
)


def routes(console: Console) -> list[Route]:
    """The routes below `/console`."""
    pages = Organising(console)
    return [
        console.route("/organisations", pages.listed),
        console.route("/organisations/{code}", pages.one),
    ]


class Organising:
    """The pages. What they show is public; what they change is for administrators."""

    def __init__(self, console: Console) -> None:
        self._console = console

    def listed(self, request: Request, acting: Acting, sent: Sent) -> Response:
        """All of them; what is sent accredits one more."""
        form, fault, status = blank(_PARTICULARS), None, 200
        if sent.get("do") == "accredit":
            check_administrator(acting.member)
            form = filled(_PARTICULARS, sent)
            if form.good and form["code"] in self._console.office.executor.base().organisations:
                form = form.with_fault("code", refusal_words.SENTENCES[Code.DUPLICATE_ORGANISATION])
            if not form.good:
                status = 422
            else:
                done = record(self._console, acting, sent, self._accrediting(form))
                if not isinstance(done, Fault):
                    return see_other(f"/console/organisations/{form['code']}")
                form, fault, status = form.with_fault("code", organisation_words.BAD_CODE), done, 409
        keys = self._keys()
        return self._console.page(
            "office/organisations.html", request, acting, status,
            organising=organisation_words, form=form, fault=fault, fresh=uuid4,
            rows=[
                (item, sorted({key.custody for key in keys if key.organisation == item.code and key.in_use}))
                for item in self._console.office.executor.base().organisations.values()
            ],
        )  # fmt: skip

    def one(self, request: Request, acting: Acting, sent: Sent) -> Response:
        """One with its keys; what is sent changes them, which asks for a fresh sign."""
        organisation = self._organisation(request)
        done = sent.get("do", "")
        if done not in ("accredit", "authorise", "retire", "report"):
            return self._page(request, acting, organisation)
        check_administrator(acting.member)
        if done != "accredit":
            self._console.gate.check_fresh(acting)
        form = filled({"accredit": _PARTICULARS, "authorise": _AUTHORISING}.get(done, ()), sent)
        if done == "accredit" and form["code"] != organisation.code:
            raise NotThere
        public = _public_key(form["public_key"])
        if done == "authorise" and "public_key" not in form.faults and public is None:
            form = form.with_fault("public_key", organisation_words.NO_PUBLIC_KEY)
        if not form.good:
            return self._page(request, acting, organisation, {done: form}, status=422)
        told = record(self._console, acting, sent, self._command(done, organisation, form, sent, public))
        if not isinstance(told, Fault):
            return see_other(f"/console/organisations/{organisation.code}")
        if done == "authorise":
            form = form.with_fault("public_key", organisation_words.BAD_KEY)
        return self._page(request, acting, organisation, {done: form}, told, status=409)

    # --- inside -------------------------------------------------------------------------------------------------------

    def _organisation(self, request: Request) -> Organisation:
        found = self._console.office.executor.base().organisations.get(str(request.path_params["code"]))
        if found is None:
            raise NotThere
        return found

    def _keys(self) -> list[KeyLine]:
        return keys_of(history_of_base(self._console.office.ledger))

    def _accrediting(self, form: Filled) -> c.AccreditOrganisation:
        names = ("code", "kind", "name_zh", "name_en", "uri")
        return c.AccreditOrganisation(uuid4(), *(form[name] for name in names))

    def _command(
        self, done: str, organisation: Organisation, form: Filled, sent: Sent, public: bytes | None
    ) -> c.Command:
        if done == "accredit":
            return self._accrediting(form)
        if done == "authorise":
            kinds = tuple(sorted({kind for group in form["groups"].split() for kind in _GROUPS[group]}))
            return c.AuthoriseKey(organisation.code, public or b"", kinds, "organisation")
        key = self._key(organisation, sent)
        if done == "retire":
            return c.RetireKey(key.kid)
        as_of = whole_of(sent.get("as_of", ""))
        if as_of is None:
            raise Refusal(Code.BAD_NUMBER, "the index of an entry is a whole number")
        return c.ReportKeyCompromised(key.kid, as_of)

    def _key(self, organisation: Organisation, sent: Sent) -> KeyLine:
        """A key of this organisation; of the base's own none is changed here. Raises NotThere."""
        base = self._console.office.executor.base().code
        for key in self._keys():
            if key.kid.hex() == sent.get("kid") and key.organisation == organisation.code != base:
                return key
        raise NotThere

    def _page(
        self,
        request: Request,
        acting: Acting,
        organisation: Organisation,
        forms: dict[str, Filled] | None = None,
        fault: Fault | None = None,
        status: int = 200,
    ) -> Response:
        empty = {
            "accredit": blank(
                _PARTICULARS,
                code=organisation.code,
                kind=organisation.kind,
                name_zh=organisation.name_zh,
                name_en=organisation.name_en,
                uri=organisation.uri,
            ),
            "authorise": blank(_AUTHORISING),
        }
        return self._console.page(
            "office/organisation.html", request, acting, status,
            organising=organisation_words, organisation=organisation, fault=fault, fresh=uuid4,
            keys=[key for key in self._keys() if key.organisation == organisation.code],
            own=organisation.code == self._console.office.executor.base().code,
            log_size=self._console.office.ledger.store.head().size,
            groups_of=_groups_of, step_forms={**empty, **(forms or {})},
        )  # fmt: skip


def _groups_of(key: KeyLine) -> list[str]:
    """What a key may sign, in groups; kinds of no group by their own names."""
    found = [group for group, kinds in _GROUPS.items() if set(kinds) & set(key.kinds)]
    known = {kind for kinds in _GROUPS.values() for kind in kinds}
    return [*found, *sorted(set(key.kinds) - known)]


def _public_key(text: str) -> bytes | None:
    """A public key as hexadecimal or Base64, its signs of URLs too; None where it is neither."""
    compact = "".join(text.split())
    try:
        if len(compact) == 2 * PUBLIC_KEY_SIZE:
            return bytes.fromhex(compact)
        padded = compact.replace("-", "+").replace("_", "/").rstrip("=")
        found = b64decode(padded + "=" * (-len(padded) % 4), validate=True)
    except (ValueError, binascii.Error):
        return None
    return found if len(found) == PUBLIC_KEY_SIZE else None
