"""Where a ledger lies, by its address: a folder of this machine, or a PostgreSQL database.

    certledger-data                              a folder
    postgresql://host/name                       a database (any URL that libpq takes, or its key words)

Of a ledger in a database only what is published lies in a folder of this machine, and may lie in one of every machine.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol

import psycopg
from psycopg.conninfo import conninfo_to_dict

from ledger.cabinet import CABINET_SCHEMA, Cabinet
from ledger.fence import Restoring
from ledger.postgres.cabinet import CABINET, PostgresCabinet
from ledger.postgres.datakeys import KEYS, KEYS_SCHEMA, PostgresDataKeys
from ledger.postgres.datastore import PATIENCE_SECONDS
from ledger.postgres.migrations import LOG
from ledger.postgres.papers import PostgresPapers
from ledger.postgres.restoring import PostgresRestoring
from ledger.postgres.store import PostgresStore
from ledger.postgres.tables import PostgresTables
from ledger.postgres.views import REGISTER_SCHEMA, PostgresViews
from ledger.projector import Views
from ledger.settings import Settings, SettingsError, parse_settings, user_data_folder, user_folder
from ledger.signing import MASTER_KEY_SIZE, KeyFiles, KeyFolder
from ledger.sqlite.cabinet import SqliteCabinet
from ledger.sqlite.datakeys import SqliteDataKeys
from ledger.sqlite.restoring import SqliteRestoring
from ledger.sqlite.store import SqliteStore
from ledger.sqlite.tables import SqliteTables
from ledger.sqlite.views import SqliteViews
from ledger.store import DataKeys, Store, StoreError
from ledger.tables import Tables
from ledger.tiles import DiskFolder

DATA_KEYS_ADDRESS: Final = "CERTLEDGER_DATA_KEYS"
"""Environment variable: address of the database that holds the data keys, where that is not the ledger's own."""
DIRECT_ADDRESS: Final = "CERTLEDGER_DIRECT"
"""Environment variable: an address that leads to the server itself, where the ledger's leads to a pooler."""
PUBLIC_FOLDER: Final = "CERTLEDGER_PUBLIC"
"""Environment variable: folder of this machine for the published tree of a ledger in a database."""

SETTINGS_FILE: Final = "ledger.toml"
DATABASE: Final = "ledger.sqlite"
DATA_KEYS: Final = "data-keys.sqlite"
OFFICE: Final = "office.sqlite"
VIEWS: Final = "views.sqlite"
"""Of a ledger in a folder; it may be deleted at any time."""
REGISTER: Final = "register.sqlite"
"""Likewise, and is never to be copied anywhere: the register of people is in it (ADR 31)."""


class OpenStore(Store, Protocol):
    """A store that is to be closed."""

    def close(self) -> None:
        """Closes all connections."""


class OpenDataKeys(DataKeys, Protocol):
    """Data keys that are to be closed."""

    def close(self) -> None:
        """Closes all connections."""


class OpenViews(Views, Protocol):
    """Views that are to be closed."""

    def close(self) -> None:
        """Closes all connections."""


class OpenCabinet(Cabinet, Protocol):
    """A cabinet that is to be closed."""

    def close(self) -> None:
        """Closes all connections."""


class Place(Protocol):
    """Where one ledger lies, or is to lie. Nothing is open."""

    @property
    def name(self) -> str:
        """Its address as anybody may see it: without a password."""

    def settings(self) -> Settings:
        """The ledger's settings. Raises SettingsError where none is there; StoreError."""

    def check_free(self) -> None:
        """Raises SettingsError where something is there already; StoreError."""

    def write_settings(self, settings: Settings) -> None:
        """Writes a new ledger's settings, the last thing that makes it one."""

    def master_key_file(self, settings: Settings) -> Path:
        """Where the ledger's master key lies, if nothing else is said."""

    def public(self, settings: Settings) -> Path:
        """The published tree, the only part that a web server may see."""

    def open_store(self) -> OpenStore:
        """Opens the store, making it where it is not there. Raises StoreError."""

    def open_data_keys(self, master_key: bytes) -> OpenDataKeys:
        """Opens the data keys, which `master_key` wraps, making them where they are not there. Raises StoreError."""

    def key_files(self) -> KeyFiles:
        """The files of the signing keys."""

    def open_views(self) -> OpenViews:
        """Opens the views, making them where they are not there. Raises StoreError."""

    def open_cabinet(self) -> OpenCabinet:
        """Opens the office's database, making it where it is not there. Raises StoreError."""

    def open_register(self) -> OpenViews:
        """Opens the place of the private register, apart from the other views. Raises StoreError."""

    def check_whole(self) -> None:
        """Raises StoreError where a part of the ledger is missing that must never be made anew."""

    def open_tables(self) -> Tables:
        """The bare tables of the log and of what is private beside it. Raises StoreError."""

    def open_key_tables(self) -> Tables:
        """The bare table of the data keys. Raises StoreError."""

    def open_restoring(self) -> Restoring:
        """The bare tables for who copies, as their owner, made where they are not there. Raises StoreError."""

    def open_key_restoring(self) -> Restoring:
        """The bare table of the data keys for who copies, made where it is not there. Raises StoreError."""

    def open_office_tables(self) -> Tables:
        """The bare tables of the office, made where they are not there. Raises StoreError."""

    def open_office_restoring(self) -> Restoring:
        """The bare tables of the office for who copies, made where they are not there. Raises StoreError."""

    def has_office(self) -> bool:
        """Whether anybody ever opened the office here. Raises StoreError."""

    def has_tables(self) -> bool:
        """Whether the tables of a log are there, with or without entries. Raises StoreError."""

    def replace_settings(self, settings: Settings | None) -> None:
        """Writes the settings whatever was there, or takes them away, so that this is no ledger for a while."""


@dataclass(frozen=True, slots=True)
class FolderPlace:
    """A ledger in a folder: two SQLite files, the keystore, the settings, the published tree."""

    folder: Path

    @property
    def name(self) -> str:
        """See `Place`."""
        return str(self.folder)

    def settings(self) -> Settings:
        """See `Place`."""
        path = self.folder / SETTINGS_FILE
        try:
            return parse_settings(path.read_text(encoding="utf-8"), str(path))
        except FileNotFoundError:
            raise SettingsError(
                f"{self.folder} is no ledger: it has no {SETTINGS_FILE} (make one with `certledger init`)"
            ) from None
        except (OSError, UnicodeDecodeError) as error:
            raise SettingsError(f"{path} cannot be used: {error}") from None

    def check_free(self) -> None:
        """See `Place`."""
        if (self.folder / SETTINGS_FILE).exists():
            raise SettingsError(f"{self.folder} is a ledger already")
        if self.folder.exists() and not self.folder.is_dir():
            raise SettingsError(f"{self.folder} is not a folder")
        if self.folder.exists() and any(self.folder.iterdir()):
            raise SettingsError(f"{self.folder} is not empty")

    def write_settings(self, settings: Settings) -> None:
        """See `Place`."""
        (self.folder / SETTINGS_FILE).write_text(settings.to_toml(), encoding="utf-8")

    def master_key_file(self, settings: Settings) -> Path:
        """See `Place`."""
        return self.folder / settings.master_key if settings.master_key else _in_user_folder(settings)

    def public(self, settings: Settings) -> Path:
        """See `Place`."""
        return self.folder / "public"

    def open_store(self) -> SqliteStore:
        """See `Place`."""
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        return SqliteStore.open(self.folder / DATABASE)

    def open_data_keys(self, master_key: bytes) -> SqliteDataKeys:
        """See `Place`."""
        return SqliteDataKeys(self.folder / DATA_KEYS, master_key)

    def key_files(self) -> KeyFolder:
        """See `Place`."""
        return KeyFolder(self.folder / "keys")

    def open_views(self) -> SqliteViews:
        """See `Place`."""
        return SqliteViews.open(self.folder / VIEWS)

    def open_cabinet(self) -> SqliteCabinet:
        """See `Place`."""
        return SqliteCabinet.open(self.folder / OFFICE)

    def open_register(self) -> SqliteViews:
        """See `Place`."""
        return SqliteViews.open(self.folder / REGISTER)

    def check_whole(self) -> None:
        """See `Place`."""
        for name in (DATABASE, DATA_KEYS):
            if not (self.folder / name).exists():  # never made anew: that would look like an empty ledger
                raise StoreError(f"{self.folder / name} is missing: restore it from a backup")

    def open_tables(self) -> SqliteTables:
        """See `Place`."""
        return SqliteTables(self.folder / DATABASE, is_ledger=True)

    def open_key_tables(self) -> SqliteTables:
        """See `Place`."""
        return SqliteTables(self.folder / DATA_KEYS, is_ledger=False)

    def open_restoring(self) -> SqliteRestoring:
        """See `Place`."""
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        SqliteStore.open(self.folder / DATABASE).close()
        return SqliteRestoring(self.folder / DATABASE)

    def open_key_restoring(self) -> SqliteRestoring:
        """See `Place`."""
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        SqliteDataKeys(self.folder / DATA_KEYS, bytes(MASTER_KEY_SIZE)).close()  # makes its table
        return SqliteRestoring(self.folder / DATA_KEYS)

    def open_office_tables(self) -> SqliteTables:
        """See `Place`."""
        self.open_cabinet().close()
        return SqliteTables(self.folder / OFFICE, is_ledger=False, has_log=True)

    def open_office_restoring(self) -> SqliteRestoring:
        """See `Place`."""
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.open_cabinet().close()
        return SqliteRestoring(self.folder / OFFICE)

    def has_office(self) -> bool:
        """See `Place`."""
        return (self.folder / OFFICE).exists()

    def has_tables(self) -> bool:
        """See `Place`."""
        return (self.folder / DATABASE).exists()

    def replace_settings(self, settings: Settings | None) -> None:
        """See `Place`."""
        if settings is not None:
            DiskFolder(self.folder).commit(SETTINGS_FILE, settings.to_toml().encode())
        else:
            (self.folder / SETTINGS_FILE).unlink(missing_ok=True)


@dataclass(frozen=True, slots=True)
class DatabasePlace:
    """A ledger in a PostgreSQL database, for many processes and machines."""

    address: str
    data_keys_address: str = ""
    """Where the data keys lie, if not in the same database under the same role."""
    direct_address: str = ""
    """Leads to the server itself, where `address` leads to a pooler, through which no notification comes."""
    public_folder: Path | None = None
    """Of the published tree; else it lies in the user's data folder."""
    patience_seconds: float = PATIENCE_SECONDS
    """How long an operation is tried again while the server is away."""

    @property
    def name(self) -> str:
        """See `Place`."""
        told = conninfo_to_dict(self.address)
        user, host, port, name = (str(told.get(key, "")) for key in ("user", "host", "port", "dbname"))
        query = f"?host={host}" if "/" in host else ""  # the folder of a Unix socket
        where = ("" if query else host) + (port and f":{port}")
        return f"postgresql://{user and user + '@'}{where}/{name}{query}"

    def settings(self) -> Settings:
        """See `Place`."""
        text = self._papers().settings()
        if text is None:
            raise SettingsError(f"{self.name} is no ledger (make one with `certledger init`)")
        return parse_settings(text, f"the settings in {self.name}")

    def check_free(self) -> None:
        """See `Place`. Schemas that an administrator has made, and tables without a row, are no ledger."""
        papers = self._papers()
        if papers.settings() is not None:
            raise SettingsError(f"{self.name} is a ledger already")
        if papers.has_tables() and papers.has_entries():
            raise SettingsError(f"{self.name} is not empty: a ledger was begun there and not finished")

    def write_settings(self, settings: Settings) -> None:
        """See `Place`."""
        self._papers().write_settings(settings.to_toml())

    def master_key_file(self, settings: Settings) -> Path:
        """See `Place`. Never in the database."""
        return _in_user_folder(settings)

    def public(self, settings: Settings) -> Path:
        """See `Place`."""
        return self.public_folder or user_data_folder() / str(settings.log_id) / "public"

    def open_store(self) -> PostgresStore:
        """See `Place`."""
        return PostgresStore.open(
            self.address, listen=self.direct_address or None, patience_seconds=self.patience_seconds
        )

    def open_data_keys(self, master_key: bytes) -> PostgresDataKeys:
        """See `Place`."""
        return PostgresDataKeys(
            self.data_keys_address or self.address, master_key, patience_seconds=self.patience_seconds
        )

    def key_files(self) -> PostgresPapers:
        """See `Place`."""
        return self._papers()

    def open_views(self) -> PostgresViews:
        """See `Place`."""
        return PostgresViews.open(self.address, patience_seconds=self.patience_seconds)

    def open_cabinet(self) -> PostgresCabinet:
        """See `Place`."""
        return PostgresCabinet(self.address, patience_seconds=self.patience_seconds)

    def open_register(self) -> PostgresViews:
        """See `Place`."""
        return PostgresViews.open(self.address, REGISTER_SCHEMA, patience_seconds=self.patience_seconds)

    def check_whole(self) -> None:
        """See `Place`. A migration that was applied is not applied again, so what is missing is missed when opened."""

    def open_tables(self) -> PostgresTables:
        """See `Place`."""
        return PostgresTables(self.address)

    def open_key_tables(self) -> PostgresTables:
        """See `Place`."""
        return PostgresTables(self.data_keys_address or self.address, KEYS_SCHEMA)

    def open_restoring(self) -> PostgresRestoring:
        """See `Place`."""
        return PostgresRestoring(self.address, LOG)

    def open_key_restoring(self) -> PostgresRestoring:
        """See `Place`."""
        return PostgresRestoring(self.data_keys_address or self.address, KEYS)

    def open_office_tables(self) -> PostgresTables:
        """See `Place`."""
        self.open_cabinet().close()
        return PostgresTables(self.address, CABINET_SCHEMA)

    def open_office_restoring(self) -> PostgresRestoring:
        """See `Place`."""
        return PostgresRestoring(self.address, CABINET)

    def has_office(self) -> bool:
        """See `Place`."""
        return self._papers().has_office()

    def has_tables(self) -> bool:
        """See `Place`."""
        return self._papers().has_tables()

    def replace_settings(self, settings: Settings | None) -> None:
        """See `Place`."""
        self._papers().replace_settings(None if settings is None else settings.to_toml())

    def _papers(self) -> PostgresPapers:
        return PostgresPapers(self.address, patience_seconds=self.patience_seconds)


def place_of(address: str, *, patience_seconds: float = PATIENCE_SECONDS) -> Place:
    """The place of an address. Raises SettingsError for one that cannot be used."""
    scheme, separator, _ = address.partition("://")
    if not separator:
        return FolderPlace(Path(address))
    if scheme not in ("postgresql", "postgres"):
        raise SettingsError(f"a ledger at {scheme}:// is not known: give a folder, or postgresql://…")
    public = os.environ.get(PUBLIC_FOLDER)
    place = DatabasePlace(
        address,
        os.environ.get(DATA_KEYS_ADDRESS, ""),
        os.environ.get(DIRECT_ADDRESS, ""),
        Path(public) if public else None,
        patience_seconds,
    )
    for what, given in (
        ("the ledger's address", place.address),
        (DATA_KEYS_ADDRESS, place.data_keys_address),
        (DIRECT_ADDRESS, place.direct_address),
    ):
        try:
            conninfo_to_dict(given)
        except psycopg.ProgrammingError as error:
            raise SettingsError(f"{what} cannot be used: {str(error).strip()}") from None
    return place


def _in_user_folder(settings: Settings) -> Path:
    return user_folder() / f"{settings.log_id}.master-key"
