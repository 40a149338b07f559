"""A whole report as one page to read and to print: no script, no network, everything escaped."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from hashlib import sha256
from html import escape
from typing import Final

from verifier.audit.charts import lying, standing
from verifier.audit.page_words import TAGS, WORDS
from verifier.audit.report import GOOD, NOT_CHECKED, Problem, Report
from verifier.audit.written import BY_CUSTODY, BY_KIND, BY_MONTH, BY_ORGANISATION, disowned_reasons

_STYLE: Final = """
:root { color-scheme: light; }
body { margin: 0 auto; max-width: 70rem; padding: 1.5rem; background: #fff; color: #1b1f24;
  font: 16px/1.5 system-ui, "Noto Sans CJK SC", "Noto Sans SC", "Noto Sans KR", "Microsoft YaHei", sans-serif; }
h1 { font-size: 1.6rem; margin: 0 0 .5rem; }
h2 { font-size: 1.25rem; margin: 2.2rem 0 .6rem; border-bottom: 1px solid #c9ced6; }
h3 { font-size: 1.05rem; margin: 1.5rem 0 .4rem; }
.verdict { border-left: .5rem solid; padding: .4rem 1rem; margin: 1rem 0; }
.verdict strong { font-size: 1.3rem; display: block; }
.good { border-color: #1a7f37; } .not-good { border-color: #b42318; } .not-checked { border-color: #9a6700; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .2rem 1.2rem; margin: 0; }
dt { color: #57606a; } dd { margin: 0; overflow-wrap: anywhere; }
table { border-collapse: collapse; width: 100%; font-size: .9rem; }
th, td { text-align: left; vertical-align: top; padding: .25rem .6rem .25rem 0; border-bottom: 1px solid #e3e6ea; }
td.free { overflow-wrap: anywhere; min-width: 14rem; }
td.number, th.number { width: 1%; }
th { white-space: nowrap; }
td.number, th.number { text-align: right; white-space: nowrap;
  font-variant-numeric: tabular-nums; padding-left: .6rem; }
.wide { overflow-x: auto; }
pre { overflow-x: auto; background: #f4f6f8; padding: .8rem; font-size: .85rem; white-space: pre-wrap;
  overflow-wrap: anywhere; }
.pair { display: grid; grid-template-columns: minmax(0, 3fr) minmax(0, 2fr); gap: 1.5rem; align-items: start; }
svg { width: 100%; height: auto; font-size: 13px; }
svg rect { fill: #2b5d8a; } svg text { fill: #1b1f24; } svg line { stroke: #57606a; }
.hint { color: #57606a; font-size: .9rem; }
@media (max-width: 60rem) { .pair { grid-template-columns: 1fr; } }
@media print {
  body { max-width: none; padding: 0; font-size: 10pt; }
  .pair { grid-template-columns: minmax(0, 3fr) minmax(0, 2fr); }
  h2, h3 { break-after: avoid; } tr, svg { break-inside: avoid; }
  svg { max-height: 20cm; }
  svg rect { print-color-adjust: exact; }
  .wide { overflow-x: visible; }
  @page { margin: 16mm; }
}
"""

Row = Sequence[str]


def page(report: Report, made_at: datetime, language: str = "en") -> str:
    """The page in one of `page_words.LANGUAGES`."""
    parts = _Parts(language)
    digest = b64encode(sha256(_STYLE.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    title = f"{parts.say('title')} – {report.origin}" if report.origin else parts.say("title")
    body = "\n".join((*parts.head(report, made_at), *parts.lists(report), *parts.counts(report), *parts.end(report)))
    return (
        f'<!doctype html>\n<html lang="{TAGS[language]}">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{escape(policy)}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(title)}</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n<main>\n{body}\n</main>\n</body>\n</html>\n"
    )


class _Parts:
    """The parts of the page in one language."""

    def __init__(self, language: str) -> None:
        self._language = language

    def say(self, name: str) -> str:
        """One of the words, as text that is not escaped yet."""
        return WORDS[name].in_(self._language)

    def head(self, report: Report, made_at: datetime) -> Iterable[str]:
        """The answer, and what it is about."""
        yield f"<h1>{escape(self.say('title'))}</h1>"
        kind, word, sentence = self._verdict(report)
        yield f'<p class="verdict {kind}"><strong>{escape(self.say(word))}</strong>{escape(self.say(sentence))}</p>'
        facts = (
            ("log", report.origin),
            ("size", f"{report.size:,}"),
            ("judged", f"{report.judged:,}"),
            ("root", report.root.hex()),
            ("made_at", f"{made_at.astimezone(UTC):%Y-%m-%d %H:%M:%S}"),
        )
        items = "".join(f"<dt>{escape(self.say(name))}</dt><dd>{escape(value)}</dd>" for name, value in facts)
        yield f"<dl>{items}</dl>"

    def lists(self, report: Report) -> Iterable[str]:
        """Everything that is not simply in order, each with its place and reason."""
        if self.say("english"):
            yield f'<p class="hint">{escape(self.say("english"))}</p>'
        wide = ("index", "place", "code", "reason")
        yield self._section("problems", wide, map(_problem, report.ordered_problems()))
        yield self._section(
            "findings", ("index", "reason"), ((str(item.index), item.message) for item in report.findings)
        )
        yield self._section("unchecked", wide, map(_problem, report.unchecked))
        reasons = ((str(index), reason) for index, _, reason in disowned_reasons(report))
        yield self._section("disowned", ("index", "reason"), reasons)
        notes = "".join(f"<li>{escape(note)}</li>" for note in report.notes)
        yield self._heading("notes") + (f"<ul>{notes}</ul>" if notes else self._none())

    def counts(self, report: Report) -> Iterable[str]:
        """What the judged entries are, each chart with its table."""
        yield self._heading("counts")
        for name, column, place in (
            ("by_kind", "kind", BY_KIND),
            ("by_organisation", "organisation", BY_ORGANISATION),
            ("by_month", "month", BY_MONTH),
            ("by_custody", "custody", BY_CUSTODY),
        ):
            values = {cell[0]: many for cell, many in report.counts.by(place).items()}
            if place == BY_CUSTODY:
                values = {self._holder(custody): many for custody, many in values.items()}
            if place != BY_MONTH:
                values = dict(sorted(values.items(), key=lambda item: (-item[1], item[0])))
            yield self._counted(name, column, values)
        if report.replayed:
            yield self._heading("replayed") + self._table(
                ("reason", "many"), ((name, f"{many:,}") for name, many in report.replayed.items())
            )

    def end(self, report: Report) -> Iterable[str]:
        """Keys, checkpoint, and what an audit cannot see."""
        rows = (
            (
                key.kid.hex()[:16],
                key.organisation,
                self._holder(key.custody),
                ", ".join(sorted(key.kinds)),
                str(key.since),
                "–" if key.until is None else str(key.until),
                "–" if key.compromised_from is None else str(key.compromised_from),
            )
            for key in report.authority.keys.values()
        )
        columns = ("key", "organisation", "custody", "kinds", "since", "until", "compromised")
        yield self._section("keys", columns, rows)
        yield self._heading("checkpoint") + f"<pre>{escape(report.checkpoint.decode(errors='replace'))}</pre>"
        yield f'<p class="hint">{escape(self.say("checkpoint_words"))}</p>'
        yield self._heading("limits") + f"<p>{escape(self.say('limits_words'))}</p>"

    def _holder(self, custody: str) -> str:
        """Who holds a key, in a word; what is no custody as it is."""
        word = WORDS.get(f"held_by_{custody}")
        return word.in_(self._language) if word else custody

    def _verdict(self, report: Report) -> tuple[str, str, str]:
        if report.exit_code == GOOD:
            return "good", "good", "good_words"
        if report.exit_code == NOT_CHECKED:
            return "not-checked", "not_checked", "unchecked_words"
        return "not-good", "not_good", "wrong_words" if report.problems else "findings_words"

    def _counted(self, name: str, column: str, values: Mapping[str, int]) -> str:
        title = self.say(name)
        if not values:
            return f"<h3>{escape(title)}</h3>{self._none()}"
        draw = standing if name == "by_month" else lying
        chart = draw(name, title, self.say("chart_words"), values)
        rows = [(label, f"{many:,}") for label, many in values.items()]
        rows.append((self.say("total"), f"{sum(values.values()):,}"))
        table = self._table((column, "many"), rows)
        return f'<h3>{escape(title)}</h3><div class="pair" id="{name}">{chart}{table}</div>'

    def _section(self, name: str, columns: Sequence[str], rows: Iterable[Row]) -> str:
        table = self._table(columns, rows, name)
        return self._heading(name) + (table or self._none())

    def _table(self, columns: Sequence[str], rows: Iterable[Row], name: str = "") -> str:
        """A table; nothing where it has no row."""
        body = "".join(
            "<tr>"
            + "".join(f"<td{_side(column)}>{escape(value)}</td>" for column, value in zip(columns, row, strict=True))
            + "</tr>"
            for row in rows
        )
        if not body:
            return ""
        head = "".join(f'<th scope="col"{_side(column)}>{escape(self.say(column))}</th>' for column in columns)
        known = f' id="{name}"' if name else ""
        table = f"<table{known}><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
        return f'<div class="wide">{table}</div>'

    def _heading(self, name: str) -> str:
        return f"<h2>{escape(self.say(name))}</h2>"

    def _none(self) -> str:
        return f"<p>{escape(self.say('none'))}</p>"


def _side(column: str) -> str:
    if column in ("index", "many", "since", "until", "compromised"):
        return ' class="number"'
    return ' class="free"' if column in ("place", "reason", "kinds") else ""


def _problem(problem: Problem) -> Row:
    return ("–" if problem.index is None else str(problem.index), problem.place, problem.code, problem.message)
