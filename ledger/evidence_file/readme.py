"""What an evidence file says of itself, for whoever finds it in twenty years: in Chinese, English and Korean."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from functools import cache
from importlib.resources import files
from typing import Any, Final

from verifier.trust import Trust, fingerprint

_LANGUAGES: Final = ("zh", "en", "ko")


def readme(number: str, trust: Trust, size: int, names: Iterable[str]) -> str:
    """The file's own words. `names` are those of the other files."""
    held = list(names)
    facts = {"log": trust.origin, "fingerprint": fingerprint(trust), "entries": str(size)}
    return "\n\n\n".join("\n".join(_part(language, number, facts, held)) for language in _LANGUAGES) + "\n"


def _part(language: str, number: str, facts: dict[str, str], held: list[str]) -> Iterator[str]:
    words = _words()
    yield words["title"][language].format(number=number)
    yield ""
    for name, value in facts.items():
        yield f"{words[name][language]}: {value}"
    yield from ("", words["files_title"][language])
    for name, told in words["files"].items():
        if any(other.endswith(name[1:]) if name.startswith("*") else other.startswith(name) for other in held):
            yield f"  {name} - {told[language]}"
    yield from ("", words["steps_title"][language])
    for at, step in enumerate(words["steps"], 1):
        yield f"  {at}. {step[language]}"
    yield ""
    for meaning in words["meaning"]:
        yield meaning[language]


@cache
def _words() -> dict[str, Any]:
    read: dict[str, Any] = json.loads(files("ledger.evidence_file").joinpath("readme.json").read_text("utf-8"))
    return read
