"""Processes that serve: one alone, or several on one listening socket with one that starts them and minds them.

The children are started afresh (`spawn`): nothing of the parent's threads, locks and connections is copied.
"""

from __future__ import annotations

import logging
import multiprocessing
import os
import signal
import socket
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from multiprocessing.connection import wait
from multiprocessing.context import SpawnProcess
from multiprocessing.synchronize import Event
from threading import Thread
from types import FrameType
from typing import Any, Final

import uvicorn
from fastapi import FastAPI

GRACE_SECONDS: Final = 10
"""How long requests that run may still take when serving ends."""
ENDING_SECONDS: Final = 20
"""How long a child may take to end before it is killed; longer than its requests may."""
RESTART_SECONDS: Final = 1.0
"""A child that dies at once is started again this often at most."""
COULD_NOT: Final = 3
"""Exit code where no child could serve at all."""
_LOOK_SECONDS: Final = 0.2

_log = logging.getLogger(__name__)


class _Server(uvicorn.Server):
    """A server that says when it has started."""

    def __init__(self, config: uvicorn.Config, started: Callable[[], None]) -> None:
        super().__init__(config)
        self._tell = started

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """See `uvicorn.Server`."""
        await super().startup(sockets)
        if self.started:
            self._tell()


def serve_here(app: FastAPI, listener: socket.socket, started: Callable[[], None] = lambda: None) -> None:
    """Serves in this process until SIGTERM or SIGINT; then requests that run are finished, and it exits with 0."""
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, _end)  # uvicorn takes both while it serves, and passes them on here when it has ended
    config = uvicorn.Config(
        app, access_log=False, server_header=False, log_level="warning", timeout_graceful_shutdown=GRACE_SECONDS
    )
    _Server(config, started).run(sockets=[listener])


def _end(number: int, frame: FrameType | None) -> None:
    sys.exit(0)


def serve_in_children(make_app: Callable[[], FastAPI], listener: socket.socket, count: int) -> int:
    """Serves in `count` children until SIGTERM or SIGINT; one that dies is replaced. Gives the exit code.

    `make_app` is called in each child and must go through `pickle`.
    """
    return _Parent(make_app, listener, count).run()


@dataclass(slots=True)
class _Child:
    process: SpawnProcess
    serves: Event
    began: float


class _Parent:
    def __init__(self, make_app: Callable[[], FastAPI], listener: socket.socket, count: int) -> None:
        self._spawn = multiprocessing.get_context("spawn")
        self._make_app = make_app
        self._listener = listener
        self._count = count
        self._ending = False
        self._served = False

    def run(self) -> int:
        before = {number: signal.signal(number, self._end) for number in (signal.SIGTERM, signal.SIGINT)}
        children: list[_Child] = []
        try:
            children += [self._start() for _ in range(self._count)]
            while not self._ending:
                wait([child.process.sentinel for child in children], _LOOK_SECONDS)
                self._served = self._served or any(child.serves.is_set() for child in children)
                if not self._mind(children):
                    return COULD_NOT
            return 0
        finally:
            self._listener.close()  # nobody takes what comes from now on
            _end_all(children)
            for number, handler in before.items():
                signal.signal(number, handler)

    def _end(self, number: int, frame: FrameType | None) -> None:
        self._ending = True

    def _mind(self, children: list[_Child]) -> bool:
        """Replaces children that died; False where they die without ever having served."""
        for place, child in enumerate(children):
            if child.process.is_alive() or self._ending:
                continue
            if not self._served:
                return False
            if time.monotonic() > child.began + RESTART_SECONDS:
                _log.warning("serving process %s ended: %s", child.process.pid, child.process.exitcode)
                children[place] = self._start()
            else:
                time.sleep(_LOOK_SECONDS)
        return True

    def _start(self) -> _Child:
        serves = self._spawn.Event()
        process = self._spawn.Process(target=_child, args=(self._make_app, self._listener, serves))
        # Ctrl-C in a terminal reaches the whole group: the children leave it to the parent, who tells them to end.
        blocked = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
        try:
            process.start()
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, blocked)
        return _Child(process, serves, time.monotonic())


def _end_all(children: list[_Child]) -> None:
    for child in children:
        child.process.terminate()
    until = time.monotonic() + ENDING_SECONDS
    for child in children:
        child.process.join(max(0.0, until - time.monotonic()))
        if child.process.is_alive():
            _log.error("serving process %s does not end and is killed", child.process.pid)
            child.process.kill()
            child.process.join()


def _child(make_app: Callable[[], FastAPI], listener: socket.socket, serves: Event) -> None:
    Thread(target=partial(_end_with_parent, multiprocessing.parent_process()), daemon=True).start()
    serve_here(make_app(), listener, serves.set)


def _end_with_parent(parent: Any) -> None:
    """A parent that was killed cannot tell its children to end."""
    parent.join()
    os.kill(os.getpid(), signal.SIGTERM)
