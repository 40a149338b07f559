"""`notices`, `notice-terms`, `objections`, `resolve-objection`: the authority's side of public notices."""

from __future__ import annotations

import tomllib
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID

import click

from ledger.awards import open_awards
from ledger.cli.shared import actor_options, actors_of, json_option, ledger_option, opened, report
from ledger.commands import SetNoticeTerms
from ledger.handle import moment_of
from ledger.objections import Held, UnderWay, expire, held, resolve, set_terms, under_way
from ledger.open import Ledger
from ledger.settings import SettingsError
from verifier.current import business_day


@click.command()
@ledger_option
@json_option
def notices(address: str, as_json: bool) -> None:
    """List the public notices whose applications wait for a decision."""
    with opened(address) as ledger, open_awards(ledger) as awards:
        found = under_way(awards, _today(ledger))
        url = ledger.settings.url
        report(
            as_json, {"notices": [_notice(item, url) for item in found]}, [_notice_line(item, url) for item in found]
        )


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@ledger_option
@actor_options
@json_option
def notice_terms(file: Path, address: str, proposer: str | None, approved_by: str | None, as_json: bool) -> None:
    """Set what an authority's notices show, on what basis, and how long objections are kept, as FILE says (TOML)."""
    with opened(address) as ledger:
        actors, _ = actors_of(ledger, proposer, approved_by)
        terms = _read_terms(file, ledger.desk().new_id())
        new = set_terms(ledger, terms, actors)
        told = f"set          {terms.authority}: shows {', '.join(terms.shows) or 'nothing of the applicant'}"
        report(as_json, {"authority": terms.authority, "new": new}, [told if new else "as they were: nothing recorded"])


@click.command()
@ledger_option
@click.option("--expire", "expires", is_flag=True, help="Erase the objectors' data whose time is over.")
@actor_options
@json_option
def objections(address: str, expires: bool, proposer: str | None, approved_by: str | None, as_json: bool) -> None:
    """List the objections that were lodged by the public form, or erase those whose time is over."""
    with opened(address) as ledger, open_awards(ledger) as awards:
        today = _today(ledger)
        if expires:
            actors, _ = actors_of(ledger, proposer, approved_by)
            count = expire(awards, actors, today)
            report(as_json, {"erased": count}, [f"erased       {count} objectors"])
            return
        found = held(awards)
        facts = [_objection(item, today) for item in found]
        report(as_json, {"objections": facts}, [line for item in found for line in _objection_lines(item, today)])


@click.command()
@click.argument("objection", type=click.UUID)
@click.argument("outcome", type=click.Choice(["dismissed", "upheld"]))
@ledger_option
@actor_options
def resolve_objection(
    objection: UUID, outcome: str, address: str, proposer: str | None, approved_by: str | None
) -> None:
    """Answer an OBJECTION, which `objections` lists by its id."""
    with opened(address) as ledger:
        actors, _ = actors_of(ledger, proposer, approved_by)
        resolve(ledger, objection, outcome, actors, _today(ledger))


def _today(ledger: Ledger) -> date:
    return business_day(moment_of(ledger.clock))


def _read_terms(file: Path, terms_id: UUID) -> SetNoticeTerms:
    """Raises SettingsError, naming the file and the key."""
    wanted: dict[str, type] = {
        "authority": str,
        "shows": list,
        "basis_zh": str,
        "basis_en": str,
        "reached_at": str,
        "kept_days": int,
    }
    try:
        read = tomllib.loads(file.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"{file} is not TOML: {error}") from None
    if unknown := sorted(read.keys() - wanted.keys()):
        raise SettingsError(f"{file}: {unknown[0]} is no key of a notice's terms")
    for key, kind in wanted.items():
        if type(read.get(key)) is not kind:
            raise SettingsError(f"{file}: {key} is missing, or not what it should be")
    if any(not isinstance(word, str) for word in read["shows"]):
        raise SettingsError(f"{file}: shows is not a list of words")
    return SetNoticeTerms(terms_id=terms_id, **{**read, "shows": tuple(read["shows"])})


def _notice(item: UnderWay, url: str) -> dict[str, Any]:
    days = item.days
    return {
        "page": f"{url}/n/{item.id}",
        "application_no": item.application_no,
        "level": item.level,
        "posted_on": days.posted_on if days else None,
        "last_day": days.last if days else None,
        "working_days_left": days.left if days else None,
        "uncounted": item.uncounted,
        "objections": item.lodged,
        "unanswered": item.unanswered,
    }


def _notice_line(item: UnderWay, url: str) -> str:
    days = item.uncounted
    if item.days is not None:
        until = item.days.last or f"? (no calendar for {item.days.uncounted})"
        days = f"{item.days.posted_on} to {until}, {item.days.left} working days left"
    said = f"{item.lodged} objections, {item.unanswered} unanswered"
    return f"{item.application_no:12} {item.level:20} {days}; {said}   {url}/n/{item.id}"


def _objection(item: Held, today: date) -> dict[str, Any]:
    event = item.event
    return {
        "objection": event.objection_id,
        "entry": item.index,
        "notice": event.notice,
        "lodged_on": event.lodged_on,
        "name": event.name,
        "contact": event.contact,
        "grounds": event.grounds,
        "outcome": item.outcome,
        "kept_until": item.kept_until,
        "overdue": _overdue(item, today),
    }


def _objection_lines(item: Held, today: date) -> list[str]:
    event = item.event
    kept = "" if item.kept_until is None else f", kept until {item.kept_until}"
    overdue = ": OVERDUE, run `certledger objections --expire`" if _overdue(item, today) else ""
    return [
        f"{event.objection_id}  {item.outcome}, lodged on {event.lodged_on}{kept}{overdue}",
        f"  notice     {event.notice}",
        f"  from       {event.name}, {event.contact}",
        *(f"  | {line}" for line in str(event.grounds).splitlines()),
    ]


def _overdue(item: Held, today: date) -> bool:
    return item.kept_until is not None and item.kept_until < today
