"""`certledger add-staff`, `invite-staff`, `staff`, `close-staff`: who may sign in at `<url>/console`."""

from __future__ import annotations

from typing import Any

import click

from ledger.cli.shared import actor_options, actors_of, json_option, ledger_option, opened, report
from ledger.office.opening import open_office
from ledger.office.staff import INVITED_SECONDS, Member
from ledger.refusals import Code, Refusal

_ROLES = ("administrator", "registrar", "assessor", "approver", "auditor")


@click.command("add-staff")
@click.argument("login")
@ledger_option
@click.option("--name", required=True, help="The person's name, as the office's pages show it.")
@click.option("--email", default="", help="Where notices go, such as that a proposal waits.")
@click.option("--organisation", metavar="CODE", default="", help="Whose staff it is (default: the base's own).")
@click.option("--role", "roles", multiple=True, required=True, type=click.Choice(_ROLES), help="May be given again.")
@actor_options
@json_option
def add_staff(
    address: str,
    login: str,
    name: str,
    email: str,
    organisation: str,
    roles: tuple[str, ...],
    proposer: str | None,
    approved_by: str | None,
    as_json: bool,
) -> None:
    """Give somebody an account, and print the link by which they set a password. The first one too."""
    with opened(address) as ledger, open_office(ledger) as office:
        actors, _ = actors_of(ledger, proposer, approved_by)
        code = organisation or office.executor.base().code
        member, secret = office.staff.add(login, name, email, code, roles, actors)
        _tell_link(ledger.settings.url, member, secret, as_json)


@click.command("invite-staff")
@click.argument("login")
@ledger_option
@json_option
def invite_staff(address: str, login: str, as_json: bool) -> None:
    """Print a new link for somebody who has lost all ways in; earlier links are void."""
    with opened(address) as ledger, open_office(ledger) as office:
        member = office.staff.called(login)
        if member is None or member.closed:
            raise Refusal(Code.UNKNOWN_ACCOUNT, f"nobody with an open account signs in as {login}")
        _tell_link(ledger.settings.url, member, office.staff.invite(member.account), as_json)


@click.command()
@ledger_option
@json_option
def staff(address: str, as_json: bool) -> None:
    """List everybody, with pseudonym, organisation, roles and ways in."""
    with opened(address) as ledger, open_office(ledger) as office:
        members = office.staff.all()
        ways = {member.account: office.ways.of(member.account) for member in members}
    rows = [{**_row(member), "ways": ways[member.account]} for member in members]
    lines = [
        "  ".join([member.login, member.name, member.pseudonym, member.organisation, _roles(member), _ways(found)])
        for member, found in ((member, ways[member.account]) for member in members)
    ]
    report(as_json, {"staff": rows}, lines)


@click.command("close-staff")
@click.argument("login")
@ledger_option
@actor_options
@json_option
def close_staff(address: str, login: str, proposer: str | None, approved_by: str | None, as_json: bool) -> None:
    """Close somebody's account: in the log, and every way in."""
    with opened(address) as ledger, open_office(ledger) as office:
        member = office.staff.called(login)
        if member is None:
            raise Refusal(Code.UNKNOWN_ACCOUNT, f"nobody signs in as {login}")
        actors, _ = actors_of(ledger, proposer, approved_by)
        office.staff.close(member.account, actors)
    report(as_json, {"closed": login}, [f"{login} signs in no more."])


def _row(member: Member) -> dict[str, Any]:
    return {
        "login": member.login,
        "name": member.name,
        "pseudonym": member.pseudonym,
        "organisation": member.organisation,
        "roles": sorted(member.roles),
        "closed": member.closed,
    }


def _roles(member: Member) -> str:
    return "closed" if member.closed else ", ".join(sorted(member.roles))


def _ways(ways: list[str]) -> str:
    return f"({', '.join(ways) or 'no way in'})"


def _tell_link(url: str, member: Member, secret: str, as_json: bool) -> None:
    link, days = f"{url}/console/welcome/{secret}", INVITED_SECONDS // 86_400
    told = {"login": member.login, "pseudonym": member.pseudonym, "link": link}
    lines = [f"{member.login} is {member.pseudonym} in the log.", f"Link (once, within {days} days): {link}"]
    report(as_json, told, lines)
