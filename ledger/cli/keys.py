"""`keys`, `rotate-key`, `retire-key`, `report-key`: the base's own keys over the years."""

from __future__ import annotations

from typing import Any

import click

from ledger.cli.shared import actor_options, actors_of, json_option, ledger_option, opened, report
from ledger.keeping_keys import PURPOSES, KeptKey, kept_keys, retire, rotate
from ledger.keeping_keys import report as report_compromised
from ledger.open import Ledger
from ledger.refusals import Code, Refusal
from ledger.settings import SettingsError


@click.command()
@ledger_option
@json_option
def keys(address: str, as_json: bool) -> None:
    """List the base's own keys: purpose, state, from and until which entry, whether it lies in this keystore."""
    with opened(address) as ledger:
        found = kept_keys(ledger)
    report(as_json, {"keys": [_facts(item) for item in found]}, [_line(item) for item in found])


@click.command("rotate-key")
@click.argument("purpose", type=click.Choice(list(PURPOSES)))
@click.option("--public-key", metavar="HEX", help="Of a root key that is kept elsewhere (by `certverify new-key`).")
@ledger_option
@actor_options
@json_option
def rotate_key(
    purpose: str, public_key: str | None, address: str, proposer: str | None, approved_by: str | None, as_json: bool
) -> None:
    """Make and authorise the key that follows the present one of a PURPOSE. The old one is retired by `retire-key`."""
    with opened(address) as ledger:
        actors, _ = actors_of(ledger, proposer, approved_by)
        done = rotate(ledger, purpose, actors, _public(purpose, public_key))
    told = "authorised" if done.new else "there already"
    report(
        as_json,
        {"purpose": purpose, "kid": done.kid.hex(), "new": done.new, "before": [kid.hex() for kid in done.before]},
        [f"{told:13}{done.kid.hex()}", *(f"to retire    {kid.hex()}" for kid in done.before)],
    )


@click.command("retire-key")
@click.argument("kid")
@ledger_option
@actor_options
@json_option
def retire_key(kid: str, address: str, proposer: str | None, approved_by: str | None, as_json: bool) -> None:
    """Let a key sign nothing more, by the beginning of its KID; what it signed before stays good."""
    with opened(address) as ledger:
        actors, _ = actors_of(ledger, proposer, approved_by)
        done = retire(ledger, _kid(ledger, kid), actors)
    report(
        as_json,
        {"purpose": done.purpose, "kid": done.key.kid.hex()},
        [f"retired      {done.key.kid.hex()}   {done.purpose}"],
    )


@click.command("report-key")
@click.argument("kid")
@click.option(
    "--as-of", type=click.IntRange(min=0), required=True, metavar="INDEX", help="Entry from which on it is disowned."
)
@ledger_option
@actor_options
@json_option
def report_key(
    kid: str, as_of: int, address: str, proposer: str | None, approved_by: str | None, as_json: bool
) -> None:
    """Report a key as compromised, by the beginning of its KID: what it signs and signed from INDEX on is disowned."""
    with opened(address) as ledger:
        actors, _ = actors_of(ledger, proposer, approved_by)
        done = report_compromised(ledger, _kid(ledger, kid), as_of, actors)
    report(
        as_json,
        {"purpose": done.purpose, "kid": done.key.kid.hex(), "as_of": as_of},
        [f"reported     {done.key.kid.hex()}   {done.purpose}, as of entry {as_of}"],
    )


def _public(purpose: str, text: str | None) -> bytes | None:
    """Raises SettingsError for what is no key, and for a key that has to lie here."""
    if text is None:
        return None
    if purpose != "root":
        raise SettingsError(f"the {purpose} key has to lie in the keystore: only the root key may be kept elsewhere")
    try:
        return bytes.fromhex(text)
    except ValueError:
        raise SettingsError("a public key is 64 hexadecimal digits") from None


def _kid(ledger: Ledger, text: str) -> bytes:
    """The thumbprint that begins so. Raises Refusal `unknown-key` where none or several do."""
    found = [item.key.kid for item in kept_keys(ledger) if len(text) >= 8 and item.key.kid.hex().startswith(text)]
    if len(found) != 1:
        raise Refusal(
            Code.UNKNOWN_KEY, f"{text!r} is the beginning (8 digits or more) of {len(found)} of the base's keys"
        )
    return found[0]


def _facts(item: KeptKey) -> dict[str, Any]:
    return {
        "kid": item.key.kid.hex(),
        "purpose": item.purpose,
        "state": item.state,
        "from": item.key.since,
        "until": item.key.until,
        "compromised_from": item.key.compromised_from,
        "here": item.here,
    }


def _line(item: KeptKey) -> str:
    key = item.key
    until = key.until if key.compromised_from is None else key.compromised_from
    span = f"from {key.since}" + ("" if until is None else f" to {until}")
    return f"{key.kid.hex()[:16]}  {item.purpose:10} {item.state:11} {span}" + ("" if item.here else "   (not here)")
