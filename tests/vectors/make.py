"""Writes every vector anew, each in a folder of its own: run by hand as `python tests/vectors/make.py`.

The same inputs give the same bytes: keys and salts come from fixed seeds. `--check` writes nothing and exits 1 if the
committed files are not what would be written.
"""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.vectors.generate import addresses, awards, curve, encoding, files, heads, papers, seals, tree, types

VECTORS = Path(__file__).resolve().parent
ROOT = VECTORS.parents[1]


def everything() -> dict[Path, bytes]:
    """Every generated file with its content."""
    wanted = files.Files(VECTORS)
    for area in (encoding, curve, tree, addresses, papers, awards, heads, seals):
        area.write(wanted)
    web = ROOT / "verifier" / "web" / "src"
    return {**wanted.contents, web / "kinds.json": types.kinds_json(), web / "paper.json": types.paper_json()}


def main() -> int:
    wanted = everything()
    present = {path for area in files.AREAS for path in (VECTORS / area).rglob("*") if path.is_file()}
    changed = [path for path, content in wanted.items() if not path.exists() or path.read_bytes() != content]
    stray = sorted(present - wanted.keys())
    if "--check" in sys.argv[1:]:
        for path in (*changed, *stray):
            print(f"not as generated: {path.relative_to(ROOT)}")
        return 1 if changed or stray else 0
    for path in stray:
        path.unlink()
        if not any(path.parent.iterdir()):
            path.parent.rmdir()
    for path in changed:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(wanted[path])
    print(f"{len(wanted)} files, {len(changed)} written, {len(stray)} removed")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
