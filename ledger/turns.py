"""A turn that one process of this machine has at a time.

The kernel takes it back when the process ends, however it ends, so it needs no time limit: nobody can be gone and have
it still.
"""

from __future__ import annotations

import fcntl
import os
from pathlib import Path
from threading import Lock


class FileTurn:
    """A turn kept by a lock on a small file, which stays empty. Shared freely by threads, who have it together."""

    def __init__(self, path: Path) -> None:
        """`path`: of the file; two turns of one path exclude each other, in one process too."""
        self._path = path
        self._descriptor: int | None = None
        self._lock = Lock()

    def take(self) -> bool:
        """Whether the turn is ours now, taken or had before; False while another has it. Raises OSError."""
        with self._lock:
            if self._descriptor is None:
                descriptor = os.open(self._path, os.O_CREAT | os.O_RDWR, 0o600)
                try:
                    fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                except BlockingIOError:
                    os.close(descriptor)
                    return False
                except BaseException:
                    os.close(descriptor)
                    raise
                self._descriptor = descriptor
            return True

    def give_back(self) -> None:
        """Lets others have it. Giving back what one does not have is nothing."""
        with self._lock:
            if self._descriptor is not None:
                # Unlocked and not only closed: a child that was forked meanwhile has the file open too.
                fcntl.flock(self._descriptor, fcntl.LOCK_UN)
                os.close(self._descriptor)
                self._descriptor = None
