"""Importing does no work (HOUSE.md, 8): no file is opened, no socket, no database, no process, no thread."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.house.sources import ROOMS, ROOT, modules

WATCH = """
import importlib, sys, threading
root, names = sys.argv[1], sys.argv[2:]
ours = tuple(f"{root}/{room}/" for room in ("verifier", "ledger", "api"))
watched = ("open", "socket.", "sqlite3.connect", "subprocess.", "os.", "_thread.start_new_thread", "tempfile.")
found = []

def hook(event, args):
    if not event.startswith(watched):
        return
    frame = sys._getframe(1)
    while frame is not None:
        name = frame.f_code.co_filename
        if name.startswith("<frozen importlib") or "importlib/_bootstrap" in name:
            return  # the import system itself, or a library at its own import
        if name.startswith(ours):
            found.append(f"{name}:{frame.f_lineno} {event} {str(args)[:80]}")
            return
        frame = frame.f_back

sys.addaudithook(hook)
for name in names:
    importlib.import_module(name)
found += [f"a thread runs: {thread.name}" for thread in threading.enumerate() if thread is not threading.main_thread()]
print("\\n".join(found))
"""


@pytest.mark.parametrize("room", ROOMS)
def test_importing_does_no_work(room: str) -> None:
    paths = [path.relative_to(ROOT).with_suffix("") for path in modules(room)]
    names = [".".join(path.parts).removesuffix(".__init__") for path in paths]
    run = subprocess.run(
        [sys.executable, "-c", WATCH, str(ROOT), *names], cwd=ROOT, capture_output=True, text=True, timeout=120
    )
    assert run.returncode == 0, run.stderr
    assert run.stdout.strip() == ""


def test_the_watch_would_see_it() -> None:
    loud = "import pathlib\npathlib.Path(__file__).read_bytes()\n"
    call = f"exec(compile({loud!r}, ours[0] + 'loud.py', 'exec'), {{'__file__': root + '/pyproject.toml'}})"
    program = WATCH.replace("for name in names:", f"{call}\nfor name in names:")
    run = subprocess.run([sys.executable, "-c", program, str(ROOT)], capture_output=True, text=True, check=True)
    assert "loud.py:2 open" in run.stdout
