"""The making of a ledger: folder, master key, keys, genesis, and the two accounts that a new base begins with."""

from __future__ import annotations

import os
from base64 import b32encode
from dataclasses import dataclass, field
from pathlib import Path
from uuid import UUID

from ledger.handle import Clock, system_clock
from ledger.intake.calendars import adopt_calendars
from ledger.open import Ledger, assemble
from ledger.permissions import Actors
from ledger.places import FolderPlace, Place, place_of
from ledger.seal import Randomness
from ledger.settings import Settings, SettingsError, master_key_path, write_master_key
from verifier import kinds
from verifier.address import LINK_ID_BYTES, link_address, new_link_id, parse_address
from verifier.errors import CouldNotCheck, Malformed
from verifier.fetch import check_url
from verifier.kinds import LOG_KINDS, REGISTRY_KINDS, ROOT_KINDS
from verifier.note import is_key_name

BASE_CODE = "BASE"
"""Code of the base itself among the organisations."""
OPERATOR, APPROVER = "operator", "approver"
"""Local names of the two accounts that `init` makes."""
OPERATOR_ROLES = ("administrator", "assessor", "registrar")
APPROVER_ROLES = ("approver",)
DEFAULT_URL = "http://127.0.0.1:8000"


@dataclass(frozen=True, slots=True)
class Founding:
    """What a new ledger is to be."""

    name_zh: str = "大数据工程师创新能力培训基地"
    name_en: str = "Engineers' Innovation Ability Training Base"
    url: str = DEFAULT_URL
    origin: str = ""
    """Empty for one made of the address's host and the log's id."""
    master_key_in: str = ""
    """A file inside the ledger's folder for the master key: the demo's exception."""
    root_seed: bytes | None = field(default=None, repr=False)
    """32 bytes of a root key that is kept elsewhere; None for one that is made and kept in the keystore."""


def found(
    at: Place | str | Path, founding: Founding, clock: Clock = system_clock, randomness: Randomness = os.urandom
) -> Ledger:
    """Makes a new ledger in an empty or missing folder, or in a database that holds none, and opens it.

    `at` is its place or its address.

    Raises SettingsError where something is there already; StoreError.
    """
    place = place_of(str(at)) if isinstance(at, str | Path) else at
    place.check_free()
    for name in (founding.name_zh, founding.name_en):
        if not name.strip() or not name.isprintable():
            raise SettingsError(f"{name!r} is no name of a base: it is empty, or has characters that do not print")
    log_id = UUID(bytes=randomness(16), version=4)
    settings = Settings(
        log_id,
        founding.origin or f"{_host(founding.url)}/{log_id.hex[:12]}",
        founding.url.rstrip("/"),
        founding.name_zh,
        founding.name_en,
        {OPERATOR: _pseudonym(randomness), APPROVER: _pseudonym(randomness)},
        founding.master_key_in,
    )
    if not is_key_name(settings.origin):
        raise SettingsError(f"origin {settings.origin!r} has a blank or a plus sign in it, or is empty")
    master = randomness(32)
    if founding.master_key_in and not isinstance(place, FolderPlace):
        raise SettingsError("the master key lies outside a database")
    write_master_key(master_key_path(place.master_key_file(settings)), master)
    ledger = assemble(place, settings, master, clock, randomness)
    try:
        _begin(ledger, founding.root_seed)
        place.open_cabinet().close()  # made by whoever owns the ledger: who serves may not be allowed to
        # Last: what has no settings is no ledger, so a crash before leaves nothing that could be mistaken for one.
        place.write_settings(settings)
    except BaseException:
        ledger.close()
        raise
    return ledger


def _begin(ledger: Ledger, root_seed: bytes | None) -> None:
    settings, keystore = ledger.settings, ledger.keystore
    hold = keystore.create if root_seed is None else keystore.lend
    root = hold(BASE_CODE, "base", (*ROOT_KINDS, "log.started"), root_seed or ledger.randomness(32))
    registry = keystore.create(BASE_CODE, "base", REGISTRY_KINDS, ledger.randomness(32))
    log_keys = [keystore.create(BASE_CODE, "base", (kind,), ledger.randomness(32)) for kind in LOG_KINDS]
    desk = ledger.desk()
    actors = Actors(settings.accounts[OPERATOR], settings.accounts[APPROVER])
    genesis = kinds.LogStarted(
        log_id=settings.log_id,
        origin=settings.origin,
        url=settings.url,
        code=BASE_CODE,
        name_zh=settings.name_zh,
        name_en=settings.name_en,
        uri=f"{settings.url}/o/{BASE_CODE}",
        keys=tuple(
            kinds.GenesisKey(key.public_key, key.custody, tuple(sorted(key.kinds)))
            for key in (root, registry, *log_keys)
        ),
    )
    accounts = [
        kinds.AccountOpened(account_id=desk.new_id(), pseudonym=pseudonym, organisation=BASE_CODE, roles=roles)
        for pseudonym, roles in ((actors.proposer, OPERATOR_ROLES), (actors.approver or "", APPROVER_ROLES))
    ]
    desk.found([genesis, *accounts], root)
    adopt_calendars(desk, actors)
    desk.flush(actors)


def _pseudonym(randomness: Randomness) -> str:
    """Says nothing of who it is: 40 random bits in base32."""
    return "P" + b32encode(randomness(5)).decode()


def _host(url: str) -> str:
    """The host of an address whose pages can be checked; codes on paper carry it for good. Raises SettingsError."""
    try:
        parts = check_url(url)
        parse_address(link_address(url.rstrip("/"), new_link_id(bytes(LINK_ID_BYTES))))
    except (CouldNotCheck, Malformed) as error:
        raise SettingsError(f"{url!r} cannot be the address of the pages: {error}") from None
    return parts.hostname or ""
