"""The whole report: its counts are those of the log, and everything found stands in it with index and reason."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from tests.verifier import loglab
from tests.verifier.loglab import BASE, CLERK, PARTNER, ROOT, Lab, MemoryLog
from verifier import statement
from verifier.__main__ import certverify
from verifier.audit import Finding, Problem, Report, audit
from verifier.audit.page import page
from verifier.audit.page_words import LANGUAGES, WORDS
from verifier.audit.written import whole

NOW = datetime(2026, 11, 30, 1, 2, 3, tzinfo=UTC)
NASTY = "<script>alert('x')</script>&amp;\"\u202e"


def lab() -> Lab:
    """Entries of several months, kinds and organisations; a compromised key and a date before its recording."""
    made = Lab.founded()
    for n in range(40):
        made.now += timedelta(days=9)
        made.record(loglab.enrolled(f"{n}"), BASE, CLERK)
        made.record(loglab.certificate(f"{n}", on=made.now.date(), status_index=n))
    made.record(loglab.certificate("early", status_index=99))
    made.record(loglab.compromised(PARTNER, "HUAWEI", 90), ROOT, CLERK)
    return made


LAB = lab()


def audited(processes: int = 0) -> Report:
    files = {**LAB.files(), "status/0": LAB.status_token(bits=LAB.fold_bits())}
    return audit(MemoryLog(files), LAB.trust(), processes=processes)


REPORT = audited()


class Reader(HTMLParser):
    """What a reader sees: tables by the id of themselves or of what holds them, and every tag with its attributes."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.tables: dict[str, list[list[str]]] = {}
        self.bars: Counter[str] = Counter()
        self.text: list[str] = []
        self._in = ""
        self._chart = ""
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        self.tags.append((tag, found))
        if tag in ("div", "table") and "id" in found:
            self._in = str(found.get("id"))
        if tag == "tr":
            self.tables.setdefault(self._in, []).append([])
        if tag in ("td", "th"):
            self.tables[self._in][-1].append("")
            self._cell = True
        if tag == "rect":
            self.bars[self._in] += 1

    _cell = False

    def handle_endtag(self, tag: str) -> None:
        if tag in ("td", "th"):
            self._cell = False

    def handle_data(self, data: str) -> None:
        self.text.append(data)
        if self._cell:
            self.tables[self._in][-1][-1] += data


def recounted() -> dict[str, Counter[str]]:
    """The counts, made from the entries in another way."""
    custody = {key.kid: key.custody for key in LAB.authority().keys.values()}
    found: dict[str, Counter[str]] = {name: Counter() for name in ("kind", "organisation", "custody", "month")}
    for entry in LAB.entries:
        read = statement.parse(entry)
        at = datetime.fromtimestamp(read.record.envelope.recorded_at / 1000, UTC) + timedelta(hours=8)
        found["kind"][read.record.type.kind] += 1
        found["organisation"][
            {"https://cqupt.example.org": "CQUPT", "https://huawei.example.org": "HUAWEI"}[read.issuer]
        ] += 1
        found["custody"][custody[read.kid]] += 1
        found["month"][f"{at:%Y-%m}"] += 1
    return found


@pytest.mark.parametrize("processes", [0, 2])
def test_the_counts_are_those_of_the_log(processes: int) -> None:
    counts = whole(audited(processes), NOW)["counts"]
    cells = counts.pop("cells")
    assert counts == recounted()
    assert sum(cell[-1] for cell in cells) == LAB.size
    assert len(counts["month"]) > 10


def test_the_whole_report_holds_everything() -> None:
    said = json.loads(json.dumps(whole(REPORT, NOW)))
    assert said["form"] == "certledger-audit-report/1"
    assert said["made_at"] == "2026-11-30T01:02:03+00:00"
    assert said["checkpoint"] == LAB.checkpoint().decode()
    assert [item["index"] for item in said["disowned_because"]] == said["disowned"] == REPORT.disowned != []
    assert all("of HUAWEI, compromised as of entry 90" in item["message"] for item in said["disowned_because"])
    assert {key["kid"]: key["compromised_from"] for key in said["keys"]}[PARTNER.kid.hex()] == 90
    assert len(said["keys"]) == len(LAB.authority().keys)
    assert [one["code"] for one in said["organisations"]] == ["CQUPT", "HUAWEI", "CQHRSS"]
    assert said["findings"] == [{"index": item.index, "message": item.message} for item in REPORT.findings] != []


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_shows_the_same_numbers(language: str) -> None:
    seen = Reader(page(REPORT, NOW, language))
    told = recounted()
    told["custody"] = Counter({WORDS[f"held_by_{one}"].in_(language): many for one, many in told["custody"].items()})
    for name, counts in told.items():
        _, *rows, total = seen.tables[f"by_{name}"]
        assert {row[0]: int(row[1].replace(",", "")) for row in rows} == counts
        assert int(total[1].replace(",", "")) == LAB.size
        assert seen.bars[f"by_{name}"] == len(counts)
    assert [row[0] for row in seen.tables["findings"][1:]] == [str(item.index) for item in REPORT.findings]
    assert [row[0] for row in seen.tables["disowned"][1:]] == [str(index) for index in REPORT.disowned]
    assert len(seen.tables["keys"]) == 1 + len(LAB.authority().keys)
    assert LAB.checkpoint().decode() in "".join(seen.text)
    assert WORDS["not_good"].in_(language) in seen.text


def test_the_page_needs_nothing_from_elsewhere_and_no_script() -> None:
    seen = Reader(page(REPORT, NOW))
    (policy,) = [
        str(found["content"]) for tag, found in seen.tags if found.get("http-equiv") == "Content-Security-Policy"
    ]
    assert policy.startswith("default-src 'none'; style-src 'sha256-")
    assert not {tag for tag, _ in seen.tags} & {"script", "link", "img", "iframe", "form", "a", "object"}
    assert not [found for _, found in seen.tags if {"src", "href", "style", "onload"} & found.keys()]
    for tag, found in seen.tags:
        if tag == "svg":
            named = str(found["aria-labelledby"]).split()
            assert [kind for kind, other in seen.tags if other.get("id") in named] == ["title", "desc"]


def test_whatever_a_log_says_is_text_in_the_page() -> None:
    report = audited()
    report.origin, report.checkpoint = NASTY, NASTY.encode() + b"\xff"
    report.problems.append(Problem(3, NASTY, NASTY, NASTY))
    report.unchecked.append(Problem(None, NASTY, NASTY, NASTY))
    report.findings.append(Finding(5, NASTY))
    report.notes.append(NASTY)
    report.replayed = {NASTY: 3}
    report.counts.cells[NASTY, NASTY, NASTY, NASTY] += 1
    key = report.authority.keys[PARTNER.kid]
    report.authority.keys[PARTNER.kid] = replace(key, organisation=NASTY, custody=NASTY, kinds=frozenset({NASTY}))
    seen = Reader(page(report, NOW))
    assert "script" not in {tag for tag, _ in seen.tags}
    assert seen.tables["problems"][-1] == ["3", NASTY, NASTY, NASTY]
    assert seen.tables["unchecked"][-1][1:] == [NASTY] * 3
    assert seen.tables["by_month"][-2][0] == NASTY


def test_a_report_of_nothing_is_a_page_too() -> None:
    empty = Report(unchecked=[Problem(None, "here", "could-not-check", "not there")])
    assert Reader(page(empty, NOW)).tables["unchecked"][1][3] == "not there"
    assert whole(empty, NOW)["counts"]["kind"] == {}


def test_the_words_are_there_in_every_language() -> None:
    assert [name for name, words in WORDS.items() if not all((words.zh, words.ko, words.en or name == "english"))] == []


# --- the command ------------------------------------------------------------------------------------------------------


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    LAB.publish(tmp_path / "log", lambda files: files.update({"status/0": LAB.status_token(bits=LAB.fold_bits())}))
    (tmp_path / "trust.txt").write_text(LAB.trust_text(), encoding="utf-8")
    return tmp_path


def run(folder: Path, *more: str) -> Any:
    return CliRunner().invoke(
        certverify, ["audit", str(folder / "log"), "--trust", str(folder / "trust.txt"), "--processes", "0", *more]
    )


def test_the_command_writes_reports(folder: Path) -> None:
    data, text = folder / "r.json", folder / "r.html"
    result = run(folder, "--report", str(data), "--report", str(text), "--language", "zh", "--json")
    assert result.exit_code == 1
    said = json.loads(data.read_text(encoding="utf-8"))
    assert said["counts"]["kind"] == recounted()["kind"]
    assert {name: said[name] for name in json.loads(result.stdout)} == json.loads(result.stdout)
    assert '<html lang="zh-CN">' in text.read_text(encoding="utf-8")


def test_a_report_in_no_form_is_refused_before_anything_is_read(folder: Path) -> None:
    result = run(folder, "--report", str(folder / "r.pdf"))
    assert (result.exit_code, "ends neither in .json nor in .html" in result.stderr) == (2, True)


def test_a_report_that_cannot_be_written_is_said(folder: Path) -> None:
    result = run(folder, "--report", str(folder / "none" / "r.json"))
    assert "cannot be written" in result.stdout


def test_progress_in_lines_of_json(folder: Path) -> None:
    result = run(folder, "--progress", "json")
    (line,) = map(json.loads, result.stderr.splitlines())
    assert (line["done"], line["size"], line["seconds_left"]) == (LAB.size, LAB.size, 0)
    assert line["per_second"] > 0
    assert run(folder).stderr == ""
    assert run(folder, "--progress", "bar").stderr.startswith("auditing")


def test_the_command_goes_on_from_its_state(folder: Path) -> None:
    state = str(folder / "state")
    assert run(folder, "--state", state).exit_code == 1
    again = run(folder, "--state", state, "--json")
    assert f"the first {LAB.size} entries were audited before" in json.loads(again.stdout)["notes"][0]
    (folder / "state").write_bytes(b"certledger-audit-state/0\n")
    refused = run(folder, "--state", state)
    assert (refused.exit_code, "another version" in refused.stdout) == (3, True)
