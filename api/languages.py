"""The languages of the pages: every sentence in Chinese, English and Korean, and which of them a visitor reads.

A page is in one language. `?lang=` in its address decides, then what the browser says that its owner reads
(`Accept-Language`, RFC 9110 §12.5.4), then Chinese. Nothing is remembered: there is no cookie.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal, get_args
from urllib.parse import urlencode

from starlette.requests import Request

Language = Literal["zh", "en", "ko"]
LANGUAGES: Final[tuple[Language, ...]] = get_args(Language)
DEFAULT: Final[Language] = "zh"
TAGS: Final[dict[Language, str]] = {"zh": "zh-CN", "en": "en", "ko": "ko"}
"""What stands in a page's `lang` attribute (BCP 47)."""
OWN_NAMES: Final[dict[Language, str]] = {"zh": "中文", "en": "English", "ko": "한국어"}
PARAMETER: Final = "lang"


@dataclass(frozen=True, slots=True)
class Words:
    """One sentence in every language of the pages."""

    zh: str
    en: str
    ko: str

    def of(self, language: Language) -> str:
        """The sentence in one language."""
        return {"zh": self.zh, "en": self.en, "ko": self.ko}[language]

    def as_json(self) -> dict[str, str]:
        """Every language, for programs."""
        return {"zh": self.zh, "en": self.en, "ko": self.ko}


def choose(request: Request) -> Language:
    """The language to answer a request in. What is no language of ours counts as not said."""
    asked = request.query_params.get(PARAMETER)
    return next((known for known in LANGUAGES if known == asked), None) or _accepted(request)


def elsewhere(request: Request) -> Iterator[tuple[Language, str]]:
    """Each language with the reference that leads to this address in it: its path stays, and what else was asked."""
    others = [(key, value) for key, value in request.query_params.multi_items() if key != PARAMETER]
    for language in LANGUAGES:
        yield language, "?" + urlencode([*others, (PARAMETER, language)])


def _accepted(request: Request) -> Language:
    """The language of ours that the browser likes best; at equal liking the one that it names first."""
    best, liked = DEFAULT, 0.0
    for item in request.headers.get("accept-language", "").split(","):
        tag, _, parameter = item.partition(";")
        primary = tag.strip().lower().partition("-")[0]
        found = next((known for known in LANGUAGES if known == primary), None)
        if found is not None and (weight := _weight(parameter)) > liked:
            best, liked = found, weight
    return best


def _weight(parameter: str) -> float:
    """The `q` of an item: 1 where there is none, 0 where it cannot be read."""
    name, _, value = parameter.strip().partition("=")
    if not name:
        return 1.0
    try:
        weight = float(value)
    except ValueError:
        return 0.0
    return weight if name.strip().lower() == "q" and 0 <= weight <= 1 else 0.0
