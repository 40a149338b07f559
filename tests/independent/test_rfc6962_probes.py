"""The probes of transparency-dev/merkle: each proof that it calls good we accept, each that it calls bad we refuse."""

from __future__ import annotations

import json
from base64 import b64decode
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from verifier import merkle
from verifier.errors import Inconsistent, NotIncluded
from verifier.merkle import Frontier

FOLDER = Path(__file__).parent / "rfc6962"


def cases(name: str) -> list[Any]:
    read: dict[str, dict[str, Any]] = json.loads((FOLDER / f"{name}.json").read_text())
    return [pytest.param(probe, id=path) for path, probe in read.items()]


def path_of(probe: dict[str, Any]) -> Sequence[bytes]:
    return [b64decode(node) for node in probe["proof"] or []]


@pytest.mark.parametrize("probe", cases("consistency"))
def test_consistency(probe: dict[str, Any]) -> None:
    verify_consistency(probe)


def verify_consistency(probe: dict[str, Any]) -> None:
    roots = b64decode(probe["root1"]), b64decode(probe["root2"])
    if probe["wantErr"]:
        with pytest.raises(Inconsistent):
            merkle.verify_consistency(probe["size1"], probe["size2"], path_of(probe), *roots)
    else:
        merkle.verify_consistency(probe["size1"], probe["size2"], path_of(probe), *roots)


@pytest.mark.parametrize("probe", cases("inclusion"))
def test_inclusion(probe: dict[str, Any]) -> None:
    leaf, root = b64decode(probe["leafHash"]), b64decode(probe["root"])
    if probe["wantErr"]:
        with pytest.raises(NotIncluded):
            merkle.verify_inclusion(leaf, probe["leafIdx"], probe["treeSize"], path_of(probe), root)
    else:
        merkle.verify_inclusion(leaf, probe["leafIdx"], probe["treeSize"], path_of(probe), root)


def test_there_are_good_and_bad_probes() -> None:
    for name, least in (("inclusion", 5), ("consistency", 5)):
        wanted = [case.values[0]["wantErr"] for case in cases(name)]
        assert wanted.count(False) >= least
        assert wanted.count(True) >= 80


def test_roots_of_the_published_leaves() -> None:
    read = json.loads((FOLDER / "roots.json").read_text())
    leaves = [merkle.leaf_hash(bytes.fromhex(entry)) for entry in read["inputs"]]
    for size, root in enumerate(read["roots"]):
        assert merkle.root_of(leaves[:size]).hex() == root
        assert Frontier().extend(leaves[:size]).root.hex() == root
