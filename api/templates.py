"""Jinja templates: every value is escaped, and one that is missing is an error."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse

from api import languages, words
from api.languages import Language, Words

_ENVIRONMENT: Final = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "web" / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


@dataclass(frozen=True, slots=True)
class Again:
    """What was sent in a request's body, to be sent again in another language: no address holds it."""

    action: str
    fields: dict[str, str]


class Site:
    """What every page says of the ledger that it belongs to."""

    def __init__(self, name_zh: str, name_en: str, url: str, origin: str) -> None:
        self.name = Words(name_zh, name_en, name_en)
        self.url = url
        self.domain = url.partition("://")[2]
        self.origin = origin

    def page(
        self, template: str, request: Request, status: int = 200, headers: dict[str, str] | None = None, **values: Any
    ) -> HTMLResponse:
        """A rendered page in the visitor's language."""
        text = self.text(template, request, **values)
        own = {"Content-Language": languages.TAGS[languages.choose(request)], "Vary": "Accept-Language"}
        return HTMLResponse(text, status, {**own, **(headers or {})})

    def text(self, template: str, request: Request, *, language: Language | None = None, **values: Any) -> str:
        """A template in a language, by default the visitor's. In it `t(words)` is a sentence in that language.

        `again`, an `Again`, makes the switch of languages send what was sent; without it, a page that answers to what
        was sent says that another language begins anew.
        """
        language = language or languages.choose(request)

        def told(sentence: Words) -> str:
            return sentence.of(language)

        return _ENVIRONMENT.get_template(template).render(
            site=self,
            words=words,
            t=told,
            language=language,
            tag=languages.TAGS[language],
            tags=languages.TAGS,
            own_names=languages.OWN_NAMES,
            switch=list(languages.elsewhere(request)),
            posted=request.method == "POST",
            **{"again": None, **values},
        )
