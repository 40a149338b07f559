"""The drawing of a path, for every entry of every small tree."""

from __future__ import annotations

import pytest

from api.picture import draw
from verifier.merkle import leaf_hash, root_of
from verifier.receipt import Included


def path_of(leaves: list[bytes], index: int) -> list[bytes]:
    """RFC 9162 §2.1.3.1."""
    if len(leaves) == 1:
        return []
    half = 1 << (len(leaves) - 1).bit_length() - 1
    if index < half:
        return [*path_of(leaves[:half], index), root_of(leaves[half:])]
    return [*path_of(leaves[half:], index - half), root_of(leaves[:half])]


@pytest.mark.parametrize("size", range(1, 34))
def test_every_path_leads_from_its_leaf_up_to_the_root(size: int) -> None:
    leaves = [leaf_hash(bytes([number])) for number in range(size)]
    root = root_of(leaves)
    for index, leaf in enumerate(leaves):
        path = path_of(leaves, index)
        drawn = draw(leaf, Included(index, size, root), path)
        assert drawn is not None
        assert drawn.neighbours == len(path)
        assert (drawn.boxes[-1].kind, drawn.boxes[-1].text) == ("root", root.hex()[:8])
        assert [box.text for box in drawn.boxes if box.kind == "other"] == [node.hex()[:8] for node in path]
        if size > 1:
            assert (drawn.boxes[0].kind, drawn.boxes[0].text) == ("leaf", leaf.hex()[:8])
        assert all(0 < box.x < drawn.width and 0 < box.y < drawn.height for box in drawn.boxes)
        assert len({(box.x, box.y) for box in drawn.boxes}) == len(drawn.boxes)


def test_a_path_to_another_root_is_not_drawn() -> None:
    leaves = [leaf_hash(bytes([number])) for number in range(5)]
    assert draw(leaves[2], Included(2, 5, bytes(32)), path_of(leaves, 2)) is None
