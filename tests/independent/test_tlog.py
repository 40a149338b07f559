"""Go's `golang.org/x/mod/sumdb/note` and `tlog` read what we publish, and notice when it is not what it was."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest

from tests.sample_log import LOG_KEY, ORIGIN, SampleLog, Signer, checkpoint
from verifier import checkpoint as checkpoints
from verifier import merkle
from verifier.note import Signature, VerifierKey
from verifier.tile import TreeReader

Check = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def check(treecheck: Path) -> Check:
    """Runs the Go program: exit 0 and `good:`, or exit 1 and `bad:` with the reason."""

    def run(folder: Path, vkey: str = str(LOG_KEY), proofs: Path | None = None) -> subprocess.CompletedProcess[str]:
        options = ["-proofs", str(proofs)] if proofs else []
        command = [str(treecheck), "-vkey", vkey, *options, str(folder)]
        return subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)

    return run


def good(result: subprocess.CompletedProcess[str]) -> None:
    assert (result.returncode, result.stdout[:6]) == (0, "good: "), result.stdout + result.stderr


def bad(result: subprocess.CompletedProcess[str], *reasons: str) -> None:
    assert (result.returncode, result.stdout[:5]) == (1, "bad: "), result.stdout + result.stderr
    assert not reasons or any(reason in result.stdout for reason in reasons), result.stdout


def proofs_of(size: int, read: TreeReader, roots: Callable[[int], bytes], sample: Iterable[int]) -> dict[str, Any]:
    """Proofs by our own code out of the published tiles, as the Go program reads them."""
    chosen = sorted(set(sample))
    return {
        "inclusion": [
            {"index": i, "path": [node.hex() for node in read.inclusion_path(i)]} for i in chosen if i < size
        ],
        "consistency": [
            {"size": i, "root": roots(i).hex(), "path": [node.hex() for node in read.consistency_path(i)]}
            for i in chosen
            if 1 <= i <= size
        ],
    }


def prove(folder: Path, vkey: str, target: Path) -> dict[str, Any]:
    """Writes proofs for the log in a folder, made from nothing but its published files."""
    key = VerifierKey.parse(vkey)
    head = checkpoints.verify((folder / "checkpoint").read_bytes(), [key], key.name)
    read = TreeReader(head.size, lambda path: (folder / path).read_bytes())
    leaves = [merkle.leaf_hash(e) for n in range(-(-head.size // 256)) for e in read.entries(n)]
    sample = [*range(8), 255, 256, 257, head.size // 2, head.size - 1, head.size]
    made = proofs_of(head.size, read, lambda size: merkle.root_of(leaves[:size]), sample)
    target.write_text(json.dumps(made))
    return made


def test_a_published_log_and_our_proofs_are_good(
    check: Check, published_tree: tuple[Path, str], tmp_path: Path
) -> None:
    folder, vkey = published_tree
    made = prove(folder, vkey, tmp_path / "proofs.json")
    assert len(made["inclusion"]) > 2
    assert len(made["consistency"]) > 2
    good(check(folder, vkey, tmp_path / "proofs.json"))


@pytest.mark.parametrize("size", [1, 2, 3, 255, 256, 257, 511, 512, 513])
def test_every_proof_at_the_sizes_where_tiles_begin_and_end(check: Check, tmp_path: Path, size: int) -> None:
    log = SampleLog([b"entry %d" % n for n in range(size)])
    log.publish(tmp_path / "log")
    read = TreeReader(size, lambda path: (tmp_path / "log" / path).read_bytes())
    made = proofs_of(size, read, log.root, range(size + 1) if size < 256 else range(0, size + 1, 37))
    (tmp_path / "proofs.json").write_text(json.dumps(made))
    good(check(tmp_path / "log", proofs=tmp_path / "proofs.json"))


def test_a_tree_of_three_levels_of_tiles(check: Check, tmp_path: Path) -> None:
    size = 256 * 256 + 300
    log = SampleLog([b"entry %d" % n for n in range(size)])
    log.publish(tmp_path / "log")
    assert (tmp_path / "log/tile/2/000.p/1").exists()
    prove(tmp_path / "log", str(LOG_KEY), tmp_path / "proofs.json")
    good(check(tmp_path / "log", proofs=tmp_path / "proofs.json"))


def test_a_changed_byte_in_any_file_is_noticed(check: Check, published_tree: tuple[Path, str]) -> None:
    folder, vkey = published_tree
    files = [path for path in [folder / "checkpoint", *sorted((folder / "tile").rglob("*"))] if path.is_file()]
    step = -(-len(files) // 40)
    for file in files[::step]:
        data = file.read_bytes()
        for at in (0, len(data) // 2, len(data) - 1):
            file.write_bytes(data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :])
            bad(check(folder, vkey))
        file.write_bytes(data)
    good(check(folder, vkey))


def test_a_missing_or_a_strange_tile_is_noticed(check: Check, tmp_path: Path) -> None:
    SampleLog.of_statements(300).publish(tmp_path)
    for path in ("tile/0/000", "tile/0/001.p/44", "tile/1/000.p/1", "tile/entries/001.p/44"):
        data = (tmp_path / path).read_bytes()
        (tmp_path / path).unlink()
        bad(check(tmp_path), "no such file")
        (tmp_path / path).write_bytes(data[:-1])
        bad(check(tmp_path), "bytes long", "cut short")
        (tmp_path / path).write_bytes(data)
    (tmp_path / "tile/0/002.p").mkdir()
    (tmp_path / "tile/0/002.p/1").write_bytes(bytes(32))
    bad(check(tmp_path), "not the beginning")


def test_entries_swapped_left_out_or_put_in_are_noticed(check: Check, tmp_path: Path) -> None:
    entries = SampleLog.of_statements(20).entries
    spoilt = {
        "swapped": [*entries[:4], entries[5], entries[4], *entries[6:]],
        "left out": [*entries[:4], *entries[5:]],
        "put in": [*entries[:4], entries[7], *entries[4:]],
    }
    for name, others in spoilt.items():
        folder = tmp_path / name
        SampleLog(entries).publish(folder)
        bundle = SampleLog(others).files()[f"tile/entries/000.p/{len(others)}"]
        (folder / "tile/entries/000.p/20").write_bytes(bundle)
        bad(check(folder), "entry 4", "entries, not 20")


def test_a_checkpoint_by_another_key_of_another_log_or_size_is_noticed(check: Check, tmp_path: Path) -> None:
    log = SampleLog.of_statements(20)
    log.publish(tmp_path)
    other = Signer("somebody else")
    for data in (
        checkpoint(20, log.root(), [other]),
        checkpoint(20, log.root(), origin="other.example.org"),
        checkpoint(20, log.root(19)),
        checkpoint(19, log.root()),
        log.checkpoint().replace(b"\n20\n", b"\n21\n"),
        log.checkpoint().replace(ORIGIN.encode(), b"other.example.org", 1),
    ):
        (tmp_path / "checkpoint").write_bytes(data)
        bad(check(tmp_path))
    (tmp_path / "checkpoint").write_bytes(log.checkpoint())
    bad(check(tmp_path, str(VerifierKey(ORIGIN, other.public))), "checkpoint")
    good(check(tmp_path))


def test_a_signature_line_by_an_unknown_key_is_harmless(check: Check, tmp_path: Path) -> None:
    log = SampleLog.of_statements(20)
    log.publish(tmp_path)
    line = str(Signature("unknown.example.org", b"\1\2\3\4", bytes(64))).encode()
    (tmp_path / "checkpoint").write_bytes(log.checkpoint() + line)
    good(check(tmp_path))


def test_a_changed_proof_is_noticed(check: Check, tmp_path: Path) -> None:
    log = SampleLog.of_statements(300)
    log.publish(tmp_path / "log")
    target = tmp_path / "proofs.json"
    made = prove(tmp_path / "log", str(LOG_KEY), target)
    for kind in ("inclusion", "consistency"):
        for proof in made[kind]:
            honest = list(proof["path"])
            for spoilt in (honest[:-1], [*honest, "00" * 32], ["00" * 32, *honest[1:]], honest[::-1]):
                if spoilt != honest:
                    proof["path"] = spoilt
                    target.write_text(json.dumps(made))
                    bad(check(tmp_path / "log", proofs=target), kind)
            proof["path"] = honest
    target.write_text(json.dumps(made))
    good(check(tmp_path / "log", proofs=target))


def test_misuse_is_not_a_verdict(treecheck: Path) -> None:
    result = subprocess.run([str(treecheck)], capture_output=True, text=True, timeout=60, check=False)
    assert (result.returncode, result.stdout) == (2, "")
