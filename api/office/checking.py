"""Forms that are checked as one types: gone through just as to be recorded, at an office that only looks.

Every page is there a second time, below `/console/check`, with a console whose office records nothing
(`ledger.office.looking`). What a check sends goes to an address of its own, and so can never be taken for what is to be
recorded, whatever a proxy drops or adds. Answered are the faults of those fields that somebody has touched.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from threading import Lock
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from api.headers import PERSONAL
from api.languages import Words
from api.office import refusal_words, words
from api.office.console import CHECKS, Console, Handler, NotThere, OpenHandler, Sent, language_of
from api.office.forms import Filled
from api.office.gate import SAFE, Acting, Gate, NotFresh, NotSignedIn, OtherSite, OutOfScope
from api.office.opened import OpenedOffice
from api.office.recording import Fault
from api.office.uploads import FILES, Uploads
from api.templates import Site
from ledger.looking import WouldRecord
from ledger.office.looking import looking_office
from ledger.office.opening import Office
from ledger.refusals import Refusal
from ledger.store import StoreError

TOUCHED: Final = "_touched"
"""Field of a check that names those fields that somebody has changed."""


@dataclass(frozen=True, slots=True)
class Found:
    """What is wrong in a form; nothing, where it could be recorded as it is."""

    beside: Mapping[str, Words] = field(default_factory=dict)
    """By the names of fields."""
    above: Words | None = None
    """What is said of the whole form."""
    signed_out: bool = False


class _Shown(Exception):
    """A page would have been shown: with this in it."""

    def __init__(self, found: Found) -> None:
        super().__init__()
        self.found = found


class Checking(Console):
    """A console that makes the routes of checks. Its pages are never shown, only what is wrong in them."""

    def __init__(self, site: Site, office: OpenedOffice, gate: Gate) -> None:
        super().__init__(site, office, _Unhurried(office, site.url), Uploads())
        self._admits = gate
        self._lock = Lock()
        self._looking: tuple[Office, Office] | None = None
        """An office, and the same to look at."""

    @property
    def office(self) -> Office:
        """The open office, to look at. Raises StoreError."""
        office = self._office()
        with self._lock:
            if self._looking is None or self._looking[0] is not office:
                self._looking = office, looking_office(office)
            return self._looking[1]

    def route(
        self,
        path: str,
        handler: Handler,
        methods: Sequence[str] = ("GET", "POST"),
        *,
        file_bytes: int = 0,
        files: int = FILES,
    ) -> Route:
        """The route by which what a page would be sent is checked, without its files."""
        return self._route(CHECKS + path, lambda request, sent: self._checked(request, sent, handler))

    def open_route(self, path: str, handler: OpenHandler) -> Route:
        """Raises TypeError: what nobody needs to be signed in for is about passwords, and those are never checked."""
        raise TypeError(f"nothing is checked at {path}")

    def page(
        self, template: str, request: Request, acting: Acting | None, status: int = 200, **values: Any
    ) -> Response:
        """Ends a check with what is wrong in the forms of a page."""
        beside: dict[str, Words] = dict(values.get("beside", {}))
        for form in _forms(values):
            beside |= form.faults
        fault = values.get("fault")
        above = fault.sentence if isinstance(fault, Fault) else fault
        raise _Shown(Found(beside, above if isinstance(above, Words) else None))

    # --- inside -------------------------------------------------------------------------------------------------------

    def _checked(self, request: Request, sent: Sent, handler: Handler) -> Response:
        if request.method in SAFE:
            return Response(status_code=405, headers=PERSONAL)
        try:
            acting = self._admits.in_session(request)
            handler(request, acting, {name: value for name, value in sent.items() if not name.startswith("_")})
            return self._tell(request, sent, Found())
        except _Shown as shown:
            return self._tell(request, sent, shown.found)
        except WouldRecord:
            return self._tell(request, sent, Found())
        except NotSignedIn:
            return self._tell(request, {}, Found(above=words.SIGNED_OUT, signed_out=True), 401)
        except (OtherSite, OutOfScope, NotFresh):
            return Response(status_code=403, headers=PERSONAL)
        except NotThere:
            return Response(status_code=404, headers=PERSONAL)
        except Refusal as refusal:
            return self._tell(request, sent, Found(above=refusal_words.SENTENCES[refusal.code]))
        except StoreError:
            return Response(status_code=503, headers=PERSONAL)

    def _tell(self, request: Request, sent: Sent, found: Found, status: int = 200) -> Response:
        language = language_of(request)
        text = self.site.text(
            "office/checked.html",
            request,
            language=language,
            found=found,
            touched=list(dict.fromkeys(sent.get(TOUCHED, "").split())),
            says=words,
        )
        return Response(text, status, {**PERSONAL, "Content-Language": language}, "text/html; charset=utf-8")


class _Unhurried(Gate):
    """Of a check no fresh sign of who is there is asked: that comes when the form is sent."""

    def check_fresh(self, acting: Acting) -> None:
        """Never raises."""


def _forms(values: Mapping[str, Any]) -> Iterator[Filled]:
    """The forms among what a page shows, also those of a page of several."""
    for value in values.values():
        if isinstance(value, Filled):
            yield value
        elif isinstance(value, Mapping):
            yield from (item for item in value.values() if isinstance(item, Filled))
