"""Jinja templates: every value is escaped, and one that is missing is an error."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.responses import HTMLResponse

from api import words

_ENVIRONMENT: Final = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "web" / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


class Site:
    """What every page says of the ledger that it belongs to."""

    def __init__(self, name_zh: str, name_en: str, url: str, origin: str) -> None:
        self.name = words.Words(name_zh, name_en)
        self.url = url
        self.domain = url.partition("://")[2]
        self.origin = origin

    def page(
        self, template: str, status: int = 200, headers: dict[str, str] | None = None, **values: Any
    ) -> HTMLResponse:
        """A rendered page."""
        text = _ENVIRONMENT.get_template(template).render(site=self, words=words, **values)
        return HTMLResponse(text, status, headers)
